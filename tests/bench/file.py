"""Saving and opening a design against json.

python -m tests.bench.file [NODES]
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from engine.design.file import decode, encode, load, save
from tests.bench.large import alternate, report, residual

ROUNDS = 9


@dataclass
class PlainNode:
    """What a line of a file holds, checked by nobody."""

    id: str
    kind: str
    name: str
    params: dict[str, object] = field(default_factory=dict)
    at: list[float] = field(default_factory=list)


@dataclass
class PlainWire:
    source: str
    output: str
    target: str
    input: str


def main(count: int) -> int:
    design = decode(encode(residual(count)))  # without what is the default anyway
    text = encode(design)
    raw = json.loads(text)

    def typed(turn: int) -> object:
        found = json.loads(text)
        return (
            [PlainNode(**row) for row in found["nodes"]],
            [PlainWire(*row) for row in found["wires"]],
        )

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.fanin"
        save(design, path)
        times = alternate(
            {
                "encode": lambda _: encode(design),
                "indented": lambda _: json.dumps(raw, indent=2),
                "decode": lambda _: decode(text),
                "typed": typed,
                "save": lambda _: save(design, path),
                "load": lambda _: load(path),
            },
            ROUNDS,
        )
        assert encode(load(path)) == text
    rows = [
        ("as text", count, times["encode"], times["indented"], 0.35),
        ("save", count, times["save"], times["indented"], 0.35),
        ("from text, checked", count, times["decode"], times["typed"], 0.35),
        ("open", count, times["load"], times["typed"], 0.35),
    ]
    title = "A design file; floors: json.dumps indented, json and dataclasses"
    return 0 if report(title, rows) else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
