"""Case level: the run follows the record's own settings and state, judges every day, and draws both sides."""

import json

import numpy as np
import pytest

pytest.importorskip("netCDF4")
from pysces_harness.cli import main
from pysces_harness.errors import BadInput
from pysces_harness.running.configurations import configuration
from pysces_harness.whole_runs import case


def _first_call(record):
    """The record's run, set up, and its state after one remap call on numpy."""
    run = case.record_simulation(record, configuration("numpy-f64"), days=1)
    return run, run.dycore.step(run.state)


def test_the_run_is_set_up_as_the_record_says():
    record = case.records([])[0]
    config = case.record_config(record, configuration("jax-cpu-f64"), days=3)
    assert (config.grid.ne, config.time.tstep, config.viscosity.nu) == (8, 600.0, 6.9e16)
    assert (config.viscosity.hypervis_subcycle, config.time.rsplit, config.backend.name) == (2, 3, "jax")
    run, state = _first_call(record)
    assert run.config.calls_per_record == record.settings["calls_per_day"]
    assert float(state.time) == 1800.0 and not np.array_equal(state.dynamics.dp, run.state.dynamics.dp)


def test_day_zero_is_the_record_to_round_off(tmp_path, capsys):
    image, rows = tmp_path / "case.png", tmp_path / "case.json"
    arguments = ["case", "--days", "0", "--config", "numpy-f64", "--json", str(rows), "--image", str(image)]
    assert main(arguments) == 0
    (day,) = json.loads(rows.read_text())
    assert day["verdict"] == "ROUNDOFF" and max(day["ps"], day["T_mid"], day["vort_bot"]) < 1e-14
    assert image.read_bytes().startswith(b"\x89PNG") and "1000.0000" in capsys.readouterr().out


def test_a_day_that_differs_is_judged_so():
    good = case.Day(1.0, 1e-12, 0.0, 0.0, 1e5, 1e5, 0.0, 1.0)
    bad = case.Day(2.0, 2e-11, 0.0, 0.0, 1e5, 1e5, 0.0, 1.0)
    assert not case.Day(1.0, 1e-12, 0.0, 0.0, 1e5, 1e5, 2e-14, 1.0).ok
    assert good.ok and not bad.ok and not case.Day(2.0, np.nan, 0.0, 0.0, 1e5, 1e5, 0.0, 1.0).ok


def test_a_folder_without_daily_records_is_refused(tmp_path):
    with pytest.raises(BadInput):
        case.records([str(tmp_path)])
