"""Writes resources/examples/NAME.fanin: `python -m scripts.templates [NAME ...]`."""

from __future__ import annotations

import argparse
from pathlib import Path

from engine.design.file import save
from scripts.templates import TEMPLATES

EXAMPLES = Path(__file__).parents[2] / "resources" / "examples"


def main() -> None:
    """Write all of them, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="instead of all")
    chosen = parser.parse_args().names or list(TEMPLATES)
    if unknown := [name for name in chosen if name not in TEMPLATES]:
        parser.error(f"no such template: {', '.join(unknown)}")
    for name in chosen:
        save(TEMPLATES[name].design, EXAMPLES / f"{name}.fanin")
        print(f"{name}.fanin")


if __name__ == "__main__":
    main()
