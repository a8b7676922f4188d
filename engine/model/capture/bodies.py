"""Groups to bodies: graphs with names, in which alike modules in a row are one.

A body's key is all of it but its whole numbers, so that bodies of one key can become
one block that takes the numbers that differ.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field

from torch import nn

from engine.catalog import OPERATORS
from engine.catalog.params import Value as Plain
from engine.design import names
from engine.design.block import KIND
from engine.model.capture.draft import Draft
from engine.model.capture.record import Value
from engine.model.capture.tree import Group

Path = tuple[object, ...]  # of a whole number in a body: use, parameter, place
PORTS = frozenset({"inputs", "chunks", "split_size_or_sections", "num_layers"})


@dataclass(eq=False)
class Use:
    """A node of a body: a layer, a function, or a block with its repeats."""

    name: str
    args: list[Value]
    made: list[Value]
    draft: Draft | None = None
    bodies: list[Body] = field(default_factory=list)  # one for each repeat
    shared: bool = False

    @property
    def kind(self) -> str:
        return self.draft.kind if self.draft else KIND

    def tensors(self) -> Iterator[tuple[str, Value]]:
        """Its tensors by dotted names, as they will stand in the state_dict."""
        if self.draft:
            yield from self.draft.tensors.items()
            return
        indexed = len(self.bodies) > 1 and not self.shared
        for index, body in enumerate(self.bodies[:1] if self.shared else self.bodies):
            for name, value in body.tensors():
                yield (f"{index}.{name}" if indexed else name), value


@dataclass(eq=False)
class Body:
    """A graph: of the whole model, or of a block."""

    group: Group
    uses: list[Use]
    key: Hashable = None
    numbers: Mapping[Path, int] = field(default_factory=dict)
    ties: dict[tuple[int, str], tuple[int, str]] = field(default_factory=dict)

    def tensors(self) -> Iterator[tuple[str, Value]]:
        for use in self.uses:
            own = use.draft is not None and use.draft.kind in (
                "parameter",
                "fixed_value",
            )
            for name, value in use.tensors():
                yield (use.name if own else f"{use.name}.{name}"), value


class Folder:
    """Makes bodies of groups, from the inside out.

    Args:
        learned: names of the parameters, which can be shared.
    """

    def __init__(self, learned: Mapping[str, object]) -> None:
        self._learned = learned

    def body(self, group: Group) -> Body:
        """The body of a group, those of the groups within it first."""
        taken: set[str] = {name for name, _ in _ports(group)}
        uses: list[Use] = []
        for unit in group.units:
            for use in self._uses(unit, group.path):
                use.name = _free(use.name, use.kind, taken)
                taken.add(use.name)
                uses.append(use)
        body = Body(group, _repeated(uses, group))
        self._tie(body)
        body.key, body.numbers = _key(body)
        return body

    def _uses(self, unit: Draft | Group, around: str) -> Iterator[Use]:
        if isinstance(unit, Draft):
            made = list(unit.made.values())
            yield Use(_called(unit, around), list(unit.args.values()), made, unit)
            return
        body = self.body(unit)
        own = _relative(unit.path, around)
        if len(body.uses) > 1 and unit.inputs and unit.outputs:
            yield Use(own, unit.inputs, unit.outputs, bodies=[body])
            return
        for use in body.uses:
            if len(body.uses) == 1 and not _in_words(use, body):
                use.name = own
            yield use

    def _tie(self, body: Body) -> None:
        """Note what two nodes share: the second has the first one's."""
        first: dict[str, tuple[int, str]] = {}
        for place, use in enumerate(body.uses):
            for name, value in use.tensors():
                if value.own not in self._learned:
                    continue
                known = first.setdefault(value.own, (place, name))
                if known[0] != place:
                    body.ties[place, name] = known


def _in_words(use: Use, body: Body) -> bool:
    """Whether a function keeps its own name where its module's says less."""
    return use.draft is not None and isinstance(body.group.module, nn.Sequential)


def _called(draft: Draft, around: str) -> str:
    return _relative(draft.path, around) if draft.path else draft.hint


def _relative(path: str, around: str) -> str:
    """A path within another, as a name."""
    inner = path.removeprefix(f"{around}.") if around else path
    return inner.replace(".", "_")


def _free(name: str, kind: str, taken: set[str]) -> str:
    if not name or (kind in OPERATORS and name == kind):
        return names.fresh(kind, taken)
    if name[0].isdigit():
        name = f"{kind if kind != KIND else 'part'}_{name}"
    return names.free(names.cleaned(name, kind), taken)


def _ports(group: Group) -> Iterator[tuple[str, Value]]:
    """The Inputs of a block's body."""
    for place, value in enumerate(group.inputs):
        yield (f"x{place + 1}" if place else "x"), value


def _repeated(uses: list[Use], group: Group) -> list[Use]:
    """Alike blocks in a row as one that is repeated."""
    users: dict[Value, int] = {}
    for use in uses:
        for value in use.args:
            users[value] = users.get(value, 0) + 1
    for value in group.outputs:
        users[value] = users.get(value, 0) + 2
    found: list[Use] = []
    joined: set[Use] = set()
    for use in uses:
        before = found[-1] if found else None
        if before and _follows(before, use, users):
            before.bodies += use.bodies
            joined.add(before)
            before.made = use.made
            before.shared = use.bodies[0].group.module is before.bodies[0].group.module
        else:
            found.append(use)
    taken = {use.name for use in found}
    for use in found:
        stem = re.sub(r"_?\d+\Z", "", use.name)
        if use in joined and stem and not names.fault(stem):
            taken.discard(use.name)
            use.name = names.free("blocks" if stem == "part" else stem, taken)
            taken.add(use.name)
    return found


def _follows(before: Use, use: Use, users: Mapping[Value, int]) -> bool:
    """Whether a block goes on where one before it ended, and is alike."""
    if not (before.bodies and use.bodies and use.args and len(use.made) == 1):
        return False
    last, next_ = before.bodies[-1], use.bodies[0]
    alike = last.key == next_.key and last.numbers == next_.numbers
    chained = use.args[0] is before.made[0] and users[before.made[0]] == 1
    rest = len(before.made) == 1 and before.args[1:] == use.args[1:]
    same = next_.group.module is last.group.module
    kin = len(before.bodies) == 1 or same == before.shared
    return alike and chained and rest and kin


def _key(body: Body) -> tuple[Hashable, dict[Path, int]]:
    """What a body is but for its whole numbers, and those numbers."""
    place: dict[Value, tuple[int, int]] = {}
    for port, value in enumerate(body.group.inputs):
        place[value] = (-1, port)
    key: list[Hashable] = [tuple(v.dtype for v in body.group.inputs)]
    numbers: dict[Path, int] = {}
    for index, use in enumerate(body.uses):
        key.append((use.name, *(place[value] for value in use.args)))
        if use.draft:
            key.append(_draft_key(use.draft, index, numbers))
        else:
            first = use.bodies[0]
            many = len(use.bodies) > 1
            key.append((first.key, many, use.shared))
            if many:
                numbers[index, "repeat"] = len(use.bodies)
            for path, number in first.numbers.items():
                numbers[(index, *path)] = number
        for port, value in enumerate(use.made):
            place[value] = (index, port)
    key.append(tuple(place[value] for value in body.group.outputs))
    key.append(tuple(sorted(body.ties.items())))
    key.append(type(body.group.module).__name__)
    return tuple(key), numbers


def _draft_key(draft: Draft, index: int, numbers: dict[Path, int]) -> Hashable:
    """A draft but for its whole numbers, which are noted."""
    row = OPERATORS[draft.kind]
    found: list[Hashable] = [draft.kind, tuple(draft.args), len(draft.made)]
    params: dict[str, Plain] = {**row.defaults, **draft.params}
    for name, value in sorted(params.items()):
        if name in PORTS or isinstance(value, bool):
            found.append((name, value))
        elif isinstance(value, int):
            numbers[index, name] = value
        elif (
            isinstance(value, tuple)
            and value
            and all(type(part) is int for part in value)
        ):
            found.append((name, len(value)))
            for place, part in enumerate(value):
                numbers[index, name, place] = part  # type: ignore[assignment]
        else:
            found.append((name, value))
    return tuple(found)
