"""Values of tensors to and from .safetensors files."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from engine.design.file import replacing
from engine.errors import FileError


def save_weights(network: nn.Module, path: Path) -> None:
    """Write the tensors of a network; one that several layers share is written once.

    Raises:
        FileError: it could not be written; the file is as it was.
    """
    seen: set[int] = set()
    tensors = {}
    for name, tensor in network.state_dict(keep_vars=True).items():
        if id(tensor) not in seen:
            seen.add(id(tensor))
            tensors[name] = tensor.detach().contiguous()
    with replacing(path) as place:
        try:
            save_file(tensors, place, metadata={"format": "pt"})
        except SafetensorError as error:
            raise OSError(0, str(error)) from error


def read_into(tensor: torch.Tensor, path: str, name: str) -> None:
    """Fill `tensor` with one of a file's, in the dtype that `tensor` has.

    Raises:
        FileError: the file is gone or damaged, or has no such tensor any more.
    """
    try:
        with safe_open(path, framework="pt") as file, torch.no_grad():
            tensor.copy_(file.get_tensor(name))
    except (SafetensorError, OSError, RuntimeError) as error:
        raise FileError(
            "'{tensor}' cannot be read from {file}: it was changed or removed. Choose "
            "the file again, or go on with the initializers.",
            tensor=name,
            file=Path(path).name,
        ) from error
