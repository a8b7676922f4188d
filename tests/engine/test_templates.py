"""The ready designs against what was published of them."""

from itertools import combinations

import pytest

from engine.catalog.dims import Sym
from engine.check import check
from engine.design.bodies import opened
from engine.design.edits import set_params
from engine.design.file import decode, encode
from engine.errors import Severity
from engine.model.build import build_meta
from scripts.templates import TEMPLATES
from scripts.templates.__main__ import EXAMPLES

MOST_NODES = 25  # on one level: what a person takes in
NEAR = 40.0  # pixels: two middles closer than this cover each other


@pytest.fixture(scope="module", params=TEMPLATES)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def template(name):
    return TEMPLATES[name]


@pytest.fixture(scope="module")
def design(template):
    return template.design


@pytest.fixture(scope="module")
def levels(design):
    return [design, *(opened(design, key) for key in design.blocks)]


def faults(checked):
    """All but advice, which some old networks would not have taken."""
    return [p for p in checked.problems if p.severity is not Severity.ADVICE]


def test_a_template_has_as_many_parameters_as_were_published(template, design):
    checked = check(design)
    assert faults(checked) == []
    assert checked.parameters == template.published_params


def test_a_template_gives_what_was_published(template, design):
    checked = check(design)
    shapes = tuple(
        tuple(str(dim) if isinstance(dim, Sym) else dim for dim in tensor.shape)
        for tensor in (checked.tensor(*end) for end in checked.results)
    )
    assert shapes == template.published_output


def test_the_module_of_a_template_has_as_many_parameters(template, design):
    module = build_meta(design)
    assert sum(p.numel() for p in module.parameters()) == template.published_params


def test_the_shipped_file_is_what_the_script_draws(name, design):
    shipped = (EXAMPLES / f"{name}.fanin").read_bytes()
    assert encode(design).encode() == shipped
    assert decode(shipped.decode()) == design


def test_no_level_of_a_template_has_more_nodes_than_a_person_takes_in(levels):
    assert [len(level.nodes) for level in levels if len(level.nodes) > MOST_NODES] == []


def test_every_block_of_a_template_is_used_and_sound_by_itself(design, levels):
    used = {
        node.block.id for level in levels for node in level.nodes.values() if node.block
    }
    assert used == set(design.blocks)
    assert [fault for level in levels for fault in faults(check(level))] == []


def test_nothing_in_a_template_lies_upon_something_else(levels):
    for level in levels:
        spots = level.look.positions
        assert spots.keys() == level.nodes.keys()
        close = [
            (level.nodes[one].name, level.nodes[other].name)
            for one, other in combinations(spots, 2)
            if abs(spots[one][0] - spots[other][0]) < NEAR
            and abs(spots[one][1] - spots[other][1]) < NEAR
        ]
        assert close == []


def test_the_notes_of_a_template_begin_with_its_title(name, template, design):
    if name != "tutorial":
        assert design.notes.partition("\n")[0] == template.title
    assert len(template.paragraph) > 60


def test_a_fourth_convolution_in_the_wide_stages_makes_vgg19_of_vgg16():
    design = TEMPLATES["vgg16"].design
    wide = [design.named(f"stage{place}").id for place in (3, 4, 5)]
    deeper = set_params(design, wide, {"depth": 4})
    assert faults(check(deeper)) == []
    assert check(deeper).parameters == 143_667_240
    module = build_meta(deeper)
    assert sum(p.numel() for p in module.parameters()) == 143_667_240
