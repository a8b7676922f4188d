"""From a module and example inputs to a design and its weights."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import nn

from engine.catalog.dims import BATCH
from engine.check import check
from engine.design.model import Design, Graph, Settings
from engine.errors import CaptureError, Severity
from engine.model.capture.batch import Pair, batches, compared, otherwise
from engine.model.capture.blocks import Builder
from engine.model.capture.blocks import walk as tensors_of
from engine.model.capture.bodies import Folder
from engine.model.capture.draft import Draft, Sizes
from engine.model.capture.modules import row_of
from engine.model.capture.record import Run, Value, record
from engine.model.capture.tree import Group, MisfitError, Planter

Inputs = Mapping[str | int, Any]
TRIES = 200  # modules that turn out to be none that a row can say


@dataclass(frozen=True)
class Captured:
    """A model as a design.

    Args:
        design: it.
        weights: its tensors, by their names in the design's state_dict.
        dynamic: whether any batch fits; else the sizes are those of the example.
        renamed: name in the design's state_dict -> name in the model's.
        unused: names of parameters that nothing of the run came to.
    """

    design: Design
    weights: dict[str, torch.Tensor]
    dynamic: bool
    renamed: dict[str, str]
    unused: tuple[str, ...] = ()

    def save_weights(self, path: str | os.PathLike[str]) -> None:
        """Write the weights as .safetensors.

        Raises:
            CaptureError: the package for it is not installed, or the file not writable.
        """
        try:
            from safetensors.torch import save_file
        except ImportError as error:
            raise CaptureError(
                "Weights are kept by the package safetensors, which is not here: "
                "python -m pip install safetensors."
            ) from error
        try:
            whole = {
                name: one.contiguous().clone() for name, one in self.weights.items()
            }
            save_file(whole, path)
        except OSError as error:
            raise CaptureError(
                "{file} could not be written: {reason}.",
                file=str(path),
                reason=error.strerror or str(error),
            ) from error


def from_module(module: nn.Module, example_inputs: Any) -> Design:
    """The design of a module.

    Args:
        module: it is run on the example, in eval mode.
        example_inputs: a tensor, a tuple of arguments, or a dict of named ones.

    Raises:
        CaptureError: a design cannot say what it does; the sentence names the line.
    """
    return capture(module, arguments(example_inputs)).design


def arguments(example: Any) -> dict[str | int, Any]:
    """Example inputs as arguments by place and by name."""
    if isinstance(example, Mapping):
        return dict(example)
    if isinstance(example, list | tuple):
        return dict(enumerate(example))
    return {0: example}


def capture(module: nn.Module, inputs: Inputs) -> Captured:
    """The design of a module, with its weights.

    Raises:
        CaptureError: a design cannot say what it does; the sentence names the line.
    """
    pair = batches(inputs)
    if pair is not None:
        try:
            return _captured(module, inputs, pair)
        except CaptureError:
            pass  # sizes that a design cannot say as the batch's; as numbers, it may
    return _captured(module, inputs, None)


def _captured(module: nn.Module, inputs: Inputs, pair: Pair | None) -> Captured:
    refused: set[str] = set()
    for _ in range(TRIES):
        try:
            return _tried(module, inputs, pair, refused)
        except MisfitError as error:
            if error.path in refused:
                break
            refused.add(error.path)
    raise CaptureError("The model has too many layers that no row can say.")


def _tried(
    module: nn.Module,
    inputs: Inputs,
    pair: Pair | None,
    refused: set[str],
) -> Captured:
    with _quietly(module):
        twin = copy.deepcopy(module)
        run = _run(module, pair.inputs if pair else inputs, refused)
        sizes: Sizes | None = Sizes(1, {}, ())
        if pair is not None:
            more = otherwise(pair.more) if run.reads else pair.more
            sizes = compared(run, _run(twin, more, refused), pair.batch)
        elif run.reads:  # does it go the same way with other values?
            sizes = compared(run, _run(twin, otherwise(inputs), refused), 1)
    if run.reads and sizes is None:
        raise CaptureError(
            "The model decides by the values of a tensor, so that it is another "
            "network for other data: {where}. Decide by sizes or options there, or "
            "import the part that does not decide.",
            where=run.reads[0],
        )
    if sizes is None:
        raise CaptureError("What it does depends on the size of the batch.")
    return _designed(module, run, sizes, dynamic=pair is not None)


def _run(module: nn.Module, inputs: Inputs, refused: set[str]) -> Run:
    """One run, in which modules are kept whole where a row can say them."""
    paths = {id(one): path for path, one in module.named_modules()}

    def kept(one: nn.Module) -> bool:
        return paths.get(id(one)) not in refused and row_of(one) is not None

    return record(module, inputs, kept)


def _designed(module: nn.Module, run: Run, sizes: Sizes, *, dynamic: bool) -> Captured:
    owned = dict(_owned(module))
    learned = {name for name, _ in module.named_parameters()}
    planter = Planter(run, sizes, dict.fromkeys(learned), owned)
    root = planter.tree()
    root.inputs, results = run.inputs, [planter.of(one) for _, one in run.results]
    root.outputs = results
    body = Folder(dict.fromkeys(learned)).body(root)
    shapes = {
        value: _sample(value, sizes)
        for group in _groups(root)
        for value in group.inputs
    }
    builder = Builder(shapes, _rows(root))
    builder.gather(body)
    graph = builder.graph(body, {})
    names = [name for name, _ in run.results]
    graph = _named(graph, names)
    settings = Settings(symbols={BATCH: sizes.batch if dynamic else 8})
    design = Design(
        graph, settings=settings, last_id=next(builder.ids), blocks=builder.blocks
    )
    for problem in check(design).problems:
        if problem.severity is Severity.ERROR:
            raise CaptureError(
                "The model was read, but its design does not hold: {problem}",
                problem=problem.message,
            )
    weights, renamed = {}, {}
    for name, value in tensors_of(body):
        data = value.data
        if data is not None:
            weights[name] = data
            renamed[name] = value.own
    reached = set(renamed.values())
    unused = tuple(n for n, _ in module.named_parameters() if n not in reached)
    return Captured(design, weights, dynamic, renamed, unused)


def _rows(root: Group) -> dict[Value, int]:
    """Values that an embedding looks up, and how many rows it has."""
    found: dict[Value, int] = {}
    for group in _groups(root):
        for unit in group.units:
            if isinstance(unit, Draft) and unit.kind.startswith("embedding"):
                value, rows = unit.args["input"], unit.params.get("num_embeddings")
                if isinstance(rows, int):
                    found[value] = min(rows, found.get(value, rows))
    return found


def _groups(group: Group) -> Iterator[Group]:
    yield group
    for unit in group.units:
        if isinstance(unit, Group):
            yield from _groups(unit)


def _sample(value: Value, sizes: Sizes) -> tuple[Any, ...]:
    """The shape of a value as an Input has it."""
    shape: list[Any] = list(value.shape)
    for axis, times in sizes.varying(value).items():
        if times == 1:
            shape[axis] = BATCH
    return tuple(shape)


def _owned(module: nn.Module) -> Iterator[tuple[int, Value]]:
    """The tensors of a model, by their ids, each with its first name."""
    for name, tensor in (*module.named_parameters(), *module.named_buffers()):
        dtype = str(tensor.dtype).removeprefix("torch.")
        yield id(tensor), Value(tuple(tensor.shape), dtype, name, tensor.detach())


def _named(graph: Graph, results: list[str]) -> Graph:
    """The Outputs called as the model calls its results."""
    nodes = dict(graph.nodes)
    outputs = [key for key, node in nodes.items() if node.kind == "output"]
    if len(outputs) != len(results):
        return graph
    from engine.design import names

    taken = {node.name for node in nodes.values() if node.kind != "output"}
    for key, name in zip(outputs, results, strict=True):
        fresh = names.free(names.cleaned(name or "output", "output"), taken)
        taken.add(fresh)
        nodes[key] = replace(nodes[key], name=fresh)
    return Graph(nodes, graph.wires)


@contextmanager
def _quietly(module: nn.Module) -> Iterator[None]:
    """In eval mode, and without the shortcuts that torch takes in it."""
    modes = {one: one.training for one in module.modules()}
    fast = torch.backends.mha.get_fastpath_enabled()
    module.eval()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)
        for one, mode in modes.items():
            one.training = mode
