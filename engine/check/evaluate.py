"""One operator on given inputs, under the name by which the check's users know it."""

from engine.design.evaluate import Arriving, Key, Known, evaluate

__all__ = ["Arriving", "Key", "Known", "evaluate"]
