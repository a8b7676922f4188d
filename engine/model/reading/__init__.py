"""Fanin's own Python, read back from its syntax tree; nothing of it is ever run."""

from engine.model.reading.module import first_difference, from_python

__all__ = ["first_difference", "from_python"]
