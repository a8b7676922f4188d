"""Values as Python writes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from engine.catalog.spec import Part
from engine.model.layout import Group, row
from engine.model.signatures import Signature, signature


class Verbatim(str):
    """A value that stands in the code as it is: torch.float64."""

    __slots__ = ()


def arguments_text(
    given: Mapping[str, Any], known: Signature | None
) -> Iterator[str | Group]:
    """Arguments of a call: the required by position, the unusual by name."""
    required = known.required if known else ()
    defaults = known.defaults if known else {}
    for name in required:
        yield plain(given[name])
    rest = [*defaults, *(name for name in given if name not in defaults)]
    for name in rest:
        if name not in given or name in required:
            continue
        if name not in defaults or not same(given[name], defaults[name]):
            yield named(name, plain(given[name]))


def named(name: str, value: str | Group) -> str | Group:
    """An argument that is passed by its name."""
    if isinstance(value, Group):
        return replace(value, before=f"{name}={value.before}")
    return f"{name}={value}"


def constructed(target: str, given: Mapping[str, Any]) -> Group:
    """The call that makes a module."""
    items = tuple(arguments_text(verbatim(given), signature(target)))
    return Group(items, f"{target.replace('torch.nn.', 'nn.', 1)}(")


def verbatim(given: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments with a dtype as torch's own name of it."""
    found = dict(given)
    if "dtype" in found:
        found["dtype"] = Verbatim(f"torch.{found['dtype']}")
    return found


def same(value: Any, default: Any) -> bool:
    """Whether torch would take and show the two alike; neither True nor 1.0 is 1."""
    return bool(value == default) and type(value) is type(default)


def plain(value: Any) -> str | Group:
    """A value, a tuple as a group that can be spread over lines."""
    if isinstance(value, Part):
        return constructed(value.target, dict(value.args))
    if isinstance(value, tuple):
        return row(*(plain(part) for part in value))
    return literal(value)


def literal(value: Any) -> str:
    """A number, word or None as Python; bounds that are 1/√n say so."""
    if isinstance(value, Verbatim):
        return str(value)
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, float) and len(repr(value)) > 8 and value:
        fan = round(value**-2) if abs(value) > 1e-5 else 0
        if fan and float(fan) ** -0.5 == abs(value) and fan**-0.5 == abs(value):
            return f"{fan}**-0.5" if value > 0 else f"-({fan}**-0.5)"
    return repr(value)


def access(name: str) -> str:
    """A tensor of the network as an attribute: self.layer1[0].conv.weight."""
    parts = (f"[{part}]" if part.isdigit() else f".{part}" for part in name.split("."))
    return "self" + "".join(parts)
