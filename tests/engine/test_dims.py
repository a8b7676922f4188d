"""Dimensions compute like the numbers they stand for, and keep their form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog.dims import (
    Sym,
    agree,
    product,
    quotient,
    sample,
    sampled,
    scaled,
    single,
    symbol,
    text,
)

N, T = symbol("N", 5), symbol("T", 12)

STEPS = st.lists(
    st.tuples(st.sampled_from("+-*/NT"), st.integers(1, 6)), min_size=1, max_size=8
)


def walked(start, steps, n, t):
    """`start` after each step, with `n` and `t` for the symbols."""
    for sign, number in steps:
        match sign:
            case "+":
                start = start + number
            case "-":
                start = start - number
            case "*":
                start = start * number
            case "/":
                start = start // number
            case "N":
                start = start + n * number
            case "T":
                start = start * t
    return start


@given(STEPS)
def test_a_form_stands_for_what_its_sample_computes(steps):
    assert sample(walked(N, steps, N, T)) == walked(5, steps, 5, 12)


@given(STEPS)
def test_the_form_that_is_shown_says_the_value(steps):
    form = walked(N, steps, N, T)
    assert eval(str(form), {"N": 5, "T": 12}) == sample(form)
    assert eval(str(form), {"N": 1, "T": 12}) == single((form,))[0]


@given(STEPS, STEPS)
def test_equal_forms_are_equal_for_every_value(left, right):
    one, other = walked(N, left, N, T), walked(N, right, N, T)
    if str(one) == str(other):
        for n, t in ((1, 1), (7, 3), (64, 50)):
            assert walked(n, left, n, t) == walked(n, right, n, t)


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        (T + 2 - 2, "T"),
        (T // 2 // 2, "T//4"),
        ((T - 1) // 2 + 1, "(T + 1)//2"),
        ((2 * T + 3) // 2, "T + 1"),
        (N * T * 2 * (T // 2), "2*(T//2)*N*T"),
        (N * (T + 1), "N + N*T"),
        (3 - T, "-1*T + 3"),
    ],
)
def test_forms_are_shown_in_one_way(form, shown):
    assert str(form) == shown


def test_what_cancels_is_a_number():
    assert T - T + 4 == 4
    assert isinstance(T * 0 + 4, int)


def test_sizes_agree_for_every_value_or_by_their_samples_after_a_floor():
    assert agree(N * T, T * N)
    assert not agree(N, 5)
    assert not agree(N, T)
    assert agree(T // 2 * 2, 12)
    assert not agree(T // 5 * 5, T)


def test_comparisons_use_the_sample():
    assert N < T
    assert T <= 12
    assert N >= 5
    assert not N > 5
    assert T % 5 == 2


def test_a_form_has_its_opposite():
    assert -(T - 3) + T == 3


@pytest.mark.parametrize(
    ("whole", "part", "ratio"),
    [
        (12, 4, 3),
        (12, 5, None),
        (N * T * 3, T, N * 3),
        (N * T + N, N, T + 1),
        (N * T, N * T, 1),
        (N * 6, 3, N * 2),
        (N * (T // 2), T // 2, N),
        (N, T, None),
        (12, T, None),
        (N * 3, N * 2, None),
        (N, 2, None),
    ],
)
def test_a_quotient_comes_out_even_or_not_at_all(whole, part, ratio):
    assert quotient(whole, part) == ratio


@pytest.mark.parametrize("factor", [0.3, 0.5, 1.0, 1.5, 2.0])
def test_scaling_is_the_floor_of_the_product(factor):
    assert sample(scaled(T, factor)) == int(12 * factor)
    assert scaled(12, factor) == int(12 * factor)


def test_one_sample_counts_the_batch_once_wherever_it_stands():
    assert single((N, T, N * T, 3, N * 4)) == (1, 12, 12, 3, 4)
    assert sampled((N, T, N * T, 3)) == (5, 12, 60, 3)


def test_shapes_are_written_as_people_write_them():
    assert text((N, 3)) == "N×3"
    assert text((N, 3), sampling=True) == "5×3"
    assert text(()) == "scalar"
    assert product(()) == 1
    assert isinstance(product((N, 3)), Sym)
