"""What the catalogue holds and what ready designs come to, as tables for a reader.

python -m scripts.coverage
"""

from __future__ import annotations

import inspect
import sys

from torch import nn

from engine.catalog import OPERATORS
from engine.catalog.exceptions import EXCEPTIONS
from engine.check import check
from scripts.templates import TEMPLATES


def classes() -> None:
    """How many classes of torch.nn have a row, and which have a reason instead."""
    names = {
        name
        for name in dir(nn)
        if inspect.isclass(kind := getattr(nn, name)) and issubclass(kind, nn.Module)
    }
    targets = {row.target.removeprefix("torch.nn.") for row in OPERATORS.values()}
    whole = {name: reason for name, reason in EXCEPTIONS.items() if name in names}
    arguments = len(EXCEPTIONS) - len(whole)
    say(
        f"torch.nn: {len(names & targets)} of {len(names)} classes have a row; "
        f"{len(whole)} have a reason; {arguments} arguments have one"
    )
    for name, reason in sorted(whole.items()):
        say(f"  {name}: {reason}")


def templates() -> None:
    """Each ready design's parameters beside the published ones."""
    say(f"{'ready design':<28}{'nodes':>6}{'parameters':>14}{'published':>14}")
    for name, template in TEMPLATES.items():
        design = template.design
        checked = check(design)
        most = max(
            len(design.nodes), *(len(b.graph.nodes) for b in design.blocks.values()), 0
        )
        same = "" if checked.parameters == template.published_params else "  DIFFERS"
        say(
            f"{name:<28}{most:>6}{checked.parameters:>14,}"
            f"{template.published_params:>14,}{same}"
        )


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    classes()
    templates()
