"""Vertical remap: golden HOMME records, and what a conservative remap must do whatever its coefficients."""

import numpy as np
import pytest

from pysces.arrays.backend import Backend
from pysces.vertical.remap.fv_profiles import _end_edges
from pysces.vertical.remap.remap import PPM_BOUNDARY, SPLINES, VERT_REMAP_ALGS, Remap, remap1
from tests import records
from tests.daily import share

ROUND_OFF = 1e-14  # cumulative masses are differenced: ulp of the column over a layer's share of it


def columns(deformation=0.5, nlev=30, shape=(6, 5), seed=2):
    """Source and target thickness with equal column sums."""
    rng = np.random.default_rng(seed)
    target = np.linspace(0.5, 1.5, nlev) * 1e5 / nlev * np.ones((*shape, nlev))
    source = target * (1.0 + deformation * rng.uniform(-1, 1, target.shape))
    return source * target.sum(-1, keepdims=True) / source.sum(-1, keepdims=True), target


def tracers(dp, seed=3):
    """Positive masses: rough, a constant, a block of ones in zeros."""
    rng = np.random.default_rng(seed)
    block = np.zeros(dp.shape)
    block[..., dp.shape[-1] // 3 : dp.shape[-1] // 2] = 1.0
    return np.stack([rng.uniform(0.5, 1.5, dp.shape), np.full(dp.shape, 0.7), block]) * dp


@pytest.mark.parametrize("name", records.names("remap1"))
def test_remap1_matches_homme(name, backend):
    record = records.case("remap1", name)
    mass, source, target = backend.asarray([record.x[n] for n in ("Qdp", "dp1", "dp2")])
    found = backend.compile(lambda *fields: remap1(*fields, record.settings["alg"]))(mass, source, target)
    for n, expected in enumerate(record.outputs["Qdp"]):
        assert np.abs(found[n] - expected).max() <= ROUND_OFF * np.abs(expected).max()


@pytest.mark.parametrize(
    "case, boundary",
    [
        ("ppm_bc_mirror", "mirror"),
        ("ppm_bc_pcom", "piecewise_constant"),
        ("ppm_bc_linear_extrapolation", "linear_limited"),
    ],
)
def test_ppm_boundaries_match_cam_se(case, boundary, backend):
    record = records.case("cam_se_vertical_remap", case)
    mass, source, target = record.x["Qdp"], record.x["dp3d"], record.outputs["dp3d"]
    found = backend.compile(lambda m, s, t: Remap(s, t).ppm(m, boundary))(*backend.asarray((mass, source, target)))
    for n, expected in enumerate(record.outputs["Qdp"]):
        assert np.abs(found[n] - expected).max() <= ROUND_OFF * np.abs(expected).max()


@pytest.mark.parametrize("alg", VERT_REMAP_ALGS)
def test_columns_keep_their_mass(alg):
    source, target = columns()
    mass = tracers(source)
    found = remap1(mass, source, target, alg)
    np.testing.assert_allclose(found.sum(-1), mass.sum(-1), rtol=1e-14)
    assert np.abs(found - mass).max() > 0.1 * mass.max()


@pytest.mark.parametrize("alg", VERT_REMAP_ALGS)
def test_a_constant_stays_constant(alg):
    source, target = columns(0.9)
    np.testing.assert_allclose(remap1(3.0 * source, source, target, alg), 3.0 * target, rtol=1e-11)


@pytest.mark.parametrize("alg", VERT_REMAP_ALGS)
def test_same_layers_change_nothing(alg):
    source, _ = columns()
    mass = tracers(source)
    np.testing.assert_allclose(remap1(mass, source, source, alg), mass, atol=1e-13 * mass.sum(-1).max())


def test_filtered_spline_stays_positive():
    """Alg 0 keeps extremes that its neighbours support, but makes nothing negative."""
    source, target = columns(0.9, shape=(200,))
    mass = tracers(source)
    assert (remap1(mass, source, target, 0) >= -1e-13 * mass.sum(-1, keepdims=True)).all()


@pytest.mark.parametrize("alg", [1, 10])
def test_monotone_algorithms_make_no_new_extremes(alg):
    source, target = columns(0.9, shape=(200,))
    mass = tracers(source)
    found = remap1(mass, source, target, alg) / target
    q = mass / source
    slack = 1e-12  # ulp of the column's mass over the thinnest layer's
    assert (found <= q.max(-1, keepdims=True) + slack).all() and (found >= q.min(-1, keepdims=True) - slack).all()


def test_unlimited_algorithms_do_overshoot():
    """The counterpart of the test above: it can tell a monotone algorithm from another."""
    source, target = columns(0.9, shape=(200,))
    found = remap1(tracers(source)[2], source, target, -1) / target
    assert found.max() > 1.01 and found.min() < -0.01


@pytest.mark.parametrize("alg", [11])
def test_linear_profiles_are_reproduced_to_the_boundary(alg):
    source, target = columns()
    middle = lambda dp: np.cumsum(dp, -1) - dp / 2  # noqa: E731
    expected = (2.0 + 3e-5 * middle(target)) * target
    found = remap1((2.0 + 3e-5 * middle(source)) * source, source, target, alg)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("alg, order", [(1, 1.9), (10, 1.9), (11, 2.7), (-1, 2.7)])
def test_smooth_profile_converges(alg, order):
    """Third order inside; constant and clipped ghosts cost one order at the ends, splines none."""
    errors = []
    for nlev in (20, 40, 80):
        source_i = np.linspace(0.0, 1.0, nlev + 1)
        target_i = source_i + 0.3 / nlev * np.sin(np.pi * source_i) ** 2
        integral = lambda x: 1.3 * x + np.sin(5.0 * x) / 5.0  # noqa: E731
        source, target = np.diff(source_i), np.diff(target_i)
        found = remap1(np.diff(integral(source_i))[None], source[None], target[None], alg) / target
        errors.append(np.abs(found - np.diff(integral(target_i)) / target).max())
    assert np.log2(errors[-2] / errors[-1]) > order


@pytest.mark.parametrize("alg", VERT_REMAP_ALGS)
def test_jax_equals_numpy(alg):
    dp = columns(0.9)
    mass = tracers(dp[0])
    jax_side = Backend("jax")
    compiled = jax_side.compile(lambda m, s, t: remap1(m, s, t, alg))
    found = compiled(*jax_side.asarray((mass, *dp)))
    np.testing.assert_allclose(found, remap1(mass, *dp, alg), atol=1e-14 * mass.sum(-1).max())


def test_stages_are_stored_not_recomputed_on_the_cpu():
    """Means, weights, layers, places, edge values, parabolas, column masses: calls that XLA did not inline.

    Each is one program of its own: what it calls itself, such as jnp.where, is inlined there.
    """
    jax = pytest.importorskip("jax")
    if jax.default_backend() != "cpu":
        pytest.skip("other devices compile the remap as one program")
    source, target = Backend("jax").asarray(columns(nlev=8, shape=(2,)))
    program = jax.jit(lambda s, t: remap1(2.0 * s, s, t, 10)).lower(source, target).compile().as_text()
    main = program[program.index("ENTRY") :]
    assert main.count(" call(") == program.count(" call(") == 7


@pytest.mark.parametrize("alg", share([0, 10, 11], 3))
def test_derivatives_match_differences(alg):
    """Away from its branches; a constant and a block of ones lie on them, and must still give finite derivatives."""
    jax = pytest.importorskip("jax")
    jax_side, rng = Backend("jax"), np.random.default_rng(5)
    source, target = columns(shape=(3,), nlev=12)
    mass = tracers(source)
    weights = rng.random(mass.shape)

    def total(mass, source):
        return (weights * remap1(mass, source, target, alg)).sum(axis=(1, 2))

    jacobian = jax_side.compile(jax.jacrev(total, argnums=(0, 1)))(*jax_side.asarray((mass, source)))
    assert all(np.isfinite(derivative).all() for derivative in jacobian)
    shift = rng.standard_normal(source.shape) * source
    shift -= source * shift.sum(-1, keepdims=True) / source.sum(-1, keepdims=True)
    step = 1e-7
    for n, (by_mass, by_source) in enumerate((((mass * shift / source), 0.0), (0.0, shift))):
        ahead, behind = (total(mass + e * by_mass, source + e * by_source)[0] for e in (step, -step))
        slope = (np.asarray(jacobian[n][0]) * (by_mass if n == 0 else by_source)).sum()
        assert slope == pytest.approx((ahead - behind) / (2 * step), rel=1e-5)


@pytest.mark.parametrize("alg", VERT_REMAP_ALGS)
def test_single_precision_stays_single(alg):
    source, target = columns()
    mass = tracers(source)
    found = remap1(*Backend("numpy", 32).asarray((mass, source, target)), alg)
    assert found.dtype == np.float32
    assert np.median(np.abs(found - remap1(mass, source, target, alg))) < 1e-6 * mass.sum(-1).max()


def test_unknown_algorithm_is_refused():
    source, target = columns(nlev=8)
    with pytest.raises(ValueError, match=r"one of \(-1, 0, 1, 10, 11\), found 2"):
        remap1(source, source, target, 2)
    with pytest.raises(ValueError, match="PPM boundary must be one of"):
        Remap(source, target).ppm(source, "periodic")
    assert set(VERT_REMAP_ALGS) == set(SPLINES) | set(PPM_BOUNDARY)


def test_an_end_layer_is_flat_where_its_edge_is_put_on_its_mean():
    """Kord 4's rule, known without comparing edge and mean, which are an ulp apart where a compiler makes one twice."""
    rng = np.random.default_rng(0)
    mean, dp = rng.integers(0, 3, (400, 2)).astype(np.float64), rng.uniform(1.0, 2.0, (400, 2))
    _, edge, flat = _end_edges(mean, dp, rng.normal(1.0, 3.0, (400, 1)))
    assert np.array_equal(flat, edge == mean[:, :1]) and 0.1 < flat.mean() < 0.9
