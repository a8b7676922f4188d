"""Blocks: made, used, looked into, edited in place, told when they are wrong."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.check import check
from engine.check.walk import walk
from engine.design import clipboard, edits
from engine.design.blocks import uses
from engine.design.file import decode, encode
from engine.design.merging import content
from engine.design.model import Design, Wire
from engine.errors import EditError, FileError, ParamError, Severity
from tests.engine.drawn_networks import chain as grown
from tests.engine.drawn_networks import of, wired
from tests.strategies import chain, designs


def hidden() -> tuple[Design, str, str]:
    """x, two Linear layers as a block, Softmax; the block's id and the use's."""
    design = chain("linear", "relu", "linear", "softmax")
    design = edits.make_block(design, ["n2", "n3", "n4"], "Hidden")
    use = design.newest
    return design, design.nodes[use].block.id, use


def repeated(times: int, *, shared: bool = False) -> tuple[Design, str, str]:
    design, key, use = hidden()
    design = edits.inside(design, key, edits.set_params, ["n2"], {"out_features": 8})
    design = edits.inside(design, key, edits.set_params, ["n4"], {"out_features": 8})
    values = {"repeat": times, "shared": shared}
    return edits.set_params(design, [use], values), key, use


def shown(design: Design) -> tuple[str, ...]:
    return tuple(str(problem.message) for problem in check(design).problems)


def test_a_selection_becomes_a_block_with_typed_ports_and_the_same_numbers():
    before = chain("linear", "relu", "linear", "softmax")
    design, key, use = hidden()
    row = design.nodes[use].row
    assert [(port.name, port.dtype) for port in row.inputs] == [("x", "float")]
    assert [port.name for port in row.outputs] == ["output"]
    assert design.nodes[use].called == "Hidden 'hidden1'"
    assert len(design.nodes) == 3
    assert len(design.blocks[key].graph.nodes) == 5
    one, other = check(before), check(design)
    assert other.ok
    assert (other.parameters, other.mult_adds) == (one.parameters, one.mult_adds)
    assert other.known(f"{use}/n4").outputs == one.known("n4").outputs
    assert other.known(use).tensors[0].name == "linear1.weight"


def test_ids_are_unique_in_the_whole_file_and_never_used_again():
    design, key, _use = hidden()
    again = edits.add(design, "block", block=key)
    again = edits.detach(again, again.newest)
    ids = [*again.blocks, *again.nodes]
    for block in again.blocks.values():
        ids += block.graph.nodes
    assert len(ids) == len(set(ids))
    assert max(int(key[1:]) for key in ids) == again.last_id


@given(designs(), st.data())
def test_ungrouping_gives_back_what_was_grouped(design, data):
    inner = [k for k, n in design.nodes.items() if n.kind not in ("input", "output")]
    chosen = data.draw(st.sets(st.sampled_from(inner))) if inner else set()
    try:
        grouped = edits.make_block(design, chosen, "Group")
    except EditError:
        return
    assert decode(encode(grouped)).last_id == grouped.last_id
    flat = edits.ungroup(grouped, grouped.newest)
    assert not flat.blocks
    assert content(flat.graph)[:2] == content(design.graph)[:2]
    assert check(flat).parameters == check(design).parameters
    if check(design).ok:
        assert check(grouped).ok
        assert check(grouped).parameters == check(design).parameters
        assert check(grouped).mult_adds == check(design).mult_adds


def test_a_path_that_leaves_and_comes_back_is_no_block():
    design = chain("linear", "relu", "linear")
    with pytest.raises(EditError, match="a path leaves them through ReLU 'relu1'"):
        edits.make_block(design, ["n2", "n4"], "Broken")
    with pytest.raises(EditError, match="Select layers"):
        edits.make_block(design, ["n1"], "Nothing")
    with pytest.raises(EditError, match="word of Python's own"):
        edits.make_block(design, ["n2"], "class")


def test_every_use_follows_an_edit_within_and_wires_follow_a_renamed_port():
    design, key, use = hidden()
    design = edits.insert_after(design, "linear", use)
    design = edits.add(design, "block", block=key, name="second")
    design = edits.connect(
        design, Wire(design.named("linear1").id, "output", design.newest, "x")
    )
    entry = design.blocks[key].entering[0]
    design = edits.inside(design, key, edits.rename, entry, "words")
    design = edits.inside(design, key, edits.set_params, ["n4"], {"out_features": 5})
    for node in uses(design, key):
        assert design.nodes[node[1]].block is design.blocks[key]
    ends = [wire for wire in design.wires if wire.input == "words"]
    assert len(ends) == 2
    assert check(design).known(of(design, "second")).outputs["output"].shape[-1] == 5


def test_an_output_that_goes_takes_its_wires_along():
    design, key, use = hidden()
    after = edits.inside(design, key, edits.remove, ["n7"])
    assert after.nodes[use].outputs[0].name == "output"  # the loose end is one too
    assert len(after.wires) == len(design.wires)
    after = edits.inside(after, key, edits.remove, ["n2", "n3", "n4"])
    assert not after.nodes[use].outputs
    assert [wire.target for wire in after.wires] == [use]


def test_a_block_never_stands_within_itself():
    design, key, use = hidden()
    with pytest.raises(EditError, match="cannot stand within itself"):
        edits.inside(design, key, edits.add, "block", block=key)
    outer = edits.make_block(design, [use], "Outer")
    around = outer.nodes[outer.newest].block.id
    with pytest.raises(EditError, match="cannot stand within itself"):
        edits.inside(outer, key, edits.add, "block", block=around)
    with pytest.raises(EditError, match="is still in use, at 1"):
        edits.remove_block(outer, key)


def test_an_exposed_number_is_set_by_each_use_and_formulas_follow_it():
    design, key, use = hidden()
    design = edits.expose(design, key, "n2", "out_features", "width")
    design = edits.inside(
        design, key, edits.set_params, ["n4"], {"out_features": "=2 * (width + 1) - 2"}
    )
    param = design.nodes[use].row.param("width")
    assert (param.default, param.low, param.doc) == (16, 1, "Number of neurons.")
    design = edits.set_params(design, [use], {"width": 3})
    known = check(design).known(use)
    assert known.outputs["output"].shape[-1] == 6
    assert known.parameters == 8 * 3 + 3 + 3 * 6 + 6
    inner = design.blocks[key].graph.nodes["n4"]
    assert inner.written["out_features"] == "=2 * (width + 1) - 2"
    with pytest.raises(ParamError, match="width is a whole number from 1"):
        edits.set_params(design, [use], {"width": 0})
    with pytest.raises(ParamError, match="speaks of 'depth'"):
        edits.inside(design, key, edits.set_params, ["n4"], {"out_features": "=depth"})
    renamed = edits.rename_block_param(design, key, "width", "units")
    assert renamed.nodes[use].params == {"units": 3}
    assert check(renamed).known(use).tensors == known.tensors
    closed = edits.unexpose(design, key, "width")
    assert closed.blocks[key].graph.nodes["n4"].params == {"out_features": 32}
    assert closed.nodes[use].params == {}


def test_a_typed_formula_is_kept_as_it_stands_and_tidied_by_the_edit():
    design, key, _use = hidden()
    row = design.blocks[key].graph.nodes["n2"].row
    typed = row.param("out_features").parse(" =2*8 + 1")
    assert edits.inside(
        design, key, edits.set_params, ["n2"], {"out_features": typed}
    ).blocks[key].graph.nodes["n2"].params == {"out_features": 17}
    shape = design.blocks[key].graph.nodes["n6"].row.param("shape")
    assert shape.parse("N, =4*width") == ("N", "=4*width")
    for text in ("=2 +", "=__import__('os')", "=1.5", "=(2", "=2**9", "=1//0"):
        with pytest.raises(ParamError, match=r"is no formula|divides by zero"):
            edits.set_params(design, ["n5"], {"dim": text})
    with pytest.raises(ParamError, match="speaks of 'width'"):
        edits.set_params(design, ["n5"], {"dim": "=width"})


def test_a_formula_that_does_not_fit_a_use_is_told_at_the_layer_within():
    design, key, use = hidden()
    design = edits.expose(design, key, "n2", "out_features", "width")
    design = edits.inside(
        design, key, edits.set_params, ["n4"], {"out_features": "=width - 4"}
    )
    assert check(design).ok
    design = edits.set_params(design, [use], {"width": 4})
    (problem,) = check(design).problems
    assert problem.node == f"{use}/n4"
    assert problem.block == key
    assert str(problem.message) == (
        "In 'hidden1' (Hidden): Linear 'linear2': out_features is a whole number from "
        "1 to 16,777,216, not 0."
    )


def test_what_is_wrong_inside_is_told_once_with_its_path_and_its_fix_works():
    design, key, use = repeated(3)
    second = edits.add(design, "block", block=key, name="second")
    second = edits.connect(second, Wire(use, "output", second.newest, "x"))
    wire = next(w for w in second.blocks[key].graph.wires if w.target == "n4")
    broken = edits.inside(second, key, edits.disconnect, [wire])
    checked = check(broken)
    errors = [p for p in checked.problems if p.severity is Severity.ERROR]
    assert [problem.node for problem in errors] == [f"{use}/0/n4"]
    assert str(errors[0].message).startswith("In 'hidden1' (Hidden): Linear 'linear2'")
    assert checked.state(use) == checked.state(f"{use}/0/n4") == "wrong"
    assert checked.state("n5") == "waiting"
    assert errors[0] in checked.of(use)
    fix = pickle.loads(pickle.dumps(errors[0].fix))
    assert check(fix.edit(broken)).parameters == check(second).parameters


def test_repeats_share_weights_or_have_their_own():
    once, _, use = repeated(1)
    own, _, _ = repeated(3)
    shared, _, _ = repeated(3, shared=True)
    count, work = check(once).parameters, check(once).mult_adds
    assert check(own).parameters == 3 * count
    assert check(shared).parameters == count
    assert check(own).mult_adds == check(shared).mult_adds
    names = [spec.name for spec in check(own).known(use).tensors]
    assert names[::4] == ["0.linear1.weight", "1.linear1.weight", "2.linear1.weight"]
    assert [at.path for at in walk(check(own)) if at.name.endswith("linear2")] == [
        f"{use}/{place}/n4" for place in range(3)
    ]
    assert work < check(own).mult_adds


def test_repeats_that_change_the_shape_cannot_share():
    design, _key, use = hidden()
    design = edits.set_params(design, [use], {"repeat": 2})
    assert check(design).ok  # each repeat has its own sizes
    shared = edits.set_params(design, [use], {"shared": True})
    (problem,) = check(shared).problems
    assert "cannot share their weights" in str(problem.message)
    assert check(problem.fix.edit(shared)).ok


def test_a_block_is_looked_into_with_what_arrives_at_the_use():
    design, key, use = repeated(2)
    view = edits.opened(design, key)
    assert check(view).known("n2").inputs["input"].shape[-1] == 8
    wide = edits.set_params(design, ["n1"], {"shape": ("N", 100)})
    inside = check(wide).inside(f"{use}/0")
    assert inside.known("n2").inputs["input"].shape[-1] == 100
    assert check(wide).inside(f"{use}/1").known("n2").inputs["input"].shape[-1] == 8
    assert check(wide).inside(f"{use}/2") is None
    assert check(wide).inside("n5") is None


def test_unrolled_repeats_come_to_the_same():
    design, _key, use = repeated(3)
    flat = edits.ungroup(design, use)
    assert check(flat).parameters == check(design).parameters
    assert check(flat).mult_adds == check(design).mult_adds
    with pytest.raises(EditError, match="share their weights"):
        edits.ungroup(repeated(2, shared=True)[0], use)


def test_a_detached_use_goes_its_own_way():
    design, key, _use = hidden()
    design = edits.add(design, "block", block=key, name="other")
    other = design.newest
    design = edits.detach(design, other)
    own = design.nodes[other].block
    assert own.name == "Hidden1"
    layer = next(k for k, n in own.graph.nodes.items() if n.name == "linear2")
    design = edits.inside(
        design, own.id, edits.set_params, [layer], {"out_features": 9}
    )
    assert design.blocks[key].graph.nodes["n4"].params == {}
    assert design.blocks[own.id].graph.nodes[layer].params == {"out_features": 9}


def test_blocks_within_blocks_take_the_formulas_of_the_block_around():
    design, key, use = hidden()
    design = edits.expose(design, key, "n2", "out_features", "width")
    design = edits.inside(design, key, edits.make_block, ["n2", "n3"], "Inner")
    body = design.blocks[key].graph
    inner = next(node for node in body.nodes.values() if node.block)
    assert inner.params == {"width": "=width"}
    design = edits.set_params(design, [use], {"width": 5})
    assert check(design).known(use).tensors[0].shape == (5, 8)
    again = edits.inside(design, key, edits.ungroup, inner.id)
    assert check(again).known(use).tensors[0].shape == (5, 8)
    assert "Inner" not in [block.name for block in again.blocks.values()]


def test_a_file_holds_each_block_once_and_comes_back_the_same():
    design, key, use = repeated(12)
    design = edits.set_block_notes(design, key, "Two layers.\nMore of it.")
    outer = edits.make_block(design, [use], "Outer")
    text = encode(outer)
    assert text.count('"name": "linear1"') == 1
    again = decode(text)
    assert encode(again) == text
    (inner,) = (n for n in again.blocks.values() if n.name == "Hidden")
    (around,) = (n for n in again.blocks.values() if n.name == "Outer")
    assert any(node.block is inner for node in around.graph.nodes.values())
    assert check(again).parameters == check(outer).parameters
    assert pickle.loads(pickle.dumps(again)) == again


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (('"block": "b8"', '"block": "b9"'), "uses a block that is not there"),
        (('"id": "b8", "name": "Hidden"', '"id": "b8", "name": "a b"'), "proper name"),
        (('"kind": "relu"', '"kind": "block", "block": "b8"'), "within itself"),
        (('"id": "n2"', '"id": "n1"'), "n1|n2"),
        (('"id": "b8"', '"id": "x8"'), "no proper id"),
    ],
)
def test_a_forged_block_is_refused_in_a_sentence(change, sentence):
    text = encode(hidden()[0])
    assert change[0] in text
    with pytest.raises(FileError, match=sentence):
        decode(text.replace(*change, 1))


def test_copied_uses_bring_their_definitions_once():
    design, key, use = repeated(2)
    text = clipboard.copy(design, [use])
    same = clipboard.paste(design, text)
    assert list(same.blocks) == [key]
    other = clipboard.paste(clipboard.paste(Design(), text), text)
    assert [block.name for block in other.blocks.values()] == ["Hidden"]
    assert len(other.nodes) == 2
    (block,) = other.blocks.values()
    assert all(node.block is block for node in other.nodes.values())
    with pytest.raises(EditError, match="cannot stand within itself"):
        edits.inside(design, key, clipboard.paste, text)


def test_a_block_that_unfolds_without_end_is_refused_before_it_takes_memory():
    design, _key, use = repeated(1000)
    for name in ("Second", "Third"):
        design = edits.make_block(design, [use], name)
        use = design.newest
        design = edits.set_params(design, [use], {"repeat": 1000})
    assert any(
        "unfolds into more than 200,000 layers" in line for line in shown(design)
    )


def test_tied_tensors_are_counted_once_and_have_to_fit():
    design = chain("linear", "linear", "linear")
    design = edits.set_params(design, ["n2", "n3", "n4"], {"out_features": 8})
    tied = edits.tie(design, "n4", "weight", "n2", "weight")
    assert check(design).parameters - check(tied).parameters == 64
    assert decode(encode(tied)).nodes["n4"].ties == {"weight": ("n2", "weight")}
    assert edits.untie(tied, "n4", "weight").nodes["n4"] == design.nodes["n4"]
    assert edits.remove(tied, ["n2"]).nodes["n4"].ties == {}
    with pytest.raises(EditError, match="has that tensor already"):
        edits.tie(tied, "n2", "weight", "n4", "weight")
    with pytest.raises(EditError, match="has no tensor 'scale'"):
        edits.tie(design, "n4", "scale", "n2", "weight")
    with pytest.raises(EditError, match="take both into the block"):
        edits.make_block(tied, ["n2"], "Half")
    wide = edits.set_params(tied, ["n2"], {"out_features": 9})
    (problem,) = (p for p in check(wide).problems if p.rule == "tie")
    assert "weight is 8×8, but weight of Linear 'linear1' is 9×8" in str(
        problem.message
    )
    assert check(problem.fix.edit(wide)).ok


def test_open_inputs_of_a_selection_become_ports():
    design = edits.add(Design(), "add")
    design = edits.make_block(design, ["n1"], "Sum")
    assert [port.name for port in design.nodes[design.newest].inputs] == ["x", "x2"]
    design = edits.add(design, "input", name="a")
    design = wired(design, "a", "sum1.x")
    design = wired(design, "a", "sum1.x2")
    assert check(design).ok


def test_a_check_of_many_uses_takes_no_longer_than_that_of_many_layers():
    design, _key, _use = repeated(1)
    design = grown(design, "hidden1", *[("Hidden", f"h{i}", {}) for i in range(200)])
    found = check(design)
    assert found.parameters == 201 * check(repeated(1)[0]).parameters
    passes = {
        id(p) for at in walk(found) if at.known.inside for p in at.known.inside[1]
    }
    assert len(passes) == 1  # alike uses share one
