"""Lines of code as ruff formats them, from a small tree of groups."""

from __future__ import annotations

from dataclasses import dataclass

WIDTH = 88
STEP = "    "


@dataclass(frozen=True)
class Group:
    """Brackets with what stands in them: a call, a tuple, a list of parameters.

    Args:
        items: what the commas part.
        before: text up to and including the opening bracket: "nn.Linear(".
        after: the closing bracket and what follows it.
        literal: a tuple or list, which goes one item to a line once it does not fit
            on one; a call first tries all its arguments on a line of their own.
        words: parts that spaces keep apart: the clauses of a generator.
    """

    items: tuple[str | Group, ...]
    before: str = "("
    after: str = ")"
    literal: bool = False
    words: bool = False

    def __str__(self) -> str:
        comma = "," if self.literal and len(self.items) == 1 else ""
        return f"{self.before}{self.line}{comma}{self.after}"

    @property
    def line(self) -> str:
        """What stands in the brackets, on one line."""
        return (" " if self.words else ", ").join(map(str, self.items))


def row(*items: str | Group) -> Group:
    """A tuple."""
    return Group(items, literal=True)


def statement(
    depth: int, before: str, value: str | Group, after: str = ""
) -> list[str]:
    """`before` and `value` as one statement, over as many lines as it takes."""
    indent = STEP * depth
    opened = f"{indent}{before}{value.before if isinstance(value, Group) else ''}"
    if before.endswith("= ") and len(opened) > WIDTH:
        body = _laid(indent + STEP, "", value, "")
        return [f"{indent}{before}(", *body, f"{indent})"]
    return _laid(indent, before, value, after)


def sum_statement(depth: int, before: str, sign: str, terms: list[str]) -> list[str]:
    """`before` and the terms with signs between them."""
    indent = STEP * depth
    line = f" {sign} ".join(terms)
    if len(indent + before + line) <= WIDTH:
        return [indent + before + line]
    inner = indent + STEP
    if len(inner + line) <= WIDTH:
        body = [inner + line]
    else:
        body = [inner + terms[0], *(f"{inner}{sign} {term}" for term in terms[1:])]
    return [f"{indent}{before}(", *body, f"{indent})"]


def _laid(indent: str, before: str, value: str | Group, after: str) -> list[str]:
    line = f"{indent}{before}{value}{after}"
    if len(line) <= WIDTH or isinstance(value, str) or not value.items:
        return [line]
    inner = indent + STEP
    joined = inner + value.line
    if not value.literal and len(joined) <= WIDTH:
        body = [joined]
    elif not value.literal and len(value.items) == 1:
        body = _laid(inner, "", value.items[0], "")
    else:
        comma = "" if value.words else ","
        body = [line for item in value.items for line in _laid(inner, "", item, comma)]
    return [f"{indent}{before}{value.before}", *body, f"{indent}{value.after}{after}"]
