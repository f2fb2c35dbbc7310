"""The columns that `pysces-verify run` judges physics on lead it into every branch."""

import numpy as np
import pytest
from pysces_harness.inputs import physics as inputs

from pysces.physics.kessler import COURANT_NUMBER, DryLayers, fall_speed, saturation_mixing_ratio


def case(cases, name):
    """Inputs and settings of one of the cases."""
    (found,) = (c for c in cases if c.name == name)
    return found.inputs, found.settings


def substeps(x, settings):
    """(elem, i, j) of a case of Kessler."""
    share = x["dp_dry"] / x["dp3d"]
    vapor, _, rain = x["Q"] / share
    density = x["pmid"] / (x["T"] * (settings["rair"] + settings["rh2o"] * vapor))
    layers = DryLayers(x["pmid"], density, x["dp_dry"] / settings["gravit"])
    courant = fall_speed(rain, layers) * settings["dt"] * density / layers.mass
    return np.maximum(np.ceil((courant / COURANT_NUMBER).max(-1)), 1.0)


def both(condition, least=0.01):
    """Whether a condition holds somewhere, and fails somewhere, in at least a share of the points."""
    return least <= np.mean(condition) <= 1.0 - least


def test_kessler_meets_every_weather():
    x, settings = case(inputs.kessler_cases(), "every_weather")
    vapor, cloud, rain = x["Q"] * x["dp3d"] / x["dp_dry"]
    saturated = saturation_mixing_ratio(x["T"], x["pmid"])
    dry = vapor < saturated
    assert both(dry) and both(cloud > 1e-3) and both(rain > 0.0) and both(cloud == 0.0)
    assert np.any(dry & (rain > 1e-3)) and np.any(dry & (cloud > 1e-3)) and np.any(dry & (rain > 0) & (rain < 1e-8))
    assert np.any(~dry & (vapor < 1e-4)), "supersaturated, with next to no vapor"
    steps = substeps(x, settings)
    assert steps.min() == 1.0 and 5.0 < steps.max() < 100.0
    assert substeps(*case(inputs.kessler_cases(), "downpour")).max() > 20.0


@pytest.mark.parametrize("name", ["about_saturation", "far_above_saturation"])
def test_condensation_meets_warm_and_cold_air(name):
    x, _ = case(inputs.condensation_cases(), name)
    above = x["Q"][0] > saturation_mixing_ratio(x["T"], x["pmid"])
    assert np.any(above & (x["Q"][0] < 1e-4)) and np.any(above & (x["Q"][0] > 1e-2))
    assert both(above) or name != "about_saturation"


def test_reed_and_jablonowski_meet_breeze_and_gale_over_seas_of_all_latitudes():
    speed = [np.hypot(*case(inputs.reed_jablonowski_cases(), n)[0]["v"][..., -1]) for n in ("breeze", "gale")]
    assert np.mean(speed[0] < 20.0) > 0.9 and both(speed[1] < 20.0, 0.2)
    x, _ = case(inputs.reed_jablonowski_cases(), "breeze")
    inside = x["pint"][..., 1:-1] >= 85000.0
    assert np.all(inside.any(-1)) and np.all((~inside).any(-1)), "every column crosses the top of the boundary layer"
    assert np.ptp(x["T_sea"]) > 25.0 and both(x["T_sea"][..., 0] > x["T"][..., -1])


def test_held_and_suarez_meet_ground_stratosphere_and_poles():
    x, _ = case(inputs.held_suarez_cases(), "p_over_ps")
    assert both(x["pmid"] / x["pint"][..., -1:] > 0.7) and {0.0, np.pi / 2, -np.pi / 2} <= set(x["lat"].ravel())
    assert both(case(inputs.held_suarez_cases(), "levels")[0]["etam"] > 0.7)


def test_the_terminator_lies_in_the_columns():
    x, _ = case(inputs.terminator_cases(), "half_hour")
    sun = np.radians([20.0, 300.0])
    height = np.sin(x["lat"]) * np.sin(sun[0]) + np.cos(x["lat"]) * np.cos(sun[0]) * np.cos(x["lon"] - sun[1])
    assert both(height > 0.0, 0.2)
    assert np.any(x["Q"][0] == 0.0) and np.any(x["Q"][1] == 0.0)
