"""Designs of any size for the benchmarks, and what times and prints them."""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence

from engine.design.model import Design, Graph, Look, Node, Wire

COLUMNS = 50  # nodes in a row
ACROSS, DOWN = 260.0, 180.0  # room for the widest card and what is beside it
SIZES = (100, 1_000, 10_000)
CONVOLUTION = {"out_channels": 16, "kernel_size": (3, 3), "padding": (1, 1)}
STEPS = ("conv2d", "batch_norm2d", "relu", "conv2d", "batch_norm2d")


def residual(count: int) -> Design:
    """Residual steps one after another, in rows: about `count` nodes, more wires."""
    nodes: dict[str, Node] = {}
    wires: list[Wire] = []

    def put(kind: str, **params: object) -> str:
        key = f"n{len(nodes) + 1}"
        nodes[key] = Node(key, kind, f"{kind}_{len(nodes) + 1}", params)
        return key

    last = put("input", shape=("N", 16, 8, 8))
    while len(nodes) < count:
        entry = last
        for kind in STEPS:
            key = put(kind, **(CONVOLUTION if kind == "conv2d" else {}))
            wires.append(Wire(last, "output", key, "input"))
            last = key
        key = put("add")
        wires.append(Wire(last, "output", key, "in1"))
        wires.append(Wire(entry, "output", key, "in2"))
        last = key
    spots = {
        key: (place % COLUMNS * ACROSS, place // COLUMNS * DOWN)
        for place, key in enumerate(nodes)
    }
    return Design(Graph(nodes, tuple(wires)), Look(spots), last_id=len(nodes))


def alternate(
    cases: Mapping[str, Callable[[int], object]], rounds: int
) -> dict[str, float]:
    """Milliseconds of the CPU for each case; the cases take turns.

    The lower quartile of the rounds: what others do meanwhile slows some of them.
    """
    times: dict[str, list[float]] = {name: [] for name in cases}
    gc.collect()
    gc.disable()
    for turn in range(rounds):
        for name, act in cases.items():
            act(2 * turn)  # what the case before left in the caches does not count
            began = time.thread_time()
            act(2 * turn + 1)
            times[name].append(time.thread_time() - began)
    gc.enable()
    return {
        name: 1000 * statistics.quantiles(each, n=4)[0] for name, each in times.items()
    }


def report(title: str, rows: Sequence[tuple[str, int, float, float, float]]) -> bool:
    """Print a table; whether every goal is reached."""
    say(f"\n{title}\n")
    say("| what | nodes | Fanin | floor | ratio | goal | |")
    say("| --- | ---: | ---: | ---: | ---: | ---: | --- |")
    good = True
    for what, count, ours, floor, goal in rows:
        ratio = ours / floor
        good = good and ratio <= goal
        verdict = "reached" if ratio <= goal else "MISSED"
        say(
            f"| {what} | {count:,} | {ours:.2f} ms | {floor:.2f} ms | {ratio:.2f} "
            f"| {goal:g} | {verdict} |"
        )
    return good


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
