"""Frames and comments: they follow nodes, and nothing is computed anew for them."""

import json

import pytest
from hypothesis import given

from engine.check import check
from engine.design import annotations, clipboard, edits, framing
from engine.design.annotations import new_marks, newest_mark
from engine.design.file import decode, encode
from engine.design.marks import (
    COLOURS,
    LONGEST_COMMENT,
    LONGEST_TITLE,
    Box,
    Comment,
    Frame,
)
from engine.design.model import Design
from engine.errors import EditError, FileError
from tests.strategies import annotated, chain, designs, tutorial

HIDDEN = ("n2", "n3", "n4", "n5")


@pytest.fixture
def framed():
    """The tutorial with its hidden layers, n2 to n5, in the frame f8."""
    return edits.frame_nodes(tutorial(), HIDDEN, "Hidden layers", "blue")


def box_of(design, key="f8"):
    return design.look.marks[key].box


def spot(design, key):
    return design.look.positions[key]


def test_a_frame_around_nodes_has_room_for_them_and_its_title(framed):
    frame = framed.look.marks[newest_mark(framed)]
    assert frame == Frame("f8", frame.box, "Hidden layers", "blue", HIDDEN)
    assert all(frame.box.holds(spot(framed, key)) for key in HIDDEN)
    assert not frame.box.holds(spot(framed, "n6"))
    wide = edits.frame_nodes(
        tutorial(), HIDDEN, spans={key: Box(-200, -50, 400, 100) for key in HIDDEN}
    )
    assert box_of(wide).left == spot(framed, "n2")[0] - 200 - framing.PAD
    assert box_of(wide).top == -50 - framing.HEAD


def test_a_frame_drawn_over_nodes_holds_them():
    design = edits.add_frame(tutorial(), Box(100, -50, 200, 100), "Two")
    assert design.look.marks["f8"].members == ("n2", "n3")


def test_marks_never_touch_the_graph_and_so_check_nothing(framed):
    design = tutorial()
    assert framed.graph.nodes == design.graph.nodes
    edited = edits.place_marks(framed, {"f8": Box(0, 0, 90, 90)})
    edited = edits.recolour(edits.set_title(edited, "f8", "x"), ["f8"], "rose")
    edited = edits.settle(edited, framed.nodes, ["f8"])
    assert edited.graph is framed.graph
    assert edited.settings is framed.settings


def test_what_changes_nothing_is_the_design_itself(framed):
    design = edits.add_comment(framed, Box(0, 0, 90, 90), "x")
    assert edits.set_title(design, "f8", " Hidden  layers ") is design
    assert edits.set_text(design, "c9", "x") is design
    assert edits.recolour(design, ["f8"], "blue") is design
    assert edits.set_size(design, ["f8", "c9"], "medium") is design
    assert edits.place_marks(design, {"f8": box_of(design)}) is design
    assert edits.settle(design, design.nodes) is design
    assert edits.remove_marks(design, ["f99"]) is design
    assert framing.refit(design) is framing.refit(framing.refit(design))


def test_a_frame_takes_along_what_is_in_it(framed):
    design = edits.frame_nodes(framed, ["n2", "n3"], "Inner")
    x, y = spot(design, "n4")
    design = edits.add_comment(design, Box(x - 30, y - 20, 60, 40), "in it")
    design = edits.add_comment(design, Box(2000, 0, 60, 40), "elsewhere")
    design = edits.refit(design)
    nodes, marks = framing.carried(design, ["f8"])
    assert nodes == set(HIDDEN)
    assert marks == {"f8", "f9", "c10"}
    assert framing.carried(design, ["c11"]) == (set(), {"c11"})


def test_a_node_moved_by_hand_joins_and_leaves(framed):
    away = edits.settle(edits.move(framed, {"n3": (274, 900)}), ["n3"])
    assert away.look.marks["f8"].members == ("n2", "n4", "n5")
    back = edits.settle(edits.move(away, {"n3": (300, 10)}), ["n3"])
    assert back.look.marks["f8"].members == HIDDEN


def test_a_resized_frame_holds_what_it_reaches(framed):
    wide = edits.place_marks(framed, {"f8": Box(-100, -50, 2000, 100)})
    assert edits.settle(wide, frames=["f8"]).look.marks["f8"].members == tuple(
        f"n{i}" for i in range(1, 8)
    )


def test_a_removed_node_is_no_member_and_a_removed_frame_leaves_its_nodes(framed):
    fewer = edits.remove(framed, ["n3"])
    assert fewer.look.marks["f8"].members == ("n2", "n4", "n5")
    gone = edits.remove_marks(fewer, ["f8"])
    assert not gone.look.marks
    assert gone.nodes.keys() == fewer.nodes.keys()
    assert edits.remove_and_reconnect(framed, ["n3"]).look.marks["f8"].members == (
        "n2",
        "n4",
        "n5",
    )


def test_frames_and_comments_follow_a_new_layout(framed):
    design = edits.add_comment(framed, Box(760, 60, 90, 40), "the answer")
    moved = {key: (x * 2, y + 50) for key, (x, y) in design.look.positions.items()}
    after = edits.arrange(design, moved)
    before, box = box_of(design), box_of(after)
    assert after.look.marks["f8"].members == HIDDEN
    # As far from its outermost nodes as it was.
    assert box.left - 2 * 142 == before.left - 142
    assert box.right - 2 * 538 == before.right - 538
    assert (box.top, box.height) == (before.top + 50, before.height)
    # The comment was nearest to the softmax, at (786, 0).
    assert box_of(after, "c9") == Box(760 + 786, 110, 90, 40)


def test_a_frame_of_nothing_follows_the_nearest_node():
    design = edits.add_frame(tutorial(), Box(120, 300, 100, 100))
    after = edits.arrange(design, {"n2": (142, -100)})
    assert box_of(after) == Box(120, 200, 100, 100)


def test_a_frame_grows_when_a_node_comes_between_its_members(framed):
    design = edits.insert_after(framed, "tanh", "n2")
    design = edits.settle(design, [design.newest])
    assert len(design.look.marks["f8"].members) == 5
    assert all(
        box_of(design).holds(spot(design, key))
        for key in design.look.marks["f8"].members
    )
    assert not box_of(design).holds(spot(design, "n6"))


def test_refitting_puts_inner_frames_within_outer_ones(framed):
    design = edits.refit(edits.frame_nodes(framed, ["n2", "n3"], "Inner"))
    spread = {
        key: (300.0 * place, 40.0 * place) for place, key in enumerate(design.nodes)
    }
    design = edits.refit(edits.arrange(design, spread))
    inner, outer = box_of(design, "f9"), box_of(design)
    assert outer.covers(inner)
    assert outer.top <= inner.top - framing.PAD
    for key in HIDDEN:
        assert outer.holds(spot(design, key))
    assert not inner.holds(spot(design, "n4"))


def test_comments_say_what_they_are_told_and_grow_with_it():
    design = edits.add_comment(Design(), Box(0, 0, 120, 40), "a", "violet", "large")
    design = edits.set_text(design, "c1", "a\nb\nc", height=90.0)
    assert design.look.marks["c1"] == Comment(
        "c1", Box(0, 0, 120, 90), "a\nb\nc", "violet", "large"
    )
    assert edits.set_text(design, "c1", "a", 20).look.marks["c1"].box.height == 90
    assert edits.set_size(design, ["c1"], "small").look.marks["c1"].size == "small"


REFUSED = {
    "no number": (edits.add_frame, (Box(float("nan"), 0, 90, 90),), "cannot be put"),
    "a colour": (edits.add_frame, (Box(0, 0, 90, 90), "", "pink"), "pink is none of"),
    "a size": (edits.set_size, (["f8"], "huge"), "huge is none of small, medium"),
    "a long title": (edits.set_title, ("f8", "x" * 121), "121 characters long; 120"),
    "half a character": (edits.set_title, ("f8", "\ud800"), "half a character"),
    "a long text": (edits.add_comment, (Box(0, 0, 90, 90), "x" * 4001), "4000 fit"),
    "nothing": (edits.frame_nodes, (["n99"],), "Select the nodes"),
    "gone": (edits.set_title, ("f99", "x"), "no frame or comment f99"),
    "a frame's text": (edits.set_text, ("f8", "x"), "Only a comment has a text"),
    "a comment's title": (edits.set_title, ("c9", "x"), "Only a frame has a title"),
}


@pytest.mark.parametrize(("edit", "args", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_is_refused(framed, edit, args, sentence):
    design = edits.add_comment(framed, Box(0, 0, 90, 90), "x")
    with pytest.raises(EditError, match=sentence):
        edit(design, *args)


def test_there_are_not_more_than_a_drawing_can_show(framed, monkeypatch):
    text = clipboard.copy(framed, (), ["f8"])
    monkeypatch.setattr(annotations, "MOST_MARKS", 1)
    monkeypatch.setattr(clipboard, "MOST_MARKS", 1)
    for edit in (edits.add_frame, edits.add_comment):
        with pytest.raises(EditError, match="There are 1 frames and comments here"):
            edit(framed, Box(0, 0, 90, 90))
    with pytest.raises(EditError, match="More than 1 frames and comments"):
        clipboard.paste(framed, text)
    far = edits.place_marks(framed, {"f8": Box(-1e300, 0, 1e300, 0)})
    assert box_of(far) == Box(-1e7, 0, 1e6, 24)


# Copied, made a block, and back


def test_a_copied_frame_brings_what_is_in_it(framed):
    design = edits.add_comment(framed, Box(150, -40, 60, 30), "in it")
    pasted = clipboard.paste(Design(), clipboard.copy(design, (), ["f8"]), (0, 0))
    assert [node.name for node in pasted.nodes.values()] == [
        "hidden1",
        "sigmoid",
        "hidden2",
        "relu",
    ]
    frame, comment = pasted.look.marks.values()
    assert frame.members == tuple(pasted.nodes)
    assert frame.box.middle == (0.0, 0.0)
    assert frame.box.left - box_of(design).left == comment.box.left - 150
    assert len({*pasted.nodes, *pasted.look.marks}) == 6


def test_copied_nodes_leave_the_frame_and_a_comment_goes_alone(framed):
    assert not clipboard.paste(Design(), clipboard.copy(framed, HIDDEN)).look.marks
    design = edits.add_comment(framed, Box(0, 0, 90, 90), "hello")
    pasted = clipboard.paste(design, clipboard.copy(design, (), ["c9"]))
    (key,) = new_marks(design, pasted)
    assert pasted.nodes is not None
    assert pasted.nodes.keys() == design.nodes.keys()
    assert pasted.look.marks[key].box == Box(40, 40, 90, 90)


def test_a_frame_goes_into_the_block_of_its_nodes_and_comes_out_again(framed):
    design = edits.frame_nodes(framed, ["n5", "n6"], "Half in")
    made = edits.make_block(design, HIDDEN, "Hidden")
    (block,) = made.blocks.values()
    assert made.look.marks.keys() == {"f9"}
    assert made.look.marks["f9"].members == ("n6",)
    assert block.look.marks.keys() == {"f8"}
    assert check(made).parameters == 26
    again = decode(encode(made))
    assert encode(again) == encode(made)
    assert again.blocks[block.id].look == block.look

    (use,) = (key for key, node in made.nodes.items() if node.block)
    loose = edits.ungroup(made, use)
    (back,) = (m for m in loose.look.marks.values() if m.title == "Hidden layers")
    assert len(back.members) == 4
    assert all(back.box.holds(spot(loose, key)) for key in back.members)
    assert len({*loose.nodes, *loose.look.marks}) == 9


def test_a_block_detached_or_pasted_has_its_frames(framed):
    made = edits.make_block(framed, HIDDEN, "Hidden")
    (use,) = (key for key, node in made.nodes.items() if node.block)
    twice = clipboard.paste(made, clipboard.copy(made, [use]))
    apart = edits.detach(twice, use)
    frames = [
        (key, mark, block)
        for block in apart.blocks.values()
        for key, mark in block.look.marks.items()
    ]
    assert len({key for key, *_ in frames}) == 2
    for key, mark, block in frames:
        assert mark.id == key
        assert block.graph.nodes.keys() > set(mark.members)
    encoded = encode(apart)
    assert encode(decode(encoded)) == encoded


def test_frames_are_drawn_inside_a_block_too(framed):
    made = edits.make_block(framed, HIDDEN, "Hidden")
    (key,) = made.blocks
    after = edits.inside(made, key, edits.add_comment, Box(0, 0, 90, 90), "inside")
    assert len(after.blocks[key].look.marks) == 2
    assert not after.look.marks
    assert "inside" in encode(after)


# In files


@given(designs())
def test_marks_come_back_from_a_file(design):
    again = decode(encode(design))
    assert again.look.marks == design.look.marks
    assert again.last_id == design.last_id


def test_a_design_without_marks_is_a_file_that_older_fanins_open(framed):
    assert '"version": 1' in encode(tutorial())
    assert '"version": 2' in encode(framed)
    inside = edits.make_block(framed, HIDDEN, "Hidden")
    assert not inside.look.marks
    assert '"version": 2' in encode(inside)


def test_one_frame_to_a_line_and_sorted(framed):
    for _ in range(10):
        framed = edits.add_frame(framed, Box(0, 400, 100, 100))
    lines = [line for line in encode(framed).splitlines() if '"box"' in line]
    assert [json.loads(line.rstrip(","))["id"] for line in lines] == [
        f"f{i}" for i in range(8, 19)
    ]
    moved = edits.place_marks(framed, {"f9": Box(1, 2.5, 100, 100)})
    before, after = encode(framed).splitlines(), encode(moved).splitlines()
    assert sum(a != b for a, b in zip(before, after, strict=True)) == 1


def test_an_id_of_a_node_is_never_that_of_a_frame():
    odd = json.loads(encode(chain("relu")))
    odd["nodes"][1]["id"] = "f5"
    odd["wires"] = []
    design = edits.add_frame(decode(json.dumps(odd)), Box(0, 0, 50, 50))
    assert newest_mark(design) == "f6"
    assert decode(encode(design)).look == design.look


def row(key="frames", **changes):
    """A file's text with one frame or comment like this."""
    raw = json.loads(encode(annotated(tutorial())))
    raw[key][0] |= changes
    return json.dumps(raw)


HOSTILE = {
    "frames that are none": (row(), {"frames": {}}, "'frames' is not a list"),
    "a frame that is none": (row(), {"frames": [1]}, "a frame or comment is not"),
    "no id": (row(id=None), {}, "a frame has no proper id"),
    "an id of a node": (row(id="n8"), {}, "a frame has no proper id"),
    "an id beyond all": (row(id=f"f{10**12 + 1}"), {}, "a frame has no proper id"),
    "an id that is a number": (row("comments", id=9), {}, "a comment has no proper"),
    "an unknown key": (row(nodes=[]), {}, "frame f8 has a 'nodes'"),
    "no title": (row(title=3), {}, "'title' of frame f8 is not a text"),
    "a long title": (row(title="x" * (LONGEST_TITLE + 1)), {}, "no short line"),
    "a title of lines": (row(title="a\nb"), {}, "no short line"),
    "a colour": (row(colour="#ff0000"), {}, "'colour' of frame f8 is none of grey"),
    "a list as colour": (row(colour=[]), {}, "'colour' of frame f8 is none of"),
    "no box": (row(box=None), {}, "frame f8 has no proper box"),
    "a short box": (row(box=[0, 0, 90]), {}, "frame f8 has no proper box"),
    "a box of truth": (row(box=[0, 0, 90, True]), {}, "frame f8 has no proper box"),
    "a box of nothing": (row(box=[0, 0, 0, 90]), {}, "frame f8 has no proper box"),
    "a box of all": (row(box=[0, 0, 90, 1e300]), {}, "frame f8 has no proper box"),
    "a far box": (row(box=[10**400, 0, 90, 90]), {}, "frame f8 has no proper box"),
    "a box inside out": (row(box=[0, 0, -90, 90]), {}, "frame f8 has no proper box"),
    "no members": (row(members={}), {}, "'members' of frame f8 is no list"),
    "too many members": (row(members=["n1"] * 8), {}, "'members' of frame f8 is no"),
    "a member twice": (row(members=["n1"] * 2), {}, "frame f8 holds a node twice"),
    "a strange member": (row(members=["n99"]), {}, "holds a node that is not there"),
    "a list as member": (row(members=[["n1"]]), {}, "holds a node that is not there"),
    "a number as text": (row("comments", text=1), {}, "'text' of comment c9 is not"),
    "a long text": (
        row("comments", text="x" * (LONGEST_COMMENT + 1)),
        {},
        "comment c9 has more than 4000 characters",
    ),
    "a size": (row("comments", size="huge"), {}, "'size' of comment c9 is none of"),
}


@pytest.mark.parametrize(
    ("text", "top", "sentence"), HOSTILE.values(), ids=HOSTILE.keys()
)
def test_a_hostile_frame_is_refused_in_a_sentence(text, top, sentence):
    with pytest.raises(FileError, match=sentence) as refusal:
        decode(json.dumps({**json.loads(text), **top}))
    assert str(refusal.value).startswith("This text cannot be opened: ")


def test_two_with_one_id_and_too_many_are_refused(monkeypatch):
    raw = json.loads(row())
    with pytest.raises(FileError, match="the id f8 stands twice"):
        decode(json.dumps({**raw, "frames": raw["frames"] * 2}))
    monkeypatch.setattr("engine.design.reading_marks.MOST_MARKS", 1)
    with pytest.raises(FileError, match="more than 1 frames and comments"):
        decode(json.dumps(raw))


@pytest.mark.parametrize("colour", COLOURS)
def test_every_colour_comes_back(colour):
    design = edits.add_frame(Design(), Box(0, 0, 90, 90), "x", colour)
    assert decode(encode(design)) == design


def test_a_layout_that_knows_sizes_draws_frames_close_around_their_nodes(framed):
    loose = edits.place_marks(framed, {"f8": Box(-400, -400, 2000, 900)})
    spans = {key: Box(-50, -20, 100, 40) for key in framed.nodes}
    far = {key: (x, y + 500) for key, (x, y) in framed.look.positions.items()}
    after = edits.arrange(loose, far, spans)
    pad, head = framing.PAD, framing.HEAD
    assert box_of(after) == Box(
        142 - 50 - pad, 480 - head, 496 + 2 * pad, 40 + pad + head
    )
    elsewhere = edits.arrange(loose, {"n7": (900, 0)}, spans)
    assert box_of(elsewhere) == box_of(loose)
    assert edits.arrange(loose, dict(loose.look.positions), spans) is loose
