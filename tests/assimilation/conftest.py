"""Small runs on jax that the tests of assimilation share."""

import pytest

pytest.importorskip("jax")

from pysces.assimilation.background import Error, background_error
from pysces.assimilation.variables import WaterFields
from pysces.config.presets import preset
from pysces.driver.simulation import simulation


@pytest.fixture(scope="session")
def water():
    """Shallow water at ne2: a jet."""
    return simulation(preset("shallow_water").with_options(ne=2, tstep=3600.0, case="galewsky", backend="jax"))


@pytest.fixture(scope="session")
def water_error(water):
    """B^1/2 of it: 2 m/s and 20 m, over 2000 km."""
    return background_error(water, WaterFields(wind=Error(2.0, 2e6), thickness=Error(20.0, 2e6)))
