"""A run of a module, written down: what was called with what, and within which module.

The module is really run, on the example it is given, so that whatever Python decides
on the way (sizes, options, loops) is decided as it would be. Lines that read the values
of a tensor are noted: they may decide, too.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode, resolve_name

from engine.errors import CaptureError
from engine.model.capture.words import word_of

TORCH = str(Path(torch.__file__).parent)
HERE = str(Path(__file__).parent)
# What reads values, so that Python would go one way or the other by them.
READS = frozenset(
    {"item", "tolist", "__bool__", "__int__", "__float__", "__index__", "numpy"}
    | {"__contains__", "equal", "allclose", "is_nonzero"}
)
WRITES = frozenset({"__setitem__"})
# What only asks a tensor for its size and kind.
MAKES = frozenset(
    {"new_zeros", "new_ones", "new_full", "new_empty", "new_tensor", "zeros_like"}
    | {"ones_like", "full_like", "empty_like"}
)


@dataclass(eq=False)
class Value:
    """A tensor of the run.

    Args:
        shape: in this run.
        dtype: such as float32.
        own: the name of the parameter or buffer that it is.
        data: the tensor, where it came from nowhere: a constant, a parameter, a buffer.
        fed: whether what the module is called with reaches it.
    """

    shape: tuple[int, ...]
    dtype: str
    own: str = ""
    data: torch.Tensor | None = None
    fed: bool = False


@dataclass(eq=False)
class Call:
    """One call of a function of tensors, or of a module that is kept whole.

    Args:
        target: the function's path: torch.cat, torch.Tensor.view.
        args: by position; a `Value` where a tensor stood.
        kwargs: by name.
        made: the tensors that came out, flat.
        module: the module that is kept whole, and `path` its name.
        where: the line of the model that called.
    """

    target: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    made: list[Value]
    where: str
    module: nn.Module | None = None
    path: str = ""


@dataclass(eq=False)
class Scope:
    """One call of a module that is looked into."""

    path: str
    module: nn.Module
    items: list[Call | Scope] = field(default_factory=list)


@dataclass
class Run:
    """A whole run.

    Args:
        root: the scope of the module itself.
        inputs: what it was called with.
        results: what it returned, by name; "" where there is one alone.
        reads: the lines that read values, by which Python may decide.
    """

    root: Scope
    inputs: list[Value]
    results: list[tuple[str, Value]]
    reads: list[str]


def record(
    module: nn.Module,
    inputs: Mapping[str | int, Any],
    kept: Callable[[nn.Module], bool],
) -> Run:
    """Run a module and write down what it does.

    Args:
        module: in the mode it should run in.
        inputs: arguments by position (numbers) and by name.
        kept: whether a module is kept whole, rather than looked into.

    Raises:
        CaptureError: it does what a design cannot; the sentence names the line.
    """
    tape = _Tape(module, kept)
    args = [value for key, value in inputs.items() if isinstance(key, int)]
    kwargs = {key: value for key, value in inputs.items() if isinstance(key, str)}
    entering = [tape.enter(tensor) for tensor in tensors((args, kwargs))]
    with torch.no_grad(), tape.listening():
        result = module(*args, **kwargs)
    results = [(name, tape.of(one)) for name, one in named(result)]
    return Run(tape.root, entering, results, tape.reads)


def tensors(nest: Any) -> Iterator[torch.Tensor]:
    """The tensors within lists, tuples and dicts, in order."""
    for _, tensor in named(nest):
        yield tensor


def named(nest: Any, name: str = "") -> Iterator[tuple[str, torch.Tensor]]:
    """The tensors within lists, tuples and dicts, with names made of the keys."""
    if isinstance(nest, torch.Tensor):
        yield name, nest
        return
    pairs: Iterator[tuple[Any, Any]] = iter(())
    if isinstance(nest, Mapping):
        pairs = iter(nest.items())
    elif isinstance(nest, list | tuple):
        pairs = iter(enumerate(nest))
    for key, part in pairs:
        yield from named(part, f"{name}_{key}" if name else str(key))


class _Tape(TorchFunctionMode):
    """Writes down the functions that are called, and the modules around them."""

    def __init__(self, module: nn.Module, kept: Callable[[nn.Module], bool]) -> None:
        super().__init__()
        self._kept = kept
        self._quiet = 0
        self._held: list[Any] = []  # so that no id is given twice
        self._values: dict[int, Value] = {}
        self._paths: dict[int, str] = {}
        for path, one in module.named_modules():
            self._paths.setdefault(id(one), path)
        self._owned: dict[int, str] = {}
        for name, tensor in (*module.named_parameters(), *module.named_buffers()):
            self._owned.setdefault(id(tensor), name)
        self.root = Scope("", module)
        self._around = [self.root]
        self.reads: list[str] = []

    def enter(self, tensor: torch.Tensor) -> Value:
        """A tensor that the module is called with."""
        return self._note(tensor, Value(_shape(tensor), _dtype(tensor), fed=True))

    def of(self, tensor: torch.Tensor) -> Value:
        """The value that a tensor is; a constant where no call made it."""
        known = self._values.get(id(tensor))
        if known is None:
            own = self._owned.get(id(tensor), "")
            known = Value(_shape(tensor), _dtype(tensor), own, tensor.detach())
            self._note(tensor, known)
        return known

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear every call within."""
        plain, tape = nn.Module.__call__, self

        def called(module: nn.Module, *args: Any, **kwargs: Any) -> Any:
            return tape.module(plain, module, args, kwargs)

        nn.Module.__call__ = called  # type: ignore[method-assign]
        try:
            with self:
                yield
        finally:
            nn.Module.__call__ = plain  # type: ignore[method-assign]

    def module(
        self,
        call: Callable[..., Any],
        module: nn.Module,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
    ) -> Any:
        """A module is called: kept whole, or looked into."""
        path = self._paths.get(id(module))
        if self._quiet or path is None or module is self.root.module:
            return call(module, *args, **kwargs)
        if self._kept(module):
            return self._whole(call, module, path, args, kwargs)
        scope = Scope(path, module)
        self._around[-1].items.append(scope)
        self._around.append(scope)
        try:
            return call(module, *args, **kwargs)
        finally:
            self._around.pop()

    def _whole(
        self,
        call: Callable[..., Any],
        module: nn.Module,
        path: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
    ) -> Any:
        made = Call("", self._noted(args), self._noted(kwargs), [], _line())
        made.module, made.path = module, path
        self._quiet += 1
        try:
            result = call(module, *args, **kwargs)
        finally:
            self._quiet -= 1
        self._keep(made, result)
        return result

    def __torch_function__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        if self._quiet:
            return func(*args, **kwargs)
        target = _target(func)
        word = target.rpartition(".")[2]
        fed = any(self.of(one).fed for one in tensors((args, kwargs)))
        if word in READS and fed:
            self.reads.append(_line())
            return self._unheard(func, args, kwargs)
        if word in WRITES and not fed:
            return self._written(func, args)
        if word in WRITES:
            raise CaptureError(
                "The model writes into a part of a tensor, which a design has no "
                "wire for: {where}. Join parts with torch.cat or torch.stack there.",
                where=_line(),
            )
        made = Call(target, self._noted(args), self._noted(kwargs), [], _line())
        result = self._unheard(func, args, kwargs)
        if target != "torch.Tensor.data.__get__":
            self._keep(made, result)
        return result

    def _unheard(
        self, func: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Any:
        """A call of which nothing is noted."""
        self._quiet += 1
        try:
            return func(*args, **kwargs)
        finally:
            self._quiet -= 1

    def _written(self, func: Any, args: tuple[Any, ...]) -> None:
        """A constant is written into: what it holds then is a constant too."""
        self._unheard(func, args, {})
        tensor = args[0]
        held = Value(_shape(tensor), _dtype(tensor), data=tensor)
        self._note(tensor, held)

    def _keep(self, call: Call, result: Any) -> None:
        """Note what a call made; a call that made no tensor is forgotten."""
        fed = any(value.fed for value in _values((call.args, call.kwargs)))
        fed = (fed or call.module is not None) and word_of(call.target) not in MAKES
        for tensor in tensors(result):
            fresh = Value(_shape(tensor), _dtype(tensor), fed=fed)
            if not fed and (call.target == "torch.tensor" or self._fixed(call)):
                fresh.data = tensor.detach()
            call.made.append(self._note(tensor, fresh))
        if call.made and (call.made[0].data is None):
            self._around[-1].items.append(call)

    def _fixed(self, call: Call) -> bool:
        """Whether it computes with constants alone, of which one was written."""
        given = list(_values((call.args, call.kwargs)))
        constant = all(one.data is not None and not one.own for one in given)
        return bool(given) and constant

    def _note(self, tensor: torch.Tensor, value: Value) -> Value:
        self._held.append(tensor)
        self._values[id(tensor)] = value
        return value

    def _noted(self, nest: Any) -> Any:
        """Arguments with values in the place of tensors."""
        if isinstance(nest, torch.Tensor):
            return self.of(nest)
        if isinstance(nest, Mapping):
            return {key: self._noted(part) for key, part in nest.items()}
        if isinstance(nest, torch.Size):
            return tuple(nest)
        if isinstance(nest, list | tuple):
            return (
                type(nest)([self._noted(p) for p in nest])
                if type(nest) in (list, tuple)
                else tuple(self._noted(p) for p in nest)
            )
        return nest


def _values(nest: Any) -> Iterator[Value]:
    if isinstance(nest, Value):
        yield nest
    elif isinstance(nest, Mapping):
        for part in nest.values():
            yield from _values(part)
    elif isinstance(nest, list | tuple):
        for part in nest:
            yield from _values(part)
    elif isinstance(nest, slice):
        yield from _values((nest.start, nest.stop, nest.step))


values = _values


def _shape(tensor: torch.Tensor) -> tuple[int, ...]:
    return tuple(int(size) for size in tensor.shape)


def _dtype(tensor: torch.Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _target(func: Any) -> str:
    name = resolve_name(func)
    if name:
        return str(name)
    module, word = getattr(func, "__module__", ""), getattr(func, "__name__", "")
    return f"{module}.{word}" if module else str(word)


def _line() -> str:
    """The line of the model that is running: file.py, line 12, in forward."""
    frame: Any = sys._getframe(1)
    while frame is not None:
        name = frame.f_code.co_filename
        if not name.startswith((TORCH, HERE)) and "contextlib" not in name:
            where = frame.f_code.co_name
            return f"{Path(name).name}, line {frame.f_lineno}, in {where}"
        frame = frame.f_back
    return ""
