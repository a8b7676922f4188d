"""What the gallery and the tests know of a ready design besides the design."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from engine.design.edits import set_notes
from engine.design.model import Design


class Template(NamedTuple):
    """A ready design.

    Args:
        title: as people call it; the first line of the design's notes.
        paragraph: what it is and what to look at; the rest of the notes.
        published_params: how many numbers it learns, by its authors or torchvision.
        published_output: shapes of what forward returns, in order; N is the batch.
        source: the paper, or whose numbers these are.
        make: draws it.
    """

    title: str
    paragraph: str
    published_params: int
    published_output: tuple[tuple[int | str, ...], ...]
    source: str
    make: Callable[[], Design]

    @property
    def design(self) -> Design:
        """The design, with its notes."""
        design = self.make()
        if design.notes:
            return design
        return set_notes(
            design, f"{self.title}\n\n{self.paragraph}\n\nSource: {self.source}"
        )
