"""Parameters: one gate for every value, whether typed, set or read from a file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog import INITIALIZERS, OPERATORS
from engine.catalog.params import (
    Bool,
    Choice,
    Dims,
    Float,
    Floats,
    Int,
    Ints,
    Param,
    Size,
)
from engine.errors import ParamError

BOOL = Bool("bias", True)
INT = Int("count", 3, low=1, high=9)
MAYBE = Int("count", None, low=1, optional=True)
FLOAT = Float("eps", 0.1, low=0.0, above=True)
SHARE = Float("p", 0.5, low=0.0, high=1.0)
CHOICE = Choice("mode", "a", options=("a", "none"))
SIZE = Size("kernel_size", 3, axes=2, low=1, words=("same",))
HOLES = Size("output_size", 1, axes=2, low=1, holes=True)
INTS = Ints("dims", (1,), low=-2, high=5, most=3)
FLOATS = Floats("scale", 1.0, low=0.0, above=True)
DIMS = Dims("shape", ("N", 3), low=-1)


@pytest.mark.parametrize(
    ("param", "value", "kept"),
    [
        (BOOL, True, True),
        (BOOL, "False", False),
        (INT, 3.0, 3),
        (MAYBE, None, None),
        (FLOAT, 1, 1.0),
        (SHARE, 0, 0.0),
        (CHOICE, "none", "none"),
        (SIZE, [5, 5], 5),
        (SIZE, (3, 5), (3, 5)),
        (SIZE, "same", "same"),
        (HOLES, [None, 4], (None, 4)),
        (HOLES, [None, None], (None, None)),
        (INTS, 2, (2,)),
        (INTS, [-2, 5], (-2, 5)),
        (FLOATS, 2, 2.0),
        (FLOATS, [2, 0.5], (2.0, 0.5)),
        (DIMS, ["N", 3.0, -1], ("N", 3, -1)),
    ],
)
def test_what_is_kept(param, value, kept):
    found = param.coerce(value)
    assert found == kept
    assert type(found) is type(kept)
    assert param.coerce(found) == found
    assert param.parse(param.format(found)) == found


@pytest.mark.parametrize(
    ("param", "value", "sentence"),
    [
        (BOOL, 1, "bias is true or false, not 1"),
        (INT, 0, "count is a whole number from 1 to 9, not 0"),
        (INT, 2.5, "count is a whole number"),
        (INT, True, "not True"),
        (INT, None, "not None"),
        (FLOAT, 0, "eps is a number above 0, not 0"),
        (FLOAT, float("inf"), "not inf"),
        (FLOAT, 10**400, "eps is a number above 0, not 1000"),
        (FLOAT, "1", "not '1'"),
        (SHARE, 1.5, "p is a number from 0 to 1, not 1.5"),
        (Float("a", 0.0), float("nan"), "a is a finite number, not nan"),
        (CHOICE, "b", "mode is one of a, none, not 'b'"),
        (SIZE, [1, 2, 3], 'a whole number from 1, or 2 of them, or "same", not'),
        (SIZE, [1, 0], "kernel_size is"),
        (SIZE, [1, None], "kernel_size is"),
        (SIZE, "valid", "kernel_size is"),
        (INTS, [], "dims is a list of whole numbers from -2"),
        (INTS, [9], "dims is"),
        (INTS, "12", "dims is"),
        (FLOATS, 0, "scale is a number above 0, not 0"),
        (FLOATS, [], "scale is a number above 0, or up to 3 of them"),
        (DIMS, 3, "shape is a shape of whole numbers and names"),
        (DIMS, ["2N"], "shape is a shape"),
        (DIMS, [-1, -1], "shape is a shape"),
        (DIMS, [1] * 17, "shape is a shape"),
    ],
)
def test_what_is_refused(param, value, sentence):
    with pytest.raises(ParamError) as refusal:
        param.coerce(value)
    assert sentence in str(refusal.value)
    assert len(str(refusal.value)) < 200


@pytest.mark.parametrize(
    ("param", "text", "value"),
    [
        (MAYBE, "", None),
        (MAYBE, " None ", None),
        (INT, "4", 4),
        (FLOAT, "1e-3", 0.001),
        (SIZE, "3, 5", (3, 5)),
        (SIZE, "(4, 4)", 4),
        (HOLES, "none, 7", (None, 7)),
        (CHOICE, " a ", "a"),
        (Choice("mode", None, options=("a",), optional=True), "none", None),
        (DIMS, "N×3×28 28, T", ("N", 3, 28, 28, "T")),
        (INTS, "1, 2", (1, 2)),
    ],
)
def test_what_a_person_types(param, text, value):
    assert param.parse(text) == value


def test_a_parameter_of_no_kind_takes_nothing():
    with pytest.raises(NotImplementedError):
        Param("x", 1).coerce(1)


ROWS = [*OPERATORS.values(), *INITIALIZERS.values()]
PARAMS = [
    pytest.param(param, id=f"{row.kind}.{param.name}")
    for row in ROWS
    for param in row.params
]


@pytest.mark.parametrize("param", PARAMS)
def test_every_default_passes_its_own_gate_and_can_be_typed(param):
    assert param.coerce(param.default) == param.default
    assert param.parse(param.format(param.default)) == param.default
    assert param.doc


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda parts: st.lists(parts, max_size=4) | st.tuples(parts, parts),
    max_leaves=6,
)
ALL = [BOOL, INT, MAYBE, FLOAT, SHARE, CHOICE, SIZE, HOLES, INTS, FLOATS, DIMS]


@given(st.sampled_from(ALL), ANYTHING)
def test_any_value_is_kept_as_one_that_hashes_or_refused(param, value):
    try:
        kept = param.coerce(value)
    except ParamError:
        return
    hash(kept)
    assert param.coerce(kept) == kept


@given(st.sampled_from(ALL), st.text(max_size=12))
def test_any_text_is_read_or_refused(param, text):
    try:
        kept = param.parse(text)
    except ParamError:
        return
    assert param.coerce(kept) == kept


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("=k", "=k"),
        ("=k, 3", ("=k", 3)),
        ("(=k, =2*k)", ("=k", "=2*k")),
        ("=(k, 2*k)", ("=k", "=2*k")),
        ("=(k, 3)", ("=k", 3)),
        ("=(k + 1) * (k - 1)", "=(k + 1) * (k - 1)"),
        ("[=k, =(k + 1) // 2]", ("=k", "=(k + 1) // 2")),
    ],
)
def test_formulas_within_a_list_are_read_with_or_without_parentheses(text, value):
    assert Size("kernel_size", 3, axes=2).parse(text) == value
