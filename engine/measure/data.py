"""A batch from the user's own files: arrays, tables and folders of images.

Nothing here can run code: arrays of objects, which are pickles, are refused.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from engine.catalog.dims import Tensor, sampled
from engine.check import Checked
from engine.design.model import Design
from engine.errors import MeasureError
from engine.model.draws import seed_of
from engine.model.sample import sample_inputs

if TYPE_CHECKING:
    from numpy.typing import NDArray

IMAGES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".ppm")
ROWS = 100_000  # lines of a table that are read
LARGEST = 4 << 30  # bytes of an array that are taken into memory
PIXELS = 100_000_000  # of an image


@dataclass(frozen=True)
class Source:
    """Where the values of an Input come from.

    Args:
        path: a .npy, .npz or .csv file, or a folder of images.
    """

    path: str


def given_inputs(
    design: Design,
    checked: Checked,
    *,
    seed: int,
    batch: int,
    sources: Mapping[str, Source],
) -> tuple[torch.Tensor, ...]:
    """One tensor for each Input: from its file, where it has one; else noise.

    Args:
        design: whose inputs.
        checked: its check.
        seed: of the noise, and of which samples of a file are taken.
        batch: how many.
        sources: by the name of the Input; "" is for the first of them.

    Raises:
        MeasureError: a file cannot be read or does not fit; the sentence says why.
    """
    found = list(sample_inputs(design, checked, seed=seed, batch=batch))
    for at, key in enumerate(checked.inputs):
        name = design.nodes[key].name
        source = sources.get(name) or (sources.get("") if at == 0 else None)
        tensor = checked.tensor(key, "output")
        if source is not None and tensor is not None:
            rows = loaded(source, tensor, name)
            found[at] = _taken(rows, found[at], seed_of(seed, f"data/{name}"))
    return tuple(found)


def loaded(source: Source, tensor: Tensor, name: str) -> NDArray[Any]:
    """All samples of a file, each in the shape that the Input declares.

    Raises:
        MeasureError: it cannot be read, or has another shape.
    """
    path = Path(source.path)
    wanted = sampled(tensor.shape)[1:]
    try:
        rows = _read(path, name, wanted)
    except MeasureError:
        raise
    except OSError as error:
        raise MeasureError(
            "'{file}' cannot be read: {reason}.",
            file=path.name,
            reason=error.strerror or "it is damaged",
        ) from error
    except (ValueError, EOFError, KeyError, SyntaxError) as error:
        raise MeasureError(
            "'{file}' is no array or table of numbers that can be read here.",
            file=path.name,
        ) from error
    return _fitted(rows, wanted, tensor, path)


def _read(path: Path, name: str, wanted: tuple[int, ...]) -> NDArray[Any]:
    if path.is_dir():
        return _images(path, wanted)
    suffix = path.suffix.lower()
    if suffix == ".npy":
        return _array(path)
    if suffix == ".npz":
        with np.load(path, allow_pickle=False) as arrays:
            names = list(arrays)
            if not names:
                raise MeasureError("'{file}' holds no array.", file=path.name)
            found: NDArray[Any] = arrays[name if name in names else names[0]]
            return found
    if suffix == ".csv":
        return _table(path)
    raise MeasureError(
        "'{file}' should be a .npy, .npz or .csv file, or a folder of images.",
        file=path.name,
    )


def _array(path: Path) -> NDArray[Any]:
    """The array, left on disk until its samples are taken."""
    found: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    return found


def _table(path: Path) -> NDArray[Any]:
    """The numbers of a table; a first line of words is its heading."""
    rows: list[list[float]] = []
    with path.open(newline="", encoding="utf-8-sig") as file:
        for number, line in enumerate(csv.reader(file)):
            if not line or number > ROWS:
                continue
            try:
                rows.append([float(cell) for cell in line])
            except ValueError:
                if rows or number:
                    raise MeasureError(
                        "Line {line} of '{file}' is not all numbers.",
                        line=number + 1,
                        file=path.name,
                    ) from None
    if not rows or len({len(row) for row in rows}) != 1:
        raise MeasureError(
            "The lines of '{file}' do not all have the same number of values.",
            file=path.name,
        )
    return np.asarray(rows)


def _images(folder: Path, wanted: tuple[int, ...]) -> NDArray[Any]:
    """The images of a folder, those of folders within it too, from 0 to 1."""
    from PIL import Image

    paths = sorted(p for p in folder.rglob("*") if p.suffix.lower() in IMAGES)
    if len(wanted) != 3 or wanted[0] not in (1, 3):
        raise MeasureError(
            "Images need an Input of (N, 1 or 3, height, width), not {shape}.",
            shape=("N", *wanted),
        )
    if not paths:
        raise MeasureError("There are no images in '{file}'.", file=folder.name)
    found = []
    for path in paths[:1024]:
        with Image.open(path) as image:
            if image.width * image.height > PIXELS:
                raise MeasureError("'{file}' is too large an image.", file=path.name)
            mode = "L" if wanted[0] == 1 else "RGB"
            shown = image.convert(mode).resize((wanted[2], wanted[1]))
            pixels = np.asarray(shown, dtype=np.float32) / 255
        found.append(pixels[None] if wanted[0] == 1 else pixels.transpose(2, 0, 1))
    return np.stack(found)


def _fitted(
    rows: NDArray[Any], wanted: tuple[int, ...], tensor: Tensor, path: Path
) -> NDArray[Any]:
    """The samples in the Input's shape.

    Raises:
        MeasureError: they are no numbers, or of another shape.
    """
    if rows.dtype.kind not in "fiub" or not rows.size:
        raise MeasureError("'{file}' does not hold numbers.", file=path.name)
    if rows.nbytes > LARGEST and not isinstance(rows, np.memmap):
        raise MeasureError("'{file}' is too large to be read.", file=path.name)
    count = int(np.prod(wanted))
    if rows.ndim == 1 and wanted:
        rows = rows[None] if rows.size == count else rows[:, None]
    if rows.shape[1:] != wanted and int(np.prod(rows.shape[1:])) != count:
        raise MeasureError(
            "A sample of '{file}' is {given}, and the Input takes {wanted}.",
            file=path.name,
            given=tuple(rows.shape[1:]),
            wanted=wanted,
        )
    if not tensor.floating and rows.dtype.kind == "f":
        raise MeasureError(
            "'{file}' holds real numbers, and the Input takes whole ones.",
            file=path.name,
        )
    return rows.reshape(len(rows), *wanted)


def _taken(rows: NDArray[Any], like: torch.Tensor, seed: int) -> torch.Tensor:
    """As many samples as `like` has, drawn without order; again where too few."""
    count = like.shape[0]
    chosen = np.random.default_rng(seed).permutation(len(rows))
    chosen = np.resize(chosen, count) if len(rows) < count else chosen[:count]
    values = np.ascontiguousarray(rows[np.sort(chosen)])
    made = torch.from_numpy(values.astype(np.float64)).to(like.dtype)
    if not bool(torch.isfinite(made).all()) and made.is_floating_point():
        raise MeasureError("The data hold values that are not finite.")
    return made
