"""The rows of the summary: ours from the check, torchinfo's from the worker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.catalog import INITIALIZERS
from engine.catalog.dims import sampled
from engine.check import Checked
from engine.check.costs import MEASURES, Cost, Measure
from engine.design.model import Design, Node
from gui.panels.labels import grouped
from gui.panels.table import Cell, Column, Line
from gui.words import say

if TYPE_CHECKING:
    from engine.measure.results import Difference, SummaryRow
    from engine.service import Summary

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
                    number(cost.parameters),
                    _share(shares.get(key, 0.0)),
                    number(cost.mult_adds),
                    NOTHING,
                    *_cost_cells(cost),
                ),
            )
        )
    return lines


def torch_lines(
    checked: Checked,
    summary: Summary,
    measure: Measure = "parameters",
) -> list[Line]:
    """The rows that torchinfo gave, in its order."""
    found = {at.node: at for at in summary.differences}
    theirs = _summed(summary.rows)
    lines = []
    for at, row in enumerate(summary.rows):
        whole = _repeat(row, checked)
        cost = _sum_of(whole) if whole else checked.costs.at(row.node)
        share = row.share
        if measure != "parameters":
            share = _part(cost, checked, measure) if row.node else 1.0
        if whole:
            row = replace(row, own_mult_adds=whole.mult_adds)
        stem = summary.rows[at + 1 : at + 2]
        lines.append(
            Line(
                row.node,
                (
                    *_torch_cells(row, checked, share),
                    _their_cell(theirs[at], found.get(row.node)),
                    *_cost_cells(cost),
                ),
                row.depth,
                bool(stem) and stem[0].depth > row.depth,
            )
        )
    return lines


def _summed(rows: Sequence[SummaryRow]) -> list[int]:
    """Torchinfo's mult-adds of every row: it counts at the leaves, we add them up."""
    sums = [row.mult_adds for row in rows]
    within: list[int] = []  # the rows around the one that is looked at
    for at, row in enumerate(rows):
        del within[row.depth :]
        for around in within:
            if rows[around].depth:  # the network's own figure is torchinfo's total
                sums[around] += row.mult_adds
        within.append(at)
    return sums


def _repeat(row: SummaryRow, checked: Checked) -> Checked | None:
    """The check of what a row stands for, where that is one of a use's repeats."""
    if not row.node:
        return checked
    last = row.name.rpartition(".")[2]
    known = checked.known(row.node) if last.isdigit() else None
    indexed = known is not None and known.inside is not None and known.inside.indexed
    return checked.inside(f"{row.node}/{last}") if indexed else None


def _sum_of(checked: Checked) -> Cost:
    """The cost of all nodes together."""
    costs = checked.costs
    return Cost(
        parameters=checked.parameters,
        mult_adds=checked.mult_adds,
        trainable=checked.trainable,
        weight_bytes=costs.weight_bytes,
        gradient_bytes=costs.total(lambda cost: cost.gradient_bytes),
        output_bytes=costs.forward_bytes,
        kept_bytes=costs.kept_bytes,
        sure=all(cost.sure for cost in costs.nodes.values()),
    )


def _part(cost: Cost, checked: Checked, measure: Measure) -> float:
    whole = checked.costs.total(MEASURES[measure])
    return MEASURES[measure](cost) / whole if whole else 0.0


def _torch_cells(row: SummaryRow, checked: Checked, share: float) -> tuple[Cell, ...]:
    """From the name to our mult-adds."""
    node = checked.design.nodes.get(row.node)
    shape = _listed(row.output_shape)
    initializer = _drawn_by(node, checked) if node else Cell("", "")
    return (
        Cell(row.name.rpartition(".")[2], row.name, row.name),
        Cell(row.kind, row.kind),
        Cell(shape, shape),
        initializer,
        number(row.params),
        _share(share),
        number(row.own_mult_adds),
    )


def _their_cell(count: int, difference: Difference | None) -> Cell:
    """Torchinfo's count; where it is not ours, a sign says so and the tip why."""
    cell = number(count)
    if difference is None:
        return cell
    return cell._replace(text=f"≠ {cell.text if count else 0}", tip=say(difference.why))


def _cost_cells(cost: Cost) -> tuple[Cell, ...]:
    """Trainable, output, kept, memory and field, as the headings have them."""
    size = "×".join(str(field.size) for field in cost.field)
    least = float(min((field.size for field in cost.field), default=0))
    return (
        number(cost.trainable),
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
    inside = dict.fromkeys(
        INITIALIZERS[s.default.kind].title for s in learned if s.chosen
    )
    text = ", ".join(titles or inside) or "torch's default"
    return Cell(text, text)


def number(count: int) -> Cell:
    """A count as a cell; from a billion on in billions, with all of it in the tip."""
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
