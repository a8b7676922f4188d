"""Recurrent cells: one step of an RNN, LSTM or GRU."""

from collections.abc import Callable, Mapping

from engine.catalog.dims import Tensor
from engine.catalog.params import Bool, Choice, Int, Param
from engine.catalog.recurrent import FORMULAS, fits
from engine.catalog.rules import (
    fixed,
    page,
    require_rank,
    same_dtype,
    uniform_default,
    work_size,
)
from engine.catalog.spec import (
    Args,
    Help,
    Inputs,
    Layer,
    Nest,
    Operator,
    Port,
    TensorSpec,
)
from engine.errors import ShapeError


def _input_size(args: Args, inputs: Inputs) -> int:
    arriving = inputs["input"]
    hint = "A cell does one step: take one of the sequence, or the whole layer."
    require_rank(arriving, (1, 2), "N×F or F", hint)
    return fixed(arriving.shape[-1], "features", "input")


def _state(args: Args, inputs: Inputs) -> Tensor:
    arriving = inputs["input"]
    return Tensor((*arriving.shape[:-1], args["hidden_size"]), arriving.dtype)


def _stepped(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    state = _state(args, inputs)
    fits("hx", state.shape, inputs, "batch, features")
    same_dtype(inputs, "input", "hx")
    return (state,)


def _lstm_stepped(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    state = _state(args, inputs)
    if ("h_0" in inputs) != ("c_0" in inputs):
        missing = "c_0" if "h_0" in inputs else "h_0"
        raise ShapeError(
            "{node} takes its state as a pair: wire {missing} too, or neither.",
            port=missing,
            missing=missing,
        )
    fits("h_0", state.shape, inputs, "batch, features")
    fits("c_0", state.shape, inputs, "batch, features")
    same_dtype(inputs, "input", "h_0", "c_0")
    return state, state


def _tensors(gates: int) -> Callable[[Args, Inputs], tuple[TensorSpec, ...]]:
    def tensors(args: Args, inputs: Inputs) -> tuple[TensorSpec, ...]:
        taken, hidden = args["input_size"], args["hidden_size"]
        rows, draw = gates * hidden, uniform_default(hidden)
        specs = [
            TensorSpec("weight_ih", (rows, taken), "weight", taken, rows, draw),
            TensorSpec("weight_hh", (rows, hidden), "recurrent", hidden, rows, draw),
        ]
        if args["bias"]:
            specs += [
                TensorSpec("bias_ih", (rows,), "bias", taken, rows, draw),
                TensorSpec("bias_hh", (rows,), "bias", hidden, rows, draw),
            ]
        return tuple(specs)

    return tensors


def _work(gates: int) -> Callable[[Args, Inputs], int]:
    def work(args: Args, inputs: Inputs) -> int:
        samples = work_size(Tensor(inputs["input"].shape[:-1]))
        hidden: int = args["hidden_size"]
        return samples * gates * hidden * (int(args["input_size"]) + hidden)

    return work


_HX = Port("hx", "float", optional=True, doc="The state before; zeros when open.")
_MIND = (
    "It does one step; wire its state to the next one's. For a whole sequence the "
    "layer is faster."
)


def _cell(
    name: str,
    gates: int,
    says: Mapping[str, str],
    *params: Param,
    lstm: bool = False,
) -> Layer:
    target = f"torch.nn.{name}Cell"
    takes: Nest = ("input", ("h_0", "c_0")) if lstm else ()
    states = (
        Port("h_0", "float", optional=True, doc="The state before."),
        Port("c_0", "float", optional=True, doc="The cell before."),
    )
    return Layer(
        kind=f"{name.lower()}_cell",
        title=f"{name}Cell",
        family="Recurrent",
        target=target,
        doc=says["doc"],
        help=Help(
            what=says["what"],
            formula=FORMULAS[name.lower()],
            when="To write the loop over time yourself: decoders, attention, agents.",
            mind=_MIND,
            source=says["source"],
            link=page(target),
        ),
        params=(
            Int("hidden_size", 64, low=1, doc="Features of the state."),
            Bool("bias", True, doc="Whether to learn biases."),
            *params,
        ),
        inputs=(
            Port("input", "float", doc="N×F or F."),
            *(states if lstm else (_HX,)),
        ),
        outputs=(
            (Port("h_1", doc="The state after."), Port("c_1", doc="The cell after."))
            if lstm
            else (Port("output", doc="The state after."),)
        ),
        shape=_lstm_stepped if lstm else _stepped,
        derived={"input_size": _input_size},
        tensors=_tensors(gates),
        mult_adds=_work(gates),
        brief=lambda args: f"{args.get('input_size', '?')} → {args['hidden_size']}",
        takes=takes,
        aliases=("step", "sequence", "recurrent"),
    )


ROWS: tuple[Operator, ...] = (
    _cell(
        "RNN",
        1,
        {
            "doc": "One step of an RNN.",
            "what": "Mixes the input with the state before and squashes the sum.",
            "source": "Elman 1990, Finding structure in time",
        },
        Choice(
            "nonlinearity", "tanh", options=("tanh", "relu"), doc="What squashes it."
        ),
    ),
    _cell(
        "LSTM",
        4,
        {
            "doc": "One step of an LSTM.",
            "what": "Gates decide what the cell forgets, takes in and shows.",
            "source": "Hochreiter and Schmidhuber 1997, Long short-term memory",
        },
        lstm=True,
    ),
    _cell(
        "GRU",
        3,
        {
            "doc": "One step of a GRU.",
            "what": "Gates decide how much of the old state is used and kept.",
            "source": "Cho et al. 2014, Learning phrase representations",
        },
    ),
)
