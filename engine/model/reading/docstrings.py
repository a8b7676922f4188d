"""What docstrings of the dialect say: shapes, block parameters and free text."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

from engine.catalog.dims import BYTES
from engine.catalog.params import Value
from engine.design.block import BlockParam
from engine.model.describing import CALLED, GIVES, LOOSE, LOW, MEASURED, PARAMS, TAKES
from engine.model.layout import STEP
from engine.model.reading.dialect import Known, refused, value

_ESCAPE = re.compile(r"\\(?:u([0-9a-f]{4})|U([0-9a-f]{8}))")
_ENTRANCE = re.compile(
    r"(?P<name>\w+) (?P<shape>\(.*\))"
    r"(?: (?!below)(?P<dtype>[a-z]+[0-9]*))?(?: below (?P<high>.+))?\Z",
    re.ASCII,
)
_EXIT = re.compile(r"(?P<name>\w+)?\s?(?:\(.*\))?\Z", re.ASCII)
_PARAM = re.compile(
    r"(?P<name>\w+)(?: \(at least (?P<low>-?\d+)\))?:(?P<doc>.*)\Z", re.ASCII
)
_COUNTS = re.compile(r"Maps \d+ tensors? to \d+(?: in \w+)?\.\Z", re.ASCII)
_IN = re.compile(r"(?P<rest>.*) in (?P<dtype>[a-z]+[0-9]+)\.\Z", re.ASCII)


@dataclass(frozen=True)
class Entrance:
    """An Input as its docstring has it."""

    name: str
    params: dict[str, Value]


@dataclass(frozen=True)
class Said:
    """All that the docstring of a class says.

    Args:
        entrances: the Inputs, in order.
        exits: names of the Outputs, "" for a loose end.
        params: of the block.
        notes: free text.
        dtype: of the whole network; "" where it is not said.
        mode: how it is measured; "" where it is not said.
        called: the name of the block where it is not that of the class.
    """

    entrances: tuple[Entrance, ...] = ()
    exits: tuple[str, ...] = ()
    params: tuple[BlockParam, ...] = ()
    notes: str = ""
    dtype: str = ""
    mode: str = ""
    called: str = ""


@dataclass
class _Lines:
    """The unfolded lines of a docstring, eaten from the top."""

    at: ast.AST
    lines: list[str] = field(default_factory=list)

    def next(self) -> str:
        return self.lines.pop(0) if self.lines else ""

    def section(self, heading: str) -> list[str]:
        """The entries under a heading, with the empty line before it."""
        if self.next() or self.next() != heading:
            raise refused(
                self.at, "its docstring should go on with {part}.", part=heading
            )
        found = []
        while self.lines and self.lines[0].startswith(STEP):
            found.append(self.next()[len(STEP) :])
        return found


def class_said(cls: ast.ClassDef, source: list[str], params: int) -> Said:
    """What the docstring of a class says.

    Args:
        cls: the class.
        source: the lines of the file.
        params: how many parameters its block has.

    Raises:
        FileError: it is not of the dialect.
    """
    lines = _Lines(cls, _docstring(cls, source))
    notes = ""
    if lines.lines and not lines.lines[0].startswith("Maps "):
        notes = lines.next()
        lines.next()
    tail: list[str] = []
    if params:
        place = len(lines.lines) - 1
        while place >= 0 and lines.lines[place] != PARAMS:
            place -= 1
        if place < 1:
            raise refused(
                cls, "its docstring should explain the arguments of the block."
            )
        tail = lines.lines[place + 1 :]
        del lines.lines[place - 1 :]
    block = tuple(_param(cls, line.removeprefix(STEP)) for line in tail)
    own = {param.name: param.name for param in block}
    said = _mapped(lines, Known(own, _Others(own)))
    for word, key, end in ((CALLED, "called", "."), (MEASURED, "mode", " mode.")):
        if lines.lines[1:] and lines.lines[-1].startswith(word):
            said[key] = lines.lines.pop().removeprefix(word).removesuffix(end)
            lines.lines.pop()
    if lines.lines:
        notes = plain("\n".join(lines.lines[1:]))
    return Said(params=block, notes=notes, **said)  # type: ignore[arg-type]


def module_notes(tree: ast.Module, source: list[str]) -> str:
    """The free text in the docstring of the file."""
    return plain("\n".join(_docstring(tree, source)[2:]))


def plain(text: str) -> str:
    """Text with its escaped signs as they are."""
    return _ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16)), text)


def _docstring(owner: ast.Module | ast.ClassDef, source: list[str]) -> list[str]:
    """The lines as they were before they were folded; escapes stay."""
    first = owner.body[0] if owner.body else owner
    text = first.value if isinstance(first, ast.Expr) else None
    if not (isinstance(text, ast.Constant) and isinstance(text.value, str)):
        raise refused(first, "a docstring with shapes should stand here.")
    indent = text.col_offset
    rows = source[text.lineno - 1 : text.end_lineno]
    rows = [rows[0][indent:], *(row[indent:] for row in rows[1:])]
    whole = "\n".join(rows).rstrip()
    if not (whole.startswith('"""') and whole.endswith('"""') and len(whole) > 5):
        raise refused(text, "a docstring with shapes should stand here.")
    return _unfolded(whole[3:-3].removesuffix("\n").split("\n"))


def _unfolded(rows: list[str]) -> list[str]:
    """Lines that stand further in than they would are what the line before goes on."""
    found: list[str] = []
    listed = glued = False
    for row in rows:
        depth = len(row) - len(row.lstrip(" "))
        deep = len(STEP) * (2 if listed else 1)
        if found and found[-1] and (glued or depth >= deep):
            found[-1] += ("" if glued else " ") + row[deep:]
        else:
            found.append(row)
            listed = row in (TAKES, GIVES, PARAMS) or (listed and bool(row))
        glued = found[-1].endswith("\\")
        found[-1] = found[-1].removesuffix("\\")
    return found


def _mapped(lines: _Lines, known: Known) -> dict[str, object]:
    """The sentence of what goes in and out, or its two lists."""
    line, at = lines.next(), lines.at
    dtype = ""
    found = _IN.match(line)
    if found and found["dtype"] in BYTES and not found["rest"].endswith(("(", ",")):
        dtype = found["dtype"]
    if _COUNTS.match(line):
        taken, given = lines.section(TAKES), lines.section(GIVES)
    else:
        body = line.removeprefix("Maps ").removesuffix(".")
        body = body.removesuffix(f" in {dtype}") if dtype else body
        left, to, right = _parted(body, " to ")
        if not to:
            raise refused(at, "its docstring should say: Maps ... to ....")
        taken, given = _listed(left), _listed(right)
    return {
        "entrances": tuple(_entrance(at, one, known) for one in taken),
        "exits": tuple(_exit(at, one) for one in given),
        "dtype": dtype,
    }


def _parted(text: str, word: str) -> tuple[str, str, str]:
    """Text before and after a word that stands outside of brackets."""
    depth = 0
    for place, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if not depth and text.startswith(word, place):
            return text[:place], word, text[place + len(word) :]
    return text, "", ""


def _listed(text: str) -> list[str]:
    found, rest = [], "" if text == "nothing" else text
    while rest:
        one, _, rest = _parted(rest, " and ")
        found.append(one)
    return found


def _entrance(at: ast.AST, text: str, known: Known) -> Entrance:
    found = _ENTRANCE.match(text)
    if not found:
        raise refused(at, "its docstring should say the shape of each input.")
    params: dict[str, Value] = {"shape": _shape(at, found["shape"], known)}
    if found["dtype"]:
        params["dtype"] = found["dtype"]
    if found["high"]:
        params["high"] = _said(at, found["high"], known)
    return Entrance(found["name"], params)


def _exit(at: ast.AST, text: str) -> str:
    if text == LOOSE:
        return ""
    found = _EXIT.match(text)
    if not found:
        raise refused(at, "its docstring should name what it gives.")
    return found["name"] or ""


def _shape(at: ast.AST, text: str, known: Known) -> Value:
    """A shape, whose bare words are sizes such as N or parameters in formulas."""
    found = _said(at, text, known)
    parts = found if isinstance(found, tuple) else (found,)
    return tuple(parts)


class _Others(dict[str, str]):
    """Every name but a block's parameters, as the symbol of a size."""

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name not in self.keys()

    def __missing__(self, name: str) -> str:
        return name


def _said(at: ast.AST, text: str, known: Known) -> Value:
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise refused(
            at, "the shape {shape} in its docstring is none.", shape=text[:60]
        ) from None
    for part in ast.walk(tree):  # where it stands in the file
        part.lineno = getattr(at, "lineno", 1)  # type: ignore[attr-defined]
    return value(tree, known)


def _param(at: ast.AST, line: str) -> BlockParam:
    found = _PARAM.match(line)
    if not found:
        raise refused(at, "its docstring should explain each argument of the block.")
    low = int(found["low"] or LOW)
    return BlockParam(found[1], 0, low, plain(found["doc"][1:]))
