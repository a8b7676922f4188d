"""A design as Python that a person would write by hand; no torch needed to write it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from engine.catalog.dims import INTEGERS, sampled
from engine.catalog.spec import Part
from engine.check import Checked, check
from engine.design.flow import REAL
from engine.design.model import Design
from engine.model.draws import GLOBAL, Draw, draws
from engine.model.layout import Group, row, statement, sum_statement
from engine.model.naming import Names, free
from engine.model.plan import Plan, Ref, Size, Step, arguments, plan
from engine.model.signatures import Signature, signature

DRAWN = "Draw each tensor from its own generator, seeded by its name."
SET = "Set each tensor to its first values, none of which is random."


def to_python(
    design: Design, checked: Checked | None = None, name: str = "Network"
) -> str:
    """A module of Python that stands alone: the class, its draws, and a sample run.

    Args:
        design: what to write; it must have no errors.
        checked: its check, where the caller has one.
        name: of the class.

    Raises:
        BuildError: the design has an error; the sentence is the first one's.
    """
    checked = checked or check(design)
    return "\n".join(_Source(plan(design, checked), class_name(name)).lines()) + "\n"


def class_name(name: str) -> str:
    """`name` as the name of a class: "my net 2" is MyNet2."""
    words = re.findall(r"[A-Za-z0-9]+", name)
    joined = "".join(word[0].upper() + word[1:] for word in words)
    joined = joined if joined[:1].isalpha() else f"Network{joined}"
    return free(joined, ())


# Arguments of functions that people do not name.
POSITIONAL = frozenset(
    {"chunks", "dim0", "dim1", "dims", "dtype", "exponent", "pad", "shape", "shifts"}
    | {"size", "split_size_or_sections"}
)


def call_text(draw: Draw, tensor: str, generator: str = "") -> str:
    """The call of torch.nn.init that draws `tensor`."""
    return str(_drawing(draw, tensor, generator))


class _Source:
    """One design being written down."""

    def __init__(self, plan: Plan, name: str) -> None:
        self.plan = plan
        self.name = name
        self.names = Names(plan, [name])
        self.draws = draws(plan.design, plan.checked)
        self.random = any(_random(draw) for draw in self.draws)
        self.made = list(plan.made)

    def lines(self) -> Iterator[str]:
        yield f'"""{self.name}: {_counted(self.plan.checked.parameters)}."""'
        yield ""
        if self.random:
            yield "import zlib"
            yield ""
        yield "import torch"
        yield "from torch import Tensor, nn" if self.inputs else "from torch import nn"
        yield from ("", "")
        yield f"class {self.name}(nn.Module):"
        yield f'    """{self._title()}"""'
        if self.made or any(self.plan.own):
            yield ""
            yield from self._constructor()
        if self.draws:
            yield ""
            yield from self._init()
        yield ""
        yield from self._forward()
        yield from ("", "", 'if __name__ == "__main__":')
        yield from self._main()

    @property
    def inputs(self) -> tuple[str, ...]:
        return self.names.inputs

    @property
    def device(self) -> str:
        """The variable that names the device of the sample run; "" on the CPU."""
        return "" if self.plan.design.settings.device == "cpu" else "device"

    def _title(self) -> str:
        """What goes in and out: short enough for a line, or in general terms."""
        checked = self.plan.checked
        taken = [
            f"{name} {_shape(checked, Ref(key, 'output'))}"
            for name, key in zip(self.inputs, self.plan.inputs, strict=True)
        ]
        given = [_shape(checked, ref) for ref in self.plan.results]
        line = f"Maps {' and '.join(taken)} to {' and '.join(given)}."
        if len(line) > 70:
            return f"Maps {_several(len(taken), 'tensor')} to {len(given)}."
        return line

    def _constructor(self) -> Iterator[str]:
        yield "    def __init__(self) -> None:"
        yield "        super().__init__()"
        for step in self.plan.own:
            yield from self._kept(step)
        for step in self.made:
            target = step.row.target.replace("torch.nn.", "nn.", 1)
            given = _arguments(
                arguments(step.row, step.known, self.plan.cast),
                signature(step.row.target),
            )
            call = Group(tuple(given), f"{target}(")
            yield from statement(2, f"self.{step.node.name} = ", call)
            if step.frozen:
                yield f"        self.{step.node.name}.requires_grad_(False)"
        if self.plan.cast:
            yield f"        self.to(torch.{self.plan.cast})"

    def _kept(self, step: Step) -> Iterator[str]:
        """The line that makes a tensor of the network itself."""
        (spec,), name = step.known.tensors, step.node.name
        dtype = spec.dtype or step.known.floating
        plain = dtype == (self.plan.cast or REAL) or (
            dtype == REAL and not step.learned
        )
        typed = () if plain else (f"dtype=torch.{dtype}",)
        if step.learned:
            empty = Group((*map(str, spec.shape or ("()",)), *typed), "torch.empty(")
            frozen = ("requires_grad=False",) if step.frozen else ()
            call = Group((empty, *frozen), "nn.Parameter(")
            yield from statement(2, f"self.{name} = ", call)
            return
        value = _literal(step.known.args["fill_value"])
        full = Group((row(*map(str, spec.shape)), value, *typed), "torch.full(")
        yield from statement(2, "", Group((f'"{name}"', full), "self.register_buffer("))

    def _init(self) -> Iterator[str]:
        yield "    def init(self, seed: int = 0) -> None:"
        yield f'        """{DRAWN if self.random else SET}"""'
        usual = [draw for draw in self.draws if not draw.chosen]
        if self.random:
            yield ""
            yield "        def rng(name: str) -> torch.Generator:"
            yield '            key = zlib.crc32(f"{seed}/{name}".encode())'
            yield "            return torch.Generator().manual_seed(key)"
            yield ""
        for draw in self.draws:
            if draw.chosen:
                yield from _drawn(draw)
                yield from _zeroed(draw, f"self.{draw.name}")
        if usual:
            yield from self._usual(usual)

    def _usual(self, usual: list[Draw]) -> Iterator[str]:
        """Draws that nobody chose, a loop for each run of alike draws."""
        yield "        # torch's defaults"
        yield "        tensors = self.state_dict()"
        groups: dict[Any, list[Draw]] = {}
        for draw in usual:
            groups.setdefault((draw.call, draw.zero_row), []).append(draw)
        for alike in groups.values():
            first = alike[0]
            if len(alike) == 1:
                tensor = f'tensors["{first.name}"]'
                yield from statement(2, "", _drawing(first, tensor, _rng(first)))
                yield from _zeroed(first, tensor)
                continue
            names = row(*(f'"{draw.name}"' for draw in alike))
            yield from statement(2, "for name in ", names, ":")
            random = "rng(name)" if _random(first) else ""
            yield from statement(3, "", _drawing(first, "tensors[name]", random))
            yield from (f"    {line}" for line in _zeroed(first, "tensors[name]"))

    def _forward(self) -> Iterator[str]:
        taken = ("self", *(f"{name}: Tensor" for name in self.inputs))
        given = ", ".join(["Tensor"] * len(self.plan.results))
        returned = "Tensor" if given == "Tensor" else f"tuple[{given}]"
        if len(returned) > 40:
            returned = "tuple[Tensor, ...]"
        yield from statement(1, "def ", Group(taken, "forward("), f" -> {returned}:")
        for symbol, origin in self.plan.origins.items():
            name = self.names[Ref(origin.input, "output")]
            yield f"        {self.names.sizes[symbol]} = {name}.shape[{origin.axis}]"
        called = [step for step in self.plan.needed if not step.own]
        *steps, last = called or (None,)
        for step in filter(None, steps):
            yield from self._step(step, f"{self._results(step)} = ")
        if last and last.single and self.plan.results == last.results:
            yield from self._step(last, "return ")
            return
        if last:
            yield from self._step(last, f"{self._results(last)} = ")
        yield from self._return()

    def _return(self) -> Iterator[str]:
        names = [self.names[ref] for ref in self.plan.results]
        line = f"        return {', '.join(names)}"
        if len(line) <= 88:
            yield line
        else:
            yield from statement(2, "return ", row(*names))

    def _step(self, step: Step, target: str) -> Iterator[str]:
        args = [self._taken(part) for part in step.args]
        if step.row.style == "fold":
            yield from sum_statement(2, target, step.row.sign, [str(a) for a in args])
            return
        if step.row.style == "gather":
            args = [row(*args)]
        if step.row.style == "index":
            inside = ", ".join(map(_place, step.index))
            yield from statement(2, target, f"{args[0]}[{inside}]")
            return
        if step.row.style == "sized":
            yield from statement(2, target, _off_size(step, str(args[0])))
            return
        args += (f"{name}={self.names[ref]}" for name, ref in step.named.items())
        args += self._options(step)
        called = f"self.{step.node.name}" if step.made else step.row.target
        called = called.replace("torch.nn.", "nn.", 1)
        if step.row.style == "method":
            called = f"{args.pop(0)}.{called.rpartition('.')[2]}"
        yield from statement(2, target, Group(tuple(args), f"{called}("))

    def _results(self, step: Step) -> str:
        if step.single:
            return self.names.get(step.results[0])
        return ", ".join(self._unpacked(part) for part in step.results)

    def _unpacked(self, nest: Any) -> str:
        if isinstance(nest, Ref):
            return self.names.get(nest)
        parts = [self._unpacked(part) for part in nest]
        return "_" if set(parts) == {"_"} else f"({', '.join(parts)})"

    def _taken(self, nest: Any) -> str | Group:
        if isinstance(nest, Ref):
            return self.names[nest]
        return row(*(self._taken(part) for part in nest))

    def _options(self, step: Step) -> Iterator[str | Group]:
        known = signature(step.row.target)
        for name, value in step.options.items():
            if known and known.options.get(name, ...) == value:
                continue
            if known is None and (value is None or value is False):
                continue  # a switch that is off is not said
            if name == "dim" and isinstance(value, tuple) and len(value) == 1:
                value = value[0]  # torch takes the two for the same
            written = self._value(value)
            if known is None and name in POSITIONAL:
                yield written if name != "dtype" else f"torch.{value}"
            elif isinstance(written, Group):
                yield Group(written.items, f"{name}=(", literal=True)
            else:
                yield f"{name}={written}"

    def _value(self, value: Any) -> str | Group:
        if isinstance(value, Size):
            return self.names.sizes[value.name]
        if isinstance(value, tuple):
            return row(*(self._value(part) for part in value))
        return _literal(value)

    def _main(self) -> Iterator[str]:
        instance = "network"
        reserved = [instance, "result", *([self.device] if self.device else [])]
        taken = [free(name, reserved) for name in self.inputs]
        if self.plan.inputs:
            yield "    torch.manual_seed(0)"
        if self.device:
            yield '    device = "cuda" if torch.cuda.is_available() else "cpu"'
        yield f"    {instance} = {self.name}()"
        if self.draws:
            yield f"    {instance}.init(seed={self.plan.design.settings.seed})"
        to = f".to({self.device})" if self.device else ""
        yield f"    {instance}.eval(){to}"
        for name, key in zip(taken, self.plan.inputs, strict=True):
            yield from statement(1, f"{name} = ", self._sample(key))
        call = Group(tuple(taken), f"{instance}(")
        if len(self.plan.results) == 1:
            yield from statement(1, "result = ", call)
            yield "    print(tuple(result.shape))"
        else:
            yield from statement(1, "for result in ", call, ":")
            yield "        print(tuple(result.shape))"

    def _sample(self, key: str) -> Group:
        """A tensor of the Input's shape and dtype, at the sample sizes."""
        tensor = self.plan.checked.nodes[key].outputs["output"]  # type: ignore[union-attr]
        shape = row(*map(str, sampled(tensor.shape)))
        where = (f"device={self.device}",) if self.device else ()
        if tensor.dtype in INTEGERS:
            high = str(self.plan.design.nodes[key].args["high"])
            plain = tensor.dtype == "int64"
            dtype = () if plain else (f"dtype=torch.{tensor.dtype}",)
            return Group((high, shape, *dtype, *where), "torch.randint(")
        if tensor.dtype == "bool":
            return Group((shape, *where), "torch.rand(", ") < 0.5")
        dtype = () if tensor.dtype == "float32" else (f"dtype=torch.{tensor.dtype}",)
        return Group((*shape.items, *dtype, *where), "torch.randn(")


def _constructed(target: str, given: Mapping[str, Any]) -> Group:
    """The call that makes a module."""
    args = _arguments(given, signature(target))
    return Group(tuple(args), f"{target.replace('torch.nn.', 'nn.', 1)}(")


def _arguments(
    given: Mapping[str, Any], known: Signature | None
) -> Iterator[str | Group]:
    """What the constructor is given: the required by position, the unusual by name."""
    required = known.required if known else ()
    defaults = known.defaults if known else {}
    for name in required:
        yield _plain(given[name])
    rest = [*defaults, *(name for name in given if name not in defaults)]
    for name in rest:
        if name not in given or name in required:
            continue
        if name == "dtype":
            yield f"dtype=torch.{given[name]}"
        elif name not in defaults or not _same(given[name], defaults[name]):
            value = _plain(given[name])
            if isinstance(value, Group):
                yield replace(value, before=f"{name}={value.before}")
            else:
                yield f"{name}={value}"


def _same(value: Any, default: Any) -> bool:
    """Whether torch would take and show the two alike; neither True nor 1.0 is 1."""
    return bool(value == default) and type(value) is type(default)


def _place(part: Any) -> str:
    """A part of an index as Python writes it."""
    if part is ...:
        return "..."
    if not isinstance(part, slice):
        return str(part)
    bounds = [part.start, part.stop, *([part.step] if part.step else [])]
    return ":".join("" if bound is None else str(bound) for bound in bounds)


def _off_size(step: Step, given: str) -> Group:
    """A function of the size of an axis."""
    target = step.row.target.replace("torch.nn.", "nn.", 1)
    typed = (f"dtype=torch.{step.sized_dtype}",) if step.sized_dtype else ()
    size = f"{given}.shape[{step.options['dim']}]"
    return Group((size, f"device={given}.device", *typed), f"{target}(")


def _plain(value: Any) -> str | Group:
    if isinstance(value, Part):
        return _constructed(value.target, dict(value.args))
    if isinstance(value, tuple):
        return row(*(_plain(part) for part in value))
    return _literal(value)


def _literal(value: Any) -> str:
    """A number, word or None as Python; bounds that are 1/√n say so."""
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, float) and len(repr(value)) > 8 and value:
        fan = round(value**-2) if abs(value) > 1e-5 else 0
        if fan and float(fan) ** -0.5 == abs(value) and fan**-0.5 == abs(value):
            return f"{fan}**-0.5" if value > 0 else f"-({fan}**-0.5)"
    return repr(value)


def _drawing(draw: Draw, tensor: str, generator: str) -> Group:
    known = signature(f"torch.nn.init.{draw.call.function}")
    given = list(_arguments(dict(draw.call.args), known))
    if draw.call.function == "uniform_":  # as everybody writes it
        given = [_literal(value) for _, value in draw.call.args]
    if generator:
        given.append(f"generator={generator}")
    return Group((tensor, *given), f"nn.init.{draw.call.function}(")


def _drawn(draw: Draw) -> Iterator[str]:
    """The lines that draw a tensor of the class."""
    tensor, generator = f"self.{draw.name}", _rng(draw)
    if draw.call.function not in GLOBAL:
        yield from statement(2, "", _drawing(draw, tensor, generator))
        return
    yield f"        # {draw.call.function} takes some of its choices from torch's own"
    yield "        # generator, which is seeded for the time of the call."
    yield "        with torch.random.fork_rng(devices=[]):"
    seed = Group((f"{generator}.initial_seed()",), "torch.manual_seed(")
    yield from statement(3, "", seed)
    yield from statement(3, "", _drawing(draw, tensor, generator))


def _random(draw: Draw) -> bool:
    known = signature(f"torch.nn.init.{draw.call.function}")
    return known is not None and "generator" in known.defaults


def _rng(draw: Draw) -> str:
    return f'rng("{draw.name}")' if _random(draw) else ""


def _zeroed(draw: Draw, tensor: str) -> Iterator[str]:
    if draw.zero_row is not None:
        yield f"        nn.init.zeros_({tensor}.detach()[{draw.zero_row}])"


def _shape(checked: Checked, ref: Ref) -> str:
    tensor = checked.tensor(ref.node, ref.port)
    assert tensor is not None  # noqa: S101 - a plan's values are all known
    comma = "," if tensor.rank == 1 else ""
    return f"({', '.join(map(str, tensor.shape))}{comma})"


def _counted(count: int) -> str:
    return f"{count:,} parameter{'' if count == 1 else 's'}"


def _several(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
