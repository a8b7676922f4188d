"""What a wire would come to, before it is there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from engine.catalog.dims import Tensor
from engine.check import Checked, check
from engine.design import edits
from engine.design.model import Design, Wire
from engine.errors import EngineError, Message, Severity, ShapeError
from gui.canvas.fitting import made_of
from gui.canvas.placing import SMALL

UNFINISHED = "unconnected"  # another wire is still to come: no fault of this one


class Outcome(NamedTuple):
    """What connecting would lead to.

    Args:
        refused: why it would not be done.
        wrong: what the problem list would say of the node that it leads to.
        tensor: what that node would give, where it would be known.
    """

    refused: Message | None = None
    wrong: Message | None = None
    tensor: Tensor | None = None


def rewired(design: Design, taken: Wire | None, wire: Wire) -> Design:
    """One wire more, in place of the one whose end was taken.

    Raises:
        EditError: a port is not there, or it would make a loop.
    """
    if taken is not None:
        design = edits.disconnect(design, [taken])
    return edits.connect_further(design, wire)


def outcome(
    design: Design, checked: Checked, taken: Wire | None, wire: Wire
) -> Outcome:
    """What `rewired` would lead to.

    Args:
        design: the present design.
        checked: what is known of it.
        taken: the wire whose end is in the hand.
        wire: what it would become.
    """
    try:
        after = rewired(design, taken, wire)
    except EngineError as error:
        return Outcome(refused=error.message)
    if len(after.nodes) > SMALL:
        return _alone(after, checked, wire)
    checked = check(after)
    outputs = after.nodes[wire.target].outputs
    tensor = checked.tensor(wire.target, outputs[0].name) if outputs else None
    errors: Iterable[Message] = (
        problem.message
        for problem in checked.of(wire.target)
        if problem.severity is Severity.ERROR and problem.rule != UNFINISHED
    )
    return Outcome(wrong=next(iter(errors), None), tensor=tensor)


def _alone(after: Design, checked: Checked, wire: Wire) -> Outcome:
    """What becomes of the one node, where all others would take too long."""
    node = after.nodes[wire.target]
    made = made_of(after, checked, node)
    if isinstance(made, ShapeError):
        source = f"'{after.nodes[wire.source].name}'"
        return Outcome(wrong=made.message.filled(node=node.called, source=source))
    tensors = tuple(made.outputs.values()) if made else ()
    return Outcome(tensor=tensors[0] if tensors else None)
