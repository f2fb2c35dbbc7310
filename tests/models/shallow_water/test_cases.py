"""Shallow water solves its equations: exact solutions, convergence, conservation, HOMME's way to begin."""

import numpy as np
import pytest

from pysces import march, preset, simulation
from pysces.cases.shallow_water.catalogue import shallow_fields
from pysces.cases.shallow_water.galewsky import NORTH, SOUTH, balance, jet
from pysces.cases.shallow_water.wave_four import zonal_wave
from pysces.constants import E3SM
from pysces.geometry.grid import cubed_sphere_grid
from pysces.operators.dss import dss

DAY = 86400.0


def config(case: str, ne: int, **options):
    return preset("shallow_water").with_options(case=case, ne=ne, **{"nu": 0.0, "every_hours": 24.0, **options})


def norms(case: str, ne: int, **options) -> dict[str, float]:
    """The errors that a run prints at its end."""
    *_, last = march(simulation(config(case, ne, **options)))
    return {f.name: float(f.values) for f in last.watched.others}


@pytest.mark.parametrize("case, options", [("williamson2", {}), ("williamson2", {"tilt": 45.0}), ("lauter", {})])
def test_the_error_of_an_exact_solution_falls_nearly_with_the_fourth_power(case, options):
    errors = [norms(case, ne, ndays=0.25, tstep=1800.0 / ne, case_options=options)["l2"] for ne in (4, 8)]
    assert np.log2(errors[0] / errors[1]) > 3.5 and errors[1] < 2e-5


@pytest.mark.parametrize("case", ["williamson2", "lauter"])
def test_an_exact_solution_changes_as_its_equations_say(case):
    """A difference in time of the exact surface against the tendency, both at time zero; one of them is 0.49 m2 s-3."""
    run = simulation(config(case, 8))
    equations, grid = run.host.equations, run.host.grid
    rate = dss(equations.tendency(run.state.dynamics, grid), grid).phi
    before, after = (equations.exact.surface(grid, equations.constants, t) for t in (-1.0, 1.0))
    assert np.abs(rate - (after - before) / 2.0).max() < 2e-3


def test_the_bell_is_carried_around_and_keeps_its_mass():
    run = simulation(config("williamson1", 4, ndays=1.0, every_hours=24.0))
    first, last = march(run)
    assert abs(last.mass / first.mass - 1.0) < 1e-12
    found = {f.name: float(f.values) for f in last.watched.others}
    assert 0.0 < found["l2"] < 0.3 and last.state.dynamics.wind.tobytes() == first.state.dynamics.wind.tobytes()


def test_water_over_a_mountain_keeps_its_mass_and_nearly_its_energy():
    run = simulation(config("williamson5", 4, ndays=2.0, nu=-1.0))
    first, *_, last = march(run)
    assert abs(last.mass / first.mass - 1.0) < 1e-14
    assert abs(last.energy.total / first.energy.total - 1.0) < 1e-4


def test_a_rossby_haurwitz_wave_moves_and_keeps_its_amplitude():
    """A spectral model of T63 has 10.8 degrees a day after 575 m (spec/cases.md); its waves are symmetric."""
    run = simulation(config("williamson6", 4, ndays=1.0, tstep=1800.0))
    equations, grid = run.host.equations, run.host.grid
    heights = [equations.layer_mass(m.state.dynamics) / equations.constants.gravity for m in march(run)]
    start, end = (zonal_wave(h, grid) for h in heights)
    assert abs(start.phase) < 1e-9 and 555.0 < start.amplitude < 575.0
    assert abs(end.phase - 10.9) < 0.5 and abs(end.amplitude / start.amplitude - 1.0) < 0.03
    assert zonal_wave(heights[1], grid, 3).amplitude < 1e-4 * end.amplitude


def test_the_balanced_jet_is_an_exact_solution():
    errors = [
        norms("galewsky", ne, ndays=0.0625, tstep=2700.0 / ne, case_options={"perturbed": False})["l2"] for ne in (4, 8)
    ]
    assert 0.0 < errors[1] < 0.5 * errors[0]


def test_water_at_rest_over_a_mountain_stays_at_rest():
    """Viscosity acts on the surface's height, which is level, and not on the thickness, which is not."""
    run = simulation(config("williamson5", 3, nu=-1.0))
    state, phis = run.state.dynamics, run.host.equations.phis
    still = run.state.replace(dynamics=state.replace(wind=0.0 * state.wind, phi=-phis))
    after = run.host.run(still, 5).dynamics
    assert np.abs(after.wind).max() < 1e-10 and np.abs(after.phi + phis).max() < 1e-9


def test_the_jet_is_in_balance_to_the_last_digits():
    """The integral across the jet by another rule: a plain sum, exact for what is smooth and zero at its ends."""
    lat = np.linspace(SOUTH, NORTH, 20001)[1:-1]
    u = jet(lat)
    force = u * (2.0 * E3SM.omega * E3SM.radius * np.sin(lat) + u * np.tan(lat))
    whole = force.sum() * (NORTH - SOUTH) / 20000
    found = balance(np.array([-1.0, SOUTH, 0.5 * (SOUTH + NORTH), NORTH, 1.4]), E3SM)
    assert found[0] == found[1] == 0.0 and abs(found[3] / whole - 1.0) < 1e-10 and found[4] == found[3]
    assert 0.3 * whole < found[2] < 0.7 * whole


def test_the_depth_of_galewskys_water_is_ten_kilometres():
    grid = cubed_sphere_grid(8)
    fields = shallow_fields("galewsky", grid, E3SM, {"perturbed": False})
    depth = (fields.phi + fields.phi_mean) / E3SM.gravity
    assert abs((depth * grid.mass_matrix).sum() / grid.mass_matrix.sum() - 10000.0) < 1e-9
    assert abs(depth.max() - 10158.285) < 1e-3  # sweqx at ne8: README_homme.md of the records


def test_the_start_of_a_leapfrog_is_two_forward_steps():
    """u(dt/2) = u + dt/2 F(u), u(dt) = u + dt F(u(dt/2)); no viscosity."""
    run = simulation(config("williamson6", 2, integration="explicit", lftfreq=0, tstep=100.0))
    dycore, start = run.host, run.state.dynamics.now
    advance = lambda base, h, at: dycore.advance(dycore.equations, base, h, at)  # noqa: E731
    expected = advance(start, 100.0, advance(start, 50.0, start))
    found = dycore.step(run.state).dynamics
    assert found.wind.tobytes() == expected.wind.tobytes() and found.phi.tobytes() == expected.phi.tobytes()
    assert found.phi_before.tobytes() == start.phi.tobytes() and found.steps == 1.0


@pytest.mark.parametrize(
    "options, sentence",
    [
        ({"tstep": 20000.0}, "waves of"),
        ({"hypervis_order": 1}, "nu must be given with hypervis_order = 1"),
        ({"nu": 0.0, "nu_s": 1e15, "nu_div": 1e15}, "nu_div^2 / nu, and nu is 0"),
        ({"tracers": True, "integration": "explicit"}, "needs a scheme with one level"),
        ({"integration": "explicit", "lftfreq": 3, "smooth": 0.05}, "set smooth = 0 or lftfreq = 0"),
        ({"case_options": {"tilt": 3.0}}, "has no option 'tilt'"),
        ({"case": "baroclinic_wave"}, "must be one of"),
    ],
)
def test_what_cannot_run_is_refused_in_one_sentence(options, sentence):
    with pytest.raises(ValueError, match=r"^[^\n]*$") as refused:
        simulation(preset("shallow_water").with_options(ne=3, **options))
    assert sentence in str(refused.value)


def test_it_has_no_levels():
    with pytest.raises(ValueError, match=r"Section \[vertical\] has no option 'nlev'"):
        preset("shallow_water").with_table({"vertical": {"nlev": 3}})
