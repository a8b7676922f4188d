"""Mean, spread and second moment of tensors of any size, summed in float64.

Small tensors are read whole. Of a larger one 16k values are read, in blocks of
neighbours at places drawn once for each size, unless all of them are asked for: squares
of float32 overflow long before the values do, and a copy in float64 of everything that
passes would cost more than the network itself.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch

WHOLE = 1 << 16  # values up to which all are read
TAKEN = 1 << 14  # values read of more
BLOCK = 32  # of them side by side: two cache lines


class Moments(NamedTuple):
    """How values are spread.

    Args:
        mean: of all.
        std: about the mean.
        second: mean of the squares.
        sampled: whether only a part of the values was read.
    """

    mean: float
    std: float
    second: float
    sampled: bool = False


class Sampler:
    """Reads tensors, at the same places of every tensor of a size.

    Args:
        seed: of the places.
        exact: whether the moments are those of all values.
    """

    def __init__(self, seed: int = 0, *, exact: bool = False) -> None:
        self._exact = exact
        self._generator = torch.Generator().manual_seed(seed)
        self._places: dict[int, torch.Tensor] = {}

    def moments(self, tensor: torch.Tensor) -> torch.Tensor:
        """Mean and variance, where the tensor is, so that nothing waits for them."""
        return moments(tensor.detach() if self._exact else self.take(tensor))

    def partly(self, tensor: torch.Tensor) -> bool:
        """Whether the moments are those of a part of the values."""
        return not self._exact and tensor.numel() > WHOLE

    def take(self, tensor: torch.Tensor, most: int = WHOLE) -> torch.Tensor:
        """Its values in one row; of more than `most`, 16k of them."""
        flat = tensor.detach()
        if flat.numel() <= most:
            return flat.flatten()
        row = _row(flat)
        if row is None:
            return flat[self._scattered(flat)]
        blocks = row[: row.numel() // BLOCK * BLOCK].view(-1, BLOCK)
        return blocks.index_select(0, self._drawn(len(blocks)).to(row.device)).flatten()

    def _drawn(self, count: int) -> torch.Tensor:
        """Which blocks are read, in the order in which they lie."""
        if count not in self._places:
            drawn = torch.randint(count, (TAKEN // BLOCK,), generator=self._generator)
            self._places[count] = drawn.sort().values
        return self._places[count]

    def _scattered(self, tensor: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Places of a tensor whose values do not lie in one row."""
        return tuple(
            torch.randint(size, (TAKEN,), generator=self._generator).to(tensor.device)
            for size in tensor.shape
        )


def moments(values: torch.Tensor) -> torch.Tensor:
    """Mean and variance of all values, in float64, without a whole copy in it."""
    if values.numel() <= WHOLE:
        double = values.double()
        mean = double.mean()
        return torch.stack((mean, (double - mean).square_().mean()))
    pieces = torch.split(values.flatten(), WHOLE)
    mean = torch.stack([piece.sum(dtype=torch.float64) for piece in pieces]).sum()
    mean /= values.numel()
    spreads = [(piece.double() - mean).square_().sum() for piece in pieces]
    return torch.stack((mean, torch.stack(spreads).sum() / values.numel()))


def told(pairs: dict[Any, torch.Tensor], partly: frozenset[Any]) -> dict[Any, Moments]:
    """The moments by what they are of, brought here all at once."""
    if not pairs:
        return {}
    rows = torch.stack(list(pairs.values())).tolist()
    return {
        key: Moments(mean, variance**0.5, variance + mean * mean, key in partly)
        for key, (mean, variance) in zip(pairs, rows, strict=True)
    }


def _row(tensor: torch.Tensor) -> torch.Tensor | None:
    """The values in the order in which they lie, without a copy; None if they do not.

    An image whose channels lie last is as dense as one whose channels come first.
    """
    if tensor.is_contiguous():
        return tensor.view(-1)
    strides = sorted(zip(tensor.stride(), tensor.shape, strict=True))
    filled = 1
    for stride, size in strides:
        if size > 1 and stride != filled:
            return None
        filled *= size
    return tensor.as_strided((filled,), (1,))
