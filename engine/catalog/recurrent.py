"""RNN, LSTM and GRU: networks that carry a state along a sequence."""

from collections.abc import Iterator

from engine.catalog.dims import Dim, Shape, Tensor, agree, text
from engine.catalog.params import Bool, Choice, Float, Int, Param
from engine.catalog.rules import (
    fixed,
    page,
    require_rank,
    same_dtype,
    uniform_default,
    work_size,
)
from engine.catalog.spec import Args, Help, Inputs, Layer, Operator, Port, TensorSpec
from engine.errors import ShapeError

_GATES = {"rnn": 1, "lstm": 4, "gru": 3}

FORMULAS = {
    "rnn": r"h_t = \tanh(W x_t + b + U h_{t-1} + b_h)",
    "lstm": (
        r"\begin{aligned} i, f, o &= \sigma(W x_t + U h_{t-1} + b) \\ "
        r"g &= \tanh(W_g x_t + U_g h_{t-1} + b_g) \\ "
        r"c_t &= f \odot c_{t-1} + i \odot g \\ "
        r"h_t &= o \odot \tanh(c_t) \end{aligned}"
    ),
    "gru": (
        r"\begin{aligned} r, z &= \sigma(W x_t + U h_{t-1} + b) \\ "
        r"n &= \tanh(W_n x_t + b_n + r \odot (U_n h_{t-1} + b_{hn})) \\ "
        r"h_t &= (1 - z) \odot n + z \odot h_{t-1} \end{aligned}"
    ),
}


def _input_size(args: Args, inputs: Inputs) -> int:
    arriving = inputs["input"]
    wanted = "N×L×F or L×F" if args["batch_first"] else "L×N×F or L×F"
    hint = "Reshape it before: a sequence is one axis, its features another."
    require_rank(arriving, (2, 3), wanted, hint)
    return fixed(arriving.shape[-1], "features", "input")


def _directions(args: Args) -> int:
    return 2 if args["bidirectional"] else 1


def _leaving(args: Args) -> int:
    """Features of one direction of the output."""
    return int(args.get("proj_size") or args["hidden_size"])


def _states(args: Args, arriving: Tensor) -> tuple[Shape, Shape]:
    """Shapes of h and c, without the batch for an unbatched sequence."""
    layers = args["num_layers"] * _directions(args)
    batch: tuple[Dim, ...] = ()
    if arriving.rank == 3:
        batch = (arriving.shape[0 if args["batch_first"] else 1],)
    return (layers, *batch, _leaving(args)), (layers, *batch, args["hidden_size"])


def fits(port: str, wanted: Shape, inputs: Inputs, axes: str) -> None:
    """Refuse an initial state of another shape than the layer's own.

    Raises:
        ShapeError: says which shape it has to have.
    """
    if port not in inputs:
        return
    shape = inputs[port].shape
    if len(shape) != len(wanted) or not all(map(agree, shape, wanted)):
        raise ShapeError(
            "{node} starts from {state} of {wanted} ({axes}), but {source} brings "
            "{shape}.",
            port=port,
            state=port,
            wanted=text(wanted),
            axes=axes,
            shape=text(shape),
        )


_STATE = "layers × directions, batch, features"


def _output(args: Args, arriving: Tensor) -> Tensor:
    width = _leaving(args) * _directions(args)
    return Tensor((*arriving.shape[:-1], width), arriving.dtype)


def _lstm_shape(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    arriving, hidden = inputs["input"], args["hidden_size"]
    if args["proj_size"] >= hidden:
        raise ShapeError(
            "{node} projects its {hidden} hidden features to {proj}, which must be "
            "fewer. Make proj_size at most {best} (0 is no projection).",
            fix={"proj_size": hidden - 1},
            hidden=hidden,
            proj=args["proj_size"],
            best=hidden - 1,
        )
    h, c = _states(args, arriving)
    if ("h_0" in inputs) != ("c_0" in inputs):
        missing = "c_0" if "h_0" in inputs else "h_0"
        raise ShapeError(
            "{node} takes its first state as a pair: wire {missing} too, or neither.",
            port=missing,
            missing=missing,
        )
    fits("h_0", h, inputs, _STATE)
    fits("c_0", c, inputs, _STATE)
    same_dtype(inputs, "input", "h_0", "c_0")
    dtype = arriving.dtype
    return _output(args, arriving), Tensor(h, dtype), Tensor(c, dtype)


def _plain_shape(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    arriving = inputs["input"]
    h, _ = _states(args, arriving)
    fits("h_0", h, inputs, _STATE)
    same_dtype(inputs, "input", "h_0")
    return _output(args, arriving), Tensor(h, arriving.dtype)


def _cells(args: Args) -> Iterator[tuple[str, int]]:
    """The suffix of a cell's tensors and the features it takes, in torch's order."""
    for layer in range(args["num_layers"]):
        taken = _leaving(args) * _directions(args) if layer else args["input_size"]
        for direction in range(_directions(args)):
            yield f"_l{layer}" + "_reverse" * direction, taken


def _tensors(args: Args, gates: int) -> tuple[TensorSpec, ...]:
    hidden, back = args["hidden_size"], _leaving(args)
    rows, draw = gates * hidden, uniform_default(hidden)
    specs = []
    for end, taken in _cells(args):
        specs += [
            TensorSpec("weight_ih" + end, (rows, taken), "weight", taken, rows, draw),
            TensorSpec("weight_hh" + end, (rows, back), "recurrent", back, rows, draw),
        ]
        if args["bias"]:
            specs += [
                TensorSpec("bias_ih" + end, (rows,), "bias", taken, rows, draw),
                TensorSpec("bias_hh" + end, (rows,), "bias", back, rows, draw),
            ]
        if args.get("proj_size"):
            shape = (back, hidden)
            specs.append(
                TensorSpec("weight_hr" + end, shape, "weight", hidden, back, draw)
            )
    return tuple(specs)


def _work(args: Args, inputs: Inputs, gates: int) -> int:
    """Every step multiplies the input and the state with all gates of every cell."""
    steps = work_size(Tensor(inputs["input"].shape[:-1]))
    hidden, back = int(args["hidden_size"]), _leaving(args)
    projected = back * hidden if args.get("proj_size") else 0
    cells = (gates * hidden * (taken + back) + projected for _, taken in _cells(args))
    return steps * sum(cells)


def _brief(args: Args) -> str:
    parts = [f"{args.get('input_size', '?')} → {args['hidden_size']}"]
    if args["num_layers"] > 1:
        parts.append(f"{args['num_layers']} layers")
    if args["bidirectional"]:
        parts.append("both ways")
    return ", ".join(parts)


_PARAMS: tuple[Param, ...] = (
    Int("hidden_size", 64, low=1, doc="Features of the state."),
    Int("num_layers", 1, low=1, high=64, doc="Cells on top of each other."),
    Bool("bias", True, doc="Whether to learn biases."),
    Bool("batch_first", False, doc="N×L×F instead of torch's own L×N×F."),
    Float(
        "dropout",
        0.0,
        low=0.0,
        high=1.0,
        doc="Dropped between layers; means nothing with one layer.",
    ),
    Bool("bidirectional", False, doc="A second cell reads from the end."),
)
_PROJ = Int("proj_size", 0, doc="Project the state to this many features; 0 does not.")

_INPUT = Port("input", "float", doc="L×N×F, or N×L×F with batch_first, or L×F.")
_H0 = Port("h_0", "float", optional=True, doc="First state; zeros when open.")
_C0 = Port("c_0", "float", optional=True, doc="First cell state; zeros when open.")
_OUT = Port("output", doc="The last layer's state at every step.")
_HN = Port("h_n", doc="The last state of every layer and direction.")
_CN = Port("c_n", doc="The last cell state of every layer and direction.")

_MIND = (
    "batch_first is off by default, as in torch: the first axis is time. For a "
    "classifier take h_n, or the last step. "
)

ROWS: tuple[Operator, ...] = (
    Layer(
        kind="rnn",
        title="RNN",
        family="Recurrent",
        target="torch.nn.RNN",
        doc="Carries a state along a sequence, without gates.",
        help=Help(
            what=(
                "Reads a sequence step by step; the new state is a squashed mixture of "
                "the input and the old state."
            ),
            formula=FORMULAS["rnn"],
            when="To teach recurrence, and for short memories.",
            mind=_MIND + "Gradients vanish or explode over long sequences: see LSTM.",
            source="Elman 1990, Finding structure in time",
            link=page("torch.nn.RNN"),
        ),
        params=(
            *_PARAMS[:2],
            Choice(
                "nonlinearity",
                "tanh",
                options=("tanh", "relu"),
                doc="What squashes the state.",
            ),
            *_PARAMS[2:],
        ),
        inputs=(_INPUT, _H0),
        outputs=(_OUT, _HN),
        shape=_plain_shape,
        derived={"input_size": _input_size},
        tensors=lambda args, inputs: _tensors(args, _GATES["rnn"]),
        mult_adds=lambda args, inputs: _work(args, inputs, _GATES["rnn"]),
        brief=_brief,
        takes=("input", "h_0"),
        returns=("output", "h_n"),
        aliases=("elman", "sequence", "recurrent"),
    ),
    Layer(
        kind="lstm",
        title="LSTM",
        family="Recurrent",
        target="torch.nn.LSTM",
        doc="Carries a state and a cell along a sequence, guarded by three gates.",
        help=Help(
            what=(
                "Reads a sequence step by step. Gates decide what the cell forgets, "
                "takes in and shows, so gradients reach far back."
            ),
            formula=FORMULAS["lstm"],
            when=(
                "For sequences where order and long memory matter, and data is modest."
            ),
            mind=_MIND
            + "A forget-gate bias of 1 and orthogonal recurrent weights help.",
            source="Hochreiter and Schmidhuber 1997, Long short-term memory",
            link=page("torch.nn.LSTM"),
        ),
        params=(*_PARAMS, _PROJ),
        inputs=(_INPUT, _H0, _C0),
        outputs=(_OUT, _HN, _CN),
        shape=_lstm_shape,
        derived={"input_size": _input_size},
        tensors=lambda args, inputs: _tensors(args, _GATES["lstm"]),
        mult_adds=lambda args, inputs: _work(args, inputs, _GATES["lstm"]),
        brief=_brief,
        takes=("input", ("h_0", "c_0")),
        returns=("output", ("h_n", "c_n")),
        aliases=("rnn", "sequence", "memory", "bilstm"),
    ),
    Layer(
        kind="gru",
        title="GRU",
        family="Recurrent",
        target="torch.nn.GRU",
        doc="Carries a state along a sequence, guarded by two gates.",
        help=Help(
            what=(
                "Reads a sequence step by step; a reset gate and an update gate decide "
                "how much of the old state is used and kept."
            ),
            formula=FORMULAS["gru"],
            when="Like an LSTM, with a quarter fewer weights and often as good.",
            mind=_MIND + "The reset gate acts after the multiplication, as in cuDNN.",
            source="Cho et al. 2014, Learning phrase representations",
            link=page("torch.nn.GRU"),
        ),
        params=_PARAMS,
        inputs=(_INPUT, _H0),
        outputs=(_OUT, _HN),
        shape=_plain_shape,
        derived={"input_size": _input_size},
        tensors=lambda args, inputs: _tensors(args, _GATES["gru"]),
        mult_adds=lambda args, inputs: _work(args, inputs, _GATES["gru"]),
        brief=_brief,
        takes=("input", "h_0"),
        returns=("output", "h_n"),
        aliases=("rnn", "sequence", "gated"),
    ),
)
