"""Shallow water on a doubly periodic plane: an exact vortex, everything that a run has, and what is refused there."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pysces import march, preset, simulation
from pysces.cases.shallow_water.catalogue import shallow_fields
from pysces.cases.shallow_water.double_vortex import double_vortex
from pysces.cases.shallow_water.plane_vortex import plane_vortex
from pysces.constants import E3SM
from pysces.driver.cli import main
from pysces.geometry.grid import plane_grid
from pysces.io.history import read_history
from pysces.io.restart import read_restart
from pysces.models.shallow_water.diagnostics import present
from pysces.operators.dss import dss
from pysces.operators.strong import gradient_sphere

SMALL = ["--model", "shallow_water", "--case", "plane_vortex", "--set", "grid.geometry=plane", "--set", "time.nmax=4"]
DRIFT = {"drift": 10.0}


def config(n: int, **options):
    words = {"case": "plane_vortex", "geometry": "plane", "ne_x": n, "ne_y": n, "nu": 0.0, "every_hours": 48.0}
    return preset("shallow_water").with_options(**{**words, **options})


def l2(n: int, **options) -> float:
    *_, last = march(simulation(config(n, tstep=7200.0 / n, nmax=n // 8, **options)))
    return next(float(f.values) for f in last.watched.others if f.name == "l2")


def test_the_error_of_a_drifting_vortex_falls_with_the_fourth_power():
    errors = [l2(n, case_options=DRIFT) for n in (32, 64)]
    assert np.log2(errors[0] / errors[1]) > 3.5 and errors[1] < 1e-6


def test_a_vortex_drifts_round_an_inertial_circle():
    """Its centre, the point of least water, after a quarter of an inertial period: u / f east and u / f south."""
    grid, f = plane_grid(24, 24, 6e6, 6e6, 1e-4), 1e-4
    wind, phi = plane_vortex(grid, drift=100.0).exact(0.5 * np.pi / f)
    lowest = phi == phi.min()
    at = np.stack([grid.lon[lowest].mean(), grid.lat[lowest].mean()])
    assert np.abs(at - [1e6, -1e6]).max() < 6e6 / 24 / 3
    assert abs(phi[lowest].mean() - plane_vortex(grid).phi.min() - 9806.16) < 300.0
    far = np.hypot(grid.lon - at[0], grid.lat - at[1]) > 2.5e6
    assert np.abs(wind[0][far]).max() < 1e-3 and np.abs(wind[1][far] + 100.0).max() < 1e-3


@pytest.mark.parametrize("fcor", [0.0, 1e-4, -1e-4])
def test_the_vortex_changes_as_its_equations_say(fcor):
    """A difference in time of the exact solution against the tendency; they part by less than 2 %."""
    run = simulation(config(48, fcor=fcor, case_options=DRIFT))
    equations, grid = run.host.equations, run.host.grid
    rate = dss(equations.tendency(run.state.dynamics, grid), grid)
    exact = shallow_fields("plane_vortex", grid, E3SM, DRIFT).exact
    (u0, phi0), (u1, phi1) = exact(-1.0), exact(1.0)
    for found, change in ((rate.phi, 0.5 * (phi1 - phi0)), (rate.wind, 0.5 * (u1 - u0))):
        assert np.abs(found - change).max() < 2e-2 * np.abs(change).max()


def test_a_tensor_of_alike_elements_is_a_number():
    """(D D^T)^(s / 2) with D = dx / 2 of square elements, twice: nu of a tensor is nu (dx / 2)^s m4 s-1."""
    half = 6e6 / 6 / 2
    pair = [config(6, nu=0.2, hypervis_scaling=3.0, tstep=600.0), config(6, nu=0.2 * half**3, tstep=600.0)]
    runs = [simulation(each.with_options(nmax=3, hypervis_subcycle=1)) for each in pair]
    three = (*runs, simulation(config(6, tstep=600.0, nmax=3)))
    one, other, none = (present(run.dycore.run(run.state, 3)) for run in three)
    acted = np.abs(one.wind - none.wind).max()
    assert acted > 1e-6 and np.abs(one.wind - other.wind).max() < 1e-9 * acted


def test_two_vortices_are_in_balance_and_keep_their_water():
    """f k x u + grad phi vanishes as the mesh is refined; 4 pi s^2 is the mean of bumps in x, less exactly in sines."""
    shares = []
    for n in (12, 24):
        grid = plane_grid(n, n, 5e6, 5e6, 6.147e-5)
        fields = double_vortex(grid)
        slope = dss(gradient_sphere(fields.phi, grid), grid)
        force = np.stack([-fields.wind[1], fields.wind[0]]) * 6.147e-5
        shares.append(np.abs(force + slope).max() / np.abs(slope).max())
    assert np.log2(shares[0] / shares[1]) > 3.0 and shares[1] < 2e-2
    mean = (fields.phi * grid.mass_matrix).sum() / grid.mass_matrix.sum()
    assert abs(mean) < 1e-2 * np.abs(fields.phi).max()
    np.testing.assert_allclose(fields.phi.min() / E3SM.gravity, -75.0 * (1.0 - 4 * np.pi * 0.075**2), atol=3.0)


def test_a_run_on_a_plane_is_written_resumed_and_drawn(tmp_path, capsys):
    files = [str(tmp_path / name) for name in ("whole.nc", "parts.nc")]
    drift = ["--set", "case.options.drift=10.0", "--set", "case.tracers=true", "--every-hours", "0.3"]
    assert main(["run", *SMALL, *drift, "--output", files[0]]) == 0
    assert "plane 12 x 12: 144 elements, 1296 nodes" in capsys.readouterr().out
    assert main(["run", *SMALL, *drift, "--set", "time.nmax=4", "--output", files[1]]) == 0
    names = ("x", "y", "area", "time", "h", "zs", "u", "v", "zeta", "q0", "l2", "tracer_mass_0")
    for one, other in zip(*(read_history(path, *names) for path in files)):
        np.testing.assert_array_equal(one, other)
    x, y, area = read_history(files[0], "x", "y", "area")
    assert x.min() == y.min() == -3e6 and 2.8e6 < x.max() == y.max() < 3e6 and abs(area.sum() / 3.6e13 - 1.0) < 1e-14
    assert main(["plot", files[0], "vorticity", "--image", str(tmp_path / "vorticity.png")]) == 0


def test_a_run_on_a_plane_goes_on_bit_for_bit(tmp_path):
    files = [str(tmp_path / name) for name in ("whole.nc", "parts.nc")]
    assert main(["run", *SMALL, "--output", files[0]]) == 0
    assert main(["run", *SMALL[:-2], "--set", "time.nmax=2", "--output", files[1]]) == 0
    assert main(["run", "--set", "time.nmax=4", "--resume", str(tmp_path / "parts.restart.nc")]) == 0
    ends = [read_restart(tmp_path / f"{name}.restart.nc").arrays for name in ("whole", "parts")]
    assert all(ends[0][name].tobytes() == ends[1][name].tobytes() for name in ends[0])


def test_ranks_on_a_plane_have_the_bits_of_one_process(tmp_path):
    pytest.importorskip("mpi4py")
    if not Path(sys.executable).with_name("mpiexec").exists():
        pytest.skip("there is no mpiexec beside this Python")
    for name, parts in (("one", []), ("two", ["--ranks", "2"])):
        command = [sys.executable, "-m", "pysces.driver.cli", "run", *SMALL, *parts]
        subprocess.run([*command, "--output", str(tmp_path / f"{name}.nc")], check=True, capture_output=True)
    one, two = (read_restart(tmp_path / f"{name}.restart.nc").arrays for name in ("one", "two"))
    assert all(one[name].tobytes() == two[name].tobytes() for name in one)


@pytest.mark.parametrize(
    "options, sentence",
    [
        ({"ne": 4}, "ne is for a sphere"),
        ({"mesh": "mesh.g"}, "mesh is for a sphere"),
        ({"cubed_sphere_map": 0}, "cubed_sphere_map is for a sphere"),
        ({"rearth": 6e6}, "rearth is for a sphere"),
        ({"omega": 7e-5}, "omega is for a sphere"),
        ({"ne_y": 2}, "must be at least 3, found 12 and 2"),
        ({"lx": 0.0}, "lx and ly of a plane must be positive"),
        ({"lx": 3e6}, "needs a plane of 15 radii"),
        ({"case": "williamson2"}, "Case 'williamson2' is on a sphere"),
        ({"case_options": {"depth": 100.0}}, "leaves no water in its middle"),
        ({"geometry": "sphere"}, 'set [grid] geometry = "plane"'),
        ({"geometry": "sphere", "ne_x": 12, "case": "williamson2"}, "ne_x is for a plane"),
    ],
)
def test_what_means_nothing_on_a_plane_is_refused_in_one_sentence(options, sentence):
    with pytest.raises(ValueError, match=r"^[^\n]*$") as refused:
        simulation(preset("shallow_water").with_options(geometry="plane", case="plane_vortex").with_options(**options))
    assert sentence in str(refused.value)


@pytest.mark.parametrize("model", ["theta_l", "cam_se", "layer_advection"])
def test_other_models_have_no_plane(model):
    with pytest.raises(ValueError, match="model 'shallow_water' has it"):
        preset(model).with_options(geometry="plane")


def test_a_sphere_takes_its_usual_values_back():
    plane = preset("shallow_water").with_options(geometry="plane", ne_x=8)
    assert plane.grid.ne == 0 and plane.grid.ne_x == 8 and plane.grid.ne_y == 12
    assert preset("shallow_water").with_table(plane.table()) == plane
    back = plane.with_options(geometry="sphere", ne_x=0)
    assert back == preset("shallow_water")
