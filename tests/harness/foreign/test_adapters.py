"""Fields, grids and ports in somebody else's order: there and back, and an operator that works in that order."""

import numpy as np
import pytest
from pysces_harness.errors import BadInput
from pysces_harness.foreign.adapters import Columns, axes, left_handed, matched, seen
from pysces_harness.kernels.catalogue import registry
from pysces_harness.sides.adapters import matrix, scalar, vector

from pysces.geometry.grid import cubed_sphere_grid
from pysces.operators import dss

GRID = cubed_sphere_grid(2, hypervis_scaling=3.2)
RNG = np.random.default_rng(4)
S, V = RNG.normal(size=(24, 4, 4, 3)), RNG.normal(size=(2, 24, 4, 4, 3))
TENSOR = GRID.viscosity_tensor


def shuffled():
    """Positions of elements in another order, each turned and mirrored in another way."""
    rng = np.random.default_rng(11)
    order, turns, mirrored = rng.permutation(24), rng.integers(0, 4, 24), rng.integers(0, 2, 24)
    made = []
    for a in (GRID.lat[..., 0], GRID.lon[..., 0]):
        turned = [np.rot90(a[e], turns[n]) for n, e in enumerate(order)]
        made.append(np.stack([t.T if mirrored[n] else t for n, t in enumerate(turned)]))
    return made


LAT, LON = shuffled()
ORDERS = {"left_handed": left_handed, "matched": matched(LAT, LON)}


@pytest.mark.parametrize(
    ("order", "like", "a"),
    [
        ("i j lev elem", scalar, S),
        ("i j component lev elem", vector, V),
        ("i j row component elem", matrix, TENSOR),
    ],
)
def test_named_axes_are_fortran_s_where_they_are_named_so(order, like, a):
    np.testing.assert_array_equal(axes(order)(a), like(a))
    np.testing.assert_array_equal(axes(order).back(axes(order)(a)), a)


@pytest.mark.parametrize("order", ["elem i lev", "elem i j i", "elem i j level"])
def test_axes_that_make_no_field_are_refused(order):
    with pytest.raises(BadInput, match="name elem, i and j"):
        axes(order)


@pytest.mark.parametrize("order", ORDERS)
def test_fields_come_back_as_they_went(order):
    nodes = ORDERS[order](GRID)
    for a in (S, V, TENSOR):
        assert not np.array_equal(nodes.given(a), a)
        np.testing.assert_array_equal(nodes.back(nodes.given(a)), a)
    assert nodes.given(np.arange(5.0)).shape == (5,)


def test_positions_go_to_where_they_were_found():
    nodes = matched(LAT, LON)(GRID)
    np.testing.assert_array_equal(nodes.given(GRID.lat)[..., 0], LAT)
    np.testing.assert_array_equal(nodes.grid(GRID).lon[..., 0], LON)


def test_positions_of_another_mesh_are_refused():
    with pytest.raises(BadInput, match="radian away"):
        matched(LAT + 1e-3, LON)(GRID)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(
    ("kernel", "x"),
    [
        ("gradient_sphere", {"s": S}),
        ("divergence_sphere", {"v": V}),
        ("laplace_sphere_wk", {"s": S, "tensorVisc": TENSOR}),
        ("gradient_sphere_wk_testcov", {"s": S}),
        ("dss", {"s": S}),
    ],
)
def test_an_operator_gives_the_same_in_another_order(order, kernel, x):
    """What has no handedness in it, and reads only the grid, cannot tell: a wrong metric term would show."""
    port, settings = registry()[kernel].port, {"outputs": ("s",)}
    ours, theirs = port(x, GRID, settings), seen(port, ORDERS[order])(x, GRID, settings)
    for name, a in ours.items():
        assert np.abs(theirs[name] - a).max() < 1e-13 * np.abs(a).max()  # sums in another order


def test_vorticity_has_the_other_sign_in_left_handed_elements():
    port = registry()["vorticity_sphere"].port
    ours, theirs = port({"v": V}, GRID, {})["vort"], seen(port, left_handed)({"v": V}, GRID, {})["vort"]
    assert np.abs(theirs + ours).max() < 1e-13 * np.abs(ours).max()


def test_columns_hold_each_node_once_and_come_back():
    columns, continuous = Columns(GRID), dss(V, GRID)
    assert columns.given(continuous).shape == (2, 24 * 9 + 2, 3)
    np.testing.assert_allclose(columns.back(columns.given(continuous)), continuous, atol=1e-14)


def test_columns_in_somebody_s_order_are_found_by_position():
    plain = Columns(GRID)
    lat, lon = (plain.given(a)[:, 0] for a in (GRID.lat, GRID.lon))
    order = np.random.default_rng(2).permutation(len(lat))
    theirs = Columns(GRID, lat[order], lon[order])
    continuous = dss(S, GRID)
    np.testing.assert_array_equal(theirs.given(continuous), plain.given(continuous)[order])
    np.testing.assert_allclose(theirs.back(theirs.given(continuous)), continuous, atol=1e-14)


def test_columns_refuse_what_is_not_continuous():
    with pytest.raises(BadInput, match="not continuous"):
        Columns(GRID).given(S)
