"""Modules of torch.nn that are kept whole: their row, and its parameters read off."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from engine.catalog.params import Bool
from engine.catalog.params import Value as Plain
from engine.catalog.spec import Operator
from engine.model.capture.draft import Draft, Sizes, UnfitError, drafted
from engine.model.capture.record import Call, Value
from engine.model.reading.rows import made_with, modules
from engine.model.signatures import signature


def row_of(module: nn.Module) -> Operator | None:
    """The row of a module's class; None where there is none, or where it is changed."""
    cls = type(module)
    row = modules().get(f"torch.nn.{cls.__name__}")
    if row is None or getattr(nn, cls.__name__, None) is not cls:
        return None
    hooked = module._forward_hooks or module._forward_pre_hooks
    own = "forward" in module.__dict__
    if hooked or own or torch.nn.utils.parametrize.is_parametrized(module):
        return None
    try:
        params_of(module, row)
    except UnfitError:
        return None
    return row


def params_of(module: nn.Module, row: Operator) -> dict[str, Plain]:
    """The parameters of a row, from the attributes of a module.

    Raises:
        UnfitError: the module does not tell one of them.
    """
    known = signature(row.target)
    names = [*known.required, *known.defaults] if known else []
    given: dict[str, Plain] = {}
    for name in names:
        param = row.param(name)
        found = getattr(module, name, ...)
        if found is ... and param is not None:
            found = _special(module, name)
        if (
            isinstance(found, torch.Tensor)
            and param is None
            and name not in row.derived
        ):
            raise UnfitError(f"{row.kind}: {name} is a tensor")
        if isinstance(param, Bool) and not isinstance(found, bool):
            found = found is not None
        if found is not ... and (param is not None or name in row.derived):
            given[name] = _plain(found)
    return made_with(row, given)


def _special(module: nn.Module, name: str) -> Any:
    """Arguments that a module keeps in another form."""
    if name == "add_bias_kv":
        return getattr(module, "bias_k", None) is not None
    if name == "bias" and isinstance(module, nn.MultiheadAttention):
        return module.in_proj_bias is not None
    raise UnfitError(f"{name} is not told")


def _plain(value: Any) -> Any:
    if isinstance(value, torch.Size | list | tuple):
        return tuple(_plain(part) for part in value)
    return value


def whole(call: Call, sizes: Sizes, owned: Mapping[int, Value]) -> Draft:
    """The node of a module that was kept whole.

    Raises:
        UnfitError: its row cannot say it.
    """
    module = call.module
    row = row_of(module) if module is not None else None
    if module is None or row is None:
        raise UnfitError(call.path)
    params = params_of(module, row)
    args, options = _bound(call, module, row)
    tensors = {
        name: owned[id(tensor)]
        for name, tensor in (*module.named_parameters(), *module.named_buffers())
        if id(tensor) in owned
    }
    given = {**params, **options}
    if row.param("need_weights") and len(call.made) == 1:
        given["need_weights"] = False
    return drafted(
        None, row.kind, given, args, call.made, sizes, call.where,
        tensors=tensors, path=call.path,
    )  # fmt: skip


def _bound(
    call: Call, module: nn.Module, row: Operator
) -> tuple[dict[str, Value], dict[str, Plain]]:
    """The tensors of a call by port, and its options."""
    spoken = inspect.signature(type(module).forward)
    bound = spoken.bind(module, *call.args, **call.kwargs)
    ports = [port.name for port in row.input_ports(row.defaults)]
    takes = row.takes or tuple(ports)
    args: dict[str, Value] = {}
    options: dict[str, Plain] = {}
    for place, (name, value) in enumerate(list(bound.arguments.items())[1:]):
        if isinstance(value, Value | tuple) and not row.param(name):
            port: Any = name if name in ports else takes[place : place + 1]
            port = port[0] if isinstance(port, tuple) and port else port
            _pair(value, port, args)
        elif row.param(name):
            options[name] = value
        elif value != spoken.parameters[name].default:
            raise UnfitError(f"{row.kind}: {name}")
    return args, options


def _pair(value: Any, port: Any, args: dict[str, Value]) -> None:
    if isinstance(value, Value) and isinstance(port, str):
        args[port] = value
    elif (
        isinstance(value, tuple)
        and isinstance(port, tuple)
        and (len(value) == len(port))
    ):
        for part, inner in zip(value, port, strict=True):
            _pair(part, inner, args)
    else:
        raise UnfitError("arguments")
