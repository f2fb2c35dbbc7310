"""A kept run is marched once, goes on with the same bits where it was stopped, and is not taken for another."""

import numpy as np
import pytest

from pysces.config.presets import preset
from pysces.driver import kept_run as module
from pysces.driver.kept_run import kept_folder, kept_run, with_suite
from pysces.driver.simulation import simulation
from pysces.io.history import read_history
from pysces.io.lock import held
from pysces.models.registry import find_model
from pysces.physics.held_suarez import HeldSuarez

CONFIG = find_model("shallow_water").config().with_options(ne=2, case="williamson6", ndays=0.25, every_hours=1.0)


def test_a_stopped_run_goes_on_bit_for_bit_and_is_found_again(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "SECONDS_BETWEEN_SAVES", 0.0)
    whole = kept_run(CONFIG, "whole", tmp_path, record=True, say=lambda _: None)

    def stop(line):
        if line.startswith("parts: day 0.1"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kept_run(CONFIG, "parts", tmp_path, record=True, say=stop)
    parts = kept_run(CONFIG, "parts", tmp_path, record=True, say=lambda _: None)
    np.testing.assert_array_equal(parts.run.state.dynamics.phi, whole.run.state.dynamics.phi)
    for name in ("time", "h"):
        np.testing.assert_array_equal(*(read_history(kept.history, name)[0] for kept in (parts, whole)))
    said = []
    again = kept_run(CONFIG, "whole", tmp_path, say=said.append)
    assert not said and again.run.calls == whole.run.calls


def test_another_start_or_option_is_another_run(tmp_path):
    start = simulation(CONFIG).state
    other = start.replace(dynamics=start.dynamics.replace(phi=start.dynamics.phi + 1.0))
    names = [
        kept_run(CONFIG.with_options(nmax=n), "run", tmp_path, start=state, say=lambda _: None).history.name
        for n, state in ((1, None), (2, None), (1, other))
    ]
    assert len(set(names)) == 3


def test_a_history_that_is_asked_for_is_there_from_the_start(tmp_path):
    def kept(ndays, record):
        return kept_run(CONFIG.with_options(ndays=ndays), "run", tmp_path, record=record, say=lambda _: None)

    kept(0.125, False)
    first = kept(0.125, True)
    whole = read_history(first.history, "h")[0]
    first.history.unlink()
    kept(0.25, False)
    np.testing.assert_array_equal(read_history(kept(0.125, True).history, "h")[0], whole)
    with held(first.history.with_suffix(".restart.nc")), pytest.raises(ValueError, match="is being written by"):
        kept(0.125, True)


def test_another_version_is_another_run(tmp_path, monkeypatch):
    config = CONFIG.with_options(nmax=1)
    first = kept_run(config, "run", tmp_path, say=lambda _: None)
    monkeypatch.setattr(module, "version", lambda: "0.0.0")
    assert kept_run(config, "run", tmp_path, say=lambda _: None).history != first.history


def test_a_suite_needs_a_run_with_physics():
    with pytest.raises(ValueError, match="A suite was given to a run without physics"):
        with_suite(simulation(CONFIG), HeldSuarez())


def test_a_suite_takes_the_place_of_the_configured_one_and_makes_another_run(tmp_path):
    few = {"table": {"family": "even_pressure", "nlev": 4, "eta_top": 0.1}}
    config = preset("theta_l").with_options(ne=2, suite="held_suarez", nmax=3).with_table({"vertical": few})
    stronger = HeldSuarez(k_f=1e-3)
    usual, changed = (kept_run(config, "run", tmp_path, suite=s, say=lambda _: None) for s in (None, stronger))
    assert usual.run.dycore.forcing.suite.k_f == HeldSuarez().k_f != changed.run.dycore.forcing.suite.k_f == 1e-3
    assert usual.history.name != changed.history.name
    wind, slowed = (np.abs(kept.run.state.dynamics.wind[..., -1]).mean() for kept in (usual, changed))
    assert slowed < 0.9 * wind  # friction in the lowest level


def test_the_folder_is_where_the_environment_says(tmp_path, monkeypatch):
    monkeypatch.setenv("PYSCES_CACHE", str(tmp_path / "here"))
    assert kept_folder() == tmp_path / "here" / "runs" and kept_folder().is_dir()
