"""The rows of the summary: ours from the check, torchinfo's from the worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from engine.catalog import INITIALIZERS
from engine.catalog.dims import sampled
from engine.check import Checked
from engine.check.costs import Cost, Measure
from engine.design.model import Design, Node
from gui.panels.labels import grouped
from gui.panels.table import Cell, Column, Line
from gui.words import say

if TYPE_CHECKING:
    from engine.service import Summary, SummaryRow

IDS = (
    *("layer", "type", "shape", "initializer", "params", "share", "work", "theirs"),
    *("trainable", "output", "kept", "memory", "field"),
)
SHARE, THEIRS = IDS.index("share"), IDS.index("theirs")
USUAL = frozenset(range(len(IDS))) - {
    IDS.index(name) for name in ("trainable", "kept", "memory")
}
IF_ROOM = (IDS.index("output"), IDS.index("field"))
NOTHING = Cell("–", -1.0)
BILLION = 10**9  # from here on a number is told in billions; its tip has it in full


def columns(tr: Callable[[str], str]) -> tuple[Column, ...]:
    """The headings; the two counts of mult-adds say whose they are."""
    return tuple(
        column._replace(id=name)
        for name, column in zip(IDS, (*_first(tr), *_costs(tr)), strict=True)
    )


def _first(tr: Callable[[str], str]) -> tuple[Column, ...]:
    return (
        Column(tr("Layer"), tr("The node's name."), width=130),
        Column(tr("Type"), tr("The torch class or function."), muted=True, width=110),
        Column(
            tr("Output shape"),
            tr("With the sample sizes of the design's settings."),
            mono=True,
            muted=True,
            width=120,
        ),
        Column(tr("Initializer"), tr("What draws the weights."), muted=True, width=130),
        Column(
            tr("Params"),
            tr("Numbers that are learned, as torchinfo counts them."),
            number=True,
            width=84,
        ),
        Column(
            tr("Share"),
            tr("Of the whole; of what, the menu of this heading says."),
            width=140,
            picture=48,
        ),
        Column(
            tr("Mult-adds"),
            tr("Fanin's count: per sample, products paired with sums, no biases."),
            number=True,
            muted=True,
            width=88,
        ),
        Column(
            tr("torchinfo’s"),
            tr(
                "torchinfo's count of mult-adds: over the batch, biases included; far "
                "off for attention, transposed convolutions and recurrent layers."
            ),
            number=True,
            muted=True,
            width=88,
        ),
    )


def _costs(tr: Callable[[str], str]) -> tuple[Column, ...]:
    """What memory is needed for, and how far a value sees."""
    return (
        Column(
            tr("Trainable"),
            tr("Parameters that learn: none in a frozen layer."),
            number=True,
            width=84,
        ),
        Column(
            tr("Output"),
            tr("Memory of what leaves it, at the sample sizes; none for a view."),
            number=True,
            muted=True,
            width=76,
        ),
        Column(
            tr("Kept"),
            tr(
                "Of its output and of masks, indices and the like: what some backward "
                "pass reads, so that training keeps it. ~ marks an estimate."
            ),
            number=True,
            muted=True,
            width=76,
        ),
        Column(
            tr("Training"),
            tr("Weights, their gradients and what is kept; not the optimizer's own."),
            number=True,
            muted=True,
            width=76,
        ),
        Column(
            tr("Sees"),
            tr(
                "The receptive field: how much of the input one of its values depends "
                "on, along convolutions and poolings."
            ),
            number=True,
            muted=True,
            width=64,
        ),
    )


def own_lines(
    design: Design, checked: Checked, measure: Measure = "parameters"
) -> list[Line]:
    """What Fanin knows before torchinfo answers, or while the design has errors."""
    shares = checked.costs.shares(measure)
    lines = []
    order = dict.fromkeys((*checked.order, *design.nodes))  # those on a loop come last
    for key in order:
        node = design.nodes[key]
        known = checked.known(key)
        shapes = [tensor.shape for tensor in known.outputs.values()] if known else []
        shape = ", ".join(str(list(sampled(shape))) for shape in shapes)
        cost = checked.costs.nodes.get(key, Cost())
        lines.append(
            Line(
                key,
                (
                    Cell(node.name, node.name),
                    Cell(node.title, node.title),
                    Cell(shape, shape) if shape else Cell("?", ""),
                    _drawn_by(node, checked),
                    _number(cost.parameters),
                    _share(shares.get(key, 0.0)),
                    _number(cost.mult_adds),
                    NOTHING,
                    *_cost_cells(cost),
                ),
            )
        )
    return lines


def torch_lines(
    design: Design,
    checked: Checked,
    summary: Summary,
    measure: Measure = "parameters",
) -> list[Line]:
    """The rows that torchinfo gave, in its order."""
    why = {at.node: say(at.why) for at in summary.differences}
    lines = []
    for row in summary.rows:
        share = checked.costs.share(row.node, measure) if row.node else 1.0
        if measure == "parameters":
            share = row.share
        cells = _cost_cells(_cost_of(row, checked))
        lines.append(_torch_line(row, design, checked, share, why, cells))
    return lines


def _cost_of(row: SummaryRow, checked: Checked) -> Cost:
    """A node's cost; in the row of the network, that of all nodes."""
    if row.node:
        return checked.costs.at(row.node)
    costs = checked.costs
    return Cost(
        trainable=checked.trainable,
        weight_bytes=costs.weight_bytes,
        gradient_bytes=costs.total(lambda cost: cost.gradient_bytes),
        output_bytes=costs.forward_bytes,
        kept_bytes=costs.kept_bytes,
        sure=all(cost.sure for cost in costs.nodes.values()),
    )


def _torch_line(
    row: SummaryRow,
    design: Design,
    checked: Checked,
    share: float,
    why: Mapping[str, str],
    costs: tuple[Cell, ...],
) -> Line:
    node = design.nodes.get(row.node)
    shape = _listed(row.output_shape)
    indent = "· " * max(row.depth - 1, 0)
    initializer = _drawn_by(node, checked) if node else Cell("", "")
    theirs = _number(row.mult_adds)
    return Line(
        row.node,
        (
            Cell(f"{indent}{row.name}", row.name),
            Cell(row.kind, row.kind),
            Cell(shape, shape),
            initializer,
            _number(row.params),
            _share(share),
            _number(row.own_mult_adds),
            theirs._replace(tip=why.get(row.node, "")),
            *costs,
        ),
    )


def _cost_cells(cost: Cost) -> tuple[Cell, ...]:
    """Trainable, output, kept, memory and field, as the headings have them."""
    size = "×".join(str(field.size) for field in cost.field)
    least = float(min((field.size for field in cost.field), default=0))
    return (
        _number(cost.trainable),
        _bytes(cost.output_bytes),
        _bytes(cost.kept_bytes, sure=cost.sure),
        _bytes(cost.memory, sure=cost.sure),
        Cell(size, least, _placed(cost)) if size else NOTHING,
    )


def _placed(cost: Cost) -> str:
    """The fields in full: how far apart they lie and where the first begins."""
    lines = [
        f"{field.size}: every {field.jump}, from {field.start}" for field in cost.field
    ]
    return "\n".join(lines)


def _bytes(count: int, *, sure: bool = True) -> Cell:
    if not count:
        return NOTHING
    return Cell(f"{'' if sure else '~'}{sized(count)}", float(count))


def _listed(shape: object) -> str:
    """A shape, or several, as lists: [5, 3]."""
    if isinstance(shape, str):
        return shape
    parts = list(shape) if isinstance(shape, tuple | list) else []
    if parts and isinstance(parts[0], tuple | list):
        return ", ".join(str(list(part)) for part in parts)
    return str(parts)


def _drawn_by(node: Node, checked: Checked) -> Cell:
    """The titles of the initializers chosen for this node: Xavier normal."""
    known = checked.known(node.id)
    learned = [s for s in known.tensors if s.family != "buffer"] if known else []
    if not learned and not node.init:
        return Cell("", "")
    titles = []
    for name, init in node.init.items():
        row = INITIALIZERS.get(init.kind)
        title = row.title if row else init.kind
        titles.append(title if name == "weight" else f"{name}: {title}")
    text = ", ".join(titles) or "torch's default"
    return Cell(text, text)


def _number(count: int) -> Cell:
    if count < BILLION:
        return Cell(grouped(count), float(count)) if count else NOTHING
    return Cell(f"{count / BILLION:,.2f} G", float(count), grouped(count))


def _share(share: float) -> Cell:
    return Cell(_percent(share), share)


def _percent(share: float) -> str:
    return f"{share:.1%}" if share else ""


def sized(count: int) -> str:
    """Bytes as people read them: 104 B, 1.2 MB."""
    size = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.4g} {unit}" if unit == "B" else f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:,.3g} TB"
