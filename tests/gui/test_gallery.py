"""The gallery: pictures of ready designs, found by words, opened as copies."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from engine.design import edits, file
from engine.design.model import Design
from gui.gallery import IMAGE, Gallery
from gui.window import Window


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two designs, and a file that is none."""
    for name, kind, words in (
        ("little_perceptron", "linear", "One layer\nof weights.\n\nMore about it."),
        ("tiny_image_net", "conv2d", "TinyNet\n\nA convolution."),
    ):
        design = edits.add(Design(), "input", params={"shape": ("N", 3, 8, 8)})
        design = edits.insert_after(design, kind, "n1")
        file.save(edits.set_notes(design, words), tmp_path / f"{name}.fanin")
    (tmp_path / "broken.fanin").write_text("{", encoding="utf-8")
    return tmp_path


def titles(gallery: Gallery) -> list[str]:
    items = [gallery.cards.item(n) for n in range(gallery.cards.count())]
    return [item.text() for item in items if not item.isHidden()]


def test_the_gallery_shows_every_design_and_finds_it_by_its_words(
    qtbot: QtBot, window: Window, folder: Path
) -> None:
    gallery = Gallery(window.theme, folder, window)
    with qtbot.waitExposed(gallery):
        gallery.open()
    assert titles(gallery) == ["Little perceptron", "TinyNet"]
    assert gallery.cards.item(0).toolTip() == "One layer of weights."
    qtbot.keyClicks(gallery.search, "convol")
    assert titles(gallery) == ["TinyNet"]
    qtbot.keyClicks(gallery.search, "xyz")
    assert titles(gallery) == []
    assert gallery.nothing.isVisible()
    gallery.close()


def test_each_card_gets_its_picture(qtbot: QtBot, window: Window, folder: Path) -> None:
    gallery = Gallery(window.theme, folder, window)
    with qtbot.waitExposed(gallery):
        gallery.open()
    cards = [gallery.cards.item(n) for n in range(2)]
    qtbot.waitUntil(lambda: all(card.data(IMAGE) is not None for card in cards))
    for card in cards:
        image = card.data(IMAGE)
        ground = image.pixelColor(0, 0)
        spots = [(x, y) for x in range(0, 248, 4) for y in range(0, 116, 4)]
        assert any(image.pixelColor(x, y) != ground for x, y in spots)
    assert cards[0].data(IMAGE) != cards[1].data(IMAGE)
    gallery.close()


def test_enter_opens_a_copy_that_has_no_file(qtbot: QtBot, window: Window) -> None:
    window.document.replace(Design())
    window.run("templates")
    gallery = window.findChild(Gallery)
    assert gallery is not None
    qtbot.keyClicks(gallery.search, "tutorial")
    qtbot.keyClick(gallery.search, Qt.Key.Key_Return)
    assert window.document.path is None
    assert window.document.name == "tutorial"
    assert window.document.design.nodes


def test_it_opens_before_any_design_is_read(
    qtbot: QtBot, window: Window, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gui.gallery._pictures", {})  # of the tests before
    read: list[str] = []
    whole = file.decode
    monkeypatch.setattr(file, "decode", lambda text: read.append(text) or whole(text))
    gallery = Gallery(window.theme, folder, window)
    assert (titles(gallery), read) == (["Little perceptron", "TinyNet"], [])
    with qtbot.waitExposed(gallery):
        gallery.open()
    qtbot.waitUntil(lambda: len(read) == 2)
    gallery.close()


def test_a_design_that_is_broken_further_down_leaves_the_gallery(
    qtbot: QtBot, window: Window, folder: Path
) -> None:
    whole = (folder / "tiny_image_net.fanin").read_text(encoding="utf-8")
    broken = whole.replace('"conv2d"', "conv2d").replace("TinyNet", "Torn")
    (folder / "torn.fanin").write_text(broken, encoding="utf-8")
    gallery = Gallery(window.theme, folder, window)
    assert "Torn" in titles(gallery)
    with qtbot.waitExposed(gallery):
        gallery.open()
    qtbot.waitUntil(lambda: "Torn" not in titles(gallery))
    gallery.close()
