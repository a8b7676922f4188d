"""Every change to a design: a pure function from a design to the next.

The first argument is the design, the others are data, so that an edit can be kept,
pickled and offered as a fix. What an edit does not touch is shared; an edit that
changes nothing returns the design it was given. Refusals are `EditError`, and
`ParamError` where a value does not fit its parameter.
"""

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
    "add_outputs",
    "append_to",
    "arrange",
    "connect",
    "connect_further",
    "disconnect",
    "dock",
    "further_input",
    "insert_after",
    "move",
    "remove",
    "remove_and_reconnect",
    "rename",
    "replace_kind",
    "reset_params",
    "set_device",
    "set_dtype",
    "set_frozen",
    "set_init",
    "set_label",
    "set_mode",
    "set_notes",
    "set_params",
    "set_seed",
    "set_symbol",
    "splice",
]
