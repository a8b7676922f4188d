"""Rules about two operators that meet, directly or past what changes no value."""

from __future__ import annotations

from functools import partial

from engine.catalog import INITIALIZERS, OPERATORS
from engine.catalog.dims import Sym, sample
from engine.catalog.spec import Init
from engine.check.rules.kinds import (
    ACTIVATIONS,
    LINEAR,
    NORMS,
    OVER,
    PROBABILITIES,
    RECTIFIERS,
    SQUASHING,
)
from engine.check.rules.rule import (
    Meeting,
    Meets,
    Said,
    draw_by,
    drawn,
    expected,
    rectified,
    said,
    set_params,
    use,
    weights,
    without,
)
from engine.design import edits
from engine.errors import Fix, Message, Severity

AS_ONE = 0.05  # a relative difference of standard deviations that is none


def _hidden_sigmoid(meeting: Meeting) -> Said | None:
    if not weights(meeting.at_second):
        return None
    return said(
        meeting.first,
        "{node} in a hidden layer passes at most 1/4 of the gradient. ReLU passes all "
        "of it where it is positive.",
        Fix(Message("Use ReLU"), partial(rectified, ids=(meeting.first.id,))),
    )


def _hidden_softmax(meeting: Meeting) -> Said | None:
    if not weights(meeting.at_second):
        return None
    return said(
        meeting.first,
        "{node} stands inside the network, where it leaves numbers that sum to 1 and "
        "little gradient. Keep it for the last layer; ReLU serves here.",
        Fix(Message("Use ReLU"), partial(rectified, ids=(meeting.first.id,))),
    )


def _two_activations(meeting: Meeting) -> Said | None:
    return said(
        meeting.second,
        "{node} follows {first} with no layer between them. Take one of them out.",
        without(meeting.second),
        first=meeting.first.called,
    )


def _two_linear(meeting: Meeting) -> Said | None:
    """A product of two matrices is a matrix; separable convolutions are meant so."""
    grouped = any(
        at.args.get("groups", 1) != 1 for at in (meeting.at_first, meeting.at_second)
    )
    if grouped or not meeting.alone:
        return None
    return said(
        meeting.second,
        "{node} follows {first} with no activation between them, so together they "
        "compute no more than one such layer. Put an activation on the wire.",
        Fix(
            Message("Put a ReLU after '{name}'", {"name": meeting.first.name}),
            partial(edits.insert_after, kind="relu", after_id=meeting.first.id),
        ),
        first=meeting.first.called,
    )


def _bias_before_norm(meeting: Meeting) -> Said | None:
    if not meeting.alone or meeting.at_first.args.get("bias") is not True:
        return None
    return said(
        meeting.first,
        "The bias of {node} does nothing: {second} subtracts it again. Set bias to "
        "False.",
        set_params(meeting.first, "Set bias to False", bias=False),
        second=meeting.second.called,
    )


def _over_the_batch(meeting: Meeting) -> Said | None:
    shape, dim = meeting.at_second.inputs["input"].shape, meeting.at_second.args["dim"]
    over_first = len(shape) > 1 and dim in (0, -len(shape))
    if not over_first or not isinstance(shape[0], Sym):
        return None
    return said(
        meeting.second,
        "{node} works over the batch: the samples of a batch share one sum. Set dim to "
        "-1.",
        set_params(meeting.second, "Set dim to -1", dim=-1),
    )


def _of_one(meeting: Meeting) -> Said | None:
    shape, dim = meeting.at_second.inputs["input"].shape, meeting.at_second.args["dim"]
    fits = isinstance(dim, int) and -len(shape) <= dim < len(shape)
    if not fits or isinstance(shape[int(dim)], Sym) or sample(shape[int(dim)]) != 1:
        return None
    two = {"softmax": "sigmoid", "log_softmax": "logsigmoid"}.get(meeting.second.kind)
    return said(
        meeting.second,
        "{node} shares 1 among a single number, so its result is the same whatever "
        "arrives. For two classes with one number, Sigmoid gives the probability.",
        use(meeting.second, two) if two else None,
    )


def _ill_matched(meeting: Meeting) -> Said | None:
    """Each initializer keeps the variance for the activation it was derived for."""
    first, second = meeting.first, meeting.second
    found = drawn(first, meeting.at_first)
    if found is None or "weight" not in first.init:
        return None
    chosen, _ = found
    made = "normal" if chosen.kind.endswith("normal") else "uniform"
    args = dict(chosen.params)
    if chosen.kind.startswith(("xavier", "lecun")) and "gain" not in args:
        if second.kind not in RECTIFIERS:
            return None
        better = Init(f"kaiming_{made}")
    elif chosen.kind.startswith("kaiming") and second.kind in SQUASHING:
        if args.get("nonlinearity", "leaky_relu") not in ("leaky_relu", "relu"):
            return None
        better = Init(f"xavier_{made}")
    else:
        return None
    return said(
        first,
        "{node} is drawn by {chosen}, but {second} follows, for which {better} keeps "
        "the variance from layer to layer.",
        draw_by(first, better),
        chosen=INITIALIZERS[chosen.kind].title,
        second=second.called,
        better=INITIALIZERS[better.kind].title,
    )


def _not_lecun(meeting: Meeting) -> Said | None:
    """By its law, not its name: He normal for "linear" is LeCun normal too."""
    found = drawn(meeting.first, meeting.at_first)
    theory = expected(*found) if found else None
    if found is None or theory is None or not found[1].fan_in:
        return None
    wanted = found[1].fan_in ** -0.5
    fits = abs(theory.std / wanted - 1) <= AS_ONE and not theory.mean
    if fits and theory.density != "uniform":
        return None
    return said(
        meeting.first,
        "{second} keeps mean 0 and variance 1 from layer to layer if the weights of "
        "{node} are drawn by LeCun normal, and they are not.",
        draw_by(meeting.first, Init("lecun_normal")),
        second=meeting.second.called,
    )


MEETINGS = (
    Meets(
        name="hidden-sigmoid",
        severity=Severity.ADVICE,
        title="Sigmoid in a hidden layer",
        why="Its slope is at most 1/4, so each one takes three quarters of the "
        "gradient or more on the way back.",
        source="Glorot and Bengio 2010, Understanding the difficulty of training deep "
        "feedforward neural networks",
        first=frozenset({"sigmoid"}),
        second=None,
        speaks=_hidden_sigmoid,
    ),
    Meets(
        name="hidden-softmax",
        severity=Severity.WARNING,
        title="Softmax inside the network",
        why="All units of a layer then compete for one sum, so that most of them say "
        "next to nothing and get next to no gradient.",
        source="Goodfellow, Bengio and Courville 2016, Deep Learning, 6.2.2.3",
        first=PROBABILITIES,
        second=None,
        speaks=_hidden_softmax,
    ),
    Meets(
        name="two-activations",
        severity=Severity.ADVICE,
        title="Two activations in a row",
        why="The second only bends what the first has bent; there is nothing to learn "
        "between them.",
        source="Nikanjam et al. 2021, Automatic fault detection for deep learning "
        "programs using graph transformations",
        first=ACTIVATIONS,
        second=ACTIVATIONS,
        speaks=_two_activations,
    ),
    Meets(
        name="no-activation-between",
        severity=Severity.ADVICE,
        title="Two linear layers with no activation between",
        why="A linear map of a linear map is a linear map: together they can do no "
        "more than one of them.",
        source="Goodfellow, Bengio and Courville 2016, Deep Learning, 6.1",
        first=LINEAR,
        second=LINEAR,
        speaks=_two_linear,
    ),
    Meets(
        name="bias-before-norm",
        severity=Severity.ADVICE,
        title="A bias before a batch norm",
        why="The norm subtracts the mean and the bias with it, and adds one of its "
        "own.",
        source="Ioffe and Szegedy 2015, Batch normalization, 3.2",
        first=LINEAR,
        second=NORMS,
        speaks=_bias_before_norm,
    ),
    Meets(
        name="initializer-for-activation",
        severity=Severity.ADVICE,
        title="An initializer made for another activation",
        why="Xavier and LeCun were derived for activations that are linear around 0, "
        "He for those that cut one half off: under ReLU the variance halves with "
        "each layer, under tanh it doubles into the flat parts.",
        source="Glorot and Bengio 2010; He et al. 2015, Delving deep into rectifiers",
        first=LINEAR,
        second=RECTIFIERS | SQUASHING,
        chosen=True,
        speaks=_ill_matched,
    ),
    Meets(
        name="selu-initializer",
        severity=Severity.ADVICE,
        title="SELU without LeCun normal",
        why="The constants of SELU were worked out for weights of mean 0 and variance "
        "1/fan_in; with others it does not normalize itself.",
        source="Klambauer et al. 2017, Self-normalizing neural networks",
        first=LINEAR,
        second=frozenset({"selu"}),
        speaks=_not_lecun,
    ),
    Meets(
        name="softmax-over-batch",
        severity=Severity.WARNING,
        title="Softmax over the batch",
        why="The samples of a batch then share one sum, so that what is said of one "
        "depends on which others came with it.",
        source="PyTorch, torch.nn.Softmax: dim",
        first=frozenset(OPERATORS),
        second=OVER,
        speaks=_over_the_batch,
    ),
    Meets(
        name="softmax-of-one",
        severity=Severity.WARNING,
        title="Softmax over a single number",
        why="exp(x) / exp(x) is 1 for every x: the network says the same of all "
        "inputs and gets no gradient.",
        source="Bishop 2006, Pattern recognition and machine learning, 4.2",
        first=frozenset(OPERATORS),
        second=OVER,
        speaks=_of_one,
    ),
)
