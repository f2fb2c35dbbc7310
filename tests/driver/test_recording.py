"""A record's fields are computed in the thread that writes it, of the state that it is of, while the run goes on."""

import dataclasses
import threading
from contextlib import ExitStack

import numpy as np
import pytest

pytest.importorskip("netCDF4")
xarray = pytest.importorskip("xarray")

from pysces.config.presets import homme
from pysces.driver.simulation import simulation
from pysces.driver.streams import Recording

LEVELS = {"vertical": {"table": {"family": "even_pressure", "nlev": 4, "eta_top": 0.1}}}


def test_the_run_goes_on_while_a_record_is_computed(tmp_path):
    options = {"file": str(tmp_path / "s.nc"), "every_hours": 0.5, "fields": ["ps"]}
    run = simulation(homme(ne=2, ndays=1.0).with_table(LEVELS | {"output": {"stream": [options]}}))
    (stream,), goes_on, threads = run.streams, threading.Event(), []

    def observe(dycore, state):
        threads.append(threading.current_thread())
        assert threads[-1] is threading.main_thread() or goes_on.wait(60.0), "the run waits for its record"
        return stream.seen.observe(dycore, state)

    late = dataclasses.replace(stream, seen=dataclasses.replace(stream.seen, observe=observe))
    recording, states = Recording(dataclasses.replace(run, streams=(late,)), None), [run.state]
    with ExitStack() as files:
        recording.open(None, files)
        recording.begin(run.state)
        states.append(recording.advance(states[-1], 1))
        recording.write(states[-1], 1)
        states.append(recording.advance(states[-1], 1))
        goes_on.set()
        recording.write(states[-1], 2)
    assert [thread is threading.main_thread() for thread in threads] == [True, False, False]
    with xarray.open_dataset(tmp_path / "s.nc") as data:
        found = data.ps.values
    wanted = [stream.seen.on_columns(run.dycore, state, recording._nodes)["PS"][:, 0] for state in states]
    np.testing.assert_array_equal(found, wanted)
    assert np.ptp(found, axis=0).max() > 0.0
