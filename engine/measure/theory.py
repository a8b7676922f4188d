"""The theory's curve through a whole network, with gaps where there is none.

Behind a gap the theory goes on from the size that was sampled there, and says so: what
a layer makes of its input is known even where the input is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from engine.catalog import INITIALIZERS
from engine.catalog.spec import Activation, Theory
from engine.errors import Message
from engine.measure.quadrature import Function
from engine.measure.signals import Predicted, Spread
from engine.measure.theory_backward import Gradient, backward
from engine.measure.theory_forward import Drawn, Facts, forward
from engine.measure.theory_state import Gap, State, number
from engine.model.draws import Draw
from engine.model.unroll import Op, Place, Unrolled

if TYPE_CHECKING:
    from engine.design.model import Design

_OTHER = Message("It goes on from what was sampled.")


@dataclass(frozen=True)
class Given:
    """What the theory is told.

    Args:
        design: the design.
        unrolled: its calls.
        draws: how each tensor is drawn.
        tensors: of the network, by all of their names.
        ends: the values at which gradients start.
        batch: samples.
        noise: whether the input is N(0, 1), and the gradients are.
        forward: what was sampled.
        backward: likewise of the gradients.
    """

    design: Design
    unrolled: Unrolled
    draws: list[Draw]
    tensors: Mapping[str, torch.Tensor]
    ends: tuple[Place, ...]
    batch: int
    noise: tuple[bool, bool]
    forward: Mapping[Place, Spread]
    backward: Mapping[Place, Spread]


@dataclass
class Theories:
    """What theory says of each value and its gradient."""

    forward: dict[Place, Predicted] = field(default_factory=dict)
    backward: dict[Place, Predicted] = field(default_factory=dict)


def theories(given: Given) -> Theories:
    """Theory's figures for every value of a network."""
    walk = _Walk(given)
    walk.forward()
    walk.backward()
    return walk.found


class _Walk:
    def __init__(self, given: Given) -> None:
        self.given = given
        self.found = Theories()
        self._states: dict[Place, State] = {}
        self._facts: dict[str, Facts] = {}
        self._bits = 0
        self._by_tensor = {id(given.tensors[d.name]): d for d in given.draws}
        self._bit_of: dict[str, int] = {}
        self._functions: dict[Any, Function] = {}
        self._training = given.design.settings.mode == "train"

    def forward(self) -> None:
        for place in self.given.unrolled.inputs:
            self._enter(place)
        for op in self.given.unrolled.ops:
            facts = self._facts[op.path] = self._about(op)
            try:
                self._made(op, facts)
            except Gap as gap:
                self._sampled(op, gap.message)

    def _enter(self, place: Place) -> None:
        spread = self.given.forward.get(place)
        if spread is None:  # whole numbers
            return
        if self.given.noise[0]:
            bit = self._bit()
            state = State(number(0), number(1), number(0), "normal", bit, bit)
        else:
            mean, second = median(spread.mean), median(spread.second)
            state = State(number(mean), number(second), None, "other", 0, self._bit())
        self._put(place, state)

    def _made(self, op: Op, facts: Facts) -> None:
        if op.step.own:
            self._put(op.made[0], _own(facts))
            return
        if op.kind == "embedding":
            states = []
        else:
            states = [self._arriving(place) for place in op.arriving.values()]
        state = forward(facts, states)
        for place in op.made:
            if place in self.given.forward:
                self._put(place, state)

    def _arriving(self, place: Place) -> State:
        state = self._states.get(place)
        if state is None:
            raise Gap("What reaches it is not known.")
        return state

    def _put(self, place: Place, state: State) -> None:
        if not np.isfinite(state.second).all():
            raise Gap("Its size is beyond what a number holds.")
        self._states[place] = state
        mean = float(np.mean(state.mean))
        self.found.forward[place] = Predicted(state.size, None, state.start, mean)

    def _sampled(self, op: Op, why: Message) -> None:
        """Behind a gap: go on from what was sampled, with no claim about it."""
        for place in op.made:
            spread = self.given.forward.get(place)
            if spread is None:
                continue
            self.found.forward[place] = Predicted(None, why)
            mean, second = median(spread.mean), median(spread.second)
            if np.isfinite(second):
                needs = self._bit() | (1 << self._bits) - 1
                self._states[place] = State(
                    number(mean), number(second), None, "other", 0, needs, op.path
                )

    def backward(self) -> None:
        arriving: dict[Place, list[Gradient | Message]] = {}
        for place in self.given.ends:
            if self.given.noise[1] and place in self.given.backward:
                start = Gradient(number(1), bit := self._bit(), bit)
                arriving.setdefault(place, []).append(start)
            else:
                why = Message("The gradients start here.", {})
                arriving.setdefault(place, []).append(why)
        for op in reversed(self.given.unrolled.ops):
            for place in op.made:
                gradient = self._summed(place, arriving.get(place, []))
                if gradient is not None:
                    self._back(op, place, gradient, arriving)
        for place in self.given.unrolled.inputs:
            self._summed(place, arriving.get(place, []))

    def _back(
        self,
        op: Op,
        place: Place,
        gradient: Gradient,
        arriving: dict[Place, list[Gradient | Message]],
    ) -> None:
        """Hand a gradient on to what the call was given."""
        states = [self._states.get(source) for source in op.arriving.values()]
        for port, source in op.arriving.items():
            if source not in self.given.forward:
                continue
            handed: Gradient | Message
            try:
                handed = backward(self._facts[op.path], states, gradient, port)
            except Gap as gap:
                handed = gap.message
            arriving.setdefault(source, []).append(handed)

    def _summed(self, place: Place, found: list[Gradient | Message]) -> Gradient | None:
        """The gradient of a value, from all that it goes to."""
        spread = self.given.backward.get(place)
        if spread is None:
            return None
        why = next((one for one in found if isinstance(one, Message)), None)
        gradients = [one for one in found if isinstance(one, Gradient)]
        if why is None and gradients:
            try:
                whole = reduce(_together, gradients)
                if np.isfinite(whole.second).all():
                    said = Predicted(whole.size, None, whole.start)
                    self.found.backward[place] = said
                    return whole
            except Gap as gap:
                why = gap.message
        self.found.backward[place] = Predicted(None, why)
        second = median(spread.second)
        if not np.isfinite(second):
            return None
        needs = self._bit() | (1 << self._bits) - 1
        return Gradient(number(second), 0, needs, place.path)

    def _bit(self) -> int:
        self._bits += 1
        return 1 << (self._bits - 1)

    def _about(self, op: Op) -> Facts:
        tensors: dict[str, Theory] = {}
        bit = 0
        for spec in op.step.known.tensors:
            own = op.name if op.step.own else f"{op.name}.{spec.name}"
            draw = self._by_tensor[id(self.given.tensors[own])]
            init = INITIALIZERS[draw.init.kind]
            tensors[spec.name] = init.theory(init.complete(draw.init.params), draw.spec)
            if spec.family in ("weight", "recurrent"):
                if draw.name not in self._bit_of:
                    self._bit_of[draw.name] = self._bit()
                bit |= self._bit_of[draw.name]
        drawn = Drawn(tensors, bit)
        return Facts(op, drawn, self._training, self.given.batch, self._function(op))

    def _function(self, op: Op) -> Function | None:
        row = op.step.row
        if not isinstance(row, Activation) or row.over:
            return None
        if row.kind == "rrelu" and self._training:  # its slopes are drawn anew
            return None
        args = dict(op.step.known.args)
        key = row.kind, tuple(sorted((k, str(v)) for k, v in args.items()))
        if key not in self._functions:
            self._functions[key] = Function(row, args)
        return self._functions[key]


def _own(facts: Facts) -> State:
    """A tensor of the network itself: alike for all samples."""
    ((_, theory),) = facts.drawn.tensors.items()
    second = number(theory.std**2 + theory.mean**2)
    law: Any = "normal" if theory.density == "normal" else "other"
    odd = 0 if theory.mean or not theory.std else facts.drawn.bit
    return State(number(theory.mean), second, second, law, odd, facts.drawn.bit)


def _together(one: Gradient, other: Gradient) -> Gradient:
    """The sum of two gradients of one value.

    Raises:
        Gap: they have something in common.
    """
    if not (one.odd & ~other.needs or other.odd & ~one.needs):
        raise Gap("Gradients that come back by several ways have something in common.")
    shapes = {one.second.shape, other.second.shape} - {()}
    if len(shapes) > 1:
        one, other = one.flat(), other.flat()
    start = one.start or other.start
    return replace(
        one,
        second=one.second + other.second,
        odd=one.odd & other.odd,
        needs=one.needs | other.needs,
        start=start,
        chosen=one.chosen or other.chosen,
    )
