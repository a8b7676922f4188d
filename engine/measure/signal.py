"""The signal through a new network: sampled, forward and backward, beside the theory.

A seeded batch is sent through the network, and seeded N(0, 1) gradients come back from
its end: from what enters a last softmax, sigmoid or loss, because a softmax gives
nothing back for equal gradients. Or the gradient is the loss's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch
from torch import nn

from engine.catalog.spec import Activation, Loss
from engine.check import Checked, check
from engine.design.model import Design
from engine.errors import MeasureError, Message
from engine.measure.data import Source, given_inputs
from engine.measure.moments import Moments, Sampler
from engine.measure.received import batch_of, device_of
from engine.measure.signals import (
    Asked,
    Backward,
    Layer,
    Leaving,
    Predicted,
    Signal,
    Spread,
    each,
)
from engine.measure.theory import Given, Theories, theories
from engine.measure.watching import Passing, units
from engine.model.build import build_meta, fill
from engine.model.draws import draws, seed_of
from engine.model.memory import reserve, weight_bytes
from engine.model.network import Network
from engine.model.plan import plan
from engine.model.unroll import Op, Place, Unrolled, unroll

WORK = 60_000_000_000  # mult-adds of a forward pass that one waits for
BATCH = 512
LEAST = 4  # samples, whatever the work, where memory takes them
FINAL = frozenset(
    ("softmax", "log_softmax", "softmin", "softmax2d", "sigmoid", "logsigmoid")
)
Tell = Callable[[int, int], None]


def measure(design: Design, seed: int = 0, batch: int = BATCH) -> Signal:
    """The signal through a new network, for one seed.

    Args:
        design: without errors.
        seed: of the weights, the input and the gradients.
        batch: samples at most; fewer where memory holds no more.

    Raises:
        BuildError: the design cannot be built.
        MeasureError: nothing can be sent through it.
    """
    return signal(design, Asked(seed=seed, batch=batch))


def signal(design: Design, asked: Asked, tell: Tell = lambda done, of: None) -> Signal:
    """The signal through a new network.

    Args:
        design: without errors.
        asked: how.
        tell: is told how many of how many runs are done.

    Raises:
        BuildError: the design cannot be built.
        MeasureError: nothing can be sent through it.
    """
    bench = Bench(design, asked)
    runs = []
    for number in range(asked.seeds):
        tell(number, asked.seeds)
        runs.append(bench.run(asked.seed + number))
    return bench.told(runs)


@dataclass(frozen=True)
class Run:
    """What one seed gave: the values that passed, and the norms of the weights."""

    seed: int
    passing: Passing
    norms: dict[str, tuple[float, float]]
    kept: dict[Place, torch.Tensor] = field(default_factory=dict)


class Bench:
    """A network on which signals are measured, its weights drawn anew for each seed."""

    def __init__(self, design: Design, asked: Asked) -> None:
        self.design = design
        self.asked = asked
        self.checked = check(design)
        self.plan = plan(design, self.checked)
        self.unrolled = unroll(self.plan)
        self.batch = self._batch()
        self.network = memory_for(design, self.checked)
        self.draws = draws(design, self.checked)
        self.ends = tuple(_ends(self.unrolled, asked.backward))
        self.axes = units(self.unrolled)
        self.device = device_of(design.settings)
        self._tensors = named(self.network)

    def _batch(self) -> int:
        """As many samples as memory, and one's patience, take."""
        reserve(self.checked)
        wanted = self.asked.batch
        if wanted is None:
            work = max(self.checked.mult_adds, 1)
            wanted = min(BATCH, max(WORK // work, LEAST))
        return batch_of(self.checked, spare=2 * weight_bytes(self.checked), most=wanted)

    def run(self, seed: int, keep: tuple[Place, ...] = ()) -> Run:
        """Draw the weights, send a batch through and gradients back.

        Args:
            seed: of all that is drawn.
            keep: values that are wanted themselves.
        """
        pairs = ((self._tensors[draw.name], draw) for draw in self.draws)
        fill(pairs, seed)
        sampler = Sampler(seed_of(seed, "sampled"), exact=self.asked.exact)
        ends = (*self.ends, *keep)
        passing = Passing(self.unrolled, sampler, ends, axes=self.axes)
        inputs = self._inputs(seed)
        training = self.design.settings.mode == "train"
        network = self.network.train(training).to(self.device)
        network.zero_grad(set_to_none=True)
        try:
            with torch.random.fork_rng(), torch.enable_grad():
                torch.manual_seed(seed)  # dropout draws from a global generator
                passing.run(network, inputs)
                self._back(passing, seed)
        except (RuntimeError, ValueError, IndexError) as error:
            # What only values can tell: a token without an embedding, a batch of one.
            raise MeasureError(
                "A batch of {count} does not get through the network: {reason}",
                count=self.batch,
                reason=str(error).partition("\n")[0],
            ) from error
        norms = {op.path: self._norms(op) for op in self.unrolled.ops}
        network.zero_grad(set_to_none=True)
        kept = {place: passing.kept[place] for place in keep if place in passing.kept}
        passing.kept.clear()
        return Run(seed, passing, norms, kept)

    def _inputs(self, seed: int) -> tuple[torch.Tensor, ...]:
        sources = {name: Source(path) for name, path in self.asked.source}
        inputs = given_inputs(
            self.design, self.checked, seed=seed, batch=self.batch, sources=sources
        )
        # Below a frozen layer gradients are of interest too.
        frozen = any(op.step.frozen for op in self.unrolled.ops)
        return tuple(
            given.to(self.device).requires_grad_(frozen and given.is_floating_point())
            for given in inputs
        )

    def _back(self, passing: Passing, seed: int) -> None:
        """Send gradients back from the ends, where something learns."""
        starts, gradients = [], []
        for place in self.ends:
            value = passing.kept.get(place)
            if value is None or not value.requires_grad:
                continue
            starts.append(value)
            gradients.append(self._gradient(place, value, seed))
        if starts:
            torch.autograd.backward(starts, gradients)

    def _gradient(self, place: Place, value: torch.Tensor, seed: int) -> torch.Tensor:
        if self.asked.backward == "loss":
            return torch.ones_like(value)
        key = seed_of(seed, f"gradient/{place.path}/{place.port}")
        generator = torch.Generator().manual_seed(key)
        drawn = torch.randn(value.shape, generator=generator, dtype=torch.float32)
        return drawn.to(dtype=value.dtype, device=value.device)

    def _norms(self, op: Op) -> tuple[float, float]:
        """Of the weights of a node, and of their gradients."""
        sizes = [0.0, 0.0]
        for spec in op.step.known.tensors:
            if spec.family not in ("weight", "recurrent"):
                continue
            own = op.name if op.step.own else f"{op.name}.{spec.name}"
            tensor = self._tensors[own]
            sizes[0] += _squares(tensor)
            sizes[1] += 0.0 if tensor.grad is None else _squares(tensor.grad)
        return sizes[0] ** 0.5, sizes[1] ** 0.5

    def told(self, runs: list[Run]) -> Signal:
        """What the runs gave, beside the theory."""
        gathered = _gathered(runs)
        theory = theories(self._about(gathered))
        links = _links(self.unrolled)
        following = _following(self.unrolled)
        rows = [
            *(self._entered(place, gathered, theory) for place in self.unrolled.inputs),
            *(
                self._layer(op, runs, gathered, theory, links[op.path], following)
                for op in self.unrolled.ops
            ),
        ]
        aliases = self.unrolled.aliases.items()
        return Signal(
            layers=tuple(rows),
            seeds=tuple(run.seed for run in runs),
            batch=self.batch,
            source=", ".join(name for _, name in self.asked.source) or "noise",
            backward=self.asked.backward,
            note=self._note(),
            aliases=tuple((*alias, *place) for alias, place in aliases),
        )

    def _about(self, gathered: Gathered) -> Given:
        """What the theory is told of this network."""
        return Given(
            design=self.design,
            unrolled=self.unrolled,
            draws=self.draws,
            tensors=self._tensors,
            ends=self.ends,
            batch=self.batch,
            noise=(not self.asked.source, self.asked.backward == "noise"),
            forward=gathered.forward,
            backward=gathered.backward,
        )

    def _note(self) -> Message | None:
        wanted = self.asked.batch
        if wanted is None or wanted <= self.batch:
            return None
        said = "Memory holds a batch of {count}, not of {wanted}."
        return Message(said, {"count": self.batch, "wanted": wanted})

    def _entered(self, place: Place, gathered: Gathered, theory: Theories) -> Layer:
        node = self.design.nodes[place.path]
        leaving = (_leaving(place, gathered, theory),)
        return Layer(place.path, node.name, node.kind, "input", 0, False, leaving)

    def _layer(
        self,
        op: Op,
        runs: list[Run],
        gathered: Gathered,
        theory: Theories,
        link: tuple[Op | None, Op | None],
        following: dict[str, Op],
    ) -> Layer:
        row = op.step.row
        after, before = link
        own = weighted(op)
        at = op if isinstance(row, Activation) else following.get(op.path, op)
        norms = [run.norms[op.path] for run in runs]
        lost = [
            run.passing.lost[at.path] for run in runs if at.path in run.passing.lost
        ]
        learned = any(norm[0] for norm in norms)
        return Layer(
            node=op.path,
            name=op.name,
            kind=op.kind,
            role=row.role,
            depth=op.depth,
            weighted=own,
            leaving=tuple(_leaving(place, gathered, theory) for place in op.made),
            after=after.path if own and after else "",
            before=before.path if own and before else "",
            forward_factor=_factor(op, after, gathered.forward) if own else (),
            backward_factor=_factor(op, before, gathered.backward) if own else (),
            dead=tuple(one.dead for one in lost),
            saturated=tuple(one.saturated for one in lost),
            weight_norm=tuple(norm[0] for norm in norms) if learned else (),
            gradient_norm=tuple(norm[1] for norm in norms) if learned else (),
        )


@dataclass(frozen=True)
class Gathered:
    """How each value, and its gradient, is spread over the runs."""

    forward: dict[Place, Spread]
    backward: dict[Place, Spread]


def memory_for(design: Design, checked: Checked) -> nn.Module:
    """The network with memory for its tensors, which hold nothing yet."""
    network = build_meta(design, checked=checked).to_empty(device="cpu")
    for module in network.modules():
        if isinstance(module, Network):
            module.tie()
    return network


def named(network: nn.Module) -> dict[str, torch.Tensor]:
    """Every tensor by its names, a tied one by each of them."""
    parameters = network.named_parameters(remove_duplicate=False)
    return {**dict(parameters), **dict(network.named_buffers())}


def weighted(op: Op) -> bool:
    """Whether a call multiplies by weights."""
    return op.step.row.role == "layer" and any(
        spec.family in ("weight", "recurrent") and len(spec.shape) > 1
        for spec in op.step.known.tensors
    )


def _ends(unrolled: Unrolled, backward: Backward) -> Iterator[Place]:
    """The values at which gradients start."""
    makers = {place: op for op in unrolled.ops for place in op.made}
    found: dict[Place, None] = {}
    losses = [op for op in unrolled.ops if isinstance(op.step.row, Loss)]
    if backward == "loss":
        if not losses:
            raise MeasureError(
                "There is no loss in this design to take gradients from. Add one, or "
                "start from noise."
            )
        yield from (place for op in losses for place in op.made)
        return
    for place in unrolled.results:
        at, op = place, makers.get(place)
        while op is not None and (op.kind in FINAL or isinstance(op.step.row, Loss)):
            if op.first is None:
                break
            at, op = op.first, makers.get(op.first)
        found[at] = None
    yield from found


def _links(unrolled: Unrolled) -> dict[str, tuple[Op | None, Op | None]]:
    """For each call, the weighted one before it and the weighted one after it.

    Where ways meet, the one that is computed last before it; where they part, the one
    that is computed first after it.
    """
    before: dict[Place, int] = {}
    found: dict[str, list[Op | None]] = {}
    for index, op in enumerate(unrolled.ops):
        last = max((before.get(p, -1) for p in op.arriving.values()), default=-1)
        found[op.path] = [unrolled.ops[last] if last >= 0 else None, None]
        here = index if weighted(op) else last
        before.update((place, here) for place in op.made)
    most = len(unrolled.ops)
    after: dict[Place, int] = {}
    for index, op in reversed(list(enumerate(unrolled.ops))):
        first = min((after.get(place, most) for place in op.made), default=most)
        found[op.path][1] = unrolled.ops[first] if first < most else None
        here = index if weighted(op) else first
        for place in op.arriving.values():
            after[place] = min(after.get(place, most), here)
    return {path: (pair[0], pair[1]) for path, pair in found.items()}


def _following(unrolled: Unrolled) -> dict[str, Op]:
    """The activation that takes what a weighted layer makes, norms between allowed."""
    source: dict[Place, str] = {}
    found: dict[str, Op] = {}
    for op in unrolled.ops:
        first = op.first
        path = source.get(first) if first else None
        if weighted(op):
            source.update((place, op.path) for place in op.made)
        elif path is None:
            continue
        elif isinstance(op.step.row, Activation):
            found.setdefault(path, op)
        elif op.step.row.family in ("Normalization", "Dropout"):
            source.update((place, path) for place in op.made)
    return found


def _factor(
    op: Op, other: Op | None, spreads: dict[Place, Spread]
) -> tuple[float, ...]:
    if other is None:
        return ()
    own, its = (
        next((spreads[p] for p in at.made if p in spreads), None) for at in (op, other)
    )
    if own is None or its is None:
        return ()
    return each(own.second, its.second, lambda a, b: a / b if b else float("nan"))


def _leaving(place: Place, gathered: Gathered, theory: Theories) -> Leaving:
    return Leaving(
        place.port,
        gathered.forward.get(place),
        gathered.backward.get(place),
        theory.forward.get(place, Predicted()),
        theory.backward.get(place, Predicted()),
    )


def _gathered(runs: list[Run]) -> Gathered:
    return Gathered(
        _spreads([run.passing.forward for run in runs]),
        _spreads([run.passing.backward for run in runs]),
    )


def _spreads(noted: list[dict[Place, Moments]]) -> dict[Place, Spread]:
    found = {}
    for place in noted[0] if noted else ():
        each_run = [one[place] for one in noted if place in one]
        found[place] = Spread(
            tuple(one.mean for one in each_run),
            tuple(one.std for one in each_run),
            tuple(one.second for one in each_run),
            any(one.sampled for one in each_run),
        )
    return found


_NORMS = Sampler()


def _squares(tensor: torch.Tensor) -> float:
    """The sum of the squares; of a large tensor, from 16k of its values."""
    mean, variance = _NORMS.moments(tensor).tolist()
    return float((variance + mean * mean) * tensor.numel())
