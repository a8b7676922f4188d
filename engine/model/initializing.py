"""The `init` of generated code: every tensor drawn as the builder draws it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from math import prod
from typing import Any

from engine.model.draws import GLOBAL, Draw
from engine.model.inferring import comment
from engine.model.layout import Group, row, statement
from engine.model.literals import access, arguments_text, literal
from engine.model.signatures import signature

DRAWN = "Draw each tensor from its own generator, seeded by its name."
SET = "Set each tensor to its first values, none of which is random."
FEW = 8  # lines of names that are read faster than a rule
LOOPED = 3  # names from which a generator of them is shorter
COUNTERS = "ijklmnop"


def random(draw: Draw) -> bool:
    """Whether the numbers are drawn, rather than set."""
    known = signature(f"torch.nn.init.{draw.call.function}")
    return known is not None and "generator" in known.defaults


def init_lines(draws: list[Draw], tied: Iterable[str] = ()) -> Iterator[str]:
    """The method that draws them all.

    Args:
        draws: of every tensor.
        tied: names in the state_dict that are another tensor's too.
    """
    everyone = (*(draw.name for draw in draws), *tied)
    drawn = any(map(random, draws))
    yield "    def init(self, seed: int = 0) -> None:"
    yield f'        """{DRAWN if drawn else SET}"""'
    if drawn:
        yield ""
        yield "        def rng(name: str) -> torch.Generator:"
        yield '            key = zlib.crc32(f"{seed}/{name}".encode())'
        yield "            return torch.Generator().manual_seed(key)"
        yield ""
    alone = [draw for draw in draws if draw.chosen and _alone(draw)]
    within = [draw for draw in draws if draw.chosen and not _alone(draw)]
    usual = [draw for draw in draws if not draw.chosen]
    for draw in alone:
        yield from _drawn(draw)
        yield from _zeroed(draw, access(draw.name))
    if within or usual:
        if not within:
            yield "        # torch's defaults"
        yield "        tensors = self.state_dict()"
        yield from _alike(within, everyone)
        if within and usual:
            yield "        # torch's defaults"
        yield from _alike(usual, everyone)


def drawing(draw: Draw, tensor: str, generator: str) -> Group:
    """The call of torch.nn.init that draws a tensor."""
    known = signature(f"torch.nn.init.{draw.call.function}")
    given = list(arguments_text(dict(draw.call.args), known))
    if draw.call.function == "uniform_":  # as everybody writes it
        given = [literal(value) for _, value in draw.call.args]
    if generator:
        given.append(f"generator={generator}")
    return Group((tensor, *given), f"nn.init.{draw.call.function}(")


def _alone(draw: Draw) -> bool:
    """Whether a chosen draw has lines of its own; those in blocks share theirs."""
    return "/" not in draw.node or draw.call.function in GLOBAL


def _alike(draws: list[Draw], everyone: tuple[str, ...]) -> Iterator[str]:
    """A loop for each run of alike draws."""
    groups: dict[Any, list[Draw]] = {}
    for draw in draws:
        key = (draw.call, draw.zero_row, comment(draw))
        groups.setdefault(key, []).append(draw)
    for (_, _, said), alike in groups.items():
        first = alike[0]
        if said:
            yield f"        # {said}"
        if len(alike) == 1:
            tensor = f'tensors["{first.name}"]'
            yield from statement(2, "", drawing(first, tensor, _rng(first)))
            yield from _zeroed(first, tensor)
            continue
        generator = "rng(name)" if random(first) else ""
        names, endings = _names(alike), _endings(alike, everyone)
        if len(endings) * 2 < len(names.items) > FEW:
            yield "        for name, tensor in tensors.items():"
            ends = Group((row(*(f'"{end}"' for end in endings)),), "name.endswith(")
            yield from statement(3, "if ", ends, ":")
            yield from statement(4, "", drawing(first, "tensor", generator))
            yield from (f"        {line}" for line in _zeroed(first, "tensor"))
            continue
        yield from statement(2, "for name in ", names, ":")
        yield from statement(3, "", drawing(first, "tensors[name]", generator))
        yield from (f"    {line}" for line in _zeroed(first, "tensors[name]"))


def _endings(draws: list[Draw], everyone: tuple[str, ...]) -> list[str]:
    """Endings that these names have and no others: running_var, bn1.weight."""
    own = {draw.name for draw in draws}
    others = [name for name in everyone if name not in own]
    found: list[str] = []
    for draw in draws:
        if draw.name.endswith(tuple(found)):
            continue
        parts = draw.name.split(".")
        ends = (".".join(parts[-count:]) for count in range(1, len(parts) + 1))
        found.append(
            next(
                (end for end in ends if not any(n.endswith(end) for n in others)),
                draw.name,
            )
        )
    return found


def _names(draws: list[Draw]) -> Group:
    """The names of tensors, numbered ones by a generator."""
    templates: dict[str, list[tuple[int, ...]]] = {}
    for draw in draws:
        numbers = tuple(int(part) for part in draw.name.split(".") if part.isdigit())
        template = re.sub(r"(?<=\.)\d+(?=\.)", "{}", draw.name)
        templates.setdefault(template, []).append(numbers)
    items = [item for pair in templates.items() for item in _numbered(*pair)]
    if len(items) == 1 and isinstance(items[0], Group):
        return Group(items[0].items, words=True)
    return row(*items)


def _numbered(template: str, found: list[tuple[int, ...]]) -> Iterable[str | Group]:
    """The names of one form: a generator where their numbers are whole ranges."""
    ranges = [sorted(set(axis)) for axis in zip(*found, strict=True)]
    whole = all(axis[-1] - axis[0] + 1 == len(axis) for axis in ranges)
    if len(found) < LOOPED or not whole or prod(map(len, ranges)) != len(found):
        return [f'"{template.format(*numbers)}"' for numbers in found]
    shown, clauses = [], []
    for counter, axis in zip(COUNTERS, ranges, strict=False):
        if len(axis) == 1:
            shown.append(str(axis[0]))
            continue
        shown.append(f"{{{counter}}}")
        start = f"{axis[0]}, " if axis[0] else ""
        clauses.append(f"for {counter} in range({start}{axis[-1] + 1})")
    name = f'f"{template.format(*shown)}"'
    return [Group((name, *clauses), "*(", words=True)]


def _drawn(draw: Draw) -> Iterator[str]:
    """The lines that draw a tensor of the class."""
    tensor, generator = access(draw.name), _rng(draw)
    if said := comment(draw):
        yield f"        # {said}"
    if draw.call.function not in GLOBAL:
        yield from statement(2, "", drawing(draw, tensor, generator))
        return
    yield f"        # {draw.call.function} takes some of its choices from torch's own"
    yield "        # generator, which is seeded for the time of the call."
    yield "        with torch.random.fork_rng(devices=[]):"
    seed = Group((f"{generator}.initial_seed()",), "torch.manual_seed(")
    yield from statement(3, "", seed)
    yield from statement(3, "", drawing(draw, tensor, generator))


def _rng(draw: Draw) -> str:
    return f'rng("{draw.name}")' if random(draw) else ""


def _zeroed(draw: Draw, tensor: str) -> Iterator[str]:
    if draw.zero_row is not None:
        yield f"        nn.init.zeros_({tensor}.detach()[{draw.zero_row}])"
