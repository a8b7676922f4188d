"""What a node shows and where: plain values, worked out once per change.

A face's origin is the node's position: its middle, on the line of its first ports. So
nodes of different sizes in one row have one y, and their wires are straight.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, NamedTuple, Protocol

from PySide6.QtCore import QPointF, QRectF

from engine.catalog import INITIALIZERS
from engine.catalog.dims import text as shape_text
from engine.catalog.spec import Port, no_brief, no_tensors
from engine.check import Checked, Known
from engine.design.flow import REAL
from engine.design.model import Node
from engine.design.names import by_default
from engine.errors import Severity
from gui.canvas.block_face import block_brief, times_of

Form = Literal["card", "curve", "sign", "chip", "tag"]
State = Literal["known", "wrong", "waiting"]
Lacks = Literal["", "input", "output"]  # the side on which a wire is still to come

PITCH = 20.0  # between ports
STRIP = 9.0  # the coloured band on top of a card
MARGIN = 12.0  # between the edge of a card and its text
WIDEST = 216.0
BELOW, BESIDE = 34.0, 30.0  # of the shape: room of a caption, which grows far away
LETTER = 6.2  # about as wide as one of a caption is
STACK = 10.0  # how far the cards behind a repeated block rise over it
_LACKING: dict[str, Lacks] = {"unconnected": "input", "unused": "output"}
SIGNS = {"+": "+", "-": "−", "*": "×", "/": "÷", "@": "@"}


class Measures(Protocol):
    """Knows how wide text is: `Inks` by its fonts, a script without any by a table."""

    def width(self, role: str, text: str) -> float:
        """In scene units, for a role of `inks.TYPE`."""
        ...


class Dot(NamedTuple):
    """A port and its place relative to the node."""

    port: Port
    entering: bool
    x: float
    y: float

    @property
    def at(self) -> QPointF:
        return QPointF(self.x, self.y)


class Chip(NamedTuple):
    """The initializer on a card."""

    text: str
    picture: str
    chosen: bool  # by the person; else it is torch's default


class Face(NamedTuple):
    """All that a node looks like; equal faces need no repaint.

    Args:
        body: the rectangle of the shape, relative to the node's position.
        caption: the line below the shape.
        worst: of its problems; a wire that is still to come is none.
    """

    id: str
    kind: str
    form: Form
    family: str
    name: str
    title: str
    brief: str
    caption: str
    sign: str
    chip: Chip | None
    learns: str
    body: QRectF
    dots: tuple[Dot, ...]
    named: bool
    state: State
    worst: Severity | None
    lacks: Lacks
    frozen: bool = False
    times: str = ""  # of a block that is repeated: ×6
    shares: bool = False  # a tensor with another node

    @property
    def ins(self) -> tuple[Dot, ...]:
        return tuple(dot for dot in self.dots if dot.entering)

    @property
    def outs(self) -> tuple[Dot, ...]:
        return tuple(dot for dot in self.dots if not dot.entering)

    def dot(self, port: str, *, entering: bool) -> Dot | None:
        found = (d for d in self.dots if d.port.name == port and d.entering == entering)
        return next(found, None)

    @property
    def reach(self) -> QRectF:
        """Everything that is painted: shape, ports, badge, halo and caption."""
        below = BELOW + 3.0 if self.caption else 8.0
        least = BESIDE if self.caption else 8.0
        side = max(least, (len(self.caption) * 7.0 - self.body.width()) / 2)
        return self.body.adjusted(-side, -12, side, below)

    @property
    def space(self) -> QRectF:
        """What no other node may cover: shape, caption, the cards behind a block."""
        above, below = (-STACK if self.times else 0), (20 if self.caption else 0)
        return self.body.adjusted(0, above, 0, below)

    @property
    def spills(self) -> QRectF:
        """The caption, where it is wider than the shape above it; else empty."""
        wide, body = len(self.caption) * LETTER, self.body
        if wide <= body.width():
            return QRectF()
        return QRectF(-wide / 2, body.bottom() + 2, wide, 18)


def face_of(node: Node, checked: Checked | None, inks: Measures) -> Face:
    """The face of `node`; without a check, as it will look when it is known."""
    known = checked.known(node.id) if checked else None
    state: State = checked.state(node.id) if checked else "known"
    lacks, worst = _troubles(node.id, checked)
    form = _form(node)
    args = known.args if known else node.args
    usual = checked.design.settings.dtype if checked else REAL
    brief = _brief(node, known, args, usual)
    own_name = not by_default(node)
    title = node.title
    named = form == "card" and (len(node.inputs) > 1 or len(node.outputs) > 1)
    caption = ""
    if form == "curve":
        caption = node.label or (node.name if own_name else title)
    elif form == "sign" and own_name:
        caption = node.label or node.name
    sign = SIGNS.get(node.row.sign, "") if node.row else ""
    chip = _chip(node)
    learns = counted(known.parameters) if known and known.parameters else ""
    name = node.label or node.name
    if form == "chip" and not own_name:
        name = title
    if (
        not own_name
        and not node.block
        and inks.width("name", name) + inks.width("small", title) > 130
    ):
        title = ""  # a default name says it already: conv_transpose2d1
    width = _width(form, name, title, brief, inks)
    if node.block and learns:
        row = inks.width("mono", brief) + inks.width("small", learns) + 14
        width = max(width, _stepped(row + 2 * MARGIN, 0.0))
    if chip:
        row = inks.width("chip", chip.text) + inks.width("small", learns) + 60
        width = max(width, _stepped(row, 0.0))
    lines = 1 if node.row is None or node.row.brief is no_brief else 2
    body, dots = _laid(node, form, width, named, 28.0 if chip else 4.0, lines)
    return Face(
        *(node.id, node.kind, form, _family(node), name, title, brief, caption, sign),
        *(chip, learns, body, dots, named, state, worst, lacks, node.frozen),
        times_of(node, known),
        checked is not None and node.id in checked.design.graph.sharing,
    )


def _troubles(key: str, checked: Checked | None) -> tuple[Lacks, Severity | None]:
    """What a node lacks, and its worst problem apart from that.

    A node that was just dropped is unfinished, not wrong: it shows where a wire is
    wanted, and nothing louder.
    """
    lacks: Lacks = ""
    for problem in checked.of(key) if checked else ():
        inner = problem.node != key  # within a block: opening it shows which
        if inner or problem.rule not in _LACKING:
            return lacks, problem.severity
        lacks = _LACKING[problem.rule]
    return lacks, None


def counted(number: int) -> str:
    """A parameter count that fits on a node: 12, 48,320, 2.36 M."""
    if number < 100_000:
        return f"{number:,}"
    for size, unit in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if number >= size:
            return f"{number / size:.3g} {unit}"
    return str(number)


def tensor_text(
    shape: tuple[object, ...],
    dtype: str,
    *,
    sampling: bool = False,
    usual: str = REAL,
) -> str:
    """N×3, or N×T int64: the dtype is said where it is not the design's."""
    said = shape_text(shape, sampling=sampling)  # type: ignore[arg-type]
    return said if dtype == usual else f"{said} {dtype}"


def _form(node: Node) -> Form:
    row = node.row
    if row is None:
        return "card"
    if row.role in ("input", "output"):
        return "tag"
    if row.role == "activation":
        return "curve"
    if row.role == "operation":
        return "sign" if SIGNS.get(row.sign) else "chip"
    return "card"


def _family(node: Node) -> str:
    """What the colour follows: the heading of a layer, the role of everything else."""
    if node.row is None:
        return ""
    return node.row.family if node.row.role == "layer" else node.row.role


def _brief(node: Node, known: Known | None, args: object, usual: str) -> str:
    row = node.row
    if row is None:
        return node.kind
    if row.role == "input":
        tensor = known.outputs.get("output") if known else None
        if tensor is not None:
            return tensor_text(tensor.shape, tensor.dtype)
        shape = tuple(node.args["shape"] or ())  # type: ignore[arg-type]
        return tensor_text(shape, str(node.args["dtype"]))
    if node.block is not None:
        return block_brief(node, args)
    if row.role == "output":
        arriving = known.inputs.get("input") if known else None
        if arriving is None:
            return "?"
        return tensor_text(arriving.shape, arriving.dtype, usual=usual)
    if row.brief is no_brief:
        return ""
    said = row.brief(args)  # type: ignore[arg-type]
    if said or row.role != "operation" or by_default(node):
        return said
    return row.title  # a name of its own hides what it does, and it has no numbers


def _chip(node: Node) -> Chip | None:
    """The initializer of the weights, and how many other choices there are."""
    row = node.row
    if row is None or row.role != "layer" or row.tensors is no_tensors or node.block:
        return None
    if not node.init:
        if "weight" in node.ties:  # drawn where the other node says
            return None
        return Chip("default", "torch", chosen=False)
    first = "weight" if "weight" in node.init else min(node.init)
    init = INITIALIZERS.get(node.init[first].kind)
    text = init.short if init else node.init[first].kind
    if first != "weight":
        text = f"{first} {text}"
    if len(node.init) > 1:
        text += f" +{len(node.init) - 1}"
    return Chip(text, init.picture if init else "torch", chosen=True)


def _width(form: Form, name: str, title: str, brief: str, inks: Measures) -> float:
    """Wide enough for the text, in steps, so that a digit more moves nothing."""
    if form == "curve":
        return 64.0
    if form == "sign":
        return 44.0
    if form == "chip":
        wanted = max(inks.width("title", name), inks.width("mono", brief)) + 24
        return _stepped(wanted, 56.0)
    shown = "" if name == title else title
    line = inks.width("name", name) + inks.width("small", shown) + 10
    wanted = max(line, inks.width("mono", brief)) + 2 * MARGIN
    if form == "tag":
        wanted += 10
    return _stepped(wanted, 84.0 if form == "tag" else 104.0)


def _stepped(wanted: float, least: float) -> float:
    return min(WIDEST, max(least, -(-wanted // 8) * 8))


def _laid(
    node: Node, form: Form, width: float, named: bool, chip: float, lines: int
) -> tuple[QRectF, tuple[Dot, ...]]:
    """The body and its ports."""
    ins, outs = node.inputs, node.outputs
    half = width / 2
    most = max(len(ins), len(outs), 1)
    if named:  # ports in rows below the text, the first of them on the node's line
        above = STRIP + 8 + 18 * lines + chip + PITCH / 2
        body = QRectF(-half, -above, width, above + (most - 0.5) * PITCH + 6)
        return body, (*_row(ins, -half, 0.0), *_row(outs, half, 0.0, leaving=True))
    card = STRIP + 15 + 18 * lines + chip
    height = {"card": card, "tag": 56.0, "curve": 64.0}.get(form, 44.0)
    height = max(height, most * PITCH + 8)
    body = QRectF(-half, -height / 2, width, height)
    first = -(len(ins) - 1) * PITCH / 2
    last = -(len(outs) - 1) * PITCH / 2
    return body, (*_row(ins, -half, first), *_row(outs, half, last, leaving=True))


@lru_cache(maxsize=4096)  # thousands of nodes have a few rows
def _row(
    ports: tuple[Port, ...], x: float, first: float, *, leaving: bool = False
) -> tuple[Dot, ...]:
    return tuple(
        Dot(port, not leaving, x, first + index * PITCH)
        for index, port in enumerate(ports)
    )


@lru_cache(maxsize=256)
def curve_points(kind: str) -> tuple[tuple[float, float], ...]:
    """An activation's own curve over [-4, 4] in the unit square; () where it has none.

    y is 0 at the bottom. The scale keeps zero inside, so that axes can be drawn.
    """
    from engine.catalog.curves import curve

    line = curve(kind)
    if line is None:
        return ()
    near = [(x, y) for x, y in zip(line.x, line.f, strict=True) if -4 <= x <= 4]
    low = min(0.0, *(y for _, y in near))
    high = max(0.0, *(y for _, y in near))
    scale = 1 / ((high - low) or 1)
    step = max(1, len(near) // 48)
    return tuple(((x + 4) / 8, (y - low) * scale) for x, y in near[::step])


@lru_cache(maxsize=256)
def zero_line(kind: str) -> float:
    """Where y = 0 lies in `curve_points`, from 0 at the bottom to 1."""
    from engine.catalog.curves import curve

    line = curve(kind)
    if line is None:
        return 0.0
    near = [y for x, y in zip(line.x, line.f, strict=True) if -4 <= x <= 4]
    low, high = min(0.0, *near), max(0.0, *near)
    return -low / ((high - low) or 1)
