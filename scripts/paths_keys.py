"""LeNet-5 by keyboard: no mouse from the first key to the last.

Each layer is named in the search with the numbers that differ from its defaults, and
stands after the one before. What is there is read from the accessibility tree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from desk import until

if TYPE_CHECKING:
    from paths_person import Person

LENET = (
    "input N,1,28,28",
    "conv2d 6 5 padding=2",
    "tanh",
    "avgpool2d",
    "conv2d 16 5",
    "tanh",
    "avgpool2d",
    "conv2d 120 5",
    "tanh",
    "flatten",
    "linear 84",
    "tanh",
    "linear 10",
)
# What the canvas must read out, of what is in view at the end.
READ = ("flatten1, Flatten", "linear2, Linear, 84 → 10, output N×10")


def build(person: Person) -> None:
    """Ctrl+N, and for each layer Tab, its name and numbers, Enter."""
    hands, eyes = person.hands, person.eyes
    person.thinks()
    hands.key("ctrl+n")
    eyes.find("Untitled")
    for line in LENET:
        person.thinks()
        hands.key("Tab")
        eyes.find("Search and add a node", "text")
        hands.type(line)
        hands.key("Return")
        until(lambda: not eyes.sees("Search and add a node", "text"), "the canvas")
    for said in READ:
        eyes.find(said, "list item")
