"""Receptive fields, beside what gradients and NaN show of real networks."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.check import check
from engine.check.field import Field
from engine.design import edits
from engine.design.model import Design, Wire
from engine.model.build import build
from tests.strategies import chain

torch.set_num_threads(1)

LENGTH = 61
small = st.integers(1, 3)


@st.composite
def layers(draw: st.DrawFn, axes: int, pools: tuple[str, ...]) -> list[Any]:
    """Convolutions, poolings and what leaves every value in its place."""
    found: list[tuple[str, dict[str, Any]]] = []
    size = st.tuples(*[small] * axes) if axes > 1 else small
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from([f"conv{axes}d", "relu", *pools]))
        values: dict[str, Any] = {}
        if kind != "relu" and not kind.startswith("batch"):
            values = {"kernel_size": draw(size), "stride": draw(size)}
        if kind.startswith("conv"):
            values |= {"out_channels": 2, "padding": draw(size), "dilation": draw(size)}
        if kind.startswith("zero_pad"):
            values = {"padding": (draw(small), draw(small)) * axes}
        found.append((kind, values))
    return found


def network(axes: int, row: list[Any]) -> Design:
    sides = (LENGTH, 23)[:axes]
    design = chain(shape=("N", 2, *sides))
    for kind, values in row:
        design = edits.insert_after(design, kind, design.newest)
        design = edits.set_params(design, [design.newest], values)
    return design


def within(field: Field, place: int, length: int) -> set[int]:
    first = field.start + place * field.jump
    return {at for at in range(first, first + field.size) if 0 <= at < length}


def fields(design: Design) -> tuple[Field, ...]:
    return check(design).costs.nodes[design.newest].field


def spans(mask: torch.Tensor) -> list[set[int]]:
    """From the first to the last place that was touched, along each axis."""
    found = []
    for axis in range(mask.dim()):
        rest = [other for other in range(mask.dim()) if other != axis]
        hit = mask.any(dim=tuple(rest)) if rest else mask
        at = hit.nonzero().flatten().tolist()
        found.append(set(range(at[0], at[-1] + 1)) if at else set())
    return found


def assert_seen(design: Design, axes: int, mask_of: Any) -> None:
    """The mask of what one value sees ends where its field ends.

    Steps in the middle may leave holes (a stride wider than its kernel), and the edge
    of a field in the border of an inner layer is not there: places well inside decide.
    """
    known = check(design)
    made = known.tensor(design.newest, "output").shape[-axes:]
    found = fields(design)
    if not found:
        assert not any("conv" in kind or "pool" in kind for kind in _kinds(design))
        return
    middle = tuple(side // 2 for side in made)
    mask = mask_of(middle)
    for axis, field in enumerate(found):
        length = (LENGTH, 23)[axis]
        first = field.start + middle[axis] * field.jump
        touched = spans(mask)[axis]
        assert touched <= within(field, middle[axis], length)
        if first >= 0 and first + field.size <= length:
            assert touched == within(field, middle[axis], length)


def _kinds(design: Design) -> list[str]:
    return [node.kind for node in design.nodes.values() if node.kind != "input"]


def positive(design: Design) -> torch.nn.Module:
    """In use, and with weights that never cancel."""
    made = build(design).double().eval()
    with torch.no_grad():
        for part in made.parameters():
            part.copy_(part.abs() + 0.1)
    return made


@pytest.mark.parametrize("axes", [1, 2])
@given(st.data())
def test_a_gradient_reaches_as_far_as_the_field(axes, data):
    pools = (f"avg_pool{axes}d", f"batch_norm{axes}d", f"zero_pad{axes}d")
    design = network(axes, data.draw(layers(axes, pools)))
    if not check(design).ok:
        return
    made = positive(design)

    def mask(place: tuple[int, ...]) -> torch.Tensor:
        given_ = torch.rand(1, 2, *(LENGTH, 23)[:axes], dtype=torch.double) + 1
        given_.requires_grad_()
        made(given_)[(0, slice(None), *place)].sum().backward()
        return given_.grad[0].abs().sum(dim=0) > 0

    assert_seen(design, axes, mask)


@given(st.data())
def test_not_a_number_spreads_through_maxima_as_far_as_the_field(data):
    """A maximum passes its gradient to one place only, but NaN from every place."""
    design = network(1, data.draw(layers(1, ("max_pool1d",))))
    if not check(design).ok:
        return
    made = positive(design)

    def mask(place: tuple[int, ...]) -> torch.Tensor:
        probes = torch.ones(LENGTH, 2, LENGTH, dtype=torch.double)
        for at in range(LENGTH):
            probes[at, :, at] = float("nan")
        return made(probes)[:, :, place[0]].isnan().any(dim=1)

    assert_seen(design, 1, mask)


def test_two_kernels_of_three_see_as_far_as_one_of_five():
    two = network(2, [("conv2d", {"kernel_size": 3}), ("conv2d", {"kernel_size": 3})])
    one = network(2, [("conv2d", {"kernel_size": 5})])
    assert fields(two) == fields(one) == (Field(5, 1, 0, seen=True),) * 2


def test_a_resnets_stem_sees_eleven_places_every_four():
    row = [
        ("conv2d", {"kernel_size": 7, "stride": 2, "padding": 3}),
        ("max_pool2d", {"kernel_size": 3, "stride": 2, "padding": 1}),
    ]
    assert fields(network(2, row)) == (Field(11, 4, -5, seen=True),) * 2


def residual(*branch: tuple[str, dict[str, Any]]) -> Design:
    design = network(1, [("conv1d", {"kernel_size": 3, "padding": 1}), *branch])
    last = design.newest
    design = edits.add(design, "add")
    for port, source in (("in1", last), ("in2", "n2")):
        design = edits.connect(design, Wire(source, "output", design.newest, port))
    assert check(design).ok
    return design


def test_a_skip_sees_what_the_longer_path_sees():
    design = residual(("conv1d", {"kernel_size": 5, "padding": 2}))
    assert fields(design) == (Field(7, 1, -3, seen=True),)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("linear", {}),
        ("conv_transpose1d", {}),
        ("flatten", {}),
        ("layer_norm", {}),
        ("instance_norm1d", {}),
        ("circular_pad1d", {"padding": 1}),
        ("softmax", {}),
        ("upsample", {}),
        ("lstm", {}),
    ],
)
def test_what_mixes_the_axis_ends_the_field(kind, values):
    assert fields(network(1, [("conv1d", {}), (kind, values)])) == ()


@pytest.mark.parametrize("to", [1, 59])
def test_an_adaptive_pool_is_windows_side_by_side_where_sizes_divide(to):
    design = network(1, [("conv1d", {}), ("adaptive_avg_pool1d", {"output_size": to})])
    assert fields(design) == (Field(3 + 59 // to - 1, 59 // to, 0, seen=True),)
    odd = network(1, [("conv1d", {}), ("adaptive_avg_pool1d", {"output_size": 7})])
    assert fields(odd) == ()


def test_a_field_follows_its_axis_through_permute_and_mean():
    row = [("conv2d", {"kernel_size": (3, 5)}), ("permute", {"dims": (0, 3, 2, 1)})]
    assert [field.size for field in fields(network(2, row))] == [5, 3]
    row[1] = ("mean", {"dim": (2,)})
    assert [field.size for field in fields(network(2, row))] == [5]
    row[1] = ("mean", {"dim": (2,), "keepdim": True})
    assert [field.size for field in fields(network(2, row))] == [5]


def test_a_dense_network_has_no_receptive_field():
    assert fields(chain("linear", "relu", "linear")) == ()
