"""Names: each is an attribute of the built module and of the generated class."""

from __future__ import annotations

import keyword
import re
from collections.abc import Container
from functools import lru_cache

from engine.catalog.params import NAME
from engine.design.block import Block
from engine.design.model import Design, Node
from engine.errors import Message

LONGEST = 64

# What torch.nn.Module has already (a test compares this with torch's own list), and
# what generated code needs for itself.
_MODULE = """
    T_destination add_module apply bfloat16 buffers call_super_init children compile
    cpu cuda double dump_patches eval extra_repr float forward get_buffer
    get_extra_state get_parameter get_submodule half ipu load_state_dict modules mtia
    named_buffers named_children named_modules named_parameters parameters
    register_backward_hook register_buffer register_forward_hook
    register_forward_pre_hook register_full_backward_hook
    register_full_backward_pre_hook register_load_state_dict_post_hook
    register_load_state_dict_pre_hook register_module register_parameter
    register_state_dict_post_hook register_state_dict_pre_hook requires_grad_
    set_extra_state set_submodule share_memory state_dict to to_empty train training
    type xpu zero_grad
"""
MODULE = frozenset(_MODULE.split())
OURS = frozenset({"init", "math", "nn", "seed", "self", "torch", "zlib"})


@lru_cache(maxsize=1 << 16)
def fault(name: str) -> Message | None:
    """Why `name` cannot be an attribute of a module; None when it can."""
    if not NAME.match(name) or name.startswith("_") or len(name) > LONGEST:
        return Message(
            "'{name}' cannot be a name: use letters, digits and _, at most {most}, "
            "beginning with a letter.",
            {"name": name[: LONGEST + 1], "most": LONGEST},
        )
    if keyword.iskeyword(name):
        return Message(
            "'{name}' is a word of Python's own; take another.", {"name": name}
        )
    if name in MODULE or name in OURS:
        return Message(
            "'{name}' has a meaning in torch.nn.Module; take another.", {"name": name}
        )
    return None


def fresh(kind: str, taken: Container[str]) -> str:
    """The default name of the next node of `kind`: linear1, linear2; x for an input."""
    if kind == "input" and "x" not in taken:
        return "x"
    start = "x" if kind == "input" else kind
    number = 2 if kind == "input" else 1
    while f"{start}{number}" in taken:
        number += 1
    return f"{start}{number}"


def stem(kind: str, block: Block | None) -> str:
    """What the default name of a node begins with: a use is named after its block."""
    if block is None:
        return kind
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", block.name).lower()


def free(name: str, taken: Container[str]) -> str:
    """`name`, or where it is taken, the next like it: fc1 after fc, fc3 after fc2."""
    if name not in taken:
        return name
    start = name.rstrip("0123456789")[: LONGEST - 8] or "node"
    tail = name[len(start) :]
    number = int(tail) + 1 if tail.isdigit() and len(tail) < 8 else 1
    while f"{start}{number}" in taken:
        number += 1
    return f"{start}{number}"


def cleaned(name: str, kind: str) -> str:
    """The nearest to `name` that can be a name."""
    letters = re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_")[: LONGEST - 8]
    for candidate in (letters, f"{letters}1", f"{kind}1"):
        if not fault(candidate):
            return candidate
    return "node1"


def by_default(node: Node) -> bool:
    """Whether the node's name is one that `fresh` gives."""
    start = "x" if node.kind == "input" else stem(node.kind, node.block)
    return node.name.startswith(start) and (node.name[len(start) :] or "0").isdigit()


def all_names(design: Design) -> set[str]:
    """The names that are taken."""
    return {node.name for node in design.nodes.values()}
