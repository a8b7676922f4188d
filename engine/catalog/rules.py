"""Shape rules and small arithmetic that rows of several families share."""

from collections.abc import Callable

from engine.catalog.dims import Dim, Shape, Sym, Tensor, text
from engine.catalog.spec import Args, Init, Inputs
from engine.errors import ShapeError


def same(args: Args, inputs: Inputs) -> tuple[Tensor, ...]:
    """What comes out is shaped like the first input."""
    return (next(iter(inputs.values())),)


def fixed(dim: Dim, what: str, port: str) -> int:
    """`dim`, which a module needs as a number when it is made.

    Raises:
        ShapeError: it is a symbol.
    """
    if isinstance(dim, Sym):
        raise ShapeError(
            "{node} needs a fixed number of {what}, but {source} brings {dim}, which is "
            "known only when the network runs. Give the Input a number there.",
            port=port,
            what=what,
            dim=str(dim),
        )
    return dim


def features(port: str) -> Callable[[Args, Inputs], int]:
    """The size of the last axis of `port`, as a derived argument."""

    def derived(args: Args, inputs: Inputs) -> int:
        arriving = inputs[port]
        if not arriving.rank:
            raise ShapeError(
                "{node} needs at least one axis of features, but {source} brings a "
                "single number.",
                port=port,
            )
        return fixed(arriving.shape[-1], "features", port)

    return derived


def uniform_default(fan: int) -> Init:
    """torch's default for Linear, convolutions and their biases: U(±1/√fan)."""
    bound = fan**-0.5 if fan else 0.0
    return Init("uniform", (("a", -bound), ("b", bound)))


def work_shape(tensor: Tensor) -> tuple[int, ...]:
    """The sample shape of one sample: a leading batch symbol counts once."""
    first, *rest = tensor.shape or (1,)
    batch = isinstance(first, Sym)
    return tuple(
        1 if batch and index == 0 else size
        for index, size in enumerate(_samples((first, *rest)))
    )


def _samples(shape: Shape) -> tuple[int, ...]:
    return tuple(dim if isinstance(dim, int) else dim.value for dim in shape)


def shown(tensor: Tensor) -> str:
    """A tensor's shape for a message: N×3."""
    return text(tensor.shape)
