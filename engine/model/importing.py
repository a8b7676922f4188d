"""A model of Python by its address: package.module:factory, or file.py:factory.

Importing it runs its code. Whoever calls this has asked the person before.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.catalog.dims import BYTES, INTEGERS
from engine.errors import CaptureError, EngineError

if TYPE_CHECKING:
    from engine.model.capture import Captured

_INPUT = re.compile(
    r"(?:(?P<name>[A-Za-z_]\w*)=)?(?P<shape>\d{1,9}(?:,\d{1,9})*|)"
    r"(?::(?P<dtype>[a-z]+\d*)(?:<(?P<high>\d{1,9}))?)?\Z",
    re.ASCII,
)


class Given(NamedTuple):
    """An example input: its shape and kind.

    Args:
        name: of the argument; "" for one by position.
        shape: whole numbers.
        dtype: of its values.
        high: whole numbers are drawn below this.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str = "float32"
    high: int = 2


def is_code(source: str) -> bool:
    """Whether a source names something in Python code that has to be run."""
    return ":" in source.rpartition("/")[2] or not source.endswith(".py")


def read_input(text: str) -> Given:
    """The example input that a text says: 1,3,224,224 or mask=1,16:int64<100.

    Raises:
        CaptureError: it says none.
    """
    found = _INPUT.match(text.strip())
    dtype = (found and found["dtype"]) or "float32"
    if not found or dtype not in BYTES:
        raise CaptureError(
            "'{text}' is no example input. Write sizes, and where they are needed a "
            "name, a kind and a limit: 1,3,224,224 or tokens=1,16:int64<1000.",
            text=text[:60],
        )
    shape = tuple(map(int, found["shape"].split(","))) if found["shape"] else ()
    return Given(found["name"] or "", shape, dtype, int(found["high"] or 2))


def captured(source: str, inputs: tuple[Given, ...]) -> Captured:
    """Run the code that `source` names, and the model it makes on the inputs.

    Raises:
        CaptureError: it cannot be found, fails, or is nothing that a design could say.
    """
    from engine.model.capture import capture

    model = _run(lambda: _model(source))
    example = _example(inputs)
    return _run(lambda: capture(model, example))  # type: ignore[no-any-return]


def _run(act: Any) -> Any:
    """Do what runs somebody's code; what fails there is told with its line."""
    try:
        return act()
    except EngineError:
        raise
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        own = [one for one in frames if not _ours(one.filename)] or list(frames)
        where = f"{Path(own[-1].filename).name}, line {own[-1].lineno}"
        raise CaptureError(
            "The model's own code failed at {where}: {error}. Does it take inputs of "
            "these sizes and kinds?",
            where=where,
            error=f"{type(error).__name__}: {error}"[:300],
        ) from error


def _ours(filename: str) -> bool:
    here = Path(__file__).parent.parent
    return "/torch/" in filename or Path(filename).is_relative_to(here)


def _model(source: str) -> Any:
    from torch import nn

    place, _, path = source.rpartition(":")
    if not place or not path:
        raise CaptureError(
            "'{source}' names no model. Write package.module:factory, or "
            "file.py:factory.",
            source=source[:80],
        )
    found: Any = _module(place)
    for word in path.split("."):
        if not hasattr(found, word):
            raise CaptureError(
                "There is no {name} in {place}.", name=path[:60], place=place[-60:]
            )
        found = getattr(found, word)
    model = found if isinstance(found, nn.Module) else found()
    if not isinstance(model, nn.Module):
        raise CaptureError(
            "{source} makes no torch.nn.Module, but {kind}.",
            source=source[:80],
            kind=type(model).__name__,
        )
    return model


def _module(place: str) -> Any:
    if not place.endswith(".py"):
        try:
            return importlib.import_module(place)
        except ModuleNotFoundError as error:
            raise CaptureError(
                "There is no module {place} here ({reason}). Install it, or start "
                "Fanin where Python finds it.",
                place=place[:80],
                reason=str(error),
            ) from error
    path = Path(place)
    if not path.is_file():
        raise CaptureError("There is no file {file}.", file=path.name)
    spec = importlib.util.spec_from_file_location(f"_fanin_{path.stem}", path)
    assert spec is not None  # noqa: S101 - a .py file has one
    assert spec.loader is not None  # noqa: S101
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where dataclasses and the like look themselves up
    sys.path.insert(0, str(path.resolve().parent))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.pop(0)
    return module


def _example(inputs: tuple[Given, ...]) -> dict[str | int, Any]:
    """Tensors of the shapes and kinds, random but the same every time."""
    import torch

    generator = torch.Generator().manual_seed(0)
    found: dict[str | int, Any] = {}
    for given in inputs:
        dtype = getattr(torch, given.dtype)
        if given.dtype == "bool":
            made = torch.rand(given.shape, generator=generator) < 0.5
        elif given.dtype in INTEGERS:
            made = torch.randint(given.high, given.shape, generator=generator)
            made = made.to(dtype)
        else:
            made = torch.randn(given.shape, generator=generator).to(dtype)
        place = sum(isinstance(key, int) for key in found)
        found[given.name or place] = made
    return found
