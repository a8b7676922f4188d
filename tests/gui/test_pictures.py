"""Pictures that a paper would accept: by the dialog, the clipboard and in files."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QPointF, QRectF, QSettings, Qt
from PySide6.QtGui import QClipboard, QGuiApplication, QImage, QPainter, QPainterPath
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QFileDialog, QPushButton

from engine.design import edits
from engine.design.file import load, save
from engine.design.marks import Box
from engine.design.model import Design
from engine.errors import EditError, FileError
from gui.canvas.picking import chosen, inside
from gui.canvas.picture import Picture, Shot
from gui.canvas.picture_file import (
    BIGGEST,
    MOST_PIXELS,
    Form,
    image,
    pdf,
    png,
    save_picture,
    svg,
)
from gui.picture_dialog import PictureDialog
from gui.theme import Theme
from main import main
from tests.strategies import tutorial

EXAMPLES = Path(__file__).parents[2] / "resources" / "examples"
HIDDEN = ("n2", "n3", "n4", "n5")


@pytest.fixture
def design() -> Design:
    made = edits.frame_nodes(tutorial(), HIDDEN, "Hidden layers", "blue")
    return edits.add_comment(made, Box(600, 120, 200, 60), "Scores become shares")


@pytest.fixture(scope="module")
def themes(qapp: object) -> Iterator[dict[bool, Theme]]:
    made = {False: Theme("light"), True: Theme("dark")}
    yield made
    for theme in made.values():
        theme.deleteLater()


def words(data: bytes) -> set[str]:
    """What an SVG says, as outlines or as text."""
    found = ElementTree.fromstring(data).iter()
    return {element.get("aria-label") or element.text or "" for element in found}


def away(one: QImage, other: QImage) -> float:
    """How far two pictures are apart: mean over pixels and channels, 0 to 255."""
    size = one.size()
    other = other.scaled(
        size,
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    pair = (
        image.convertToFormat(QImage.Format.Format_RGB888) for image in (one, other)
    )
    rows = [bytes(image.constBits()) for image in pair]
    return sum(abs(a - b) for a, b in zip(*rows, strict=True)) / len(rows[0])


def drawn_svg(data: bytes, size: QImage) -> QImage:
    image = QImage(size.size(), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(data).render(painter)
    painter.end()
    return image


# SVG


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_an_svg_reads_as_the_png_shows(
    themes: dict[bool, Theme], design: Design, dark: bool
) -> None:
    picture = Picture(design, themes[dark])
    pixels = QImage.fromData(png(picture, Form(1.0)))
    assert away(pixels, drawn_svg(svg(picture), pixels)) < 1.5
    blank = QImage(pixels.size(), pixels.format())
    blank.fill(picture.inks.canvas)
    assert away(pixels, blank) > 3  # the measure sees what is drawn


@pytest.mark.skipif(not shutil.which("rsvg-convert"), reason="no other renderer here")
def test_another_renderer_draws_the_same(
    themes: dict[bool, Theme], design: Design, tmp_path: Path
) -> None:
    picture = Picture(design, themes[False])
    path = tmp_path / "net.svg"
    path.write_bytes(svg(picture))
    made = subprocess.run(["rsvg-convert", path], capture_output=True, check=True)
    pixels = QImage.fromData(png(picture, Form(1.0)))
    assert away(pixels, QImage.fromData(made.stdout)) < 1.5


def test_an_svg_needs_no_typeface_and_says_each_word(
    themes: dict[bool, Theme], design: Design
) -> None:
    data = svg(Picture(design, themes[False]), Form(title="A <network> & more"))
    assert b"<text" not in data
    assert b"font" not in data
    assert {"hidden1", "5×3", "Hidden layers", "Scores become shares"} <= words(data)
    root = ElementTree.fromstring(data)
    assert root[0].text == "A <network> & more"
    text = svg(Picture(design, themes[False]), Form(text=True))
    assert words(text) > words(data) - {"A <network> & more", ""}
    families = set(re.findall(rb'font-family="([^"]+)"', text))
    assert all(b"," in family for family in families)


def test_an_svg_is_clean(themes: dict[bool, Theme], design: Design) -> None:
    data = svg(Picture(design, themes[False]))
    root = ElementTree.fromstring(data)
    assert not any(len(g) == 0 for g in root.iter() if g.tag.endswith("}g"))
    assert b"Qt" not in data
    assert b"clip" not in data  # what not every program reads
    assert not re.search(rb"\.\d{3,}", data)
    box = [float(part) for part in root.attrib["viewBox"].split()]
    assert box[2:] == [float(root.attrib["width"]), float(root.attrib["height"])]


# PDF


def test_a_pdf_is_one_page_of_vectors_with_its_typefaces(
    themes: dict[bool, Theme], design: Design
) -> None:
    picture = Picture(design, themes[False])
    data = pdf(picture, Form(title="Net"))
    assert data.startswith(b"%PDF-1.")
    assert data.count(b"/FontFile2") >= 3  # embedded, so that it prints everywhere
    assert b"/Subtype /Image" not in data
    assert len(re.findall(rb"/Type /Page\b", data)) == 1
    (box,) = set(re.findall(rb"/MediaBox \[([^\]]+)\]", data))
    left, top, wide, high = map(float, box.split())
    assert (left, top) == (0, 0)
    assert wide == pytest.approx(picture.area.width() * 0.75, abs=1)
    assert high == pytest.approx(picture.area.height() * 0.75, abs=1)


@pytest.mark.skipif(not shutil.which("pdftocairo"), reason="no reader of PDF here")
def test_a_pdf_shows_what_the_png_shows_and_can_be_searched(
    themes: dict[bool, Theme], design: Design, tmp_path: Path
) -> None:
    path = tmp_path / "net.pdf"
    path.write_bytes(pdf(Picture(design, themes[False])))
    text = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True)
    for word in ("hidden1", "Hidden layers", "5×3"):
        assert word in text.stdout.decode()
    pixels = QImage.fromData(png(Picture(design, themes[False]), Form(1.0)))
    call = ["pdftocairo", "-png", "-r", "96", "-singlefile", path, tmp_path / "net"]
    subprocess.run(call, check=True)
    assert away(pixels, QImage(str(tmp_path / "net.png"))) < 2


# PNG and grounds


def test_a_png_says_how_large_it_is_meant(
    themes: dict[bool, Theme], design: Design
) -> None:
    picture = Picture(design, themes[False])
    one, four = (QImage.fromData(png(picture, Form(s))) for s in (1.0, 4.0))
    assert abs(four.width() - 4 * one.width()) <= 4
    assert one.dotsPerMeterX() == pytest.approx(96 / 0.0254, abs=1)
    assert four.dotsPerMeterX() == pytest.approx(4 * 96 / 0.0254, abs=4)


def test_a_picture_of_far_away_nodes_is_no_larger_than_memory(
    themes: dict[bool, Theme],
) -> None:
    far = edits.move(tutorial(), {"n7": (1e7, 9e6)})
    picture = Picture(far, themes[False])
    drawn = image(picture, 4.0)
    assert 0 < max(drawn.width(), drawn.height()) <= BIGGEST
    assert drawn.width() * drawn.height() <= MOST_PIXELS * 1.01
    assert pdf(picture).startswith(b"%PDF")


@pytest.mark.parametrize("suffix", [".svg", ".png", ".pdf"])
def test_a_transparent_picture_has_no_ground(
    themes: dict[bool, Theme], design: Design, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"net{suffix}"
    save_picture(design, path, themes[True], Shot(transparent=True))
    if suffix == ".png":
        assert QImage(str(path)).pixelColor(1, 1).alpha() == 0
    elif suffix == ".svg":
        area = Picture(design, themes[True]).area
        image = QImage(area.size().toSize(), QImage.Format.Format_ARGB32)
        assert drawn_svg(path.read_bytes(), image).pixelColor(1, 1).alpha() == 0
    else:  # nothing of the ground's size is filled
        opaque = tmp_path / "opaque.pdf"
        save_picture(design, opaque, themes[True])
        assert len(path.read_bytes()) < len(opaque.read_bytes())


# What is in it


def test_a_selection_has_no_half_nodes_and_wires_end_cleanly(
    themes: dict[bool, Theme], design: Design
) -> None:
    shot = Shot(nodes=frozenset(("n3", "n4")))
    picture = Picture(design, themes[False], shot)
    assert [wire.wire[::2] for wire in picture.wires] == [("n3", "n4")]
    assert len(picture.stubs) == 2
    for path, _ in picture.stubs:
        assert picture.area.contains(path.pointAtPercent(0))
        assert picture.area.contains(path.pointAtPercent(1))
    said = words(svg(picture))
    assert {"hidden2", "Sigmoid"} <= said
    assert not {"hidden1", "ReLU", "x", "Hidden layers"} & said
    margin = shot.margin
    inner = picture.area.adjusted(margin, margin, -margin, -margin)
    assert inner.contains(QRectF(QPointF(274, -10), QPointF(406, 10)))
    assert not inner.contains(QPointF(142, 0))


def test_a_selection_of_all_of_a_frame_brings_the_frame(
    themes: dict[bool, Theme], design: Design
) -> None:
    whole = Picture(design, themes[False], Shot(nodes=frozenset(HIDDEN)))
    assert [mark.id for mark in whole.marks] == ["f8"]
    with_note = Shot(nodes=frozenset(HIDDEN), marks=frozenset(("c9",)))
    assert len(Picture(design, themes[False], with_note).marks) == 2
    bare = Shot(nodes=frozenset(HIDDEN), notes=False)
    assert not Picture(design, themes[False], bare).marks


def test_shapes_frames_and_margin_can_be_left_out(
    themes: dict[bool, Theme], design: Design
) -> None:
    said = words(svg(Picture(design, themes[False], Shot(labels=False, notes=False))))
    assert "hidden1" in said
    assert not {"5×3", "Hidden layers", "Scores become shares"} & said
    wide, tight = (
        Picture(design, themes[False], Shot(margin=m)).area for m in (100.0, 0.0)
    )
    assert wide == tight.adjusted(-100, -100, 100, 100)


def test_advice_does_not_stand_in_a_picture_but_errors_do(
    themes: dict[bool, Theme],
) -> None:
    loose = edits.add(tutorial(), "linear", (400, 200))
    faces = Picture(loose, themes[False])._faces
    assert all(face.worst in (None, "error") for face in faces.values())
    wrong = edits.set_params(loose, ["n8"], {})
    assert wrong is loose


def test_words_pick_nodes_and_blocks() -> None:
    whole = load(EXAMPLES / "resnet18.fanin")
    use = whole.named("layer2")
    body = inside(whole, use.name)
    assert body.nodes.keys() == use.block.graph.nodes.keys()
    assert inside(whole, f"{use.id}/0/") == body
    assert inside(whole, "") is whole
    (inner, *_) = (node for node in body.nodes.values() if node.block)
    assert inside(whole, f"{use.name}/{inner.id}").nodes == inner.block.graph.nodes
    name = next(iter(body.nodes.values())).name
    assert chosen(body, [name, f" {inner.id} ", ""]) == {body.named(name).id, inner.id}
    with pytest.raises(EditError, match="no node 'nowhere' here"):
        chosen(whole, ["nowhere"])
    with pytest.raises(EditError, match="no block 'nowhere' to look into"):
        inside(whole, "nowhere")


# The command line


def test_the_command_line_draws_parts_and_looks(
    qapp: object, design: Design, tmp_path: Path
) -> None:
    source, out = tmp_path / "net.fanin", tmp_path / "net.svg"
    save(design, source)
    export = ["export", str(source), str(out)]
    assert main([*export, "--nodes", "hidden1,n3", "--no-shapes", "--text"]) == 0
    assert {"hidden1", "Sigmoid", "net"} <= words(out.read_bytes())
    assert "hidden2" not in out.read_text("utf-8")
    dark, light = tmp_path / "dark.png", tmp_path / "light.png"
    usual = tmp_path / "usual.png"
    for path, look in ((dark, ["--dark"]), (light, ["--light"]), (usual, [])):
        call = ["export", str(source), str(path), *look, "--scale", "1"]
        assert main([*call, "--margin", "50"]) == 0
    shades = [
        QImage(str(path)).pixelColor(2, 2).lightness() for path in (dark, light, usual)
    ]
    assert shades[0] < 60
    assert shades[1] == shades[2] > 200


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--nodes", "nowhere"], "There is no node 'nowhere' here."),
        (["--inside", "n2"], "There is no block 'n2' to look into."),
        (["--scale", "many"], "a number from 0.1 to 16"),
        (["--margin", "nan"], "a number from 0 to 1000"),
    ],
)
def test_what_cannot_be_drawn_is_one_sentence(
    qapp: object,
    design: Design,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    more: list[str],
    sentence: str,
) -> None:
    source = tmp_path / "net.fanin"
    save(design, source)
    call = ["export", str(source), str(tmp_path / "net.png"), *more]
    try:
        code = main(call)
    except SystemExit as left:
        code = int(str(left.code))
    assert code == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert len(said.strip().splitlines()) == 1


def test_a_full_disk_leaves_the_old_picture(
    themes: dict[bool, Theme],
    design: Design,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "net.png"
    path.write_bytes(b"before")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("engine.design.file.os.fsync", full)
    with pytest.raises(FileError, match=r"net\.png could not be written: No space"):
        save_picture(design, path, themes[False])
    assert path.read_bytes() == b"before"
    assert [p.name for p in tmp_path.iterdir()] == ["net.png"]


# The window


def dialog_of(window: object) -> PictureDialog:
    found = window.findChild(PictureDialog)  # type: ignore[attr-defined]
    assert isinstance(found, PictureDialog)
    return found


def click(dialog: QDialog, name: str) -> None:
    button = dialog.findChild(QPushButton, name)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_dialog_shows_writes_and_remembers(
    window: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "net.pdf"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, **k: (str(out), ""))
    window.session.selection.set(())
    window.run("export_picture")
    dialog = dialog_of(window)
    assert not dialog.what.isEnabled()
    dialog.draw()
    light = dialog.preview.pixmap().toImage()
    assert not light.isNull()
    dialog.look.setCurrentIndex(1)
    dialog.kind.setCurrentIndex(1)
    dialog.draw()
    assert dialog.preview.pixmap().toImage() != light
    assert "mm" in dialog.size_said.text()
    assert not dialog.text.isEnabled()
    click(dialog, "pictureExport")
    assert out.read_bytes().startswith(b"%PDF")
    assert not dialog.isVisible()
    assert QSettings().value("picture/pictureLook") is not None

    window.session.selection.set(["n2"])
    window.run("export_picture")
    again = next(d for d in window.findChildren(PictureDialog) if d.isVisible())
    assert (again.look.currentIndex(), again.kind.currentIndex()) == (1, 1)
    assert again.shot.nodes == {"n2"}
    again.kind.setCurrentIndex(2)
    again.draw()
    assert "pixels" in again.size_said.text()
    click(again, "pictureClose")


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_picture_that_cannot_be_written_says_so_in_the_window(
    window: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "none" / "net.svg"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, **k: (str(out), ""))
    window.run("export_picture")
    click(dialog_of(window), "pictureExport")
    assert "net.svg could not be written" in window.banner.text.text()


@pytest.fixture
def clipboard(qapp: object) -> Iterator[QClipboard]:
    """Left empty: this platform's would outlive Python with what Python put there."""
    found = QGuiApplication.clipboard()
    yield found
    found.setText("")


def test_ctrl_shift_c_copies_the_selection_as_an_image(
    window: object, clipboard: QClipboard
) -> None:
    window.session.selection.set(["n2", "n3"])
    window.canvas.setFocus()
    window.run("copy_picture")
    data = clipboard.mimeData()
    part = clipboard.image()
    assert not part.isNull()
    assert words(bytes(data.data("image/svg+xml").data())) >= {"hidden1"}
    window.session.selection.set(())
    window.run("copy_picture")
    assert clipboard.image().width() > part.width()
    assert "network" in window.status.currentMessage()


def test_outlines_are_those_of_the_path() -> None:
    from gui.canvas.svg import outline

    path = QPainterPath(QPointF(1, 2))
    path.lineTo(3, 4)
    path.cubicTo(5, 6, 7, 8, 9, 10)
    assert outline(path) == "M1.00 2.00 L3.00 4.00 C5.00 6.00 7.00 8.00 9.00 10.00"
