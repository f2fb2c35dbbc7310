"""A small 4D-Var for the tests: shallow water at ne2, marched by a short scheme without viscosity."""

import numpy as np
import pytest

pytest.importorskip("jax")

from pysces.assimilation.background import Error, background_error
from pysces.assimilation.observations import observation, points_at, thickness, wind
from pysces.assimilation.variables import WaterFields
from pysces.assimilation.window import observed, window
from pysces.config.presets import preset
from pysces.driver.simulation import simulation


def small_run(devices=0):
    """A jet; devices spread its elements."""
    config = preset("shallow_water").with_options(ne=2, tstep=1800.0, tstep_type=1, case="galewsky", hypervis_order=0)
    return simulation(config.with_table({"backend": {"name": "jax", "devices": devices}}))


def small_error(run):
    """2 m/s, a fifth of it divergent, and 20 m, over 2000 km; most of what is balanced."""
    return background_error(run, WaterFields(Error(2.0, 2e6, divergent=0.2), Error(20.0, 2e6, balanced=0.9)))


def problem(run, covariance, values=None):
    """Twelve points that see wind and thickness at the start and after a call; the truth is what two calls make."""
    rng = np.random.default_rng(0)
    points = points_at(run, rng.uniform(-80.0, 80.0, 12), rng.uniform(0.0, 360.0, 12))
    kinds = [observation(points, wind, 1.0), observation(points, thickness, 10.0)]
    if values is None:
        exact = observed(run, run.dycore.run(run.state, 2), kinds, 2, run.dt_remap)
        values = [np.array(y + o.error * rng.standard_normal(y.shape)) for o, y in zip(kinds, exact)]
        values[0][0, :, 3] = np.nan
    return window(run, run.state, covariance, kinds, values, run.dt_remap, checkpoint=False)
