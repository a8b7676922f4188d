"""What reaches an activation in the new network, and how much of it is lost there."""

from __future__ import annotations

from math import nan
from typing import Any

import torch
from torch import nn
from torch.func import functional_call

from engine.catalog.dims import BATCH, Sym
from engine.catalog.spec import Activation
from engine.check import Checked, check
from engine.check.walk import walk
from engine.design.model import Design, Settings
from engine.errors import MeasureError
from engine.measure.curves import differentiated
from engine.measure.histogram import histogram
from engine.measure.models import built
from engine.measure.moments import moments
from engine.measure.results import Received
from engine.model.memory import available, readable
from engine.model.sample import passing_bytes, sample_inputs

SAMPLES = 512
FEWEST = 2  # a batch normalization needs two samples to have a variance


def received(design: Design, node: str, bins: int = 60) -> Received:
    """What reaches an activation for a seeded batch, in the design's mode.

    Args:
        design: without errors.
        node: id of the activation, or the path to it within blocks.
        bins: of the histogram.

    Raises:
        BuildError: the design cannot be built.
        MeasureError: the node is no activation, or what reaches it is not finite.
    """
    checked = check(design)
    network = built(design)
    place = next((at for at in walk(checked) if at.path == node), None)
    at = place.node if place else None
    if place is None or at is None or not isinstance(at.row, Activation):
        raise MeasureError("Only what reaches an activation can be shown.")
    module = network.get_submodule(place.name)
    inputs = sample_inputs(
        design, checked, seed=design.settings.seed, batch=batch_of(checked)
    )
    values = _arriving(network, module, inputs, design.settings, at.name)
    finite = values[values.isfinite()]
    if not finite.numel():
        raise MeasureError(
            "Nothing finite reaches {node}: the signal overflows before it. Choose "
            "initializers that keep its size.",
            node=at.name,
        )
    shown = histogram(finite, bins)
    saturated, dead, passed = 0.0, 0.0, (nan, nan, nan)
    if not at.row.over:
        passed = _passed(module, finite)
        saturated = _saturated(at.row, dict(place.known.args), finite)
        dead = _dead(module, values, _batch_axis(checked, node))
    return Received(
        shown.edges, shown.counts, saturated, dead, shown.mean, shown.std, *passed
    )


def batch_of(checked: Checked, spare: int = 0, most: int = SAMPLES) -> int:
    """As many samples as a quarter of the free memory takes, up to `most`.

    Args:
        checked: the design's check.
        spare: bytes that are wanted for something else.
        most: samples that are wanted.

    Raises:
        MeasureError: not even two of them fit.
    """
    one, free = passing_bytes(checked, batch=1), max(available() - spare, 0)
    if one * FEWEST > free:
        raise MeasureError(
            "A sample takes {needed} on its way through the network and {free} are "
            "free, so nothing can be sent through it here. Make the Input smaller.",
            needed=readable(one),
            free=readable(free),
        )
    return max(min(FEWEST, most), min(most, free // 4 // max(one, 1)))


def _arriving(
    network: nn.Module,
    module: nn.Module,
    inputs: tuple[torch.Tensor, ...],
    settings: Settings,
    name: str,
) -> torch.Tensor:
    """The first argument of `module` while the network runs, which changes nothing."""
    device = device_of(settings)
    caught: list[torch.Tensor] = []
    hook = module.register_forward_pre_hook(
        lambda _, args: caught.append(args[0].detach().clone().cpu())
    )
    lent = _lent(network, device)
    network.train(settings.mode == "train")
    try:
        with torch.no_grad(), torch.random.fork_rng():
            torch.manual_seed(settings.seed)  # dropout draws from a global generator
            functional_call(network, lent, tuple(given.to(device) for given in inputs))
    except (RuntimeError, ValueError, IndexError) as error:
        # What only values can tell: a token without an embedding, a batch of one.
        raise MeasureError(
            "A sample batch does not get through the network to {node}: {reason}",
            node=name,
            reason=str(error).partition("\n")[0],
        ) from error
    finally:
        hook.remove()
        network.train()
    if not caught:
        raise MeasureError(
            "Nothing reaches {node} on the way to the result.", node=name
        )
    return caught[0]


def device_of(settings: Settings) -> str:
    """Where the design is run: on the CPU when this machine has nothing else."""
    return settings.device if settings.device in devices() else "cpu"


def devices() -> tuple[str, ...]:
    """The devices of this machine that a design can run on."""
    return ("cpu", "cuda") if torch.cuda.is_available() else ("cpu",)


def _lent(network: nn.Module, device: str) -> dict[str, torch.Tensor]:
    """The tensors a run uses in place of the network's own.

    Running statistics change in training, so they are copies; weights are only where
    they have to be on another device.
    """
    lent = {key: buffer.clone().to(device) for key, buffer in network.named_buffers()}
    if device != "cpu":
        lent |= {key: part.to(device) for key, part in network.named_parameters()}
    return lent


def _passed(module: nn.Module, values: torch.Tensor) -> tuple[float, float, float]:
    """Mean and spread of what comes out, and the mean square of the slope."""
    if isinstance(module, nn.PReLU) and module.num_parameters > 1:
        return nan, nan, nan  # which slope a value meets is not known any more
    made, slope = differentiated(module, values)
    mean, variance = moments(made).tolist()
    return mean, variance**0.5, float(slope.square().mean(dtype=torch.float64))


def _saturated(row: Activation, args: dict[str, Any], values: torch.Tensor) -> float:
    """The share of values in a flat zone."""
    within = torch.zeros_like(values, dtype=torch.bool)
    for low, high in row.saturates(args) if row.saturates else ():
        within |= (values >= low) & (values <= high)
    return float(within.double().mean())


def _dead(module: nn.Module, values: torch.Tensor, axis: int) -> float:
    """The share of units (elements of one sample) with no gradient in any sample."""
    _, slope = differentiated(module, values)
    return float((slope == 0).all(dim=axis).double().mean())


def _batch_axis(checked: Checked, node: str) -> int:
    """Where the batch is in what arrives; the first axis when it has no name."""
    known = checked.known(node)
    arriving = next(iter(known.inputs.values())) if known else None
    for axis, dim in enumerate(arriving.shape if arriving else ()):
        if isinstance(dim, Sym) and str(dim) == BATCH:
            return axis
    return 0
