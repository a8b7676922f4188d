"""What torch's callables take, kept as data so that code is written without torch.

`signatures.json` is made from torch by `python -m engine.model.signatures`, which is
run when a row with a new target joins the catalogue; a test compares the two.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, get_overloads

from engine.catalog import INITIALIZERS, OPERATORS
from engine.catalog.params import Value
from engine.catalog.spec import Init, TensorSpec

FILE = Path(__file__).with_name("signatures.json")
OURS = ("self", "device", "dtype", "tensor")  # said where they are needed
VARIABLE = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


class Signature(NamedTuple):
    """Arguments of a class and its forward, or of a function.

    Args:
        required: arguments without a default, in order.
        defaults: the other arguments, in order.
        options: forward's arguments with a default.
    """

    required: tuple[str, ...] = ()
    defaults: Mapping[str, Value] = {}
    options: Mapping[str, Value] = {}


@cache
def signatures() -> Mapping[str, Signature]:
    """Dotted path -> what it takes."""
    found = json.loads(FILE.read_text(encoding="utf-8"))
    return {target: Signature(**_tuples(entry)) for target, entry in found.items()}


def signature(target: str) -> Signature | None:
    """What `target` takes; None for a built-in function, which keeps that secret."""
    return signatures().get(target)


def from_torch() -> dict[str, dict[str, Any]]:
    """The signatures of every class and initializer the catalogue names."""
    from engine.model.resolve import resolve

    found: dict[str, dict[str, Any]] = {}
    for target in sorted({row.target for row in OPERATORS.values()} - {""}):
        called = resolve(target)
        if inspect.isclass(called) and issubclass(called, resolve("torch.nn.Module")):
            required, defaults = _split(_constructor(called))
            _, options = _split(resolve(f"{target}.forward"))
            found[target] = {
                "required": required,
                "defaults": defaults,
                "options": options,
            }
    for function in sorted(_initializing()):
        target = f"torch.nn.init.{function}"
        required, defaults = _split(resolve(target))
        found[target] = {"required": required, "defaults": defaults}
    return found


def _initializing() -> set[str]:
    """The functions of torch.nn.init that rows are lowered to, whatever the tensor."""
    square = TensorSpec("weight", (4, 4, 3, 3), "weight", 36, 36, Init("zeros"))
    plain = square._replace(shape=(4, 4))
    own = {row.lower(row.defaults, spec).function for row in INITIALIZERS.values()
           for spec in (square, plain)}  # fmt: skip
    targets = [row.target for row in INITIALIZERS.values() if row.target]
    return own | {target.rpartition(".")[2] for target in targets}


def _constructor(called: type) -> Any:
    """The constructor that says its arguments: recurrent layers pass theirs on."""
    spoken = get_overloads(called.__init__)  # type: ignore[misc]
    if spoken:
        return spoken[0]
    for base in called.__mro__:
        own = base.__dict__.get("__init__")
        if own and not any(
            argument.kind in VARIABLE
            for argument in inspect.signature(own).parameters.values()
        ):
            return own
    return called


def _split(function: Any) -> tuple[list[str], dict[str, Any]]:
    """Names without a default, and the others with theirs."""
    required, defaults = [], {}
    for name, argument in inspect.signature(function).parameters.items():
        if name in OURS or argument.kind in VARIABLE:
            continue
        if argument.default is inspect.Parameter.empty:
            required.append(name)
        else:
            # an activation may be said as a function or by its name
            default = argument.default
            defaults[name] = default.__name__ if callable(default) else default
    return required, defaults


def _tuples(value: Any) -> Any:
    """JSON's lists as tuples."""
    if isinstance(value, list):
        return tuple(_tuples(part) for part in value)
    if isinstance(value, dict):
        return {key: _tuples(part) for key, part in value.items()}
    return value


def main() -> None:
    """Write the file anew."""
    lines = [
        f"{json.dumps(target)}: {json.dumps(entry)}"
        for target, entry in from_torch().items()
    ]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":  # pragma: no cover - main() is what the tests call
    main()
