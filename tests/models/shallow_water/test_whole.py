"""Shallow water has what every model has: files, resumption, ranks, devices, a refined mesh, tracers, gradients."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pysces import march, preset, simulation
from pysces.driver.cli import main
from pysces.dycore.parameters import with_parameters
from pysces.io.history import read_history
from pysces.io.restart import read_restart
from tests.daily import share, turn

ROOT = Path(__file__).parents[3]
TINY = ["run", "--model", "shallow_water", "--case", "galewsky", "--ne", "3", "--every-hours", "3"]
LEAPFROG = ["--set", "time.integration=explicit"]
FIELDS = ("time", "h", "zs", "u", "v", "zeta", "depth_min", "mass", "potential_enstrophy")


@pytest.mark.parametrize("scheme", [[], LEAPFROG], ids=["tableau", "leapfrog"])
def test_a_run_is_written_and_goes_on_bit_for_bit(scheme, tmp_path, capsys):
    files = [str(tmp_path / name) for name in ("whole.nc", "parts.nc")]
    assert main([*TINY, *scheme, "--days", "0.5", "--output", files[0]]) == 0
    assert "potential_enstrophy" in capsys.readouterr().out
    assert main([*TINY, *scheme, "--days", "0.25", "--output", files[1]]) == 0
    assert main(["run", "--days", "0.5", "--resume", str(tmp_path / "parts.restart.nc")]) == 0
    for one, other in zip(*(read_history(path, *FIELDS) for path in files)):
        np.testing.assert_array_equal(one, other)
    ends = [read_restart(tmp_path / f"{name}.restart.nc").arrays for name in ("whole", "parts")]
    assert all(ends[0][name].tobytes() == ends[1][name].tobytes() for name in ends[0])
    assert main(["plot", files[0], "zeta", "--image", str(tmp_path / "vorticity.png")]) == 0


@pytest.mark.parametrize("scheme", share([[], LEAPFROG], 2), ids=share(["tableau", "leapfrog"], 2))
def test_ranks_have_the_bits_of_one_process(scheme, tmp_path):
    pytest.importorskip("mpi4py")
    if not Path(sys.executable).with_name("mpiexec").exists():
        pytest.skip("there is no mpiexec beside this Python")
    for name, more in (("one", []), ("two", ["--ranks", "2"])):
        command = [sys.executable, "-m", "pysces.driver.cli", *TINY, *scheme, "--days", "0.125", *more]
        subprocess.run([*command, "--output", str(tmp_path / f"{name}.nc")], check=True, capture_output=True)
    one, two = (read_restart(tmp_path / f"{name}.restart.nc").arrays for name in ("one", "two"))
    assert all(one[name].tobytes() == two[name].tobytes() for name in one)


def test_devices_have_the_bits_of_one(tmp_path):
    pytest.importorskip("jax")
    for name, devices in (("one", "1"), ("two", "2")):
        command = [sys.executable, "-m", "pysces.driver.cli", *TINY, "--days", "0.125", "--backend", "jax"]
        more = ["--devices", devices, "--output", str(tmp_path / f"{name}.nc")]
        subprocess.run([*command, *more], check=True, capture_output=True)
    one, two = (read_restart(tmp_path / f"{name}.restart.nc").arrays for name in ("one", "two"))
    assert all(one[name].tobytes() == two[name].tobytes() for name in one)


def test_a_refined_mesh_runs_with_tensor_viscosity(tmp_path, capsys):
    mesh = next((ROOT / "test_data" / "homme" / "mesh").glob("*patch.g"), None)
    if mesh is None:
        pytest.skip("test_data has no refined mesh")
    command = ["run", "--model", "shallow_water", "--mesh", str(mesh), "--days", "0.25", "--every-hours", "6"]
    assert main([*command, "--set", "viscosity.hypervis_scaling=3.0"]) == 0
    last = capsys.readouterr().out.splitlines()[-2].split()
    assert float(last[0]) == 0.25 and abs(float(last[2])) < 1e-14 and abs(float(last[3])) < 1e-4


@pytest.mark.parametrize("limiter, least, most", [(0, -0.1, 1.1), (4, -1e-15, 1.1), (8, -1e-15, 1.0), (9, -1e-15, 1.0)])
def test_a_tracer_that_is_one_stays_one_and_a_bell_keeps_its_mass_and_bounds(limiter, least, most):
    """The bounds are those of each limiter; without one the bell rings at its foot, and does here."""
    words = {"ne": 3, "tracers": True, "limiter_option": limiter, "ndays": 0.25, "every_hours": 6.0}
    words |= {} if limiter >= 8 else {"nu": 0.0}  # only those are told what viscosity did to the thickness
    run = simulation(preset("shallow_water").with_options(**words))
    state, equations = run.state, run.host.equations
    one = equations.layer_mass(state.dynamics)[None]
    after = run.host.run(state.replace(tracer_mass=np.concatenate([one, state.tracer_mass])), 6)
    ratio = after.tracer_mass / equations.layer_mass(after.dynamics)
    assert np.abs(ratio[0] - 1.0).max() < 1e-13
    assert ratio[1].min() > least and ratio[1].max() < most + 1e-13
    assert limiter or ratio[1].min() < -1e-6
    first, last = march(run)
    assert abs(last.tracer_mass[0] / first.tracer_mass[0] - 1.0) < 1e-13


@pytest.mark.parametrize("backend", ["numpy", "jax"])
def test_a_thickness_that_is_kept_positive_is_that_and_keeps_its_mass(backend):
    """Without the limiter the foot of the bell sinks below zero, and does here; the water is the same at the start."""
    lowest, mass = {}, {}
    for positive in (False, True):
        words = {"ne": 2, "case": "williamson1", "integration": "runge_kutta", "tstep": 1200.0, "nu": 0.0}
        config = preset("shallow_water").with_options(**words, positive_thickness=positive, backend=backend)
        run = simulation(config)
        after = run.dycore.run(run.state, 36)
        thickness = [np.asarray(run.dycore.equations.layer_mass(s.dynamics)) for s in (run.state, after)]
        lowest[positive] = thickness[1].min()
        mass[positive] = [(x * run.host.grid.mass_matrix).sum() for x in thickness]
    assert lowest[False] < -10.0 and lowest[True] >= 0.0
    assert mass[True][0] == pytest.approx(mass[False][0], rel=1e-14)
    assert mass[True][1] == pytest.approx(mass[True][0], rel=1e-13)


def test_a_thickness_that_is_nowhere_negative_is_left_alone():
    words = {"ne": 2, "case": "williamson2", "integration": "runge_kutta", "tstep": 300.0}
    ends = []
    for positive in (False, True):
        run = simulation(preset("shallow_water").with_options(**words, positive_thickness=positive))
        state = run.host.run(run.state, 3)
        ends.append(run.host.equations.layer_mass(state.dynamics))
    assert np.abs(ends[1] - ends[0]).max() < 1e-13 * ends[0].max()


@pytest.fixture(scope="module")
def sensitive():
    """(function of wind and mountain -> phi after three hours, its point, a smooth direction), compiled."""
    jax = pytest.importorskip("jax")
    jnp = jax.numpy
    run = simulation(preset("shallow_water").with_options(ne=2, tstep=900.0, nu=1e18, backend="jax"))
    dycore, start = run.dycore, run.state

    def after(wind, phis):
        state = start.replace(dynamics=start.dynamics.replace(wind=wind))
        return with_parameters(dycore, phis=phis).run(state, 12).dynamics.phi

    bump = jnp.exp(-4.0 * jnp.asarray(run.host.grid.lat) ** 2)
    return jax.jit(after), (start.dynamics.wind, dycore.equations.phis), (jnp.stack([bump, 0.5 * bump]), 30.0 * bump)


@turn(2)
def test_a_gradient_is_the_transposed_derivative(sensitive):
    jax = pytest.importorskip("jax")
    function, point, direction = sensitive
    _, change = jax.jit(lambda p, d: jax.jvp(function, p, d))(point, direction)
    adjoint = jax.jit(lambda p, c: jax.vjp(function, *p)[1](c))(point, change)
    dot = sum(float((a * b).sum()) for a, b in zip(adjoint, direction))
    assert abs(dot / float((change * change).sum()) - 1.0) < 1e-12


def test_a_derivative_is_that_of_the_run_by_taylor(sensitive):
    jax = pytest.importorskip("jax")
    function, point, direction = sensitive
    value, change = jax.jit(lambda p, d: jax.jvp(function, p, d))(point, direction)
    sizes, rest = (1.0, 1e-1, 1e-2, 1e-3), []
    for size in sizes:
        moved = function(*(p + size * d for p, d in zip(point, direction)))
        rest.append(float(np.linalg.norm(moved - value - size * change)))
    slopes = np.diff(np.log10(rest)) / np.diff(np.log10(sizes))
    assert np.all(np.abs(slopes - 2.0) < 0.02), slopes
