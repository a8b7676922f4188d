"""What runs but is unwise: one function per rule, in three tables.

Most rules are about two operators that meet: one feeds the other, directly or through
what changes no value (Flatten) or only thins it out (Dropout). The tables say which
kinds a rule is about, so that a network of a thousand layers asks no needless question.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial
from typing import NamedTuple

from engine.catalog import INITIALIZERS, OPERATORS
from engine.catalog.dims import Sym
from engine.catalog.spec import Activation, Init, TensorSpec
from engine.design import edits
from engine.design.evaluate import Known
from engine.design.fitting import chosen_init
from engine.design.model import Design, Node, Wire
from engine.errors import Fix, Message, Problem, Severity

DROPOUTS = frozenset(k for k, row in OPERATORS.items() if row.family == "Dropout")
PASSIVE = DROPOUTS | {"identity", "flatten", "unflatten", "reshape", "permute"}
NORMS = frozenset({"batch_norm1d", "batch_norm2d", "batch_norm3d"})
LINEAR = frozenset(
    {"linear", "bilinear"}
    | {f"{conv}{axes}d" for conv in ("conv", "conv_transpose") for axes in (1, 2, 3)}
)
RECTIFIERS = frozenset({"relu", "relu6", "leaky_relu", "prelu", "rrelu"})
SQUASHING = frozenset({"sigmoid", "tanh", "softsign"})
PROBABILITIES = frozenset({"softmax", "log_softmax", "softmin", "softmax2d"})
ACTIVATIONS = frozenset(k for k, row in OPERATORS.items() if row.role == "activation")
OVER = frozenset(
    kind
    for kind, row in OPERATORS.items()
    if isinstance(row, Activation) and row.over == "dim" and kind != "glu"
)


class Meeting(NamedTuple):
    """Two known operators, of which one feeds the other.

    Args:
        first: what feeds.
        second: what is fed.
        at_first: what is known of the first.
        at_second: what is known of the second.
        alone: the first feeds nothing else.
    """

    first: Node
    second: Node
    at_first: Known
    at_second: Known
    alone: bool


def advise(
    design: Design,
    known: Mapping[str, Known | None],
    results: tuple[tuple[str, str], ...],
) -> list[Problem]:
    """Every piece of advice on the known part of a design, in the order of nodes."""
    found: dict[tuple[str, str], Problem] = {}
    nodes, incoming = design.nodes, design.graph.incoming
    for key, node in nodes.items():
        at = known[key]
        if at is None:
            continue
        advice: list[Problem] = []
        if node.kind not in PASSIVE:
            for wire in incoming.get(key, _NOTHING).values():
                first = nodes[wire.source]
                if first.kind in PASSIVE or _between(
                    first.kind, node.kind, bool(first.init)
                ):
                    advice += _meet(design, known, first, node, at)
        if node.init:
            advice += _symmetric(design, node, at)
        for problem in advice:
            found.setdefault((problem.rule, problem.node), problem)
    for key, _ in results if not design.scope.block else ():
        if nodes[key].kind in ("relu", "relu6") and known[key] is not None:
            found["rectified-output", key] = rectified_output(nodes[key])
    return list(found.values())


_NOTHING: Mapping[str, Wire] = {}


def _meet(
    design: Design,
    known: Mapping[str, Known | None],
    first: Node,
    second: Node,
    at: Known,
) -> Iterator[Problem]:
    """The advice of all rules about `second` and what really feeds it."""
    nodes, incoming, outgoing = (
        design.nodes,
        design.graph.incoming,
        design.graph.outgoing,
    )
    alone = len(outgoing[first.id]) == 1
    thinned = None
    while first.kind in PASSIVE and first.id in incoming:
        thinned = first if first.kind in DROPOUTS else thinned
        wire = next(iter(incoming[first.id].values()))
        first = nodes[wire.source]
        alone = alone and len(outgoing[first.id]) == 1
    if second.kind in NORMS and thinned:
        yield dropout_before(thinned, second)
    at_first = known[first.id]
    if at_first is not None:
        yield from of_meeting(Meeting(first, second, at_first, at, alone))


def of_meeting(meeting: Meeting) -> Iterator[Problem]:
    """The advice of all rules about two operators that meet."""
    first, second = meeting.first, meeting.second
    for rule in _between(first.kind, second.kind, bool(first.init)):
        if problem := rule(meeting):
            yield problem


def _advice(
    rule: str, node: Node, template: str, fix: Fix | None = None, **values: object
) -> Problem:
    message = Message(template, {"node": node.called, **values})
    return Problem(Severity.ADVICE, rule, node.id, message, fix)


def _warning(
    rule: str, node: Node, template: str, fix: Fix | None = None, **values: object
) -> Problem:
    message = Message(template, {"node": node.called, **values})
    return Problem(Severity.WARNING, rule, node.id, message, fix)


def _use(node: Node, kind: str) -> Fix:
    return Fix(
        Message("Use {title}", {"title": OPERATORS[kind].title}),
        partial(edits.replace_kind, key=node.id, kind=kind),
    )


def _without(node: Node) -> Fix:
    return Fix(
        Message("Take '{name}' out", {"name": node.name}),
        partial(edits.remove_and_reconnect, ids=(node.id,)),
    )


def _hidden_sigmoid(meeting: Meeting) -> Problem | None:
    """Its slope is at most 1/4, so each one on the way back takes three quarters."""
    if not _weights(meeting.at_second):
        return None
    return _advice(
        "hidden-sigmoid",
        meeting.first,
        "{node} in a hidden layer passes at most 1/4 of the gradient. ReLU passes all "
        "of it where it is positive.",
        _use(meeting.first, "relu"),
    )


def _hidden_softmax(meeting: Meeting) -> Problem | None:
    if not _weights(meeting.at_second):
        return None
    return _warning(
        "hidden-softmax",
        meeting.first,
        "{node} stands inside the network, where it leaves numbers that sum to 1 and "
        "little gradient. Keep it for the last layer; ReLU serves here.",
        _use(meeting.first, "relu"),
    )


def _two_activations(meeting: Meeting) -> Problem | None:
    return _advice(
        "two-activations",
        meeting.second,
        "{node} follows {first} with no layer between them. Take one of them out.",
        _without(meeting.second),
        first=meeting.first.called,
    )


def _two_linear(meeting: Meeting) -> Problem | None:
    """A product of two matrices is a matrix; separable convolutions are meant so."""
    grouped = any(
        at.args.get("groups", 1) != 1 for at in (meeting.at_first, meeting.at_second)
    )
    if grouped or not meeting.alone:
        return None
    return _advice(
        "no-activation-between",
        meeting.second,
        "{node} follows {first} with no activation between them, so together they "
        "compute no more than one such layer. Put an activation on the wire.",
        Fix(
            Message("Put a ReLU after '{name}'", {"name": meeting.first.name}),
            partial(edits.insert_after, kind="relu", after_id=meeting.first.id),
        ),
        first=meeting.first.called,
    )


def _bias_before_norm(meeting: Meeting) -> Problem | None:
    if not meeting.alone or meeting.at_first.args.get("bias") is not True:
        return None
    return _advice(
        "bias-before-norm",
        meeting.first,
        "The bias of {node} does nothing: {second} subtracts it again. Set bias to "
        "False.",
        Fix(
            Message("Set bias to False"),
            partial(edits.set_params, ids=(meeting.first.id,), values={"bias": False}),
        ),
        second=meeting.second.called,
    )


def dropout_before(dropout: Node, norm: Node) -> Problem:
    """Li et al. 2019, "Understanding the disharmony between dropout and batch norm"."""
    return _advice(
        "dropout-before-norm",
        dropout,
        "{node} stands before {norm}, which learns a variance that is another one when "
        "dropout is off. Put the dropout behind it.",
        norm=norm.called,
    )


def _over_the_batch(meeting: Meeting) -> Problem | None:
    shape, dim = meeting.at_second.inputs["input"].shape, meeting.at_second.args["dim"]
    over_first = len(shape) > 1 and dim in (0, -len(shape))
    if not over_first or not isinstance(shape[0], Sym):
        return None
    return _warning(
        "softmax-over-batch",
        meeting.second,
        "{node} works over the batch: the samples of a batch share one sum. Set dim to "
        "-1.",
        Fix(
            Message("Set dim to -1"),
            partial(edits.set_params, ids=(meeting.second.id,), values={"dim": -1}),
        ),
    )


def _ill_matched(meeting: Meeting) -> Problem | None:
    """Each initializer keeps the variance for the activation it was derived for."""
    first, second = meeting.first, meeting.second
    weight = next((s for s in _weights(meeting.at_first) if s.name == "weight"), None)
    if weight is None or "weight" not in first.init:
        return None
    chosen = chosen_init(first, weight)
    made = "normal" if chosen.kind.endswith("normal") else "uniform"
    args = dict(chosen.params)
    if chosen.kind.startswith("xavier") and "gain" not in args:
        if second.kind not in RECTIFIERS:
            return None
        better = Init(f"kaiming_{made}")
    elif chosen.kind.startswith("kaiming") and second.kind in SQUASHING:
        if args.get("nonlinearity", "leaky_relu") not in ("leaky_relu", "relu"):
            return None
        better = Init(f"xavier_{made}")
    else:
        return None
    return _advice(
        "initializer-for-activation",
        first,
        "{node} is drawn by {chosen}, but {second} follows, for which {better} keeps "
        "the variance from layer to layer.",
        Fix(
            Message("Use {better}", {"better": INITIALIZERS[better.kind].title}),
            partial(edits.set_init, ids=(first.id,), tensor="weight", init=better),
        ),
        chosen=INITIALIZERS[chosen.kind].title,
        second=second.called,
        better=INITIALIZERS[better.kind].title,
    )


def _symmetric(design: Design, node: Node, at: Known) -> Iterator[Problem]:
    """Units that begin alike stay alike: their gradients are the same for ever.

    All zeros at the end of a residual branch is the exception: the branch begins as
    nothing and its layers differ (Zhang et al. 2019, "Fixup initialization").
    """
    following = design.graph.outgoing.get(node.id, ())
    kinds = {design.nodes[wire.target].kind for wire in following}
    residual = "add" in kinds
    if node.kind == "parameter" and "matmul" not in kinds:
        return  # a scale or a token: each of its numbers meets a number of its own
    for spec in _weights(at):
        if len(spec.shape) < 2 or spec.shape[0] < 2 or node.kind == "embedding":
            continue
        if at.args.get("groups", 0) == at.args.get("out_channels"):
            continue  # depthwise: no two units see the same channel
        value = _constant(chosen_init(node, spec))
        if value is None or (residual and value == 0):
            continue
        yield _warning(
            "symmetric-weights",
            node,
            "Every number in {tensor} of {node} begins as {value}, so its units learn "
            "the same thing for ever. Draw them at random.",
            Fix(
                Message("Draw {tensor} by torch's default", {"tensor": spec.name}),
                partial(_by_default, key=node.id, spec=spec.name, family=spec.family),
            ),
            tensor=spec.name,
            value=f"{value:g}",
        )


def _by_default(design: Design, key: str, spec: str, family: str) -> Design:
    """Torch's default for a tensor, whether it was chosen by name or by family."""
    for name in (spec, family):
        design = edits.set_init(design, (key,), name, None)
    return design


def _constant(init: Init) -> float | None:
    """The one value that an initializer gives everywhere, if it does."""
    row = INITIALIZERS.get(init.kind)
    args = row.complete(init.params) if row else {}
    if init.kind in ("zeros", "ones"):
        return float(init.kind == "ones")
    if init.kind == "constant":
        return float(args["val"])
    if init.kind == "uniform" and args["a"] == args["b"]:
        return float(args["a"])
    if init.kind == "normal" and args["std"] == 0:
        return float(args["mean"])
    return None


def rectified_output(node: Node) -> Problem:
    return _advice(
        "rectified-output",
        node,
        "{node} ends the network, so that no result is ever below zero and a unit that "
        "is dead gives no gradient. For a regression, end with the layer before it.",
        _without(node),
    )


def _weights(at: Known) -> list[TensorSpec]:
    return [spec for spec in at.tensors if spec.family in ("weight", "recurrent")]


Rule = Callable[[Meeting], Problem | None]

# Who meets whom, and the rule about it; None is any kind.
MEETINGS: tuple[tuple[frozenset[str], frozenset[str] | None, Rule], ...] = (
    (frozenset({"sigmoid"}), None, _hidden_sigmoid),
    (PROBABILITIES, None, _hidden_softmax),
    (ACTIVATIONS, ACTIVATIONS, _two_activations),
    (LINEAR, LINEAR, _two_linear),
    (LINEAR, NORMS, _bias_before_norm),
    (LINEAR, RECTIFIERS | SQUASHING, _ill_matched),
    (frozenset(OPERATORS), OVER, _over_the_batch),
)


@lru_cache(maxsize=1 << 14)
def _between(first: str, second: str, chosen: bool) -> tuple[Rule, ...]:
    """The rules about these two kinds; `chosen`: the first has an initializer."""
    return tuple(
        rule
        for ones, others, rule in MEETINGS
        if first in ones
        and (others is None or second in others)
        and (chosen or rule is not _ill_matched)
    )
