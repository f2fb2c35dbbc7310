"""The hydrostatic theta-l dycore as a whole: compiled runs, derivatives through them, conservation."""

import re

import numpy as np
import pytest

from pysces.arrays.backend import Backend, to_numpy
from pysces.arrays.pytree import tree_leaves
from pysces.config.presets import preset
from pysces.constants import E3SM
from pysces.driver.simulation import simulation
from pysces.dycore.dycore import Dycore
from pysces.dycore.state import ModelState
from pysces.geometry.grid import cubed_sphere_grid
from pysces.models.theta_l.hydrostatic import ThetaLHydrostatic
from pysces.models.theta_l.hyperviscosity import Hyperviscosity
from pysces.models.theta_l.references import reference_profiles
from pysces.models.theta_l.remap import ThetaLRemap
from pysces.models.theta_l.state import HydrostaticState
from pysces.operators.dss import dss
from pysces.stepping.tableaus import HOMME_TSTEP_TYPES
from pysces.vertical.coordinate import coordinate_from_eta
from tests.daily import turn

NLEV = 6
NU = 2.0e18  # m4 s-1: felt within ten steps at ne2


@pytest.fixture(scope="module")
def setting():
    """A small dycore over a smooth hill and a state with wind, waves and uneven layers: (dycore, state) on numpy."""
    grid = cubed_sphere_grid(2)
    coordinate = coordinate_from_eta(np.linspace(0.05, 1.0, NLEV + 1), eta_c=0.2)
    hill = 500 * E3SM.gravity * np.exp(-4 * (1 - np.cos(grid.lat) * np.cos(grid.lon)))
    phis = dss(hill, grid)
    dp = coordinate.dp_ref(
        1e5 * np.exp(-phis / (287.0 * 288.0)) * (1 + 0.002 * np.sin(3 * grid.lon) * np.cos(grid.lat) ** 3)
    )
    level = np.linspace(0, 1, NLEV)
    wave = np.cos(grid.lat) ** 3 * np.sin(3 * grid.lon)
    theta = 300 + 150 * (1 - level) ** 2 + 3 * wave * np.cos(3 * level)
    wind = np.stack([25 * np.cos(grid.lat) * (1.2 - level), 4 * wave * np.cos(grid.lat) * np.sin(4 * level)])
    dycore = Dycore(
        grid=grid,
        equations=ThetaLHydrostatic(E3SM, coordinate, phis),
        dissipation=Hyperviscosity(
            NU, NU, NU, reference=reference_profiles(coordinate, E3SM, phis, 6), hypervis_subcycle=2
        ),
        remap=ThetaLRemap(coordinate),
        dt=np.float64(300.0),
        scheme=HOMME_TSTEP_TYPES[5],
        rsplit=2,
    )
    state = HydrostaticState(*(dss(f, grid) for f in (wind, theta * dp, dp)))
    return dycore, ModelState(state, None, np.float64(0.0))


@pytest.fixture(scope="module")
def on_jax(setting):
    pytest.importorskip("jax")
    return Backend("jax").asarray(setting)


@pytest.fixture(scope="module")
def objective(on_jax):
    """J(nu, initial dynamics) after ten steps: tendency, hyperviscosity and remap all take part."""
    dycore, state = on_jax

    def J(nu, dynamics):
        tuned = dycore.replace(dissipation=dycore.dissipation.replace(nu=nu, nu_div=nu, nu_p=nu))
        end = tuned.run(state.replace(dynamics=dynamics), 5).dynamics
        return 1e-3 * (end.wind**2).sum() + 1e-9 * ((end.vtheta_dp / 300) ** 2).sum() + 1e-7 * (end.dp**2).sum()

    return J


@pytest.fixture(scope="module")
def direction(on_jax):
    """A continuous perturbation of the initial state: (wind, vtheta_dp, dp)."""
    dycore, state = on_jax
    rng = np.random.default_rng(1)
    scale = (1.0, 2e4, 30.0)
    noise = [s * rng.standard_normal(x.shape) for s, x in zip(scale, tree_leaves(state.dynamics))]
    smooth = [dss(n, to_numpy(dycore.grid)) for n in noise]
    return Backend("jax").asarray(HydrostaticState(*smooth))


@pytest.fixture(scope="module")
def gradient(objective, on_jax):
    import jax

    dycore, state = on_jax
    return jax.jit(jax.grad(objective, argnums=(0, 1)))(dycore.dissipation.nu, state.dynamics)


def inner(a, b):
    return sum(float((x * y).sum()) for x, y in zip(tree_leaves(a), tree_leaves(b)))


def test_gradient_matches_central_differences(objective, gradient, direction, on_jax):
    """Truncation goes with h^2, and so do the kinks of the remap's limiter that a step crosses: h is small."""
    import jax

    dycore, state = on_jax
    J, nu, start = jax.jit(objective), dycore.dissipation.nu, state.dynamics
    h = 1e-4
    by_state = (J(nu, start + direction * h) - J(nu, start - direction * h)) / (2 * h)
    assert inner(gradient[1], direction) == pytest.approx(float(by_state), rel=1e-6)
    by_nu = (J(nu * (1 + h), start) - J(nu * (1 - h), start)) / (2 * h * nu)
    assert float(gradient[0]) == pytest.approx(float(by_nu), rel=1e-6)


def test_forward_and_reverse_mode_agree(objective, gradient, direction, on_jax):
    import jax

    dycore, state = on_jax
    nu = dycore.dissipation.nu
    forward = jax.jit(lambda n, d: jax.jvp(objective, (nu, state.dynamics), (n, d))[1])
    by_forward = float(forward(0.3 * nu, direction))
    assert float(gradient[0]) * 0.3 * float(nu) + inner(gradient[1], direction) == pytest.approx(by_forward, rel=1e-12)
    assert abs(float(gradient[0]) * float(nu)) > 1e-8 * abs(by_forward), (
        "viscosity must matter for this to say anything"
    )


@turn(1)
def test_checkpointed_gradient_is_the_gradient(on_jax, direction):
    """Five calls are blocks of one; the tracerless dycore's parts run again."""
    import jax

    dycore, state = on_jax
    small = dycore.replace(dissipation=None, scheme=HOMME_TSTEP_TYPES[1], rsplit=1)

    def J(dynamics, checkpoint):
        end = small.run(state.replace(dynamics=dynamics), 2, checkpoint=checkpoint).dynamics
        return (end.wind**2).sum()

    plain, again = (jax.jit(jax.grad(lambda d, k=k: J(d, k)))(state.dynamics) for k in (False, True))
    assert inner(plain, direction) == pytest.approx(inner(again, direction), rel=1e-13)


def test_a_run_is_one_program_without_callbacks(on_jax):
    import jax

    dycore, state = on_jax
    program = str(jax.make_jaxpr(lambda d, s: d.run(s, 3))(dycore, state))
    assert "scan" in program and not re.search(r"callback|infeed|outfeed|debug_print", program)


def test_a_run_takes_nothing_back_to_the_host(on_jax):
    import jax

    dycore, state = on_jax
    with jax.transfer_guard_device_to_host("disallow"):
        jax.block_until_ready(dycore.run(state, 2))


def test_a_run_is_its_calls_one_after_another(on_jax):
    dycore, state = on_jax
    stepped = dycore.run(dycore.run(dycore.run(state, 1), 0), 2)
    at_once = dycore.run(state, 3)
    assert all(np.array_equal(a, b) for a, b in zip(tree_leaves(stepped), tree_leaves(at_once)))
    assert float(at_once.time) == 3 * 2 * 300.0


def test_backends_agree_and_dry_mass_is_kept(setting, on_jax):
    """numpy and jax part by round-off only; ten days (1440 calls) keep every kilogram."""
    (host, host_state), (dycore, state) = setting, on_jax
    ours, theirs = host.run(host_state, 5), to_numpy(dycore.run(state, 5))
    for a, b in zip(tree_leaves(ours.dynamics), tree_leaves(theirs.dynamics)):
        assert np.abs(a - b).max() < 1e-12 * np.abs(a).max()
    end = to_numpy(dycore.run(state, 1440))
    mass = [float(host.grid.assembly.sum(s.dynamics.dp * host.grid.mass_matrix).sum()) for s in (host_state, end)]
    assert mass[1] == pytest.approx(mass[0], rel=1e-14)
    assert np.abs(end.dynamics.dp - host_state.dynamics.dp).max() > 100.0, "ten days must have moved something"


@pytest.mark.parametrize(
    ("n", "words", "said"),
    [
        (-1, {}, "needs n >= 0"),
        (4, {"every": 0}, "found n=4, every=0"),
        (5, {"every": 2}, "found n=5, every=2"),
        (4, {"at_most": 8}, "leave it out"),
        (0, {}, "found n=0; give n >= 1, or leave observe out"),
        (2, {"checkpoint": "stage"}, "found 'stage'"),
        (2, {"checkpoint": 1}, "found 1"),
    ],
)
def test_impossible_runs_are_refused(setting, n, words, said):
    dycore, state = setting
    with pytest.raises(ValueError, match=said):
        dycore.run(state, n, observed, **words)


def test_an_interval_without_anything_to_observe_is_refused(setting):
    dycore, state = setting
    with pytest.raises(ValueError, match="nothing to observe, found every=2"):
        dycore.run(state, 4, every=2)


def observed(state):
    """What the tests of trajectories look at: a number, a field, and the whole dynamics."""
    return {"time": state.time, "lowest": state.dynamics.dp[..., -1], "dynamics": state.dynamics}


@pytest.mark.parametrize(("n", "every"), [(3, 1), (4, 2)])
def test_a_trajectory_is_its_calls_one_after_another(setting, backend, n, every):
    """Bit for bit: what is seen, and the end."""
    dycore, state = backend.asarray(setting)
    end, seen = dycore.run(state, n, observe=observed, every=every)
    assert seen["lowest"].shape == (n // every, *state.dynamics.dp.shape[:-1])
    for k in range(n // every):
        for _ in range(every):
            state = dycore.step(state)
        for a, b in zip(tree_leaves(observed(state)), tree_leaves(seen), strict=True):
            np.testing.assert_array_equal(a, b[k])
    for a, b in zip(tree_leaves(state), tree_leaves(end), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.fixture(scope="module")
def advection():
    """The smallest model, which compiles in a second: the loop is the same for all."""
    pytest.importorskip("jax")
    run = simulation(preset("layer_advection").with_options(ne=2, levels="cam_l26", backend="jax"))
    return run.dycore, run.state


@pytest.mark.parametrize("words", [{"every": 1}, {"every": 2}, {"every": 2, "checkpoint": False}])
def test_gradient_through_a_trajectory_is_that_of_a_run(advection, words):
    import jax

    dycore, state = advection

    def by_run(dynamics):
        return (dycore.run(state.replace(dynamics=dynamics), 4, checkpoint=False).dynamics.dp ** 2).sum()

    def by_trajectory(dynamics):
        _, seen = dycore.run(state.replace(dynamics=dynamics), 4, lambda s: s.dynamics.dp, **words)
        return (seen[-1] ** 2).sum()

    expected, found = (jax.jit(jax.grad(J))(state.dynamics).dp for J in (by_run, by_trajectory))
    np.testing.assert_allclose(found, expected, rtol=1e-13)
    assert float(abs(expected).min()) > 0.0


def test_one_program_differentiates_windows_of_several_lengths(advection):
    """A traced number of calls; 11 calls are blocks of one, 40 of two, of which the last is not full."""
    import jax

    dycore, state = advection

    def J(dynamics, n, **words):
        end, seen = dycore.run(state.replace(dynamics=dynamics), n, lambda s: s.dynamics.dp[0, 0, 0], **words)
        return (end.dynamics.dp**2).sum() + seen[-1].sum()

    any_length = jax.jit(jax.grad(lambda d, n: J(d, n, at_most=41)))
    for n in (2, 5):
        expected = jax.jit(jax.grad(lambda d, n=n: J(d, n)))(state.dynamics).dp
        np.testing.assert_allclose(any_length(state.dynamics, n).dp, expected, rtol=1e-13)
    with pytest.raises(ValueError, match="give at_most"):
        jax.jit(lambda n: dycore.run(state, n))(3)


def test_reverse_mode_keeps_few_states():
    """Of 64 calls of shallow water, less than two states a call with all that is computed in between."""
    jax = pytest.importorskip("jax")
    run = simulation(preset("shallow_water").with_options(ne=2, backend="jax"))

    def J(dynamics, dycore, state):
        return (dycore.run(state.replace(dynamics=dynamics), 64).dynamics.wind ** 2).sum()

    program = jax.jit(jax.grad(J)).lower(run.state.dynamics, run.dycore, run.state).compile()
    state = sum(x.nbytes for x in tree_leaves(run.state))
    assert program.memory_analysis().temp_size_in_bytes < 128 * state


def test_a_trajectory_is_one_program_without_callbacks(on_jax):
    import jax

    dycore, state = on_jax
    program = str(jax.make_jaxpr(lambda d, s: d.run(s, 2, observed))(dycore, state))
    assert "scan" in program and not re.search(r"callback|infeed|outfeed|debug_print", program)
