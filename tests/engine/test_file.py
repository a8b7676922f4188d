"""Files: what is saved comes back; what is opened is a Design or a FileError."""

import errno
import gc
import io
import json
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.check import check
from engine.design import edits, file
from engine.design.file import decode, encode, load, save
from engine.design.model import Design, Graph, Node, Wire
from engine.errors import EditError, FileError
from tests.strategies import annotated, chain, designs, tutorial

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data"


def written(**changes):
    """A small file's text with other values at its top level."""
    return json.dumps({**json.loads(encode(chain("linear"))), **changes})


def node(**changes):
    """The text of a file with one node like this."""
    row = {"id": "n1", "kind": "linear", "name": "a", **changes}
    return written(nodes=[row], wires=[])


@given(designs())
def test_what_is_encoded_comes_back(design):
    again = decode(encode(design))
    assert sorted(again.wires) == sorted(design.wires)
    assert again.with_graph(wires=design.wires) == design
    assert again.graph.order == design.graph.order
    assert encode(again) == encode(design)


def test_one_node_and_one_wire_to_a_line():
    lines = encode(tutorial()).splitlines()
    assert sum(line.startswith('{"id"') for line in lines) == 7
    assert sum(line.startswith('["n') for line in lines) == 6


def test_labels_and_docking_come_back():
    design = edits.set_label(tutorial(), "n2", "the first")
    again = decode(encode(edits.dock(design, "n3", "n2")))
    assert again.nodes["n2"].label == "the first"
    assert again.look.docked == {"n3": "n2"}


def test_a_moved_node_changes_one_line():
    design = tutorial()
    before = encode(design).splitlines()
    after = encode(edits.move(design, {"n3": (1, 2.5)})).splitlines()
    assert [b for a, b in zip(before, after, strict=True) if a != b] == [
        '{"id": "n3", "kind": "sigmoid", "name": "sigmoid", "at": [1, 2.5]},'
    ]


def test_the_shipped_tutorial_is_the_tutorial():
    path = ROOT / "resources" / "examples" / "tutorial.fanin"
    assert path.read_text("utf-8") == encode(tutorial())
    checked = check(load(path))
    assert checked.ok
    assert checked.parameters == 26
    assert len(checked.problems) <= 2


@pytest.mark.parametrize("path", sorted(DATA.glob("v*.fanin")), ids=lambda p: p.stem)
def test_every_released_version_opens(path):
    assert load(path).graph.order == tutorial().graph.order
    assert check(load(path)).parameters == 26


def test_every_version_has_a_file():
    found = {int(path.stem[1:].split("_")[0]) for path in DATA.glob("v*.fanin")}
    assert found == set(range(1, file.VERSION + 1))
    assert len(file.MIGRATIONS) == file.VERSION - 1


def test_older_versions_migrate_step_by_step(monkeypatch):
    steps = (
        lambda raw: {**raw, "notes": raw["notes"] + "2"},
        lambda raw: {**raw, "notes": raw["notes"] + "3"},
    )
    monkeypatch.setattr(file, "VERSION", 3)
    monkeypatch.setattr(file, "MIGRATIONS", steps)
    assert decode(written(version=1, notes="1")).notes == "123"
    assert decode(written(version=2, notes="2")).notes == "23"


def test_an_unknown_operator_is_kept_raw_and_saved_back_unchanged():
    future = {"z": {"deep": [1, {"b": None, "a": 1.5}]}, "a": "ü"}
    design = decode(
        written(
            nodes=[
                {"id": "n1", "kind": "input", "name": "x"},
                {
                    "id": "n2",
                    "kind": "warp",
                    "name": "w",
                    "params": future,
                    "at": [1, 2],
                },
            ],
            wires=[["n1", "output", "n2", "port of the future"]],
        )
    )
    text = encode(design)
    assert '"params": {"z": {"deep": [1, {"b": null, "a": 1.5}]}, "a": "ü"}' in text
    assert encode(decode(text)) == text
    problem = check(design).of("n2")[0]
    assert problem.rule == "unknown-operator"
    assert "does not know the operator 'warp' of 'w'" in str(problem.message)


def test_what_a_row_would_not_take_is_kept_and_shown():
    design = decode(node(params={"out_features": "many", "neurons": 3, "bias": False}))
    assert design.nodes["n1"].params["out_features"] == "many"
    assert design.nodes["n1"].args["out_features"] == 16
    problems = {str(p.message): p for p in check(design).of("n1")}
    assert len(problems) == 2
    first, second = sorted(problems)
    assert "Linear 'a': There is no parameter neurons" in first
    assert "out_features is a whole number" in second
    for problem in problems.values():
        design = problem.fix.edit(design)
    assert design.nodes["n1"].params == {"bias": False}
    assert [str(problems[k].fix.label) for k in (first, second)] == [
        "Remove neurons",
        "Set out_features to 16",
    ]


def test_values_are_kept_as_their_rows_keep_them():
    text = node(kind="conv2d", params={"kernel_size": [5, 5], "out_channels": 32.0})
    assert decode(text).nodes["n1"].params == {"kernel_size": 5}
    init = {"weight": {"kind": "uniform", "params": {"a": 0, "b": 3, "c": 1}}}
    kept = decode(node(init=init)).nodes["n1"].init["weight"]
    assert kept.params == (("b", 3.0), ("c", 1))


def test_ids_are_never_reused_though_the_file_says_so():
    assert decode(written(last_id=0)).last_id == 2


def test_a_design_whose_ids_are_used_up_says_so_and_still_reopens():
    design = decode(written(last_id=10**12))
    with pytest.raises(EditError, match="ids of this design are used up"):
        edits.add(design, "relu")
    assert decode(encode(design)).last_id == 10**12


def test_missing_parts_have_their_defaults():
    assert decode('{"format": "fanin", "version": 1}') == Design()


REFUSED = {
    "not JSON": ("{", "line 1 is not JSON"),
    "not a design": ("[]", "it is not a Fanin design"),
    "another format": ('{"format": "x"}', "it is not a Fanin design"),
    "no version": ('{"format": "fanin"}', "which version"),
    "a version of nothing": (written(version=True), "which version"),
    "muted by number": (written(muted=[1]), "'muted' is no list of different names"),
    "muted twice": (node(muted=["a", "a"]), "'muted' is no list of different names"),
    "newer": (written(version=7), "version 7 of the format.*up to version 2"),
    "NaN": (written(seed=float("nan")), "NaN, which is no number"),
    "infinite": (
        node(at=[0, 1]).replace("[0, 1]", "[0, 1e999]"),
        "1e999, which is too",
    ),
    "long": (node(at=[0, 1]).replace("[0, 1]", f"[0, {'9' * 5000}]"), "too long"),
    "twice": ('{"format": "fanin", "format": "fanin"}', "'format' twice"),
    "half a character": (written(notes="\ud800"), "half a character"),
    "nested": ("[" * 100_000, "nests too deeply"),
    "nested values": (
        node(params={"bias": eval("[" * 30 + "]" * 30)}),
        "node n1 nests too deeply",
    ),
    "an unknown key": (written(layers=[]), "'layers', which this Fanin does not know"),
    "a node's unknown key": (node(tie="n2"), "node n1 has a 'tie'"),
    "a node that is none": (written(nodes=["n1"]), "a node is not written as one"),
    "nodes that are none": (written(nodes={}), "'nodes' is not a list"),
    "no id": (node(id=""), "no proper id"),
    "an id twice": (
        written(
            nodes=[{"id": "n1", "kind": "relu", "name": n} for n in "ab"], wires=[]
        ),
        "two nodes have the id n1",
    ),
    "an id beyond all": (node(id="n1000000000001"), "no proper id"),
    "no kind": (node(kind=None), "'kind' of node n1 is not a text"),
    "params that are none": (node(params=[]), "'params' of node n1 is not an object"),
    "an object as a value": (node(params={"bias": {}}), "a value of node n1 is an"),
    "an init that is none": (node(init={"weight": 1}), "initializer of node n1 is not"),
    "an init's unknown key": (
        node(init={"weight": {"kind": "zeros", "x": 1}}),
        "initializer of node n1 has a 'x'",
    ),
    "no place": (node(at=[1]), "n1 has no proper place"),
    "a far place": (node(at=[1e300, 0]), "n1 has no proper place"),
    "docked to nothing": (node(dock="n5"), "n1 is docked to a node that is not there"),
    "a wire that is none": (written(wires=[["n1"]]), "a wire is not written as one"),
    "a wire of numbers": (written(wires=[[1, 2, 3, 4]]), "a wire is not written"),
    "a wire to nothing": (
        written(wires=[["n1", "output", "n9", "input"]]),
        "leads to n9, which is not there",
    ),
    "two wires on an input": (
        written(wires=[["n1", "output", "n2", "input"]] * 2),
        "two wires lead to the input 'input' of node n2",
    ),
    "a seed that is none": (written(seed=-1), "'seed' is no whole number from 0"),
    "a symbol that is none": (written(symbols={"2": 2}), "'2' is no name for a size"),
    "an empty symbol": (written(symbols={"N": 0}), "'N' is no whole number from 1"),
}


@pytest.mark.parametrize(("text", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_design_is_refused_in_a_sentence(text, sentence):
    with pytest.raises(FileError, match=sentence) as refusal:
        decode(text)
    assert str(refusal.value).startswith("This text cannot be opened: ")


def test_too_many_nodes_are_refused(monkeypatch):
    monkeypatch.setattr("engine.design.strictly.MOST", 1)
    with pytest.raises(FileError, match="more than 1 nodes"):
        decode(written())


def test_nesting_beside_an_escaped_letter_is_refused():
    deep = "[" * 900 + "]" * 900
    with pytest.raises(FileError, match="nests too deeply"):
        decode(node(kind="warp", params={"é": "deep"}).replace('"deep"', deep))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda parts: (
        st.lists(parts, max_size=3)
        | st.dictionaries(st.text(max_size=5), parts, max_size=3)
    ),
    max_leaves=6,
)


@given(st.data())
def test_a_mutated_file_is_a_design_or_refused(data):
    raw = json.loads(encode(annotated(tutorial())))
    for _ in range(data.draw(st.integers(1, 3))):
        at = raw
        while True:
            keys = list(at) if isinstance(at, dict) else range(len(at))
            key = data.draw(st.sampled_from(list(keys)))
            if not isinstance(at[key], dict | list) or not at[key]:
                break
            if data.draw(st.booleans()):
                break
            at = at[key]
        at[key] = data.draw(JSON)
    try:
        design = decode(json.dumps(raw))
    except FileError:
        return
    check(design)
    text = encode(design)
    assert encode(decode(text)) == text


@given(st.integers(0, 1100), st.integers(0, 40), st.text(max_size=6))
def test_a_cut_file_is_a_design_or_refused(start, length, instead):
    text = encode(tutorial())
    try:
        check(decode(text[:start] + instead + text[start + length :]))
    except FileError:
        return


def test_loading_names_the_file(tmp_path):
    path = tmp_path / "mine.fanin"
    with pytest.raises(FileError, match=r"There is no file mine\.fanin"):
        load(path)
    with pytest.raises(FileError, match="There is no file"):
        load(tmp_path)
    path.write_bytes(b"\xff\xfe{")
    with pytest.raises(
        FileError, match=r"mine\.fanin cannot be opened: it is not UTF-8"
    ):
        load(path)
    path.write_text("{}")
    with pytest.raises(FileError, match=r"mine.fanin cannot be opened: .* design\."):
        load(path)


def test_a_byte_order_mark_does_no_harm(tmp_path):
    path = tmp_path / "mine.fanin"
    path.write_bytes(b"\xef\xbb\xbf" + encode(tutorial()).encode())
    assert load(path) == load(ROOT / "resources/examples/tutorial.fanin")


def test_a_file_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(file, "LARGEST_FILE", 10)
    save(tutorial(), tmp_path / "a.fanin")
    with pytest.raises(FileError, match="larger than any design"):
        load(tmp_path / "a.fanin")


def test_a_file_that_cannot_be_read(tmp_path, monkeypatch):
    save(tutorial(), tmp_path / "a.fanin")

    def refuse(self, *args):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(FileError, match=r"a.fanin cannot be read: Permission denied\."):
        load(tmp_path / "a.fanin")


def test_saving_keeps_permissions_and_follows_links(tmp_path):
    path = tmp_path / "a.fanin"
    save(tutorial(), path)
    assert path.stat().st_mode & 0o777 == 0o666 & ~_umask()
    path.chmod(0o640)
    link = tmp_path / "link.fanin"
    link.symlink_to(path)
    save(chain("relu"), link)
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert load(path).nodes.keys() == {"n1", "n2"}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.fanin", "link.fanin"]


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _short(self, data):
    return len(data) - 1


def _full(self, data):
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("write", "sentence"),
    [
        (_short, "the disk took only a part of it"),
        (_full, "No space left on device"),
    ],
)
def test_a_failed_save_leaves_the_old_file(tmp_path, monkeypatch, write, sentence):
    path = tmp_path / "a.fanin"
    save(tutorial(), path)
    before = path.read_bytes()
    kind = type("Disk", (io.FileIO,), {"write": write})
    monkeypatch.setattr(file.os, "fdopen", lambda handle, *_, **__: kind(handle, "wb"))
    with pytest.raises(FileError, match=sentence):
        save(chain("relu"), path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.fanin"]


def test_a_save_that_cannot_replace_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.fanin"
    save(tutorial(), path)

    def refuse(self, target):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(FileError, match=r"Permission denied\. What it held before is"):
        save(chain("relu"), path)
    assert len(load(path).nodes) == 7
    assert [p.name for p in tmp_path.iterdir()] == ["a.fanin"]


@pytest.mark.parametrize("name", ["open", "fsync"])
def test_a_folder_that_cannot_be_synced_does_not_matter(tmp_path, monkeypatch, name):
    real = getattr(os, name)

    def refuse(target, *args):
        folder = Path(target).is_dir() if name == "open" else _is_folder(target)
        if folder:
            raise OSError(errno.EINVAL, "Invalid argument")
        return real(target, *args)

    monkeypatch.setattr(file.os, name, refuse)
    save(tutorial(), tmp_path / "a.fanin")
    monkeypatch.undo()
    assert len(load(tmp_path / "a.fanin").nodes) == 7


def _is_folder(handle):
    return Path(f"/proc/self/fd/{handle}").is_dir()


def test_saving_where_no_folder_is(tmp_path):
    with pytest.raises(FileError, match=r"a\.fanin could not be written: No such file"):
        save(tutorial(), tmp_path / "none" / "a.fanin")


def test_saving_ten_thousand_nodes_takes_linear_time():
    def seconds(count):
        design = chain("linear")
        linear = design.nodes["n2"]
        nodes = {f"n{i}": linear for i in range(count)}
        wires = tuple(
            Wire(f"n{i}", "output", f"n{i + 1}", "input") for i in range(count - 1)
        )
        design = design.with_graph(nodes, wires)
        times = []
        gc.disable()  # it would walk over what all other tests have left
        for _ in range(3):
            start = time.thread_time()
            encode(design)
            times.append(time.thread_time() - start)
        gc.enable()
        return min(times)

    assert seconds(10_000) < 30 * seconds(1_000)


def test_nodes_that_share_parameters_are_each_written_as_their_kind_is():
    shared = {"padding": 1, "kernel_size": 3}
    kinds = {"n1": "conv2d", "n2": "of_another_fanin", "n3": "conv2d"}
    nodes = {
        key: Node(key, kind, f"{kind}{key}", shared) for key, kind in kinds.items()
    }
    first, unknown, third = (
        line
        for line in encode(Design(Graph(nodes, ()))).splitlines()
        if "kernel" in line
    )
    assert '"params": {"kernel_size": 3, "padding": 1}' in first
    assert '"params": {"padding": 1, "kernel_size": 3}' in unknown
    assert first.replace("n1", "n3") == third + ","


def test_freezing_and_settings_come_back_and_cost_no_line_where_unused():
    design = edits.set_frozen(tutorial(), ["n2"], True)
    assert len(encode(design).splitlines()) == len(encode(tutorial()).splitlines())
    for edit, value in (
        (edits.set_dtype, "bfloat16"),
        (edits.set_mode, "eval"),
        (edits.set_device, "cuda"),
    ):
        design = edit(design, value)
        assert f'"{value}"' not in encode(tutorial())
    again = decode(encode(design))
    assert again.settings == design.settings
    assert again.nodes["n2"].frozen
    assert not again.nodes["n4"].frozen


@pytest.mark.parametrize(
    "text",
    [
        written(dtype="float8"),
        written(dtype=32),
        written(mode="test"),
        written(device=None),
        node(frozen="yes"),
        node(frozen=1),
    ],
)
def test_settings_that_cannot_be_are_refused(text):
    with pytest.raises(FileError, match=r"is none of|not true or false"):
        decode(text)
