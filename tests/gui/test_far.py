"""A design has two pictures: items close up, all at once from far away."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from engine.design import edits
from engine.design.file import load
from engine.design.model import Design, Wire
from gui.canvas.detail import ALONE, CARD, DOTS, FAR, NAMES, SMALL, seen
from gui.canvas.view import CanvasView
from gui.document import Document
from tests.bench.large import residual
from tests.gui.hands import CTRL, SHIFT, Hand

KINDS = ("input", "linear", "relu", "add", "conv2d", "flatten", "output", "layer_norm")
EXAMPLES = Path(__file__).parents[2] / "resources" / "examples"
SPOT = st.tuples(
    st.integers(-40, 40).map(lambda n: n * 55.0),
    st.integers(-40, 40).map(lambda n: n * 35.0),
)
NODES = st.lists(st.tuples(st.sampled_from(KINDS), SPOT), min_size=1, max_size=24)
POINTS = st.lists(SPOT, min_size=1, max_size=12)
SCENE = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def large(canvas: CanvasView, document: Document) -> CanvasView:
    """Two thousand nodes, all of them in view."""
    document.replace(residual(2000))
    canvas.fit()
    QApplication.processEvents()
    return canvas


def under(canvas: CanvasView, at: QPointF) -> str:
    """Which node a press here means."""
    node = canvas.canvas.hit(at, 1.0).node
    return node.id if node else ""


@SCENE
@given(nodes=NODES, points=POINTS)
def test_a_press_means_the_same_node_near_and_far(
    canvas: CanvasView, document: Document, nodes, points
) -> None:
    design = Design()
    for kind, spot in nodes:
        design = edits.add(design, kind, spot)
    document.replace(design)
    stage = canvas.canvas.stage
    spots = [QPointF(*point) for point in points]
    spots += [stage.body(key).center() for key in design.nodes]
    canvas.zoom_to(1.0)
    near = [canvas.canvas.hit(at, 1.0) for at in spots]
    canvas.zoom_to(0.1)
    assert canvas.canvas.far
    for at, hit in zip(spots, near, strict=True):
        if hit.dot is None:  # ports are too small to be meant from far away
            assert under(canvas, at) == (hit.node.id if hit.node else "")
        bodies = [key for key in design.nodes if stage.body(key).contains(at)]
        assert under(canvas, at) == (bodies[-1] if bodies else "")


@SCENE
@given(nodes=NODES, areas=st.lists(st.tuples(SPOT, SPOT), min_size=1, max_size=6))
def test_what_lies_in_an_area_is_found_by_its_squares(
    canvas: CanvasView, document: Document, nodes, areas
) -> None:
    design = Design()
    for kind, spot in nodes:
        design = edits.add(design, kind, spot)
    document.replace(design)
    moved = {"n1": (5_000.0, -700.0)}
    document.attempt(edits.move, moved, text="Move")
    scene = canvas.canvas
    for first, last in areas:
        area = QRect(QPoint(*map(int, first)), QPoint(*map(int, last))).normalized()
        wanted = {k for k in design.nodes if scene.stage.body(k).intersects(area)}
        assert set(scene.nodes_in(area.toRectF())) == wanted


def colour_at(canvas: CanvasView, key: str) -> QColor:
    """What is painted in a node's middle."""
    shown: QImage = canvas.viewport().grab().toImage()
    at = canvas.mapFromScene(canvas.canvas.stage.body(key).center())
    return shown.pixelColor(at)


@pytest.mark.parametrize("scale", [0.06, 0.1, 0.19])
def test_from_far_away_every_node_is_painted_where_it_is_in_its_colour(
    canvas: CanvasView, document: Document, scale: float
) -> None:
    design = Design()
    for place, kind in enumerate(KINDS):
        design = edits.add(design, kind, (place * 400.0, place % 3 * 300.0))
    document.replace(design)
    canvas.fit()
    canvas.zoom_to(scale)
    canvas.centerOn(canvas.canvas.content.center())
    QApplication.processEvents()
    scene = canvas.canvas
    for key, face in scene.stage.faces.items():
        assert key not in scene.node_items.made
        assert colour_at(canvas, key) == scene.inks.family(face.family)


def test_heat_and_what_is_selected_found_or_wrong_show_from_far_away(
    canvas: CanvasView, document: Document
) -> None:
    design = edits.add(Design(), "input", (0.0, 0.0), params={"shape": ("N", 3)})
    design = edits.add(design, "linear", (500.0, 0.0))
    design = edits.add(design, "conv2d", (1000.0, 0.0))
    for source, target in (("n1", "n2"), ("n2", "n3")):
        design = edits.connect(design, Wire(source, "output", target, "input"))
    document.replace(design)
    canvas.fit()
    canvas.zoom_to(0.15)
    canvas.centerOn(500, 0)
    plain = canvas.grab().toImage()
    inks = canvas.canvas.inks

    def has(colour: QColor) -> bool:
        shown = canvas.grab().toImage()
        at = [QPoint(x, y) for x in range(shown.width()) for y in range(300, 400)]
        return any(shown.pixelColor(point) == colour for point in at)

    assert has(inks.error)  # the convolution cannot take what arrives
    assert not has(inks.accent)
    canvas.session.selection.set(["n2"])
    assert has(inks.accent)
    canvas.session.selection.set([])
    canvas.canvas.feel("n1", found=True)
    canvas.canvas.overview.forget()
    assert has(inks.warning)
    canvas.canvas.feel("n1", found=False)
    canvas.canvas.overview.forget()
    assert canvas.grab().toImage() == plain
    canvas.heat.parameters()
    assert colour_at(canvas, "n2").rgb() == inks.heated(1.0).rgb()
    canvas.heat.none()
    assert colour_at(canvas, "n2") == inks.family("Linear")


@pytest.mark.parametrize("name", ["resnet18", "lenet5", "transformer", "googlenet"])
def test_one_picture_follows_the_other_unseen(
    canvas: CanvasView, document: Document, name: str
) -> None:
    """On either side of the zoom where they change, they differ in a few edges."""
    document.replace(load(EXAMPLES / f"{name}.fanin"))
    middle = canvas.canvas.content.center()
    shown = []
    for zoom in (FAR, FAR * 0.9999):
        canvas.zoom_to(zoom)
        canvas.centerOn(middle)
        QApplication.processEvents()
        shown.append(
            canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        )
    assert canvas.canvas.far
    near, far = (bytes(image.constBits()) for image in shown)
    apart = [abs(a - b) for a, b in zip(near, far, strict=True)]
    assert sum(apart) / len(apart) < 0.6  # of 255
    assert sum(each > 96 for each in apart) / len(apart) < 0.004


def test_detail_fades_and_in_this_order() -> None:
    """Small text, then the dots of ports, then names, and the card itself last."""
    for ramp in (SMALL, DOTS, NAMES, CARD):
        steps = [seen(ramp, zoom / 500) for zoom in range(500)]
        assert steps == sorted(steps)
        assert max(b - a for a, b in pairwise(steps)) < 0.05
    order = [SMALL, DOTS, NAMES, CARD]
    assert [ramp[0] for ramp in order] == sorted((r[0] for r in order), reverse=True)
    assert CARD[0] == FAR


def test_a_name_leaves_its_place_only_once_no_small_text_is_in_the_way() -> None:
    for zoom in (step / 500 for step in range(500)):
        assert not seen(SMALL, zoom) or seen(ALONE, zoom) == 1.0


def test_an_operation_with_a_name_of_its_own_says_what_it_does(
    canvas: CanvasView, document: Document
) -> None:
    document.replace(load(EXAMPLES / "vae.fanin"))
    faces = [item.face for item in canvas.canvas.node_items.values()]
    said = {face.name: face.brief for face in faces}
    assert (said["variance"], said["std"]) == ("Exp", "Sqrt")


def test_a_large_design_has_items_for_what_is_seen_only(large: CanvasView) -> None:
    scene = large.canvas
    assert scene.far
    assert not scene.node_items.made
    assert len(scene.node_items) == len(large.session.document.design.nodes)
    large.zoom_to(1.0)
    assert not scene.far
    seen_now = large.visible_nodes()
    assert set(seen_now) <= scene.node_items.made.keys()
    assert len(scene.node_items.made) < 200
    large.centerOn(scene.content.bottomRight())
    assert set(large.visible_nodes()) <= scene.node_items.made.keys()
    large.fit()
    assert not scene.node_items.made


def test_far_away_a_click_selects_and_a_band_and_ctrl_a_too(
    large: CanvasView, hand: Hand
) -> None:
    selection = large.session.selection
    hand.click(hand.middle("n777"))
    assert selection.ids == {"n777"}
    hand.click(hand.middle("n5"), SHIFT)
    assert {"n5", "n777"} <= selection.ids
    stage = large.canvas.stage
    area = stage.body("n10").united(stage.body("n165")).adjusted(-30, -200, 30, 30)
    hand.drag(area.topLeft(), area.bottomRight())
    assert selection.ids == set(large.canvas.nodes_in(area))
    assert {"n10", "n61", "n165"} <= selection.ids
    hand.key(Qt.Key.Key_A, CTRL)
    assert len(selection.ids) == len(large.session.document.design.nodes)


def test_far_away_nodes_are_dragged_and_the_drag_is_given_up_with_esc(
    large: CanvasView, hand: Hand
) -> None:
    document = large.session.document
    start = document.design
    grip = hand.middle("n500")
    hand.press(grip)
    hand.move(grip + QPointF(900, 2_500))
    assert large.canvas.stage.spots["n500"] != start.look.positions["n500"]
    hand.escape()
    hand.release()
    assert document.design is start
    assert large.canvas.stage.spots == start.look.positions
    hand.drag(grip, grip + QPointF(900, 2_500))
    x, y = start.look.positions["n500"]
    to = document.design.look.positions["n500"]
    assert abs(to[0] - x - 900) < 60
    assert abs(to[1] - y - 2_500) < 60
    document.undo()
    assert large.canvas.stage.spots == start.look.positions


def test_far_away_the_pointer_marks_a_node_and_a_double_click_comes_near(
    large: CanvasView, hand: Hand
) -> None:
    at = hand.middle("n1234")
    hand.hover(at)
    assert large.canvas.stage.mood("n1234").hovered
    hand.double_click(at)
    assert large.zoom == 1.0
    assert large.seen.contains(large.canvas.stage.body("n1234"))
    assert not large.canvas.far


def test_thousands_are_deleted_and_come_back(large: CanvasView, hand: Hand) -> None:
    document = large.session.document
    start = document.design
    hand.key(Qt.Key.Key_A, CTRL)
    hand.key(Qt.Key.Key_Delete)
    assert not large.canvas.stage.faces
    assert large.canvas.content.isEmpty()
    document.undo()
    assert large.canvas.stage.spots == start.look.positions
    assert set(large.canvas.wire_items) == set(start.wires)


def test_long_wires_find_their_ways_between_frames(large: CanvasView, qtbot) -> None:
    scene = large.canvas
    qtbot.waitUntil(lambda: not scene.unlaid, timeout=20_000)
    assert scene.wiring.laid.keys() == set(scene.wire_items)
    for wire in list(scene.wire_items)[:300]:
        path = scene.strands.paths[wire]
        start, end = scene.ends(wire)
        assert (QPointF(path.elementAt(0)), path.currentPosition()) == (start, end)


def test_one_node_can_fill_the_view(canvas: CanvasView, document: Document) -> None:
    document.replace(edits.add(Design(), "linear", (0.0, 0.0)))
    canvas.zoom_to(99.0)
    canvas.centerOn(0, 0)
    assert canvas.canvas.stage.body("n1").width() * canvas.zoom > canvas.width() * 0.9


def test_the_view_goes_back_until_all_of_a_long_design_is_seen(
    canvas: CanvasView, document: Document
) -> None:
    design = edits.add(Design(), "linear", (0.0, 0.0))
    document.replace(edits.add(design, "linear", (300_000.0, 0.0)))
    canvas.fit()
    assert canvas.seen.contains(canvas.canvas.content)
    assert colour_at(canvas, "n2") != canvas.canvas.inks.canvas


def test_the_minimap_of_a_large_design_is_dragged(large: CanvasView, qtbot) -> None:
    from PySide6.QtTest import QTest

    large.zoom_to(1.0)
    large.centerOn(large.canvas.content.topLeft())
    QApplication.processEvents()
    chart = large.minimap
    qtbot.waitUntil(lambda: chart.isVisible(), timeout=2000)
    chart.grab()
    target = large.canvas.stage.body("n1500").center()
    spot = chart.to_map(large.canvas.stage.body("n1500")).center().toPoint()
    QTest.mouseClick(chart, Qt.MouseButton.LeftButton, pos=spot)
    assert (large.middle - target).manhattanLength() < 1.5 / chart._scale()

    grip = chart.to_map(large.seen).center().toPoint()
    QTest.mousePress(chart, Qt.MouseButton.LeftButton, pos=grip)
    before = large.middle
    QTest.mouseMove(chart, grip + QPoint(12, -8))
    moved = large.middle - before
    assert abs(moved.x() * chart._scale() - 12) < 1.5
    assert abs(moved.y() * chart._scale() + 8) < 1.5
    QTest.mouseRelease(chart, Qt.MouseButton.LeftButton, pos=grip + QPoint(12, -8))


def pixels(canvas: CanvasView) -> bytes:
    """What the canvas shows, painted now."""
    shown = canvas.viewport().grab().toImage()
    shown = shown.convertToFormat(QImage.Format.Format_RGB32)
    return bytes(shown.constBits())


@pytest.mark.parametrize("zoom", [0.33, 0.7, 1.0, 2.6])
def test_a_frame_that_is_painted_again_looks_the_same(
    canvas: CanvasView, document: Document, zoom: float
) -> None:
    """The second time nodes come from pixmaps; what changed is painted anew."""
    document.replace(load(EXAMPLES / "lenet5.fanin"))
    canvas.zoom_to(zoom)
    canvas.centerOn(canvas.canvas.content.center())
    first, second, third = pixels(canvas), pixels(canvas), pixels(canvas)
    assert canvas.canvas.sprites._kept
    assert second == third
    apart = [abs(a - b) for a, b in zip(first, second, strict=True)]
    assert sum(apart) / len(apart) < 0.4  # of 255
    canvas.select_only(canvas.visible_nodes()[0])
    assert pixels(canvas) != third
    canvas.select_only(None)
    pixels(canvas)
    assert pixels(canvas) == third
