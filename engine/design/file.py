"""`.fanin` files: stable JSON text, one node and one wire to a line.

Reading is strict, because a file comes from anywhere: whatever it holds, the answer is
a `Design` or a `FileError`. What a row would not take is kept and shown as a problem;
an operator this version does not know is kept as it came and saved back unchanged.
"""

from __future__ import annotations

import json
import math
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from json.encoder import encode_basestring
from pathlib import Path

from engine.catalog.spec import Init
from engine.design.block import Block, BlockParam
from engine.design.marks import Comment, Frame, Mark
from engine.design.model import Design, Graph, Look, Node, Settings, Wire, by_age
from engine.design.reading import design_of
from engine.design.strictly import UnreadableError, strict
from engine.errors import FileError

VERSION = 2
LARGEST_FILE = 64 << 20  # bytes; a design of 100,000 nodes is about 15 MiB

Raw = dict[str, object]
USUAL = Settings()

# MIGRATIONS[n - 1] makes version n + 1 of a file of version n. Append only: a step that
# was released is never changed, so that every old file keeps its meaning.
MIGRATIONS: tuple[Callable[[Raw], Raw], ...] = (
    lambda raw: raw,  # 2 may hold frames, comments, weights and what is muted
)


def load(path: str | os.PathLike[str]) -> Design:
    """The design in a file.

    Raises:
        FileError: it cannot be read, or is no design this version understands.
    """
    name = Path(path).name
    try:
        design = _decoded(read_text(path))
        return _weights_beside(design, Path(path).absolute().parent)
    except UnreadableError as error:
        raise _refused(name, error) from None


def read_text(path: str | os.PathLike[str]) -> str:
    """The text in a file: a design, or Python.

    Raises:
        FileError: it cannot be read, is too large, or is no text.
    """
    path = Path(path)
    try:
        if not path.is_file():
            raise FileError("There is no file {file}.", file=path.name)
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise FileError(
            "{file} cannot be read: {reason}.", file=path.name, reason=_reason(error)
        ) from error
    try:
        if len(data) > LARGEST_FILE:
            raise UnreadableError("it is larger than any design")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _refused(path.name, UnreadableError("it is not UTF-8 text")) from None
    except UnreadableError as error:
        raise _refused(path.name, error) from None


def decode(text: str) -> Design:
    """The design that `encode` wrote as `text`.

    Raises:
        FileError: it is no design this version understands.
    """
    try:
        return _decoded(text)
    except UnreadableError as error:
        raise _refused("This text", error) from None


def save(design: Design, path: str | os.PathLike[str]) -> None:
    """Write a design to a file, which holds either all of it or what it held before.

    Raises:
        FileError: it could not be written; the file is as it was.
    """
    write_text(path, encode(_weights_from(design, Path(path).absolute().parent)))


def _weights_beside(design: Design, folder: Path) -> Design:
    """The design with its weights' path as a file in `folder` means it."""
    path = design.settings.weights
    return _with_weights(design, str(folder / path)) if path else design


def _weights_from(design: Design, folder: Path) -> Design:
    """The design as it is written: weights in `folder` are named from there."""
    path = Path(design.settings.weights)
    if not design.settings.weights or not path.is_relative_to(folder):
        return design
    return _with_weights(design, path.relative_to(folder).as_posix())


def _with_weights(design: Design, path: str) -> Design:
    return replace(design, settings=replace(design.settings, weights=path))


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write a text, such as a design's source, with the same care.

    Raises:
        FileError: it could not be written; the file is as it was.
    """
    write_bytes(path, text.encode())


def write_bytes(path: str | os.PathLike[str], data: bytes) -> None:
    """Write bytes, such as those of a picture, with the same care.

    Raises:
        FileError: it could not be written; the file is as it was.
    """
    with (
        replacing(path) as place,
        os.fdopen(os.open(place, os.O_WRONLY), "wb", buffering=0) as file,
    ):
        if file.write(data) != len(data):
            raise OSError(0, "the disk took only a part of it")


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A place beside `path` to write to; what is there at the end takes its name.

    Raises:
        FileError: it could not be written; the file is as it was.
    """
    path = Path(path)
    try:
        with _replacing(path.resolve()) as place:
            yield place
    except (OSError, ValueError) as error:
        raise FileError(
            "{file} could not be written: {reason}. What it held before is kept.",
            file=path.name,
            reason=_reason(error),
        ) from error


def encode(design: Design) -> str:
    """A design as text: the same for equal designs, and made to be compared by line."""
    settings = design.settings
    head: Raw = {
        "last_id": design.last_id,
        "notes": design.notes,
        "seed": settings.seed,
        "symbols": dict(sorted(settings.symbols.items())),
    }
    for key in ("dtype", "mode", "device", "weights"):  # what is usual is left out
        if getattr(settings, key) != getattr(USUAL, key):
            head[key] = getattr(settings, key)
    if settings.muted:
        head["muted"] = list(settings.muted)
    lines = [f'"{key}": {_text(value)},' for key, value in head.items()]
    blocks = ",\n".join(_definition(design.blocks[key]) for key in _in_order(design))
    return "\n".join(
        [
            "{",
            '"format": "fanin",',
            f'"version": {_least_version(design)},',
            *lines,
            *([f'"blocks": [{_spread(blocks)}],'] if blocks else []),
            *_graph(design.graph, design.look),
            "}",
            "",
        ]
    )


def _graph(graph: Graph, look: Look) -> list[str]:
    """A graph, one node and one wire to a line."""
    words = _Words()
    nodes = ",\n".join(_node_lines(graph, look, words))
    wires = ",\n".join(_wire_lines(graph.wires, words))
    parts = [f'"nodes": [{_spread(nodes)}]', f'"wires": [{_spread(wires)}]']
    for key, kind in (("frames", Frame), ("comments", Comment)):
        rows = ",\n".join(_text(row) for row in _mark_rows(look, kind))
        parts += [f'"{key}": [{_spread(rows)}]'] if rows else []
    return [*(f"{part}," for part in parts[:-1]), parts[-1]]


def _least_version(design: Design) -> int:
    """The oldest version that can hold a design, so that older Fanins open it."""
    looks = design.look, *(block.look for block in design.blocks.values())
    graphs = design.graph, *(block.graph for block in design.blocks.values())
    newer = (
        design.settings.weights
        or design.settings.muted
        or any(look.marks for look in looks)
        or any(node.muted for graph in graphs for node in graph.nodes.values())
    )
    return 2 if newer else 1


def _mark_rows(look: Look, kind: type[Mark]) -> Iterator[Raw]:
    """Frames or comments as a file holds them; what is usual is left out."""
    for key in sorted(look.marks, key=by_age):
        mark = look.marks[key]
        if not isinstance(mark, kind):
            continue
        row: Raw = {"id": key, "box": [_short(part) for part in mark.box]}
        row["colour"] = mark.colour
        if isinstance(mark, Frame):
            row |= {"title": mark.title, "members": list(mark.members)}
        else:
            row |= {"text": mark.text, "size": mark.size}
        yield row


def _definition(block: Block) -> str:
    """A block, which stands once in a file, however often it is used."""
    head: Raw = {"id": block.id, "name": block.name}
    if block.params:
        head["params"] = [_param_row(param) for param in block.params]
    if block.notes:
        head["notes"] = block.notes
    return "\n".join([_text(head)[:-1] + ",", *_graph(block.graph, block.look), "}"])


def _param_row(param: BlockParam) -> Raw:
    row: Raw = {"name": param.name, "default": param.default, "low": param.low}
    return {**row, "doc": param.doc} if param.doc else row


def _in_order(design: Design) -> list[str]:
    """Ids of the blocks, the oldest first."""
    return sorted(design.blocks, key=by_age)


def _spread(lines: str) -> str:
    return f"\n{lines}\n" if lines else ""


# One encoder for all lines: json.dumps with options makes a new one at every call.
_text = json.JSONEncoder(
    ensure_ascii=False,
    allow_nan=False,
    separators=(", ", ": "),
    check_circular=False,
).encode


class _Words(dict[str, str]):
    """Texts as JSON: ids, kinds and ports come again and again."""

    def __missing__(self, text: str) -> str:
        self[text] = said = encode_basestring(text)
        return said


class _Params(dict[tuple[str, int], str]):
    """Parameters as JSON: thousands of nodes that were read share a few."""

    def of(self, node: Node) -> str:
        key = node.kind, id(node.params)  # nodes and all they hold stay meanwhile
        said = self.get(key)
        if said is None:
            known = node.row is not None  # those of others are kept as they came
            params = dict(sorted(node.params.items())) if known else node.params
            self[key] = said = _text(params)
        return said


def _node_rest(node: Node) -> Raw:
    """What a file holds of a node behind its parameters, without what is empty."""
    row: Raw = {}
    if node.init:
        row["init"] = {
            tensor: _init_row(init) for tensor, init in sorted(node.init.items())
        }
    if node.ties:
        row["ties"] = {name: list(tie) for name, tie in sorted(node.ties.items())}
    if node.label:
        row["label"] = node.label
    if node.frozen:
        row["frozen"] = True
    if node.muted:
        row["muted"] = list(node.muted)
    return row


def _init_row(init: Init) -> Raw:
    return {"kind": init.kind, **({"params": dict(init.params)} if init.params else {})}


def _node_lines(graph: Graph, look: Look, words: _Words) -> Iterator[str]:
    """Each node as JSON; the part that all have is put together by hand."""
    positions, docked, params = look.positions, look.docked, _Params()
    for key in sorted(sorted(graph.nodes), key=len):  # as by_age, much sooner
        node = graph.nodes[key]
        line = (
            f'{{"id": {words[node.id]}, "kind": {words[node.kind]}, '
            f'"name": {encode_basestring(node.name)}'
        )
        if node.block:
            line += f', "block": {words[node.block.id]}'
        if node.params:
            line += f', "params": {params.of(node)}'
        if rest := _node_rest(node):
            line += f", {_text(rest)[1:-1]}"
        if key in positions:
            x, y = positions[key]
            line += f', "at": [{_number(x)}, {_number(y)}]'
        if key in docked:
            line += f', "dock": {_text(docked[key])}'
        yield line + "}"


def _wire_lines(wires: Iterable[Wire], words: _Words) -> Iterator[str]:
    """Each wire as JSON, by the age of its target."""
    aged = [(len(t), t, i, len(s), s, o) for s, o, t, i in wires]
    aged.sort()
    for _, target, entry, _, source, output in aged:
        yield f"[{words[source]}, {words[output]}, {words[target]}, {words[entry]}]"


def _short(number: float) -> float | int:
    """A coordinate without a needless .0."""
    return int(number) if number.is_integer() else number


def _number(number: float) -> str:
    """A coordinate as JSON; what is no number is refused there."""
    if number.is_integer():
        return str(int(number))
    return repr(number) if math.isfinite(number) else _text(number)


def _decoded(text: str) -> Design:
    raw = strict(text)
    if not isinstance(raw, dict) or raw.get("format") != "fanin":
        raise UnreadableError("it is not a Fanin design")
    version = raw.get("version")
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise UnreadableError("it does not say which version of the format it is")
    if version > VERSION:
        raise UnreadableError(
            "it is of version {theirs} of the format, and this Fanin reads up to "
            "version {ours}; open it with a newer Fanin",
            theirs=version,
            ours=VERSION,
        )
    for migrate in MIGRATIONS[version - 1 :]:
        raw = migrate(raw)
    return design_of(raw)


def _refused(file: str, error: UnreadableError) -> FileError:
    return FileError(
        "{file} cannot be opened: {reason}.", file=file, reason=error.message
    )


def _reason(error: OSError | ValueError) -> str:
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return (reason or type(error).__name__).rstrip(".")


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """Put what is written in place of the file at once, keeping who may read it."""
    handle, name = tempfile.mkstemp(
        prefix=f".{path.name}.", suffix=".tmp", dir=path.parent
    )
    os.close(handle)
    place = Path(name)
    try:
        yield place
        with place.open("rb+") as file:
            os.fsync(file.fileno())
        place.chmod(_mode(path))
        place.replace(path)
    except BaseException:
        place.unlink(missing_ok=True)
        raise
    _settle(path.parent)


def _mode(path: Path) -> int:
    """The permissions of the file, or those that a new one gets."""
    try:
        return path.stat().st_mode & 0o777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


def _settle(folder: Path) -> None:
    """Have the folder's change on the disk too, where the system can."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows opens no folders
        return
    try:
        os.fsync(handle)
    except OSError:
        pass  # the file itself is safe; some file systems sync no folders
    finally:
        os.close(handle)
