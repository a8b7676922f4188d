"""The rows of the summary: ours from the check, torchinfo's from the worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.catalog import INITIALIZERS
from engine.catalog.dims import sampled
from engine.check import Checked
from engine.design.model import Design, Node
from gui.panels.labels import grouped
from gui.panels.table import Cell, Column, Line

if TYPE_CHECKING:
    from engine.service import Summary, SummaryRow

SHARE = 5  # which column has the bars
NOTHING = Cell("–", -1.0)


def columns(tr: Callable[[str], str]) -> tuple[Column, ...]:
    """The headings; the two counts of mult-adds say whose they are."""
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
        Column(tr("Share"), tr("Of all parameters."), width=140, picture=48),
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


def own_lines(design: Design, checked: Checked) -> list[Line]:
    """What Fanin knows before torchinfo answers, or while the design has errors."""
    total = checked.parameters
    lines = []
    order = [*checked.order, *(key for key in design.nodes if key not in checked.order)]
    for key in order:
        node = design.nodes[key]
        known = checked.known(key)
        shapes = [tensor.shape for tensor in known.outputs.values()] if known else []
        shape = ", ".join(str(list(sampled(shape))) for shape in shapes)
        params = known.parameters if known else 0
        work = known.mult_adds if known else 0
        lines.append(
            Line(
                key,
                (
                    Cell(node.name, node.name),
                    Cell(node.title, node.title),
                    Cell(shape, shape) if shape else Cell("?", ""),
                    _drawn_by(node, checked),
                    _number(params),
                    _share(params, total),
                    _number(work),
                    NOTHING,
                ),
            )
        )
    return lines


def torch_lines(design: Design, checked: Checked, summary: Summary) -> list[Line]:
    """The rows that torchinfo gave, in its order."""
    return [_torch_line(row, design, checked) for row in summary.rows]


def _torch_line(row: SummaryRow, design: Design, checked: Checked) -> Line:
    node = design.nodes.get(row.node)
    shape = _listed(row.output_shape)
    indent = "· " * max(row.depth - 1, 0)
    initializer = _drawn_by(node, checked) if node else Cell("", "")
    return Line(
        row.node,
        (
            Cell(f"{indent}{row.name}", row.name),
            Cell(row.kind, row.kind),
            Cell(shape, shape),
            initializer,
            _number(row.params),
            Cell(_percent(row.share), row.share),
            _number(row.own_mult_adds),
            _number(row.mult_adds),
        ),
    )


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
    return Cell(grouped(count), float(count)) if count else NOTHING


def _share(count: int, total: int) -> Cell:
    share = count / total if total else 0.0
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
