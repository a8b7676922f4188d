"""Copied nodes are text; pasted ones are new."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given

from engine.check import check
from engine.design import edits
from engine.design.clipboard import copy, new_ids, paste
from engine.design.file import decode, encode
from engine.design.model import Design
from engine.errors import EditError
from tests.counted import counted_chain
from tests.strategies import chain, designs, tutorial


def test_a_pasted_part_is_new_and_wired_within():
    design = tutorial()
    pasted = paste(design, copy(design, ["n2", "n3", "n99"]), (500, 300))
    assert new_ids(design, pasted) == ("n8", "n9")
    names = [pasted.nodes[key].name for key in ("n8", "n9")]
    assert names == ["hidden3", "sigmoid1"]
    assert pasted.nodes["n8"].init == design.nodes["n2"].init
    fresh = [wire for wire in pasted.wires if wire not in design.wires]
    assert fresh == [("n8", "output", "n9", "input")]
    assert pasted.look.positions["n8"] == (434.0, 300.0)
    assert pasted.look.positions["n9"] == (566.0, 300.0)


def test_pasting_without_a_place_goes_beside_the_original():
    design = tutorial()
    pasted = paste(design, copy(design, ["n2"]))
    assert pasted.look.positions["n8"] == (182.0, 40.0)


def test_docking_and_symbols_come_along():
    design = edits.dock(chain("linear", "relu", shape=("T", 3)), "n3", "n2")
    design = edits.set_symbol(design, "T", 5)
    pasted = paste(Design(), copy(design, ["n1", "n2", "n3"]), (0, 0))
    assert pasted.look.docked == {"n3": "n2"}
    assert pasted.settings.symbols == {"N": 8, "T": 5}
    here = edits.set_symbol(Design(), "T", 2)
    assert paste(here, copy(design, ["n1"])).settings.symbols["T"] == 2


@pytest.mark.parametrize("text", ["", "hello", "{}", encode(Design())])
def test_a_text_without_nodes_is_refused(text):
    with pytest.raises(EditError, match="no nodes in what was copied"):
        paste(Design(), text, (0, 0))


def test_names_that_cannot_be_are_mended():
    text = copy(tutorial(), ["n2"]).replace("hidden1", "for")
    assert paste(Design(), text, (0, 0)).named("for1")


@given(designs(), designs())
def test_pasting_keeps_what_is_there_and_computes_the_same(design, other):
    if not other.nodes:
        return
    pasted = paste(design, copy(other, other.nodes), (0, 0))
    assert all(pasted.nodes[key] is node for key, node in design.nodes.items())
    assert len(pasted.nodes) == len(design.nodes) + len(other.nodes)
    assert len({node.name for node in pasted.nodes.values()}) == len(pasted.nodes)
    assert len(pasted.wires) == len(design.wires) + len(other.wires)
    fresh = new_ids(design, pasted)
    known = [bool(check(other).known(key)) for key in sorted(other.nodes, key=len)]
    again = check(decode(encode(pasted)))
    assert sorted(bool(again.known(key)) for key in fresh) == sorted(known)


def test_copying_thousands_takes_about_as_long_as_writing_them():
    design = counted_chain(3_000)

    def seconds(act: Callable[[], object]) -> float:
        times = []
        for _ in range(3):
            began = time.thread_time()
            act()
            times.append(time.thread_time() - began)
        return min(times)

    writing = seconds(lambda: encode(design))
    assert seconds(lambda: copy(design, design.nodes)) < 8 * writing
