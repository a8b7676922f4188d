"""A module of torch as a design: run once on an example, written down, and folded."""

from engine.model.capture.capture import Captured, capture, from_module

__all__ = ["Captured", "capture", "from_module"]
