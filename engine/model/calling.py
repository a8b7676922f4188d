"""What is called how in generated code: for those who write it and who read it.

A layer is called like its attribute. What a function makes has a variable: where that
is a name of its own, it is the node's; where it is one that values pass through, the
node has the name it would have by default. Both sides go by this file, and the writer
says in a comment what it would not give.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

from engine.design import names

FLOW = ("x", "y", "z", "h", "u", "v", "w")
PASSING = re.compile(rf"(?:[{''.join(FLOW)}]|x[0-9]+|turn_*)\Z")
ASIDE = "# What follows leads to no result, so that it is not run:"
NAMED = "# named "
GIVES = "# gives "
RETURNED = "returned"  # what such a comment calls the result that has no variable


def size_variable(symbol: str) -> str:
    """What the size is called that a symbol stands for."""
    return "batch" if symbol == "N" else symbol.lower()


def symbol_of(variable: str) -> str:
    """The symbol whose size a variable most likely is."""
    return "N" if variable == "batch" else variable.upper()


def node_name(
    targets: Sequence[str],
    ports: Sequence[str],
    kind: str,
    taken: Container[str],
) -> str:
    """The name of the node whose results these variables take.

    Args:
        targets: a variable for each result, _ for one that nobody uses; none for what
            is returned at once.
        ports: of the results.
        kind: of the node.
        taken: names in the same graph that came before it.
    """
    pairs = zip(targets, ports, strict=True) if targets else ()
    shown = [(target, port) for target, port in pairs if target != "_"]
    stems = {target.removesuffix(f"_{port}") for target, port in shown}
    if len(ports) > 1 and len(shown) > 1:
        whole = all(target.endswith(f"_{port}") for target, port in shown)
        stems = stems if whole else set()
    else:
        stems = {target for target, _ in shown}
    if len(stems) == 1:
        (stem,) = stems
        if not PASSING.match(stem) and stem not in taken and not names.fault(stem):
            return stem
    return names.fresh(kind, taken)
