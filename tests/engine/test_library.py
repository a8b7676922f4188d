"""A person's own blocks: packed into a text, read strictly, taken into any design."""

import pytest

from engine.check import check
from engine.design import edits, library
from engine.design.file import encode
from engine.design.model import Design, Wire
from engine.errors import EditError, FileError
from tests.strategies import chain, tutorial


def stepped(width=3):
    """A design with a block Step within a block Twice, which is used once."""
    design = chain("linear", "relu", "linear", "relu")
    design = edits.set_params(design, ["n2"], {"out_features": width})
    design = edits.make_block(design, ["n2", "n3"], "Step")
    first = design.newest
    return edits.make_block(design, [first, "n4", "n5"], "Twice")


def named(design, name):
    return next(key for key, block in design.blocks.items() if block.name == name)


def names_of(design):
    return sorted(block.name for block in design.blocks.values())


def test_a_block_is_packed_with_what_it_needs_and_nothing_else():
    design = stepped()
    assert names_of(library.packed(design, named(design, "Step"))) == ["Step"]
    part = library.packed(design, named(design, "Twice"))
    assert names_of(part) == ["Step", "Twice"]
    assert library.block_of(part).name == "Twice"
    assert len(part.nodes) == 1
    text = encode(part)
    assert encode(library.read(text)) == text


def test_it_says_the_same_wherever_it_was_drawn():
    here = stepped()
    there = edits.add(here, "linear")  # other ids from here on
    there = edits.remove(there, [there.newest])
    texts = {
        encode(library.packed(design, named(design, "Twice")))
        for design in (here, there)
    }
    assert len(texts) == 1


def test_a_design_takes_a_block_once_and_computes_with_it():
    design = stepped()
    part = library.packed(design, named(design, "Twice"))
    once, key = library.taken(tutorial(), part)
    again, same = library.taken(once, part)
    assert again is once
    assert same == key
    used = edits.add(once, "block", block=key)
    used = edits.connect(used, Wire("n1", "output", used.newest, "x"))
    assert check(used).tensor(used.newest, "output").shape[-1] == 16


def test_another_block_of_that_name_stays_and_the_newcomer_is_renamed():
    part = library.packed(stepped(7), named(stepped(7), "Twice"))
    here = stepped()
    grown, key = library.taken(here, part)
    assert names_of(grown) == ["Step", "Step1", "Twice", "Twice1"]
    assert grown.blocks[key].name == "Twice1"
    assert grown.graph is here.graph
    assert library.taken(grown, part) == (grown, key)  # known by its new name


def test_a_renamed_block_is_another_class_and_what_it_needs_keeps_its_name():
    design = stepped()
    part = library.renamed(library.packed(design, named(design, "Twice")), "Pair")
    assert names_of(part) == ["Pair", "Step"]
    with pytest.raises(EditError, match="cannot be a name"):
        library.renamed(part, "2 of them")
    with pytest.raises(EditError, match="called 'Step' already"):
        library.renamed(part, "Step")


def test_only_blocks_that_are_no_parts_of_others_are_offered():
    offered = [library.block_of(part).name for part in library.offered(stepped())]
    assert offered == ["Twice"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (encode(tutorial()), "it is a design, with 7 nodes"),
        (encode(Design()), "it is a design, with 0 nodes"),
        ("{", "not JSON"),
        ('{"format": "fanin", "version": 99}', "newer Fanin"),
    ],
)
def test_what_is_no_block_is_refused_with_the_reason(text, reason):
    with pytest.raises(FileError, match=reason):
        library.read(text)


def test_the_sizes_that_a_block_speaks_of_keep_their_samples():
    design = chain("linear", shape=("N", "T", 3))
    design = edits.set_symbol(design, "T", 5)
    design = edits.make_block(design, ["n2"], "Each")
    part = library.packed(design, named(design, "Each"))
    assert part.settings.symbols["T"] == 5
    grown, _ = library.taken(Design(), part)
    assert grown.settings.symbols["T"] == 5
    here = edits.set_symbol(Design(), "T", 2)
    assert library.taken(here, part)[0].settings.symbols["T"] == 2
