"""Fanin's command line: a window, or a verb that needs none.

Exit codes: 0 done; 1 the design has errors; 2 the request could not be carried out.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from engine.errors import EngineError

if TYPE_CHECKING:
    from engine.check import Checked
    from engine.design.model import Design

PICTURES = (".svg", ".pdf", ".png")


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the arguments say; the process's exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        if arguments and arguments[0] in VERBS:
            code = _verb(arguments)
            sys.stdout.flush()  # what cannot be written is heard of here, not at exit
            return code
        return _window(arguments)
    except EngineError as error:
        return _refuse(str(error))
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python would complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _refuse(f"The answer could not be written: {error.strerror}.")
    except KeyboardInterrupt:
        return 130


def _window(arguments: list[str]) -> int:
    parser = _Parser(
        prog="main.py",
        description="Open the window, or do one of: " + ", ".join(VERBS) + ".",
        epilog="main.py VERB --help says more of a verb.",
    )
    parser.add_argument("design", nargs="?", type=Path, help="a .fanin file to open")
    path: Path | None = parser.parse_args(arguments).design
    if path is not None and not path.exists():
        return _refuse(f"There is no file '{path}', and no verb of that name.")
    no_screen = (
        "Fanin's window needs a display, and there is none here. The verbs "
        f"{', '.join(VERBS)} work without one."
    )
    if not _screen():
        return _refuse(no_screen)
    from gui.window import run

    return run(path, no_screen)


def _screen() -> bool:
    """Whether Qt would find somewhere to paint."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _verb(arguments: list[str]) -> int:
    verb, *rest = arguments
    add, act = VERBS[verb]
    parser = _Parser(prog=f"main.py {verb}", description=act.__doc__)
    add(parser)
    return act(parser.parse_args(rest))


def _summary(options: argparse.Namespace) -> int:
    """Print the table of layers with their parameters."""
    design, checked = _opened(options.design)
    if not checked.ok:
        return _report(checked)
    if options.json:
        _print_json(_summary_json(design, checked))
        return 0
    from engine.measure.summary import table

    print(table(design))
    return 0


def _summary_json(design: Design, checked: Checked) -> dict[str, Any]:
    from engine.catalog.dims import sampled
    from engine.check.walk import walk

    nodes = []
    for at in walk(checked):
        shapes = [list(sampled(tensor.shape)) for tensor in at.known.outputs.values()]
        row = {
            "id": at.path,
            "name": at.name,
            "kind": at.node.kind,
            "output_shape": shapes[0],
            "params": at.known.parameters,
            "depth": at.depth,
        }
        if at.node.block:
            row["block"] = at.node.block.name
        nodes.append(row)
    return {
        "total_params": checked.parameters,
        "trainable_params": checked.trainable,
        "mult_adds": checked.mult_adds,
        "nodes": nodes,
    }


def _check(options: argparse.Namespace) -> int:
    """List what is wrong or unwise about a design; exit 1 when something is wrong."""
    _, checked = _opened(options.design)
    if options.json:
        _print_json({"problems": [_problem_json(p) for p in checked.problems]})
    elif not checked.problems:
        print("No problems.")
    else:
        for problem in checked.problems:
            print(f"{problem.severity}: {problem.message}")
    return 0 if checked.ok else 1


def _problem_json(problem: Any) -> dict[str, Any]:
    from engine.check.rules import RULES

    rule = RULES.get(problem.rule)
    return {
        "severity": str(problem.severity),
        "rule": problem.rule,
        "node": problem.node,
        "message": str(problem.message),
        "fix": str(problem.fix.label) if problem.fix else None,
        "why": rule.why if rule else None,
        "source": rule.source if rule else None,
    }


def _measure(options: argparse.Namespace) -> int:
    """Send a signal through the new network, and gradients back, and print its size."""
    design, checked = _opened(options.design)
    if not checked.ok:
        return _report(checked)
    from engine.measure.advice import advise
    from engine.measure.signal import signal
    from engine.measure.signal_text import as_json, table
    from engine.measure.signals import Asked

    asked = Asked(
        seed=design.settings.seed if options.seed is None else options.seed,
        seeds=options.seeds,
        batch=options.batch,
        exact=options.exact,
        source=tuple(_source(text) for text in options.data),
        backward=options.backward,
    )
    found = signal(design, asked)
    problems = advise(checked, found)
    if options.json:
        told = [_problem_json(problem) for problem in problems]
        _print_json({**as_json(found), "problems": told})
    else:
        print(table(found))
        for problem in problems:
            print(f"{problem.severity}: {problem.message}")
    return 0


def _source(text: str) -> tuple[str, str]:
    """NAME=PATH, or PATH for the first Input."""
    name, equals, path = text.partition("=")
    return (name, path) if equals else ("", text)


def _export(options: argparse.Namespace) -> int:
    """Write a design as source, weights, graph or picture, by the suffix of OUT."""
    from engine.model.exits import EXITS

    design, checked = _opened(options.design)
    suffix = options.out.suffix.lower()
    if suffix in PICTURES:
        return _picture(options, design)
    if suffix not in EXITS:
        known = ", ".join((*EXITS, *PICTURES))
        return _refuse(f"'{options.out}' should end in one of {known}.")
    if not checked.ok:
        return _report(checked)
    if options.training:
        return _training(options, design, checked)
    seed = design.settings.seed if options.seed is None else options.seed
    EXITS[suffix].write(design, checked, options.out, seed)
    return 0


def _training(options: argparse.Namespace, design: Design, checked: Checked) -> int:
    """Write a script that trains the design."""
    from engine.design.file import write_text
    from engine.model.training import to_training

    if options.out.suffix.lower() != ".py":
        return _refuse(f"A training script is Python: '{options.out}' is not a .py.")
    write_text(options.out, to_training(design, checked))
    return 0


def _picture(options: argparse.Namespace, whole: Design) -> int:
    """Draw a design, or a part of it, without a window."""
    from gui.canvas.picking import chosen, inside
    from gui.canvas.picture import Shot
    from gui.canvas.picture_file import Form, export_picture

    design = inside(whole, options.inside)
    shot = Shot(
        nodes=chosen(design, options.nodes.split(",")) if options.nodes else None,
        labels=not options.no_shapes,
        notes=not options.no_frames,
        margin=options.margin,
        transparent=options.transparent,
    )
    form = Form(options.scale, options.text, options.design.stem)
    export_picture(design, options.out, shot, form, dark=options.dark)
    return 0


def _import(options: argparse.Namespace) -> int:
    """Make a design of exported code, or of a model that Python code makes."""
    from engine.model.importing import is_code

    if is_code(options.source):
        return _import_model(options)
    from engine.design.file import read_text, save
    from engine.model.reading import first_difference, from_python

    text = read_text(options.source)
    design = from_python(text)
    save(design, options.out)
    if line := first_difference(text, design):
        print(
            f"Line {line} of {options.source} is not what Fanin would write for this "
            "design: what it said beyond that was left out.",
            file=sys.stderr,
        )
    return 0


def _import_model(options: argparse.Namespace) -> int:
    """Run a model once and write down what it does."""
    if not options.run_code:
        return _refuse(
            f"Importing {options.source} runs its code. Say --run-code if you trust it."
        )
    from engine.design.file import save
    from engine.model.importing import captured, read_input

    sys.path.insert(0, str(Path.cwd()))
    found = captured(options.source, tuple(map(read_input, options.input)))
    save(found.design, options.out)
    if options.weights:
        found.save_weights(options.weights)
    if not found.dynamic:
        print("The design is for the batch of the example alone.", file=sys.stderr)
    if found.unused:
        names = ", ".join(found.unused[:3])
        print(
            f"{len(found.unused)} tensors take no part in eval mode and were left "
            f"out: {names}.",
            file=sys.stderr,
        )
    return 0


def _catalog(options: argparse.Namespace) -> int:
    """List every operator and initializer with its parameters."""
    from engine.catalog import INITIALIZERS, OPERATORS

    rows = [
        *(_row_json(row, row.role) for row in OPERATORS.values()),
        *(_row_json(row, "initializer") for row in INITIALIZERS.values()),
    ]
    if options.json:
        _print_json({"operators": rows})
        return 0
    for row in rows:
        names = ", ".join(f"{p['name']}={p['default']!r}" for p in row["params"])
        print(f"{row['kind']:<20} {row['title']}({names})")
    return 0


def _row_json(row: Any, role: str) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "role": role,
        "title": row.title,
        "family": getattr(row, "family", "Initializers"),
        "target": row.target,
        "doc": row.doc,
        "params": [
            {
                "name": param.name,
                "type": type(param).__name__.lower(),
                "default": param.default,
                "wants": param.wanted,
                "optional": param.optional,
                "doc": param.doc,
            }
            for param in row.params
        ],
        "derived": sorted(getattr(row, "derived", ())),
    }


def _opened(path: Path) -> tuple[Design, Checked]:
    from engine.check import check
    from engine.design.file import load

    design = load(path)
    return design, check(design)


def _report(checked: Checked) -> int:
    """Say what stands in the way of a model, on stderr."""
    for problem in checked.problems:
        if problem.severity == "error":
            print(problem.message, file=sys.stderr)
    return 1


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 2


def _print_json(value: dict[str, Any]) -> None:
    print(json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False))


class _Parser(argparse.ArgumentParser):
    """Refuses in one sentence, without the usage in front of it."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{message[:1].upper()}{message[1:]}; see {self.prog} --help.\n")


def _takes_design(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("design", type=Path, metavar="DESIGN", help="a .fanin file")


def _takes_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON alone")


def _takes_both(parser: argparse.ArgumentParser) -> None:
    _takes_design(parser)
    _takes_json(parser)


def _takes_measure(parser: argparse.ArgumentParser) -> None:
    _takes_both(parser)
    parser.add_argument(
        "--seed", type=_whole, metavar="N", help="of the draws; the design's own if not"
    )
    parser.add_argument(
        "--seeds", type=_count, default=1, metavar="K", help="K runs: N, N + 1, ..."
    )
    parser.add_argument(
        "--batch", type=_count, metavar="N", help="samples in a run, at most"
    )
    parser.add_argument("--exact", action="store_true", help="read every value")
    parser.add_argument(
        "--data",
        action="append",
        default=[],
        metavar="[INPUT=]PATH",
        help="a .npy, .npz or .csv file or a folder of images, in the place of noise",
    )
    parser.add_argument(
        "--backward",
        choices=("noise", "loss"),
        default="noise",
        help="gradients from N(0, 1) at the end, or from the design's loss",
    )


def _whole(text: str) -> int:
    """A whole number that is not negative."""
    return _at_least(0, text)


def _count(text: str) -> int:
    """A whole number from 1 on."""
    return _at_least(1, text)


def _at_least(low: int, text: str) -> int:
    if not text.isascii() or not text.isdigit() or not low <= int(text) < 2**63:
        raise argparse.ArgumentTypeError(f"'{text}' is no whole number from {low} on")
    return int(text)


def _out_help() -> str:
    from engine.model.exits import EXITS

    kinds = (f"{suffix} ({kind.title})" for suffix, kind in EXITS.items())
    return ", ".join((*kinds, *PICTURES))


def _takes_out(parser: argparse.ArgumentParser) -> None:
    _takes_design(parser)
    parser.add_argument("out", type=Path, metavar="OUT", help=_out_help())
    parser.add_argument(
        "--seed", type=int, help="of the weights, instead of the design's own"
    )
    parser.add_argument(
        "--training", action="store_true", help=".py: a script that trains the network"
    )
    _takes_look(parser.add_argument_group("pictures"))


def _takes_look(group: argparse._ArgumentGroup) -> None:
    """What a picture shows, and how."""

    def switch(name: str, said: str) -> None:
        group.add_argument(name, action="store_true", help=said)

    look = group.add_mutually_exclusive_group()
    look.add_argument(
        *("--light",),
        dest="dark",
        action="store_false",
        default=False,
        help="in the light look (usual)",
    )
    look.add_argument("--dark", action="store_true", help="in the dark look")
    switch("--transparent", "no ground behind the network")
    group.add_argument(
        *("--scale",),
        type=_within(0.1, 16.0),
        default=2.0,
        metavar="X",
        help=".png: pixels for one of the canvas (2); 1 is 96 dpi",
    )
    group.add_argument(
        *("--margin",),
        type=_within(0.0, 1000.0),
        default=24.0,
        metavar="PX",
        help="room around the network (24)",
    )
    group.add_argument(
        *("--nodes",), default="", metavar="A,B", help="only these, by id or name"
    )
    group.add_argument(
        *("--inside",),
        default="",
        metavar="PATH",
        help="inside a block: ids or names of uses, as n5/n3",
    )
    switch("--no-shapes", "no shapes on the wires")
    switch("--no-frames", "no frames and comments")
    switch("--text", ".svg: words stay text; else they are outlines")


def _within(low: float, high: float) -> Callable[[str], float]:
    """Reads a number of an option."""

    def read(word: str) -> float:
        try:
            found = float(word)
        except ValueError:
            found = math.nan
        if not low <= found <= high:
            raise argparse.ArgumentTypeError(f"it is a number from {low:g} to {high:g}")
        return found

    return read


def _takes_source(parser: argparse.ArgumentParser) -> None:
    said = "an exported .py, or package.module:factory, or file.py:factory"
    parser.add_argument("source", metavar="SOURCE", help=said)
    parser.add_argument("out", type=Path, metavar="OUT", help="a .fanin file")
    said = "an example of what the model takes: 1,3,224,224 or name=1,16:int64<1000"
    parser.add_argument("--input", action="append", default=[], help=said)
    said = "run the code that makes the model; without this it is not"
    parser.add_argument("--run-code", action="store_true", help=said)
    said = "keep the model's weights in this .safetensors file"
    parser.add_argument("--weights", type=Path, metavar="FILE", help=said)


Verb = tuple[
    Callable[[argparse.ArgumentParser], None], Callable[[argparse.Namespace], int]
]
VERBS: dict[str, Verb] = {
    "summary": (_takes_both, _summary),
    "check": (_takes_both, _check),
    "measure": (_takes_measure, _measure),
    "export": (_takes_out, _export),
    "import": (_takes_source, _import),
    "catalog": (_takes_json, _catalog),
}


if __name__ == "__main__":
    sys.exit(main())
