"""The engine's sentences in the person's language."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from engine.errors import Message

# What a design calls by these words, in the context "marks".
NAMES = {
    "grey": "Grey", "blue": "Blue", "teal": "Teal", "amber": "Amber", "rose": "Rose",
    "violet": "Violet", "small": "Small", "medium": "Medium", "large": "Large",
}  # fmt: skip


def say(message: Message) -> str:
    """The sentence, its template translated before it is filled.

    The context is "engine" for every template, so that one list of sentences is
    translated whichever window says them.
    """
    template = QCoreApplication.translate("engine", message.template)
    values = {
        name: say(value) if isinstance(value, Message) else value
        for name, value in message.values.items()
    }
    return template.format(**values)
