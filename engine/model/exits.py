"""Every form in which a design leaves Fanin, by the ending of the file's name.

Pictures are not here: the window's painter draws them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from engine.check import Checked
from engine.design.file import write_text
from engine.design.model import Design


class Exit(NamedTuple):
    """A kind of file.

    Args:
        title: what people call it.
        write: writes the design, which has no errors, with the weights of a seed.
        torch: whether that loads torch, so that the worker has to do it.
    """

    title: str
    write: Callable[[Design, Checked, Path, int], None]
    torch: bool = True


def _source(design: Design, checked: Checked, path: Path, _: int) -> None:
    from engine.model.source import to_python

    write_text(path, to_python(design, checked))


def _weights(design: Design, checked: Checked, path: Path, seed: int) -> None:
    from engine.model.build import build
    from engine.model.store import save_weights

    save_weights(build(design, seed, checked=checked), path)


def _program(design: Design, checked: Checked, path: Path, seed: int) -> None:
    from engine.model.program import save_program

    save_program(design, checked, path, seed)


def _onnx(design: Design, checked: Checked, path: Path, seed: int) -> None:
    from engine.model.program import save_onnx

    save_onnx(design, checked, path, seed)


EXITS: Mapping[str, Exit] = {
    ".py": Exit("PyTorch source", _source, torch=False),
    ".safetensors": Exit("Weights", _weights),
    ".onnx": Exit("ONNX", _onnx),
    ".pt2": Exit("torch.export program", _program),
}
