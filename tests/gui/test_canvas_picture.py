"""Pictures of a design, without a window."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtGui import QImage
from PySide6.QtSvg import QSvgRenderer

from engine.design import edits
from engine.design.model import Design, Wire
from engine.errors import FileError
from gui.canvas.picture import Picture, Shot
from gui.canvas.picture_file import Form, export_picture, save_picture
from gui.theme import Theme

ROOT = Path(__file__).parents[2]


@pytest.fixture
def design() -> Design:
    made = edits.add(Design(), "input", (0, 0))
    made = edits.add(made, "linear", (200, 0), name="hidden")
    made = edits.add(made, "sigmoid", (400, 0))
    made = edits.connect(made, Wire("n1", "output", "n2", "input"))
    return edits.connect(made, Wire("n2", "output", "n3", "input"))


def test_a_png_has_the_size_of_the_design_and_its_colours(
    theme: Theme, design: Design, tmp_path: Path
) -> None:
    path = tmp_path / "net.png"
    save_picture(design, path, theme)
    image = QImage(str(path))
    area = Picture(design, theme).area
    assert abs(image.width() - 2 * area.width()) <= 1
    assert image.pixelColor(2, 2) == theme.canvas
    colours = {image.pixel(x, image.height() // 2) for x in range(image.width())}
    assert theme.family("activation").rgb() in colours

    save_picture(design, path, theme, Shot(transparent=True), Form(scale=1.0))
    assert QImage(str(path)).pixelColor(2, 2).alpha() == 0


def test_an_svg_is_well_formed_and_says_the_names(
    theme: Theme, design: Design, tmp_path: Path
) -> None:
    path = tmp_path / "net.svg"
    for form in (Form(), Form(text=True)):
        save_picture(design, path, theme, form=form)
        root = ElementTree.parse(path).getroot()
        said = [e.get("aria-label") or e.text or "" for e in root.iter()]
        assert {"hidden", "Sigmoid", "3 → 16"} <= set(said)
        assert QSvgRenderer(str(path)).isValid()


def test_an_empty_design_is_a_picture_too(theme: Theme, tmp_path: Path) -> None:
    path = tmp_path / "empty.png"
    save_picture(Design(), path, theme)
    assert QImage(str(path)).width() > 0


def test_a_picture_that_cannot_be_written_says_so(
    theme: Theme, design: Design, tmp_path: Path
) -> None:
    for path in (
        tmp_path / "net.gif",
        *(tmp_path / "no" / n for n in ("a.png", "a.svg")),
    ):
        with pytest.raises(FileError, match=path.name):
            save_picture(design, path, theme)


def test_dark_and_light_differ(qapp: object, design: Design, tmp_path: Path) -> None:
    for dark in (False, True):
        export_picture(design, tmp_path / f"{dark}.png", dark=dark)
    light, dark_one = (QImage(str(tmp_path / f"{d}.png")) for d in (False, True))
    assert light.pixelColor(2, 2).lightness() > 200
    assert dark_one.pixelColor(2, 2).lightness() < 60


def test_a_picture_needs_no_screen_and_no_torch(tmp_path: Path) -> None:
    path = tmp_path / "net.png"
    code = f"""
import sys
from engine.design import edits
from engine.design.model import Design
from gui.canvas.picture_file import export_picture
export_picture(edits.add(Design(), "linear"), {str(path)!r})
heavy = {{"torch", "numpy", "pyqtgraph"}} & sys.modules.keys()
assert not heavy, heavy
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert path.exists()
