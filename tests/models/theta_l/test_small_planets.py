"""What theory says of the nonhydrostatic cases, on meshes so coarse that each takes seconds.

Finer ones: docs/evidence/nonhydrostatic.md
"""

import warnings
from functools import cache

import numpy as np
import pytest

from pysces.config.presets import preset
from pysces.driver.simulation import simulation
from pysces.driver.small_planets import PUBLISHED

HYDROSTATIC = {"dynamics": {"theta_hydrostatic_mode": True}, "time": {"tstep_type": 5}}


def start(case, ne, nlev, seconds, tstep, form=None):
    """A run of a published case, on NumPy."""
    config = preset("theta_l").with_table(PUBLISHED[case].table(ne, nlev, 3))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return simulation(
            config.with_table({"time": {"tstep": tstep, "ndays": seconds / 86400.0}}).with_table(form or {})
        )


def end_of(run, seconds):
    return run.dycore.run(run.state, round(seconds / run.dt_remap))


@cache
def ringing(hydrostatic):
    """What an hour changes in potential temperature of the gravity wave (elem, i, j, lev), and where the nodes are."""
    run = start("gravity_wave", 4, 10, 3600.0, 20.0, HYDROSTATIC if hydrostatic else None)
    theta = [s.dynamics.vtheta_dp / s.dynamics.dp for s in (run.state, end_of(run, 3600.0))]
    grid = run.host.grid
    return theta[1] - theta[0], np.degrees(grid.lon[..., 0]) % 360.0, np.degrees(grid.lat[..., 0])


@pytest.mark.parametrize("expected", [72.0, 329.0])
def test_gusts_run_around_the_planet_as_fast_as_their_first_mode(expected):
    """N H / pi = 31.8 m/s against a wind of 20 m/s, for an hour; nodes are 8 degrees apart (spec/cases.md 5, 3-1)."""
    warmer, lon, lat = ringing(False)
    side = (abs(lat) < 1e-9) & (abs(lon - expected) < 40.0)
    front = lon[side][np.argmax(warmer[side][:, 5])]
    assert abs(front - expected) < 10.0
    assert 0.01 < warmer[side][:, 5].max() < 0.2  # K; a tenth of the gust that started it


def test_the_hydrostatic_gust_is_faster():
    """Short waves without inertia of w are as fast as long ones; with it they lag behind."""
    (moving, lon, lat), (still, *_) = ringing(False), ringing(True)
    equator = (abs(lat) < 1e-9) & (lon > 250.0)
    ahead = [np.argmax(field[equator][:, 5]) for field in (still, moving)]
    assert lon[equator][ahead[0]] > lon[equator][ahead[1]]
    assert 0.1 < abs(moving - still).max() / moving[equator].max() < 1.0


def test_both_forms_march_the_large_wave_alike():
    """On the Earth, where all motion is flat: w is 1e-3 m/s, and its inertia nothing."""
    config = preset("theta_l").with_options(ne=2, ndays=0.125)
    config = config.with_table({"vertical": {"table": {"family": "even_pressure", "nlev": 10, "eta_top": 0.02}}})
    ends = []
    for form in (HYDROSTATIC, {"dynamics": {"theta_hydrostatic_mode": False}, "time": {"tstep_type": 9}}):
        run = simulation(config.with_table(form))
        ends.append(run.dycore.run(run.state, 8).dynamics.wind)
    assert 1e-8 < abs(ends[0] - ends[1]).max() / abs(ends[0]).max() < 2e-5
