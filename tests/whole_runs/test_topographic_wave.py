"""The topographic wave on a stretched mesh, both models: mass kept, the tensor's limit where it blows up."""

import numpy as np
import pytest

from pysces.config.presets import preset
from pysces.driver.simulation import march, simulation
from pysces.dycore.stability import FORWARD_EULER, Viscosities, stability_limits
from pysces.geometry.grid import unstructured_grid
from pysces.mesh.made import stretched_mesh
from pysces.models.model import World, own_planet
from pysces.operators.dss import dss, dss_wk
from pysces.operators.laplacians import biharmonic_wk
from pysces.vertical.coordinate import even_pressure

FOCUS = (2.0, 45.0, 106.0)
WIDE = {"across": 30.0, "height": 1000.0}


@pytest.mark.parametrize("model", ["theta_l", "cam_se"])
def test_mass_and_water_are_kept_on_a_stretched_mesh(model):
    """Round-off of sums: 1e-15 in twelve calls; ten days: docs/evidence/topographic_wave.md."""
    config = preset(model).with_options(
        case="topographic_wave", case_options=WIDE, hypervis_scaling=3.0, hypervis_subcycle=-1, tstep=0.0, ndays=0.25
    )
    planet = own_planet(config)
    grid = unstructured_grid(*stretched_mesh(2, *FOCUS), planet, hypervis_scaling=3.0)
    run = simulation(config, where=World(grid, even_pressure(5, 0.05), planet))
    start, *_, end = march(run)
    assert end.calls == 12 and abs(end.ps_min - start.ps_min) > 1.0
    assert abs(end.mass / start.mass - 1.0) <= 1e-14
    np.testing.assert_allclose(end.tracer_mass, start.tracer_mass, rtol=1e-14)


def test_two_hundred_substeps_are_stable_at_95_percent_of_the_limit_and_not_at_150():
    """The limit has a margin: the largest eigenvalue is 0.7 of what it takes, or more."""
    grid = unstructured_grid(*stretched_mesh(3, *FOCUS), hypervis_scaling=3.0)
    longest = FORWARD_EULER * stability_limits(grid, Viscosities(nu=1.0)).hyperviscosity
    start = dss(np.random.default_rng(0).standard_normal((54, 4, 4, 1)), grid)
    grown = {}
    for share in (0.95, 1.5):
        field = start
        for _ in range(200):
            field = field - share * longest * dss_wk(biharmonic_wk(field, grid, grid.viscosity_tensor), grid)
        grown[share] = np.abs(field).max() / np.abs(start).max()
    assert grown[0.95] <= 1.0 and grown[1.5] > 1e3
