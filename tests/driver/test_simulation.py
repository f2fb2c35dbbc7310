"""A run from a preset alone - own mesh, own levels, own initial state - is HOMME's run, and keeps its budgets."""

import numpy as np
import pytest

from pysces.config.presets import cam_se, homme
from pysces.driver.simulation import march, simulation
from pysces.io.restart import named_arrays
from tests import records


@pytest.mark.parametrize("name", [name for name in records.waves() if "tensor" not in name])
def test_a_preset_run_is_hommes_after_one_call(name):
    """The initial states differ by 1e-13 (HOMME stops its search for heights there): so do the runs, and no more."""
    record = records.case("theta_l_run", name)
    theirs = ("tracers", "mesh")  # words of records that mean something else here
    options = {word: value for word, value in record.settings.items() if word in homme().words() and word not in theirs}
    moist = {"tracers": True, "case_options": {"moist": True}} if record.settings["qsize"] else {}
    run = simulation(homme(**options, **moist, levels="cam_l30"))
    state, expected = run.dycore.step(run.state), record.after("call_1").outputs
    assert records.error(state.dynamics.dp, expected["dp3d"]) <= 1e-13
    if moist:
        assert np.abs(state.tracer_mass[0] - expected["Qdp"][0]).max() <= 1e-12 * expected["Qdp"][0].max()
    else:
        assert np.abs(state.dynamics.wind - expected["v"]).max() <= 3e-13 * np.abs(expected["v"]).max()
        assert records.error(state.dynamics.vtheta_dp, expected["vtheta_dp"]) <= 1e-13


def test_a_run_keeps_its_mass_and_nearly_its_energy():
    table = {"vertical": {"table": {"family": "even_pressure", "nlev": 10, "eta_top": 0.02}}}
    config = homme(ne=3, ndays=0.5, every_hours=3.0, tracers=True, case_options={"moist": True}).with_table(table)
    moments = list(march(simulation(config)))
    assert [round(m.days * 8) for m in moments] == [0, 1, 2, 3, 4] and moments[-1].calls == 24
    first, last = moments[0], moments[-1]
    assert abs(last.mass / first.mass - 1) < 1e-14 and abs(last.tracer_mass[0] / first.tracer_mass[0] - 1) < 1e-14
    assert 0 < abs(last.energy.total / first.energy.total - 1) < 1e-5
    assert last.energy.kinetic != first.energy.kinetic and last.ps_min < first.ps_min


def test_a_cam_se_run_keeps_its_dry_air_and_water():
    table = {"vertical": {"table": {"family": "even_pressure", "nlev": 8, "eta_top": 0.02}}}
    config = cam_se(ne=2, ndays=0.125, every_hours=1.5).with_table(table)
    first, *_, last = list(march(simulation(config)))
    assert last.calls == 12 and first.ps_min == pytest.approx(1e5, abs=1.0)  # Gauss weights of vapor
    assert abs(last.mass / first.mass - 1) < 1e-14 and abs(last.tracer_mass[0] / first.tracer_mass[0] - 1) < 1e-13
    assert 0 < abs(last.energy.total / first.energy.total - 1) < 1e-5


@pytest.mark.parametrize("preset", [homme, cam_se])
def test_a_single_precision_run_stays_single(preset):
    table = {"vertical": {"table": {"family": "even_pressure", "nlev": 6, "eta_top": 0.02}}}
    run = simulation(preset(ne=2, precision=32, tracers=True, case_options={"moist": True}).with_table(table))
    state = run.dycore.step(run.state)
    for name, array in named_arrays(state).items():
        assert array.dtype == np.float32 and np.isfinite(array).all(), name


@pytest.mark.parametrize("suite", ["held_suarez", "large_scale_condensation", "kessler"])
def test_a_run_with_physics_is_forced_by_it(suite):
    table = {
        "vertical": {"table": {"family": "even_pressure", "nlev": 8, "eta_top": 0.02}},
        "physics": {"suite": suite},
    }
    moist = {"tracers": True, "case_options": {"moist": True}}
    runs = [simulation(homme(ne=2, **moist).with_table(t)) for t in (table, table | {"physics": {"suite": "none"}})]
    states = [run.state.replace(tracer_mass=1.5 * run.state.tracer_mass) for run in runs]  # 82 % humidity becomes 123 %
    forced, free = (run.dycore.step(state) for run, state in zip(runs, states))
    assert len(forced.tracer_mass) == (3 if suite == "kessler" else 1)
    change = np.abs(forced.dynamics.vtheta_dp / free.dynamics.vtheta_dp - 1).max()
    assert 1e-6 < change < 2e-2


def test_physics_that_cannot_work_is_refused():
    with pytest.raises(ValueError, match=r"suite 'kessler' needs water vapor, found \[case\] tracers = false"):
        simulation(homme(ne=2, suite="kessler"))
    with pytest.raises(ValueError, match=r"ftype must be one of 0, 2, found 4"):
        simulation(cam_se(ne=2, suite="held_suarez", ftype=4))


@pytest.mark.parametrize("suite", ["held_suarez", "large_scale_condensation", "reed_jablonowski"])
def test_a_cam_se_run_with_physics_is_forced_by_it(suite):
    """Warmed or cooled, and dry air stays where it was."""
    table = {"vertical": {"table": {"family": "even_pressure", "nlev": 8, "eta_top": 0.02}}}
    runs = [simulation(cam_se(ne=2, suite=name).with_table(table)) for name in (suite, "none")]
    states = [run.state.replace(tracer_mass=1.5 * run.state.tracer_mass) for run in runs]  # 82 % humidity becomes 123 %
    forced, free = (run.dycore.step(state).dynamics for run, state in zip(runs, states))
    assert 1e-3 < np.abs(forced.temperature - free.temperature).max() < 20.0
    mass = runs[0].host.grid.mass_matrix
    assert abs((forced.dp_dry * mass).sum() / (free.dp_dry * mass).sum() - 1.0) < 1e-14


def test_a_case_at_rest_stays_at_rest_on_flat_ground():
    options = {"height": 0.0}
    table = {"vertical": {"table": {"family": "even_height", "nlev": 8, "z_top": 12000.0, "lapse_rate": 0.0065}}}
    config = homme(ne=2, ndays=0.25, case="rest_over_mountain", case_options=options).with_table(table)
    last = list(march(simulation(config)))[-1]
    assert np.abs(last.state.dynamics.wind).max() < 1e-9


def test_presets_take_namelist_words_and_refuse_others():
    config = cam_se(ne=8, nu_div=2.0, levels="cam_l32", backend="jax")
    assert (config.grid.ne, config.viscosity.nu_div, config.vertical.name) == (8, 2.0, "cam_l32")
    assert config.dynamics.model == "cam_se" and config.grid.cubed_sphere_map == 0
    with pytest.raises(ValueError, match=r"There is no option 'nu_dvi'; did you mean 'nu_div'\?"):
        homme(nu_dvi=1.0)
