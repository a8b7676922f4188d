"""A design as a graph that others run: torch.export's .pt2, and ONNX.

Both are torch's own exporters; sizes named by symbols stay open in what they write.
"""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from importlib.util import find_spec
from inspect import Parameter, Signature
from pathlib import Path
from typing import Any

import torch
from torch import nn

from engine.catalog.dims import Sym, sample
from engine.check import Checked
from engine.design.file import replacing
from engine.design.model import Design
from engine.errors import BuildError
from engine.model.build import build
from engine.model.sample import sample_inputs

EXTRA = "requirements-interchange.txt"
ONNX = ("onnx", "onnxscript")
LARGEST_MESSAGE = 2**31 - 1  # bytes of one protobuf message, which an ONNX file is
OPEN = 2  # the least size of an axis that torch.export leaves open


def save_program(design: Design, checked: Checked, path: Path, seed: int) -> None:
    """Write a .pt2: the graph in torch's own operators, in eval mode, with weights.

    Raises:
        BuildError: torch cannot trace it; the sentence has torch's reason.
        FileError: it could not be written; the file is as it was.
    """
    program = _traced(design, checked, build(design, seed, checked=checked).eval())
    with replacing(path) as place, place.open("wb") as file:
        torch.export.save(program, file)


def save_onnx(design: Design, checked: Checked, path: Path, seed: int) -> None:
    """Write an ONNX model, in eval mode, with weights in the one file.

    Raises:
        BuildError: a package is missing, an operator has no counterpart in ONNX, or
            the weights are more than an ONNX file holds.
        FileError: it could not be written; the file is as it was.
    """
    need_onnx()
    if checked.weight_bytes > LARGEST_MESSAGE:
        raise BuildError(
            "An ONNX file holds 2 GB, and these weights are larger. Write a .pt2 or "
            "the weights alone as .safetensors."
        )
    program = _traced(design, checked, build(design, seed, checked=checked).eval())
    names = [design.nodes[key].name for key in checked.inputs]
    with _quiet(), _explained("ONNX has no counterpart for a part of it"):
        model = torch.onnx.export(
            program,
            dynamo=True,
            input_names=names,
            dynamic_shapes=_open(design, checked, str),
            output_names=_results(design, checked),
            verbose=False,
        )
    assert model is not None  # noqa: S101 - of dynamo=True
    with replacing(path) as place, place.open("wb") as file:
        file.write(model.model_proto.SerializeToString())


def need_onnx() -> None:
    """Refuse where the optional packages are not there.

    Raises:
        BuildError: says what to install.
    """
    missing = [name for name in ONNX if find_spec(name) is None]
    if missing:
        raise BuildError(
            "ONNX needs packages that are not installed here ({packages}): python -m "
            "pip install -r {extra}",
            packages=", ".join(missing),
            extra=EXTRA,
        )


def _traced(
    design: Design, checked: Checked, network: nn.Module
) -> torch.export.ExportedProgram:
    """The program; sizes that symbols name stay open, under these names if they can."""
    inputs = sample_inputs(design, checked)
    network = _named(network, [design.nodes[key].name for key in checked.inputs])
    with _quiet(), torch.no_grad():
        try:
            sizes = _open(design, checked, torch.export.Dim)
            return torch.export.export(network, inputs, dynamic_shapes=sizes)
        except Exception:  # noqa: BLE001 - a size that another one settles, mostly
            sizes = _open(design, checked, lambda _: torch.export.Dim.AUTO)
            with _explained("torch cannot trace it"):
                return torch.export.export(network, inputs, dynamic_shapes=sizes)


def _open(
    design: Design, checked: Checked, size: Callable[[str], Any]
) -> dict[str, dict[int, Any]]:
    """The axes of each input that a symbol names, by the input's name.

    torch settles sizes of 0 and 1 for good, so that those are closed.
    """
    named: dict[str, Any] = {}
    found: dict[str, dict[int, Any]] = {}
    for key in checked.inputs:
        tensor = checked.tensor(key, "output")
        axes = found.setdefault(design.nodes[key].name, {})
        for axis, dim in enumerate(tensor.shape if tensor else ()):
            if isinstance(dim, Sym) and sample(dim) >= OPEN:
                named[str(dim)] = named.get(str(dim)) or size(str(dim))
                axes[axis] = named[str(dim)]
    return found


def _named(network: nn.Module, names: list[str]) -> nn.Module:
    """The network with names for its inputs, which stand in the file then."""
    forward = network.forward

    def called(*given: torch.Tensor) -> Any:
        return forward(*given)

    kind = Parameter.POSITIONAL_OR_KEYWORD
    parameters = [Parameter(name, kind) for name in names]
    called.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    network.forward = called
    return network


def _results(design: Design, checked: Checked) -> list[str]:
    """A name for each result that no input has."""
    taken = [design.nodes[key].name for key in checked.inputs]
    found: list[str] = []
    for node, port in checked.results:
        name = design.nodes[node].name
        several = sum(other == node for other, _ in checked.results)
        name = f"{name}_{port}" if several > 1 else name
        while name in (*taken, *found):
            name = f"{name}_out"
        found.append(name)
    return found


@contextmanager
def _explained(what: str) -> Iterator[None]:
    """Say in a sentence why a tracer gave up.

    Raises:
        BuildError: with the tracer's reason.
    """
    try:
        yield
    except Exception as error:  # tracers raise whatever they stumble over
        reason = next((line for line in str(error).splitlines() if line.strip()), "")
        raise BuildError(
            "{what}: {reason}",
            what=what,
            reason=reason.strip() or type(error).__name__,
        ) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Let an exporter keep its progress and its warnings to itself."""
    nowhere = io.StringIO()
    kept = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with (
            warnings.catch_warnings(),
            redirect_stdout(nowhere),
            redirect_stderr(nowhere),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(kept)
