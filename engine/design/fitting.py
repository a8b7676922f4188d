"""What fits where: values in rows, initializers on tensors, ids in a design."""

from __future__ import annotations

from collections.abc import Mapping

from engine.catalog import INITIALIZERS, OPERATORS
from engine.catalog.params import Param, Value
from engine.catalog.spec import Init, Operator, TensorSpec
from engine.design.expression import filled, formulas, tidy
from engine.design.model import Design, Node, Scope
from engine.errors import EditError, Message, ParamError


def node_at(design: Design, key: str) -> Node:
    """The node with this id.

    Raises:
        EditError: there is none.
    """
    node = design.nodes.get(key)
    if node is None:
        raise EditError("There is no node {id} any more.", id=key)
    return node


def row_of(kind: str) -> Operator:
    """The row of `kind`.

    Raises:
        EditError: the catalogue has none.
    """
    row = OPERATORS.get(kind)
    if row is None:
        raise EditError("This Fanin does not know the operator '{kind}'.", kind=kind)
    return row


def coerced(
    row: Operator, values: Mapping[str, object], scope: Scope | None = None
) -> dict[str, Value]:
    """`values` as the row keeps them, without those that are its defaults.

    Args:
        row: whose parameters.
        values: as they were given; within a block, formulas too.
        scope: where the node stands, whose parameters a formula may name.

    Raises:
        EditError: the row has no such parameter.
        ParamError: a value does not fit.
    """
    kept: dict[str, Value] = {}
    for name, value in values.items():
        param = row.param(name)
        if param is None:
            raise EditError(
                "{title} has no parameter '{param}'.", title=row.title, param=name
            )
        fitting = _formula(row, param, value, scope)
        if fitting is None:
            fitting = param.coerce(value)
        if fitting != param.default:
            kept[name] = fitting
    return kept


def _formula(
    row: Operator, param: Param, value: object, scope: Scope | None
) -> Value | None:
    """`value` as a formula is kept; None where it holds none.

    Raises:
        ParamError: it is none, does not fit, or would decide which ports there are.
    """
    if isinstance(value, list):
        value = tuple(value)
    if not any(formulas(value)):
        return None
    kept = tidy(value)  # type: ignore[arg-type]  # what holds formulas is a value
    fitting = param.coerce(filled(kept, dict(scope.values) if scope else {}))
    if not any(formulas(kept)):
        return fitting
    plain, other = row.defaults, {**row.defaults, param.name: fitting}
    if row.input_ports(plain) != row.input_ports(other) or (
        row.output_ports(plain) != row.output_ports(other)
    ):
        raise ParamError(
            "{param} decides which ports there are, so that it is a number and no "
            "formula.",
            param=param.name,
        )
    return kept


def coerced_init(init: Init) -> Init:
    """`init` with its parameters as its row keeps them, in a stable order.

    Raises:
        EditError: an unknown initializer, or one without such a parameter.
        ParamError: a value does not fit.
    """
    row = INITIALIZERS.get(init.kind)
    if row is None:
        raise EditError(
            "This Fanin does not know the initializer '{kind}'.", kind=init.kind
        )
    kept: list[tuple[str, Value]] = []
    for name, value in init.params:
        param = row.param(name)
        if param is None:
            raise EditError(
                "{title} has no parameter '{param}'.", title=row.title, param=name
            )
        fitting = param.coerce(value)
        if fitting != param.default:
            kept.append((name, fitting))
    return Init(init.kind, tuple(sorted(kept)))


def chosen_init(node: Node, spec: TensorSpec) -> Init:
    """What draws a tensor: its own choice, else its family's, else torch's default."""
    if spec.family == "buffer":
        return spec.default
    return node.init.get(spec.name) or node.init.get(spec.family) or spec.default


def refusal(init: Init, spec: TensorSpec) -> Message | None:
    """Why `init` cannot draw a tensor; None when it can or is not known."""
    row = INITIALIZERS.get(init.kind)
    return row.refuses(row.complete(init.params), spec) if row else None
