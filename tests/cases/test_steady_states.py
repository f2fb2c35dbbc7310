"""Jablonowski-Williamson, solid-body rotation and rest over a mountain are steady: the tendency says how steady."""

import numpy as np
import pytest

from pysces.cases.initial_fields import virtual_potential_temperature_mass
from pysces.cases.jablonowski_williamson import jablonowski_williamson, jablonowski_williamson_steady
from pysces.cases.rest_over_mountain import rest_over_mountain
from pysces.cases.solid_body_rotation import solid_body_rotation, tilted_planet
from pysces.constants import E3SM
from pysces.geometry.grid import cubed_sphere_grid
from pysces.models.theta_l.hydrostatic import ThetaLHydrostatic
from pysces.models.theta_l.state import HydrostaticState
from pysces.operators.dss import dss
from pysces.vertical.coordinate import even_height, even_pressure, even_sigma

STILL = E3SM.replace(omega=0.0)


def _largest_acceleration(fields, grid, coordinate, constants) -> float:
    """Largest wind tendency [m s-2] after assembly."""
    state = HydrostaticState(fields.wind, virtual_potential_temperature_mass(fields, coordinate, constants), fields.dp)
    tendency = ThetaLHydrostatic(constants, coordinate, fields.phis).tendency(state, grid)
    return float(np.abs(dss(tendency.wind, grid)).max())


@pytest.mark.parametrize("alpha", [0.0, 0.8])
def test_solid_body_rotation_becomes_steady_at_third_order(alpha):
    coordinate = even_sigma(4)  # p / ps is the same everywhere: no vertical error
    errors = []
    for ne in (4, 8):
        grid = tilted_planet(cubed_sphere_grid(ne), E3SM, alpha)
        fields = solid_body_rotation(grid, coordinate, alpha=alpha)
        errors.append(_largest_acceleration(fields, grid, coordinate, E3SM))
    assert errors[1] < 2e-6 and np.log2(errors[0] / errors[1]) > 2.8


@pytest.mark.parametrize("nlev, ne, order", [(40, (4, 8), 2.0), ((5, 10), 8, 1.4)], ids=["mesh", "levels"])
def test_jablonowski_williamson_becomes_steady_with_mesh_and_levels(nlev, ne, order):
    """The forces that cancel are 4e-3 m s-2."""
    steps = zip(nlev, (ne, ne)) if isinstance(nlev, tuple) else zip((nlev, nlev), ne)
    errors = []
    for levels, elements in steps:
        grid, coordinate = cubed_sphere_grid(elements), even_pressure(levels, 0.01)
        errors.append(_largest_acceleration(jablonowski_williamson_steady(grid, coordinate), grid, coordinate, E3SM))
    assert errors[1] < 2e-5 and np.log2(errors[0] / errors[1]) > order


def test_jablonowski_williamson_published_values():
    """Surface heights at 0, 45 and 90 degrees and the surface jet (spec/cases.md 3.3)."""
    from types import SimpleNamespace

    lat = np.radians([0.0, 45.0, 90.0]).reshape(-1, 1, 1, 1)
    places = SimpleNamespace(lat=lat, lon=np.full_like(lat, np.pi))
    dcmip = E3SM.replace(radius=6.371229e6, omega=7.29212e-5, R_dry=287.0)
    fields = jablonowski_williamson_steady(places, even_pressure(2000, 0.01), dcmip)
    np.testing.assert_allclose(fields.phis.ravel() / dcmip.gravity, [112.8, -50.2, -315.5], atol=0.1)
    assert abs(fields.wind[0, 1, 0, 0, -1] - 8.38) < 0.05


def test_jablonowski_williamson_gust_is_local():
    grid, coordinate = cubed_sphere_grid(4), even_pressure(3, 0.1)
    gust = jablonowski_williamson(grid, coordinate).wind - jablonowski_williamson_steady(grid, coordinate).wind
    south = grid.lat[..., 0] < -0.2
    assert 0.5 < gust[0].max() <= 1.0 and np.abs(gust[0][south]).max() < 1e-10 and not gust[1].any()


def test_air_at_rest_over_flat_ground_stays_at_rest():
    coordinate = even_height(10, 12000.0, lapse_rate=0.0065)
    grid = cubed_sphere_grid(2, STILL)
    fields = rest_over_mountain(grid, coordinate, STILL, height=0.0)
    assert _largest_acceleration(fields, grid, coordinate, STILL) < 1e-14


def test_air_at_rest_over_a_mountain_accelerates_less_with_more_levels():
    """Second order in the layer thickness: the mesh resolves this mountain."""
    grid, errors = cubed_sphere_grid(4, STILL), []
    for nlev in (10, 20):
        coordinate = even_height(nlev, 12000.0, lapse_rate=0.0065)
        fields = rest_over_mountain(grid, coordinate, STILL, half_width=np.pi / 2)
        errors.append(_largest_acceleration(fields, grid, coordinate, STILL))
    assert errors[0] < 1e-5 and np.log2(errors[0] / errors[1]) > 1.8


def test_the_mountain_has_its_published_height():
    from types import SimpleNamespace

    summit = SimpleNamespace(lat=np.zeros((1, 1, 1, 1)), lon=np.full((1, 1, 1, 1), 1.5 * np.pi))
    fields = rest_over_mountain(summit, even_height(4, 12000.0, lapse_rate=0.0065), E3SM)
    assert abs(fields.phis.item() - 2000.0 * E3SM.gravity) < 1e-9 and abs(fields.ps.item() - 79226.0) < 5.0


def test_solid_body_rotation_is_in_gradient_wind_balance():
    """u (f + u tan(lat) / a) + R T / a d ln(ps) / d lat = 0; central differences leave 2e-11 of 2.6e-3 m s-2."""
    from types import SimpleNamespace

    lat, h = np.linspace(-1.4, 1.4, 15).reshape(-1, 1, 1, 1), 1e-4
    ps, wind = {}, {}
    for step in (-h, 0.0, h):
        places = SimpleNamespace(lat=lat + step, lon=np.full_like(lat, 2.0))
        fields = solid_body_rotation(places, even_sigma(2), E3SM, speed=35.0, temperature=280.0)
        ps[step], wind[step] = fields.ps, fields.wind[0, ..., :1]
    u, c = wind[0.0], E3SM
    turning = u * (2 * c.omega * np.sin(lat) + u * np.tan(lat) / c.radius)
    force = c.R_dry * 280.0 / c.radius * np.log(ps[h] / ps[-h]) / (2 * h)
    assert np.abs(turning).max() > 1e-3 and np.abs(turning + force).max() < 1e-10


def test_jablonowski_williamson_is_in_thermal_wind_balance():
    """d/d eta [u (f + u tan(lat) / a)] = R / (a eta) dT/d lat; central differences leave 8e-11 of 5.6e-3 m s-2."""
    from types import SimpleNamespace

    lat, h, c = np.linspace(-1.4, 1.4, 15).reshape(-1, 1, 1, 1), 1e-4, E3SM
    middles = np.array([0.25, 0.5, 0.8, 0.95])

    def fields(step, e):
        levels = SimpleNamespace(etam=e, nlev=e.size, dp_ref=lambda ps: 0.0 * ps + 0.0 * e)
        places = SimpleNamespace(lat=lat + step, lon=np.full_like(lat, 2.0))
        return jablonowski_williamson_steady(places, levels, c)

    def turning(e):
        u = fields(0.0, e).wind[0]
        return u * (2 * c.omega * np.sin(lat) + u * np.tan(lat) / c.radius)

    shear = (turning(middles + h) - turning(middles - h)) / (2 * h)
    slope = (fields(h, middles).temperature - fields(-h, middles).temperature) / (2 * h)
    force = c.R_dry / (c.radius * middles) * slope
    assert np.abs(shear).max() > 1e-3 and np.abs(shear - force).max() < 5e-10
