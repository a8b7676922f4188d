"""What a row of the catalogue says about an operator or an initializer.

Rows are data and small pure functions; nothing here or in a row imports torch. In
every function `args` maps each parameter's name to its value, derived arguments
included, and `inputs` maps the name of each wired port to the `Tensor` on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Literal, NamedTuple

from engine.catalog.dims import Tensor
from engine.catalog.params import Param, Value
from engine.errors import Message

Args = Mapping[str, Any]
Inputs = Mapping[str, Tensor]
Nest = tuple[Any, ...]  # port names, nested as torch nests arguments and results
Role = Literal["input", "output", "layer", "activation", "operation", "loss"]
TensorFamily = Literal["weight", "bias", "recurrent", "scale", "buffer"]
Dtype = Literal["float", "int", "any"]
Style = Literal["call", "gather", "fold", "method", "index", "sized", "value", "torch"]


class Port(NamedTuple):
    """A place for a wire.

    Args:
        name: stable; it stands in files.
        dtype: what an input accepts.
        optional: an input that may stay open.
        follows: an optional input that takes another input's wire when open.
        doc: one line for the tooltip.
        keyword: torch is given it by name, so that those before it may stay open.
    """

    name: str
    dtype: Dtype = "any"
    optional: bool = False
    follows: str = ""
    doc: str = ""
    keyword: bool = False


class Part(NamedTuple):
    """A module that the constructor of another one takes.

    Args:
        target: dotted path of its class.
        args: of its constructor.
    """

    target: str
    args: tuple[tuple[str, Value], ...]

    def __str__(self) -> str:
        given = ", ".join(f"{name}={value}" for name, value in self.args)
        return f"{self.target.rpartition('.')[2]}({given})"


class Init(NamedTuple):
    """An initializer with its parameters, chosen for a tensor: hashable data."""

    kind: str
    params: tuple[tuple[str, Value], ...] = ()


class TensorSpec(NamedTuple):
    """A tensor of a module's state_dict, before the module exists.

    Args:
        name: torch's own: weight, bias_ih_l0, in_proj_weight, running_mean.
        shape: whole numbers.
        family: which choice of the inspector it follows; a "scale" (the γ within a
            larger layer) and a buffer follow none.
        fan_in: true number of inputs of one output unit; 0 where that means nothing.
        fan_out: true number of outputs one input unit reaches.
        default: what torch draws when nothing is chosen, as an `Init`.
        dtype: "" is the design's floating dtype.
        persistent: whether the tensor stands in the state_dict.
        zero_row: the row that is set to zero after the draw, whatever drew it
            (`padding_idx` of an Embedding); None for none.
        frozen: within a block, whether it gets no gradient.
        tied: whether it is another node's tensor, which is drawn and counted there.
        chosen: within a block, whether `default` is a person's choice for it.
    """

    name: str
    shape: tuple[int, ...]
    family: TensorFamily
    fan_in: int
    fan_out: int
    default: Init
    dtype: str = ""
    persistent: bool = True
    zero_row: int | None = None
    tied: bool = False
    frozen: bool = False
    chosen: bool = False

    @property
    def learns(self) -> bool:
        """Whether it is a parameter of its own that gets a gradient."""
        return self.family != "buffer" and not self.tied and not self.frozen


@dataclass(frozen=True)
class Help:
    """The text behind F1, written for someone who is choosing.

    Args:
        what: what it computes, one or two sentences.
        formula: LaTeX of f or of the output.
        derivative: LaTeX of f′, for activations.
        when: when to choose it.
        mind: what to mind.
        source: author, year, title.
        link: where to read it, an https address.
    """

    what: str
    formula: str = ""
    derivative: str = ""
    when: str = ""
    mind: str = ""
    source: str = ""
    link: str = ""


Ports = tuple[Port, ...] | Callable[[Args], tuple[Port, ...]]


def no_tensors(args: Args, inputs: Inputs) -> tuple[TensorSpec, ...]:
    """The tensors of an operator that has none."""
    return ()


def no_work(args: Args, inputs: Inputs) -> int:
    """The mult-adds of an operator that multiplies nothing."""
    return 0


def no_brief(args: Args) -> str:
    """The line on a node that has nothing to add to its title."""
    return ""


@dataclass(frozen=True)
class Operator:
    """One operator: everything Fanin knows about it.

    Args:
        kind: stable; it stands in files.
        title: torch's own name.
        family: heading in the palette, and the colour: "Convolution".
        doc: one line.
        help: the reference text.
        target: dotted path of the torch class or function; "" for ports of the design.
        params: in torch's order of arguments.
        inputs: ports, or a function of the arguments that gives them.
        outputs: likewise.
        shape: the output tensors in the order of `outputs`; raises `ShapeError`.
        derived: constructor arguments that follow from the inputs: name -> function.
        tensors: the parameters and buffers, in torch's order.
        mult_adds: per sample, products paired with sums, biases not counted.
        brief: the line on the node: "3×3, 64, stride 2".
        takes: how ports become arguments of the call, nested as torch wants them; a
            nested group is passed when all of its ports are wired. () is the ports in
            order. Ports given by keyword do not stand here.
        returns: how results map to output ports, nested as torch returns them. () is
            the ports in order (a bare tensor for one).
        style: how an operation is written: "call" f(x, y, dim=1); "gather"
            f((x, y), dim=1); "fold" x + y + z by `sign`; "method" x.f(dim=1); "index"
            x[:, 1:5]; "sized" f(x.shape[1], device=x.device); "value" a tensor of the
            network itself, which nothing calls; "torch" any function, named in text.
        sign: the Python operator of a "fold".
        aliases: further words the search finds it by.
        makes_reals: whether it makes real numbers where none arrive, as an Embedding
            does: they are of the design's dtype, which its rules read as
            `args.get("dtype", "float32")`.
        undo: from the arguments of the constructor back to the parameters that are not
            among them; for code and modules that are read. None where all are.
    """

    kind: str
    title: str
    family: str
    doc: str
    help: Help
    shape: Callable[[Args, Inputs], tuple[Tensor, ...]]
    target: str = ""
    params: tuple[Param, ...] = ()
    inputs: Ports = (Port("input", "float"),)
    outputs: Ports = (Port("output"),)
    derived: Mapping[str, Callable[[Args, Inputs], Value]] = field(default_factory=dict)
    tensors: Callable[[Args, Inputs], tuple[TensorSpec, ...]] = no_tensors
    mult_adds: Callable[[Args, Inputs], int] = no_work
    brief: Callable[[Args], str] = no_brief
    takes: Nest = ()
    returns: Nest = ()
    style: Literal[
        "call", "gather", "fold", "method", "index", "sized", "value", "torch"
    ] = "call"
    sign: str = ""
    aliases: tuple[str, ...] = ()
    makes_reals: bool = False
    undo: Callable[[Args], Mapping[str, Value]] | None = None

    role: ClassVar[Role] = "layer"

    @cached_property
    def defaults(self) -> Mapping[str, Value]:
        return {param.name: param.default for param in self.params}

    def param(self, name: str) -> Param | None:
        return next((param for param in self.params if param.name == name), None)

    def input_ports(self, args: Args) -> tuple[Port, ...]:
        return self.inputs(args) if callable(self.inputs) else self.inputs

    def output_ports(self, args: Args) -> tuple[Port, ...]:
        return self.outputs(args) if callable(self.outputs) else self.outputs


class Layer(Operator):
    """A torch.nn class that is not an activation."""

    role: ClassVar[Role] = "layer"


@dataclass(frozen=True)
class Activation(Operator):
    """A torch.nn activation.

    Args:
        over: the parameter that names the dimension it normalizes or splits over
            (softmax, GLU); "channels" where torch fixes it (Softmax2d); "" for an
            elementwise function, which has a curve.
        saturates: for elementwise functions, a function of the arguments giving the
            intervals (low, high) where |f′| is below 1 % of its largest value for good
            reason: the flat zones to shade. Infinite ends are ±math.inf.
    """

    over: str = ""
    saturates: Callable[[Args], tuple[tuple[float, float], ...]] | None = None

    role: ClassVar[Role] = "activation"


class Loss(Operator):
    """A torch.nn class that says how wrong a network is; its target is a port."""

    role: ClassVar[Role] = "loss"


class Operation(Operator):
    """A function of tensors without parameters to learn: add, reshape, mean."""

    role: ClassVar[Role] = "operation"


class Entrance(Operator):
    """Where data enters the design."""

    role: ClassVar[Role] = "input"


class Exit(Operator):
    """Where a result leaves the design."""

    role: ClassVar[Role] = "output"


class Call(NamedTuple):
    """A call of torch.nn.init: what builder and generated code both do to a tensor."""

    function: str  # the name within torch.nn.init: "xavier_normal_"
    args: tuple[tuple[str, Value], ...] = ()
    note: str = ""  # why it is not the plain call, for a comment in the code


class Theory(NamedTuple):
    """What a draw is expected to look like.

    Args:
        density: "uniform", "normal", "truncated" (a normal cut at low and high),
            "point" (all mass at mean), "sparse" (a normal with a share of zeros),
            "other" (no closed form; only mean and std are known).
        mean: expected mean.
        std: expected standard deviation of one value.
        low: smallest possible value, -inf where there is none.
        high: largest possible value.
        spread: std of the normal before it was cut or thinned; `std` where it was not.
        zeros: share of exact zeros of a "sparse" draw.
        centre: mean of the normal before it was cut; None where it was not.
    """

    density: Literal["uniform", "normal", "truncated", "point", "sparse", "other"]
    mean: float
    std: float
    low: float
    high: float
    spread: float = 0.0
    zeros: float = 0.0
    centre: float | None = None


class Step(NamedTuple):
    """One line of "why this number": a name, its formula in LaTeX and its value."""

    name: str
    formula: str
    value: float


@dataclass(frozen=True)
class Initializer:
    """One initializer.

    Args:
        kind: stable; it stands in files: "xavier_normal".
        title: "Xavier normal".
        short: the chip on a node: "Xavier N".
        target: dotted path of the torch function it is, "" for our own.
        picture: which little picture stands for it.
        lower: the call that draws `tensor`.
        theory: what the draw is expected to look like.
        why: the steps that lead to the numbers.
        refuses: the sentence saying why it does not fit a tensor, or None.
    """

    kind: str
    title: str
    short: str
    doc: str
    help: Help
    lower: Callable[[Args, TensorSpec], Call]
    theory: Callable[[Args, TensorSpec], Theory]
    why: Callable[[Args, TensorSpec], tuple[Step, ...]]
    target: str = ""
    params: tuple[Param, ...] = ()
    picture: Literal[
        "bell", "box", "point", "cut", "diagonal", "sparse", "rotate", "torch"
    ] = "bell"
    refuses: Callable[[Args, TensorSpec], Message | None] = lambda args, tensor: None
    aliases: tuple[str, ...] = ()

    @cached_property
    def defaults(self) -> Mapping[str, Value]:
        return {param.name: param.default for param in self.params}

    def param(self, name: str) -> Param | None:
        return next((param for param in self.params if param.name == name), None)

    def complete(self, params: tuple[tuple[str, Value], ...]) -> Args:
        """The given parameters over the defaults."""
        return {**self.defaults, **dict(params)}
