"""The docstrings of generated code: shapes, block parameters and free text.

They are read back, so they say all that the code itself does not. Free text that could
end a docstring, or would not come out of one as it went in, is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from engine.design.block import BlockParam
from engine.design.expression import is_formula, python
from engine.design.flow import REAL
from engine.design.model import MODES, Node
from engine.model.layout import STEP, WIDTH
from engine.model.plan import Plan

MEASURED, CALLED = "Measured in ", "In the design it is called "
LOW = 1  # the least that a block's parameter may be, where nobody says otherwise
TAKES, GIVES, PARAMS = "Inputs:", "Outputs:", "Args:"
LOOSE = "a tensor"  # what a block gives by a loose end
_SECTION = re.compile(r"\s*[A-Za-z][A-Za-z ]{1,24}:?\s*\Z")


def docstring(depth: int, paragraphs: list[list[str]]) -> Iterator[str]:
    """The lines of a docstring, the first paragraph being its one-line summary."""
    indent = STEP * depth
    (summary,), *rest = paragraphs
    if not rest:
        yield f'{indent}"""{summary}"""'
        return
    yield f'{indent}"""{summary}'
    for paragraph in rest:
        yield ""
        for line in paragraph:
            yield from _wrapped(indent, line)
    yield f'{indent}"""'


def free_text(text: str) -> list[str]:
    """Free text as lines that may stand in any docstring; [] for none."""
    body = text.strip("\n")
    if not text:
        return []
    lines = [_escaped(line) for line in body.split("\n")]
    before = len(text) - len(text.lstrip("\n")) if body else len(text)
    after = len(text) - len(text.rstrip("\n")) if body else 0
    lines[0] = (
        "\\u000a" * before + lines[0]
    )  # a docstring loses empty lines at its ends
    lines[-1] += "\\u000a" * after
    return lines


def is_summary(text: str) -> bool:
    """Whether a text can stand as the first line of a docstring as it is."""
    plain = text.isascii() and text.isprintable() and text == text.strip()
    fit = plain and 8 < len(text) <= 70 and not set(text) & set('"\\')
    return fit and text[-1] in ".!?" and not text.startswith(("Maps ", "("))


def block_paragraphs(plan: Plan, name: str) -> list[list[str]]:
    """The docstring of a block's class, which is called `name`."""
    block = plan.block
    assert block is not None  # noqa: S101 - a network has another docstring
    maps = _mapping(plan, [_entrance(node) for node in _entering(plan)], "")
    found = [[block.notes], *maps] if is_summary(block.notes) else maps
    if block.notes and not is_summary(block.notes):
        found.append(free_text(block.notes))
    if name != block.name:
        found.append([f"{CALLED}{block.name}."])
    if block.params:
        found.append([PARAMS, *(f"{STEP}{_param(param)}" for param in block.params)])
    return found


def network_paragraphs(plan: Plan) -> list[list[str]]:
    """The docstring of the network's class."""
    dtype = plan.design.settings.dtype
    kind = "" if dtype == REAL else f" in {dtype}"
    found = _mapping(plan, [_entrance(node) for node in _entering(plan)], kind)
    mode = plan.design.settings.mode
    return found if mode == MODES[0] else [*found, [f"{MEASURED}{mode} mode."]]


def shape_text(shape: tuple[object, ...], names: Mapping[str, str]) -> str:
    """A shape as Python would write it: (N, 4 * width, 7)."""
    parts = [python(str(p), names) if is_formula(p) else str(p) for p in shape]
    return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"


def _entering(plan: Plan) -> list[Node]:
    return [plan.design.nodes[key] for key in plan.inputs]


def _mapping(plan: Plan, taken: list[str], kind: str) -> list[list[str]]:
    """What goes in and out: in a line, or in two lists below it."""
    given = [_exit(plan, place) for place in range(len(plan.results))]
    line = f"Maps {_and(taken)} to {_and(given)}{kind}."
    if len(line) <= WIDTH - 12:
        return [[line]]
    counts = f"{len(taken)} tensor{'' if len(taken) == 1 else 's'} to {len(given)}"
    return [
        [f"Maps {counts}{kind}."],
        [TAKES, *(f"{STEP}{one}" for one in taken)],
        [GIVES, *(f"{STEP}{one}" for one in given)],
    ]


def _and(parts: list[str]) -> str:
    return " and ".join(parts) or "nothing"


def _entrance(node: Node) -> str:
    """An Input: its name, its shape, and what is not usual about it."""
    row, args = node.row, node.written
    assert row is not None  # noqa: S101 - an Input has one
    words = [node.name, shape_text(args["shape"], {})]  # type: ignore[arg-type]
    if args["dtype"] != row.defaults["dtype"]:
        words.append(str(args["dtype"]))
    if args["high"] != row.defaults["high"]:
        high = args["high"]
        words.append(f"below {python(str(high), {}) if is_formula(high) else high}")
    return " ".join(words)


def _exit(plan: Plan, place: int) -> str:
    """A result: the name of its Output, where it has one, and its shape."""
    node = plan.design.nodes[plan.checked.outputs[place]]
    name = node.name if node.kind == "output" else ""
    if plan.block:
        return name or LOOSE
    tensor = plan.checked.tensor(*plan.results[place])
    assert tensor is not None  # noqa: S101 - a plan's values are all known
    return f"{name} {shape_text(tensor.shape, {})}".strip()


def _param(param: BlockParam) -> str:
    low = "" if param.low == LOW else f" (at least {param.low})"
    return f"{param.name}{low}: {_escaped(param.doc, inner=True)}".rstrip()


def _escaped(line: str, *, inner: bool = False) -> str:
    """A line that comes out of a docstring as it went in."""
    done = "".join(_sign(sign) for sign in line)
    done = re.sub(r'"(?="")|"(?=\Z)', r"\\u0022", done)
    done = re.sub(r"(?<= ) |\A | \Z", r"\\u0020", done)
    if not inner and _SECTION.match(line) and line[:1].isalpha():
        done = f"\\u{ord(line[0]):04x}{done[1:]}"  # Returns: is no section of ours
    return done


def _sign(sign: str) -> str:
    if sign.isprintable() and sign != "\\":
        return sign
    return f"\\u{ord(sign):04x}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08x}"


def _wrapped(indent: str, line: str) -> Iterator[str]:
    """A line, over as many as it takes: what goes on stands further in.

    A word without an end goes on behind a backslash.
    """
    own = len(line) - len(line.lstrip())
    hang, further = "", " " * own + STEP
    while len(indent + hang + line) > WIDTH:
        room = WIDTH - len(indent + hang)
        cut = line.rfind(" ", own + 1, room + 1)
        if cut < 0:
            cut = _whole_signs(line, room - 1)
            yield f"{indent}{hang}{line[:cut]}\\"
            line, hang = line[cut:], further
            own = 0
            continue
        yield f"{indent}{hang}{line[:cut]}"
        line, hang = line[cut + 1 :], further
        own = 0
    yield f"{indent}{hang}{line}" if line else ""


def _whole_signs(line: str, room: int) -> int:
    """Where to cut a word so that no escaped sign is cut."""
    start = line.rfind("\\", 0, room)
    return start if start > 0 and room - start < 10 else room
