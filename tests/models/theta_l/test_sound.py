"""Vertical sound: explicit steps are refused where it makes them unstable, implicit ones say how hard they work."""

import math
import warnings

import numpy as np
import pytest

from pysces.config.presets import preset
from pysces.driver.simulation import simulation

LEVELS = {"vertical": {"table": {"family": "even_pressure", "nlev": 10, "eta_top": 0.02}}}


def config(**time):
    """The wave at ne2 L10, nonhydrostatic."""
    form = {"dynamics": {"theta_hydrostatic_mode": False}, "time": {"ndays": 0.0, **time}}
    return preset("theta_l").with_options(ne=2).with_table(LEVELS).with_table(form)


def limit_of(tstep_type):
    with pytest.raises(ValueError, match="sound through the thinnest layer") as refusal:
        simulation(config(tstep_type=tstep_type))
    assert "tstep = 600 s" in str(refusal.value) and "7, 9 or 10" in str(refusal.value)
    return float(str(refusal.value).split("at most ")[1].split(" s;")[0])


def test_the_longest_explicit_step_is_stable_and_15_percent_more_is_not():
    """Noise of w alone, which the thinnest layer lets ring at the highest frequency."""
    longest = limit_of(5)
    assert limit_of(4) == pytest.approx(longest * 4.0 / math.sqrt(15.0), rel=1e-3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run = simulation(config(tstep_type=5, tstep=0.99 * longest))
    noise = np.random.default_rng(0).normal(size=run.state.dynamics.w_i[:1, :1, :1].shape)
    noisy = run.state.dynamics.replace(w_i=run.state.dynamics.w_i + noise)
    grows = {}
    for part in (0.99, 1.15):
        step = run.dycore.replace(dt=np.float64(part * longest))
        state = noisy
        with np.errstate(all="ignore"):
            for _ in range(60):
                state = step.dynamics_step(step.equations, state)
        grows[part] = abs(state.w_i).max() / abs(noisy.w_i).max()
    assert grows[0.99] < 1.0 and not grows[1.15] < 1e2, grows


def test_a_run_with_implicit_stages_says_how_many_newton_steps_they_take():
    run = simulation(config(tstep_type=9))
    (steps,) = run.model.watch(run.host, run.state).others
    assert steps.name == "newton_steps" and steps.values == 1  # which sees that the start is in balance
