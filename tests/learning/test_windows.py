"""A history gives back the states that it was written from, and says what it does not have."""

import numpy as np
import pytest

from pysces.arrays.pytree import tree_leaves
from pysces.config.presets import preset
from pysces.driver.session import run_with_output
from pysces.driver.simulation import march, simulation
from pysces.learning.windows import recorded


def test_the_last_record_is_the_state_at_the_end_of_the_run(made):
    found, true = made.truth.state(made.truth.days[-1]).dynamics, made.kept.run.state.dynamics
    for name in ("wind", "vtheta_dp", "dp"):
        scale = np.abs(getattr(true, name)).max()
        np.testing.assert_allclose(getattr(found, name), getattr(true, name), rtol=0, atol=1e-14 * 32 * scale)


def test_a_window_starts_at_its_day_and_sees_what_came_after(made):
    windows = made.truth.windows(made.truth.days[:3], 0.5, 2)
    assert windows.count == 3 and windows.leads == 2
    np.testing.assert_array_equal(windows.temperature[1, 0], windows.temperature[0, 1])
    np.testing.assert_array_equal(windows.state.dynamics.wind[2], windows.wind[1, 0])
    chosen = windows.chosen(np.array([2]), 1)
    assert chosen.count == chosen.leads == 1
    np.testing.assert_array_equal(chosen.wind[0, 0], windows.wind[2, 0])


def test_a_time_without_a_record_is_refused_in_a_sentence(made):
    with pytest.raises(ValueError, match=r"has no record at day 99, its records run from day 0 to 0.104"):
        made.truth.windows([99.0], 6.0, 1)


@pytest.mark.parametrize(("starts", "leads"), [([], 1), ([0.0], 0)])
def test_no_window_is_refused_in_a_sentence(made, starts, leads):
    with pytest.raises(ValueError, match=f"found {len(starts)} starts and leads = {leads}"):
        made.truth.windows(starts, 6.0, leads)


def levels(eta_top=0.05):
    return {"vertical": {"table": {"family": "even_pressure", "nlev": 5, "eta_top": eta_top}}}


DRY = {"case": {"name": "jablonowski_williamson"}}
MOIST = {"case": {"name": "baroclinic_wave", "options": {"moist": True}}}
WITH_VAPOR = {"case": {**MOIST["case"], "tracers": True}}
HISTORIES = [("theta_l", DRY, "ncol"), ("theta_l", WITH_VAPOR, "ncol"), ("theta_l", WITH_VAPOR, "element")]
HISTORIES += [("cam_se", MOIST, "ncol")]


@pytest.fixture(scope="module", params=HISTORIES)
def history(request, tmp_path_factory):
    """What a run of one call writes, dry or moist, in either layout, and the run."""
    model, case, layout = request.param
    path = tmp_path_factory.mktemp("history") / "run.nc"
    output = {"output": {"file": str(path), "layout": layout}}
    config = preset(model).with_options(ne=2, nmax=3).with_table(levels()).with_table(case).with_table(output)
    assert run_with_output(config) == 0
    return path, config


def test_a_history_of_a_run_gives_back_its_state(history):
    """Of every model, with its vapor: temperature, surface pressure and mixing ratio become what they were."""
    path, config = history
    run = simulation(config)
    *_, end = march(run)
    found = recorded(path, run).state(end.days)
    for one, other in zip(tree_leaves(found), tree_leaves(end.state.replace(time=0.0))):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-12 * np.abs(other).max())


def test_a_history_on_other_levels_or_nodes_is_refused(history):
    path, config = history
    for table, said in (
        (levels(0.2), "other levels than the run, on 5 below"),
        ({"grid": {"ne": 3}}, "has its nodes at other|the mesh has 488 nodes"),
    ):
        with pytest.raises(ValueError, match=said):
            recorded(path, simulation(config.with_table(table))).fields(0.0)


def test_scales_are_positive_and_of_the_weather(made):
    scales = made.network.scales
    assert scales.wind.shape == (2, 10) and scales.temperature.shape == (10,)
    assert all(np.all(np.isfinite(leaf)) for leaf in tree_leaves(scales))
    assert np.all(scales.wind > 0) and np.all(scales.temperature > 0) and scales.log_ps > 0
