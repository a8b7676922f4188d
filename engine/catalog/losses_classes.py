"""Losses of classifiers: scores or probabilities against classes."""

from engine.catalog.dims import Shape, agree
from engine.catalog.losses_shared import (
    INPUT,
    REDUCTION,
    classes,
    equal,
    loss,
    matrix,
    scored,
    stretched,
    whole,
)
from engine.catalog.params import Bool, Choice, Float, Int
from engine.catalog.rules import require_rank, shown
from engine.catalog.spec import Args, Inputs, Operator, Port
from engine.errors import ShapeError

_CLASSES = "Of classes"
_CLASS = Port("target", "any", doc="The right class, from 0; or its probabilities.")
_INDEX = Port("target", "int", doc="The right class, from 0.")
_IGNORE = Int("ignore_index", -100, low=-(2**24), doc="A class that is not counted.")
_LOGITS = "Give it raw scores: no activation before it. "


def _cross_entropy(args: Args, inputs: Inputs) -> Shape:
    """Classes as numbers, or a probability for each."""
    arriving, target = inputs["input"], inputs["target"]
    if not target.floating:
        return classes(inputs)
    scored(arriving)
    if args["ignore_index"] >= 0:
        raise ShapeError(
            "{node} can ignore class {ignored} only where the target names classes, "
            "but {source} brings probabilities. Set ignore_index to -100.",
            port="target",
            fix={"ignore_index": -100},
            ignored=args["ignore_index"],
        )
    equal(args, inputs)
    return arriving.shape[:1] + arriving.shape[2:] if arriving.rank > 1 else ()


def _ctc(args: Args, inputs: Inputs) -> Shape:
    scores, targets = inputs["log_probs"], inputs["targets"]
    require_rank(scores, (3,), "T×N×C", "Time comes first.", "log_probs")
    require_rank(targets, (2,), "N×S", "One row of labels a sample.", "targets")
    batch = scores.shape[1]
    for port in ("targets", "input_lengths", "target_lengths"):
        if port != "targets":
            require_rank(inputs[port], (1,), "N", "One length a sample.", port)
        if not agree(inputs[port].shape[0], batch):
            raise ShapeError(
                "{node} has {batch} samples in log_probs (axis 1), but {source} brings "
                "{shape}.",
                port=port,
                batch=str(batch),
                shape=shown(inputs[port]),
            )
        whole(inputs[port], port)
    if args["blank"] >= (size := scores.shape[2]):
        raise ShapeError(
            "{node} takes class {blank} for the blank, but {source} brings {size} "
            "classes, numbered from 0.",
            port="log_probs",
            fix={"blank": 0},
            blank=args["blank"],
            size=str(size),
        )
    return (batch,)


def _onto_input(args: Args, inputs: Inputs) -> Shape:
    """The shape of the input, which the target is stretched to."""
    met = stretched(args, inputs)
    arriving, target = inputs["input"], inputs["target"]
    if len(met) != arriving.rank or not all(map(agree, met, arriving.shape)):
        raise ShapeError(
            "{node} stretches the target to its input, but not the input of {left} to "
            "{right}, which {source} brings. Make the shapes equal.",
            port="target",
            left=shown(arriving),
            right=shown(target),
        )
    return arriving.shape


def _multi_margin(args: Args, inputs: Inputs) -> Shape:
    matrix(inputs["input"])
    return classes(inputs)


def _label_margin(args: Args, inputs: Inputs) -> Shape:
    matrix(inputs["input"])
    equal(args, inputs)
    whole(inputs["target"])
    return inputs["input"].shape[:1]


def _label_soft(args: Args, inputs: Inputs) -> Shape:
    scored(inputs["input"])
    rank = inputs["input"].rank
    hint = "One row of answers for each sample."
    require_rank(inputs["target"], (rank,), "as many axes as input", hint, "target")
    return stretched(args, inputs)[:-1]


ROWS: tuple[Operator, ...] = (
    loss(
        "CrossEntropyLoss",
        "The surprise at the right class, from raw scores: LogSoftmax and NLLLoss.",
        (
            "Turns scores into probabilities by a softmax over axis 1 and takes minus "
            "the logarithm of the right class's.",
            r"\ell = -\ln \frac{e^{x_c}}{\sum_{k} e^{x_k}}",
            "For one class out of several: the usual choice.",
            _LOGITS + "With a Softmax before it, it cannot fall to 0. Chance level is "
            "ln C.",
            "torch.nn.CrossEntropyLoss",
        ),
        _cross_entropy,
        _IGNORE,
        REDUCTION,
        Float("label_smoothing", 0.0, low=0.0, high=1.0, doc="Share for all classes."),
        family=_CLASSES,
        inputs=(INPUT, _CLASS),
        aliases=("softmax", "classification", "ce", "logits"),
    ),
    loss(
        "NLLLoss",
        "Minus the log-probability of the right class.",
        (
            "Picks the right class's entry and changes its sign.",
            r"\ell = -x_c",
            "After a LogSoftmax that is needed for something else too.",
            "It needs LogSoftmax before it; CrossEntropyLoss is both in one.",
            "torch.nn.NLLLoss",
        ),
        lambda args, inputs: classes(inputs),
        _IGNORE,
        REDUCTION,
        family=_CLASSES,
        inputs=(INPUT, _INDEX),
        aliases=("likelihood", "classification", "log softmax"),
    ),
    loss(
        "BCEWithLogitsLoss",
        "The surprise at yes or no, from raw scores: Sigmoid and BCELoss.",
        (
            "Turns each score into a probability by a sigmoid and takes minus the "
            "logarithm of what was right.",
            r"\ell = -\left(t \ln \sigma(x) + (1 - t) \ln(1 - \sigma(x))\right)",
            "For two classes, and for several that may hold at once.",
            _LOGITS + "It is exact where a Sigmoid and BCELoss would overflow.",
            "torch.nn.BCEWithLogitsLoss",
        ),
        equal,
        REDUCTION,
        family=_CLASSES,
        aliases=("binary", "sigmoid", "logits", "multilabel"),
    ),
    loss(
        "BCELoss",
        "The surprise at yes or no, from probabilities.",
        (
            "Takes minus the logarithm of the probability of what was right.",
            r"\ell = -\left(t \ln x + (1 - t) \ln(1 - x)\right)",
            "After a Sigmoid that is needed for something else too.",
            "It needs numbers from 0 to 1: a Sigmoid before it. BCEWithLogitsLoss is "
            "both in one.",
            "torch.nn.BCELoss",
        ),
        equal,
        REDUCTION,
        family=_CLASSES,
        aliases=("binary", "cross entropy", "probability"),
    ),
    loss(
        "KLDivLoss",
        "How far log-probabilities are from given probabilities.",
        (
            "The divergence of the input, in logarithms, from the target.",
            r"\ell = t (\ln t - x)",
            "To bring one distribution near another: distillation, VAEs.",
            "The input is log-probabilities, the target probabilities (or logarithms "
            "too, with log_target). batchmean is the divergence; mean divides by more.",
            "Kullback and Leibler 1951, On information and sufficiency",
        ),
        stretched,
        Choice(
            "reduction",
            "batchmean",
            options=("none", "batchmean", "mean", "sum"),
            doc="batchmean divides by the samples, as the formula wants it.",
        ),
        Bool("log_target", False, doc="The target is in logarithms too."),
        family=_CLASSES,
        aliases=("kullback", "leibler", "divergence", "distillation", "vae"),
    ),
    loss(
        "MultiMarginLoss",
        "The right class's score should lead by a margin.",
        (
            "Sums up what every other class comes nearer to the right one than margin.",
            r"\ell = \frac{1}{C}\sum_{k \ne c} \max(0,\, m - x_c + x_k)^p",
            "For classes as a support vector machine sees them.",
            "It gives no probabilities.",
            "torch.nn.MultiMarginLoss",
        ),
        _multi_margin,
        Int("p", 1, low=1, high=2, doc="Exponent: 1 or 2."),
        Float("margin", 1.0, doc="By how much the right one should lead."),
        REDUCTION,
        family=_CLASSES,
        inputs=(INPUT, _INDEX),
        aliases=("hinge", "svm"),
    ),
    loss(
        "MultiLabelMarginLoss",
        "Every right class should lead every wrong one by 1.",
        (
            "Sums up what wrong classes come nearer than 1 to right ones.",
            r"\ell = \frac{1}{C} \sum_{i, j} \max(0,\, 1 - (x_{t_j} - x_i))",
            "For several right classes at once, ranked above the wrong ones.",
            "The target lists the right classes, then -1.",
            "torch.nn.MultiLabelMarginLoss",
        ),
        _label_margin,
        REDUCTION,
        family=_CLASSES,
        inputs=(INPUT, Port("target", "int", doc="The right classes, then -1.")),
        aliases=("multilabel", "hinge"),
    ),
    loss(
        "MultiLabelSoftMarginLoss",
        "Yes or no for each of several classes, in the mean.",
        (
            "BCEWithLogitsLoss averaged over the last axis.",
            r"\ell = -\frac{1}{C}\sum_k t_k \ln \sigma(x_k) + "
            r"(1 - t_k) \ln(1 - \sigma(x_k))",
            "For several classes that may hold at once.",
            _LOGITS + "The target is 0 or 1 for each class.",
            "torch.nn.MultiLabelSoftMarginLoss",
        ),
        _label_soft,
        REDUCTION,
        family=_CLASSES,
        aliases=("multilabel", "binary"),
    ),
    loss(
        "SoftMarginLoss",
        "The logistic loss of a score against 1 or -1.",
        (
            "A smooth hinge for two classes called 1 and -1.",
            r"\ell = \ln(1 + e^{-t x})",
            "For two classes, where targets are signs.",
            _LOGITS + "BCEWithLogitsLoss is the same for targets 0 and 1.",
            "torch.nn.SoftMarginLoss",
        ),
        _onto_input,
        REDUCTION,
        family=_CLASSES,
        aliases=("logistic", "binary"),
    ),
    loss(
        "CTCLoss",
        "The surprise at a text, whichever way it is laid out in time.",
        (
            "Sums the probability of every way to stretch the labels over T steps, "
            "with blanks between.",
            r"\ell = -\ln \sum_{\pi \to t} \prod_{\tau} x_{\tau, \pi_\tau}",
            "For speech and handwriting, where nobody says what is when.",
            "It needs log-probabilities T×N×C: a LogSoftmax over the last axis. No "
            "label may be the blank. Lengths must not exceed T and S.",
            "Graves et al. 2006, Connectionist temporal classification",
        ),
        _ctc,
        Int("blank", 0, low=0, doc="The class that says nothing."),
        REDUCTION,
        Bool("zero_infinity", False, doc="Count what cannot be as 0."),
        family=_CLASSES,
        inputs=(
            Port("log_probs", "float", doc="T×N×C, in logarithms."),
            Port("targets", "int", doc="N×S: the labels of each sample."),
            Port("input_lengths", "int", doc="N: how many steps count."),
            Port("target_lengths", "int", doc="N: how many labels count."),
        ),
        aliases=("speech", "alignment", "ocr"),
    ),
)
