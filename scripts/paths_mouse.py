"""LeNet-5 by mouse: rows of the palette, fields of the inspector, numbers typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desk import Box, box, until

if TYPE_CHECKING:
    from paths_person import Person

# Each row of the palette, what to type to find it where it is folded away, and the
# numbers that differ from its defaults.
LAYERS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("Conv2d", "", {"out_channels": "6", "kernel_size": "5", "padding": "2"}),
    ("Tanh", "", {}),
    ("AvgPool2d", "avg", {}),
    ("Conv2d", "", {"out_channels": "16", "kernel_size": "5"}),
    ("Tanh", "", {}),
    ("AvgPool2d", "avg", {}),
    ("Conv2d", "", {"out_channels": "120", "kernel_size": "5"}),
    ("Tanh", "", {}),
    ("Flatten", "flat", {}),
    ("Linear", "", {"out_features": "84"}),
    ("Tanh", "", {}),
    ("Linear", "", {"out_features": "10"}),
)


def build(person: Person) -> None:
    """File > New, the Input dragged in, and every layer double-clicked after it."""
    hands, eyes = person.hands, person.eyes
    person.thinks()
    hands.click(*eyes.where("File", "menu item").centre)
    hands.click(*eyes.where("New", "menu item").centre)
    eyes.find("Untitled")
    person.thinks()
    canvas = eyes.where("Canvas")
    spot = canvas.x + canvas.width * 0.1, canvas.y + canvas.height * 0.3
    hands.drag(_row(person, "Input"), spot)
    _set(person, "shape", "N, 1, 28, 28")
    for title, letters, numbers in LAYERS:
        person.thinks()
        if letters:
            hands.click(*eyes.where("Search the palette", "text").centre)
            hands.type(letters)
        hands.click(*_row(person, title), times=2)
        for field, number in numbers.items():
            _set(person, field, number)
        if letters:
            hands.click(*eyes.where("Search the palette", "text").centre, times=3)
            hands.key("BackSpace")


def _row(person: Person, title: str) -> tuple[int, int]:
    """Where a row of the palette is."""

    def look() -> Box | None:
        tree = person.eyes.find("Layers, activations, initializers")
        cells = (tree.getChildAtIndex(i) for i in range(tree.childCount))
        return next((box(cell) for cell in cells if cell and cell.name == title), None)

    return until(look, f"the row {title}").centre


def _set(person: Person, field: str, text: str) -> None:
    """Select what is in a field of the inspector and type over it."""
    person.hands.click(*person.eyes.where(field, "text").centre, times=3)
    person.hands.type(text)
    person.hands.key("Return")
