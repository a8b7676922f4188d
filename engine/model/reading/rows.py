"""From what is called in the code to the row of the catalogue, and its parameters."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache

from engine.catalog import OPERATORS
from engine.catalog.params import Value
from engine.catalog.spec import Operator
from engine.design.expression import formulas
from engine.errors import ParamError
from engine.model.reading.dialect import refused
from engine.model.signatures import signature


@cache
def modules() -> Mapping[str, Operator]:
    """Path of a class of torch.nn -> its row."""
    made = ("layer", "activation", "loss")
    return {row.target: row for row in OPERATORS.values() if row.role in made}


@cache
def functions(style: str) -> Mapping[str, Operator]:
    """Path of a function -> its row, among those that are written in this style."""
    rows = [row for row in OPERATORS.values() if row.role == "operation"]
    return {row.target: row for row in rows if row.style == style}


@cache
def signs() -> Mapping[str, Operator]:
    """The sign of an operator of Python -> its row."""
    rows = [row for row in OPERATORS.values() if row.role == "operation"]
    return {row.sign: row for row in rows if row.style == "fold"}


def made_with(row: Operator, given: Mapping[str, Value]) -> dict[str, Value]:
    """The parameters of a node whose module is constructed with these arguments.

    What follows from the inputs is left out; what is not given is torch's own default.
    """
    known = signature(row.target)
    defaults = known.defaults if known else {}
    found = dict(row.undo(given)) if row.undo else {}
    for param in row.params:
        if param.place != "init":
            continue
        if param.name in given:
            found[param.name] = given[param.name]
        elif param.name in defaults:
            found[param.name] = defaults[param.name]
    return found


def called_with(row: Operator, given: Mapping[str, Value]) -> dict[str, Value]:
    """The parameters of a node that is called with these arguments.

    What is not given is torch's own default; of a function, a switch that is off.
    """
    known = signature(row.target)
    found: dict[str, Value] = {}
    for param in row.params:
        if param.place == "design" or (
            row.role != "operation" and param.place == "init"
        ):
            continue
        if param.name in given:
            found[param.name] = given[param.name]
        elif known is not None:
            if param.name in known.options:
                found[param.name] = known.options[param.name]
        elif param.optional:
            found[param.name] = None
        elif isinstance(param.default, bool):
            found[param.name] = False
    return found


def kept(at: ast.AST, row: Operator, given: Mapping[str, Value]) -> dict[str, Value]:
    """Parameters as a node keeps them: coerced, and without those that are usual.

    Raises:
        FileError: the row has no such parameter, or does not take the value.
    """
    found: dict[str, Value] = {}
    for name, value in given.items():
        param = row.param(name)
        if param is None:
            raise refused(
                at, "{title} has no parameter {param}.", title=row.title, param=name
            )
        try:
            fitting = value if any(formulas(value)) else param.coerce(value)
        except ParamError as error:
            raise refused(at, "{reason}", reason=error.message) from None
        if fitting != param.default or type(fitting) is not type(param.default):
            found[name] = fitting
    return found
