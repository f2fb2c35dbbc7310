"""Nonhydrostatic theta-l: balance, split of terms, energy, the ground, implicit stages and their derivatives."""

from functools import cache

import numpy as np
import pytest

from pysces.arrays.backend import Backend
from pysces.cases.baroclinic_wave_umjs14 import baroclinic_wave_umjs14
from pysces.cases.initial_fields import virtual_potential_temperature_mass
from pysces.constants import E3SM
from pysces.geometry.grid import cubed_sphere_grid
from pysces.models.theta_l.energy import theta_l_energy
from pysces.models.theta_l.equations import layer_difference, midpoints
from pysces.models.theta_l.implicit import MOST_ITERATIONS, FastColumn, balanced_w, newton_steps
from pysces.models.theta_l.nonhydrostatic import ThetaLNonhydrostatic
from pysces.models.theta_l.state import NonhydrostaticState
from pysces.operators.dss import dss
from pysces.operators.integrals import column_integral, global_mean
from pysces.operators.strong import gradient_sphere
from pysces.thermodynamics.eos import phi_from_eos
from pysces.vertical.coordinate import even_pressure

NLEV = 6
COORDINATE = even_pressure(NLEV, 0.05)


@cache
def grid():
    return cubed_sphere_grid(2)


def equations(hill=2000.0, **options):
    phis = hill * np.sin(grid().lat) ** 2 * np.cos(grid().lon) ** 2
    gradphis = dss(gradient_sphere(phis, grid()), grid())
    return ThetaLNonhydrostatic(E3SM, COORDINATE, phis, gradphis, **options)


def state(of, unbalanced=0.0):
    """The wave with ripples in every field; unbalanced : how far layers are thicker than in balance, relative."""
    fields = baroclinic_wave_umjs14(grid(), COORDINATE)
    ripple = np.cos(2 * grid().lon) * np.cos(grid().lat) ** 2 * np.linspace(0.5, 1.0, NLEV)
    dp = fields.dp * (1 + 0.01 * ripple)
    vtheta_dp = virtual_potential_temperature_mass(fields, COORDINATE, E3SM) * (1 + 0.01 * ripple)
    wind = fields.wind + 5.0 * np.stack([ripple, -ripple * np.sin(grid().lat)])
    phi_i = phi_from_eos(of.phis, vtheta_dp * (1 + unbalanced * ripple), dp, COORDINATE.ptop, E3SM)
    w_i = np.concatenate([ripple, 0 * ripple[..., :1]], axis=-1)
    return of.on_the_ground(NonhydrostaticState(wind, vtheta_dp, dp, w_i, phi_i))


def test_air_in_hydrostatic_balance_is_not_pushed():
    of = equations()
    balanced = state(of)
    assert abs(of.column(balanced).mu - 1.0).max() < 1e-12
    assert abs(of.column(state(of, unbalanced=1e-3)).mu - 1.0).max() > 1e-4


def test_slow_and_fast_terms_are_the_whole():
    of = equations()
    now = state(of, unbalanced=1e-4)
    whole = of.tendency(now, grid())
    slow = of.replace(fast_terms=False).tendency(now, grid())
    fast = of.with_fast_terms(now * 0.0, 1.0, now, grid())
    for name in ("wind", "vtheta_dp", "dp"):
        assert np.array_equal(getattr(whole, name), getattr(slow, name))
    for name in ("w_i", "phi_i"):
        split = getattr(slow, name) + getattr(fast, name)
        np.testing.assert_allclose(split, getattr(whole, name), rtol=0, atol=1e-14 * abs(getattr(whole, name)).max())


def rates(of, now, change):
    """Rates of change of kinetic, internal and potential energy, whose sum the scheme keeps [W m-2].

    At fixed mass and entropy the internal energy of a layer falls by its pressure times the volume that it gains.
    """
    column, w = of.column(now), now.w_i
    kinetic = (now.wind * change.wind).sum(axis=0) + midpoints(w * change.w_i)
    thicker = -layer_difference(change.phi_i)
    parts = (
        now.dp * kinetic + change.dp * of.kinetic_energy(now),
        E3SM.cp * column.exner * change.vtheta_dp - column.p * thicker,
        midpoints(change.phi_i) * now.dp + midpoints(now.phi_i) * change.dp,
    )
    columns = [column_integral(part) for part in parts]
    columns[1] = columns[1] + COORDINATE.ptop * change.phi_i[..., :1]
    return [float(global_mean(c, grid())[0]) / E3SM.gravity for c in columns]


def test_exchanges_are_the_derivative_of_the_energies():
    """Against central differences along the tendency; their error is 1e-16 of 2e9 J m-2 over 2 s."""
    of = equations()
    now = state(of, unbalanced=1e-4)
    change = dss(of.tendency(now, grid()), grid())
    ahead, behind = (theta_l_energy(of, now + change * h, grid()) for h in (1.0, -1.0))
    found = rates(of, now, change)
    for name, rate in zip(("kinetic", "internal", "potential"), found):
        expected = (getattr(ahead, name) - getattr(behind, name)) / 2.0
        assert abs(rate - expected) < 1e-5 * max(map(abs, found)), name


@pytest.mark.parametrize("lagrangian", [True, False], ids=["lagrangian", "eulerian"])
def test_the_right_hand_side_conserves_energy_to_round_off(lagrangian):
    """In the form that conserves it, over a flat ground."""
    of = equations(hill=0.0, theta_advect_form=0, pgrad_correction=0, vertically_lagrangian=lagrangian)
    now = state(of, unbalanced=1e-4)
    found = rates(of, now, dss(of.tendency(now, grid()), grid()))
    assert abs(found[0]) > 0.1 and abs(sum(found)) < 1e-11 * max(map(abs, found))


def test_after_a_stage_the_air_on_the_ground_follows_it():
    of = equations()
    now = state(of)
    moved = of.finish_stage(now.replace(w_i=now.w_i + 0.1), grid())
    climb = (moved.wind[..., -1:] * of.gradphis).sum(axis=0) / E3SM.gravity
    np.testing.assert_allclose(moved.w_i[..., -1:], climb, rtol=0, atol=1e-15)
    assert np.array_equal(moved.phi_i[..., -1:], of.phis) and abs(moved.wind - now.wind).max() > 1e-6


def test_a_step_begins_on_the_ground():
    """Also where a state from a file, or physics, has lifted the air there."""
    of = equations()
    now = state(of)
    begun = of.begin_step(now.replace(w_i=now.w_i + 0.1, phi_i=now.phi_i + 1.0))
    assert np.array_equal(begun.w_i[..., -1:], now.w_i[..., -1:]) and np.array_equal(begun.phi_i[..., -1:], of.phis)
    assert np.array_equal(begun.w_i[..., :-1], now.w_i[..., :-1] + 0.1) and begun.wind is now.wind


@pytest.mark.parametrize("h", [1.0, 300.0])
def test_an_implicit_stage_solves_its_equations(h, backend):
    """u - h N(u) = state, of w to the stopping test, of phi to round-off; N taken from what the explicit form has."""
    of, g = backend.asarray(equations()), backend.asarray(grid())
    given = backend.asarray(state(equations(), unbalanced=1e-3))
    solved = backend.compile(lambda of, s, h: of.solve_implicit(s, h, g))(of, given, backend.asarray(h))
    back = of.with_fast_terms(solved, -h, solved, g)
    assert float(abs(back.w_i - given.w_i).max()) < 1e-9
    assert float(abs(back.phi_i - given.phi_i).max()) < 1e-14 * 3e5
    assert float(abs(solved.w_i - given.w_i).max()) > 1e-2


def column(of, h, **changed):
    given = state(of, unbalanced=1e-3).replace(**changed)
    above = given.w_i[..., :-1], given.phi_i, given.vtheta_dp, given.dp
    return FastColumn(*above, np.float64(h), COORDINATE.ptop, E3SM)


def test_elements_stop_on_their_own_and_soon():
    """The steps of an element do not depend on what else is solved: the same bits on any number of devices."""
    whole = column(equations(), 300.0)
    alone = whole.replace(**{n: getattr(whole, n)[:1] for n in ("w", "phi_i", "vtheta_dp", "dp")})
    assert np.array_equal(balanced_w(whole)[:1], balanced_w(alone))
    steps = newton_steps(whole)
    assert steps.shape == (24, 1, 1, 1) and 2 <= steps.min() <= steps.max() <= 8


def test_a_column_without_a_balance_is_named():
    """vtheta_dp of one level turned negative: no pressure holds such a layer up."""
    broken = column(equations(), 300.0)
    broken.vtheta_dp[7, 2, 1, 3] *= -1.0
    with np.errstate(invalid="ignore"), pytest.raises(FloatingPointError, match=r"element 7, .* at level \d"):
        balanced_w(broken)
    assert int(newton_steps(column(equations(), 300.0)).max()) < MOST_ITERATIONS


def test_on_jax_such_an_element_is_nan_and_no_other():
    pytest.importorskip("jax")
    broken = column(equations(), 300.0)
    broken.vtheta_dp[7, 2, 1, 3] *= -1.0
    found = np.isnan(np.asarray(balanced_w(Backend("jax").asarray(broken))))
    assert found[7].any() and not np.delete(found, 7, axis=0).any()


def test_derivatives_are_those_of_the_balance():
    """Forward and reverse agree to 1e-12, and with central differences of a solve to their own error."""
    jax = pytest.importorskip("jax")
    backend, rng = Backend("jax"), np.random.default_rng(0)
    given = column(equations(), 300.0)
    direction = jax.tree.map(lambda x: np.asarray(x) * rng.normal(size=np.shape(x)), given)
    seed = rng.normal(size=given.w.shape)
    at, along = backend.asarray(given), backend.asarray(direction)
    solve = jax.jit(balanced_w)
    _, forward = jax.jvp(solve, (at,), (along,))
    (reverse,) = jax.vjp(solve, at)[1](backend.asarray(seed))
    dots = [float((seed * np.asarray(forward)).sum())]
    dots.append(sum(float((a * b).sum()) for a, b in zip(jax.tree.leaves(reverse), jax.tree.leaves(along))))
    assert dots[0] == pytest.approx(dots[1], rel=1e-12)
    eps = 1e-6
    ahead, behind = (np.asarray(solve(jax.tree.map(lambda x, d, e=e: x + e * d, at, along))) for e in (eps, -eps))
    difference = (ahead - behind) / (2 * eps)
    assert abs(np.asarray(forward) - difference).max() < 1e-5 * abs(difference).max()
