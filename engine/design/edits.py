"""Every change to a design: a pure function from a design to the next.

The first argument is the design, the others are data, so that an edit can be kept,
pickled and offered as a fix. What an edit does not touch is shared; an edit that
changes nothing returns the design it was given. Refusals are `EditError`, and
`ParamError` where a value does not fit its parameter.
"""

from engine.design.annotations import (
    add_comment,
    add_frame,
    frame_nodes,
    recolour,
    remove_marks,
    set_size,
    set_text,
    set_title,
)
from engine.design.blocks import (
    add_block_param,
    detach,
    expose,
    remove_block,
    rename_block,
    rename_block_param,
    set_block_notes,
    set_block_param,
    unexpose,
)
from engine.design.bodies import inside, opened
from engine.design.framing import place_marks, refit, settle
from engine.design.grouping import make_block, ungroup
from engine.design.nodes import (
    add,
    add_outputs,
    arrange,
    dock,
    move,
    remove,
    rename,
    set_label,
    set_notes,
)
from engine.design.ties import tie, untie
from engine.design.values import (
    replace_kind,
    reset_params,
    set_device,
    set_dtype,
    set_frozen,
    set_init,
    set_mode,
    set_params,
    set_seed,
    set_symbol,
    set_weights,
)
from engine.design.wiring import (
    append_to,
    connect,
    connect_further,
    disconnect,
    further_input,
    insert_after,
    remove_and_reconnect,
    splice,
)

__all__ = [
    "add",
    "add_block_param",
    "add_comment",
    "add_frame",
    "add_outputs",
    "append_to",
    "arrange",
    "connect",
    "connect_further",
    "detach",
    "disconnect",
    "dock",
    "expose",
    "frame_nodes",
    "further_input",
    "insert_after",
    "inside",
    "make_block",
    "move",
    "opened",
    "place_marks",
    "recolour",
    "refit",
    "remove",
    "remove_and_reconnect",
    "remove_block",
    "remove_marks",
    "rename",
    "rename_block",
    "rename_block_param",
    "replace_kind",
    "reset_params",
    "set_block_notes",
    "set_block_param",
    "set_device",
    "set_dtype",
    "set_frozen",
    "set_init",
    "set_label",
    "set_mode",
    "set_notes",
    "set_params",
    "set_seed",
    "set_size",
    "set_symbol",
    "set_text",
    "set_title",
    "set_weights",
    "settle",
    "splice",
    "tie",
    "unexpose",
    "ungroup",
    "untie",
]
