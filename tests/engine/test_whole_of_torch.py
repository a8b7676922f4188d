"""Every class of torch.nn has its row, and every argument its parameter.

A new torch release that brings a class or an argument fails here, until it has a row or
stands among the exceptions with a reason.
"""

from __future__ import annotations

import inspect
from typing import get_overloads

import pytest
import torch
from torch import nn

from engine.catalog import OPERATORS
from engine.catalog.exceptions import EXCEPTIONS, excepted

CLASSES = {
    name: member
    for name in dir(nn)
    if inspect.isclass(member := getattr(nn, name)) and issubclass(member, nn.Module)
}
ROWS = {
    row.target.removeprefix("torch.nn."): row
    for row in OPERATORS.values()
    if row.target.removeprefix("torch.nn.") in CLASSES
}


def test_what_torch_lists_is_what_is_walked():
    listed = {
        name
        for name in nn.modules.__all__
        if inspect.isclass(member := getattr(nn.modules, name))
        and issubclass(member, nn.Module)
    }
    assert listed <= set(CLASSES)
    assert set(CLASSES) - listed == {"DataParallel"}


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_a_class_has_a_row_or_a_reason(name):
    assert (name in ROWS) != (name in EXCEPTIONS)


def test_no_exception_is_out_of_date():
    for entry, reason in EXCEPTIONS.items():
        assert reason
        owner, _, argument = entry.partition(".")
        if not argument:
            assert owner in CLASSES, entry
            continue
        some = CLASSES if owner == "*" else {owner}
        assert any(
            argument in taken(CLASSES[name]) | set(called(CLASSES[name]))
            for name in some
        ), entry


def called(kind: type) -> dict[str, inspect.Parameter]:
    """The arguments of its forward."""
    return dict(inspect.signature(kind.forward).parameters)


def taken(kind: type) -> set[str]:
    """The arguments of a class; recurrent layers say theirs in an overload."""
    spoken = get_overloads(kind.__init__)
    signature = inspect.signature(spoken[0] if spoken else kind)
    return {
        name
        for name, each in signature.parameters.items()
        if name != "self" and each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
    }


@pytest.mark.parametrize("name", sorted(ROWS))
def test_an_argument_has_a_parameter_follows_from_the_inputs_or_has_a_reason(name):
    row = ROWS[name]
    typed = {param.name for param in row.params if param.place == "init"}
    told = {argument for argument in taken(CLASSES[name]) if excepted(name, argument)}
    assert not told & (typed | set(row.derived))
    assert taken(CLASSES[name]) == typed | set(row.derived) | told


@pytest.mark.parametrize("name", sorted(ROWS))
def test_a_tensor_that_forward_takes_has_a_port(name):
    """Tensors are ports and everything else a parameter; nothing is left over."""
    row = ROWS[name]
    forward = called(CLASSES[name])
    chosen = {param.name for param in row.params if param.place == "forward"}
    ports = {port.name for port in row.input_ports(row.defaults)}
    optional = {
        argument
        for argument, each in forward.items()
        if each.default is not each.empty
        and argument not in chosen
        and not excepted(name, argument)
    }
    states = {"hx": {"hx", "h_0"}}  # an LSTM's state is two tensors
    for argument in optional:
        assert states.get(argument, {argument}) & ports, argument


def test_the_count_is_the_one_in_the_notes():
    """What is covered of torch.nn, of how many; the rest stands in one list."""
    left_out = {name for name in EXCEPTIONS if "." not in name}
    assert len(ROWS) + len(left_out) == len(CLASSES)
    assert torch.nn.Linear is CLASSES["Linear"]
