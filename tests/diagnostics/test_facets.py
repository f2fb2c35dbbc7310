"""Triangles on a map cover it, poles included, and carry the field's own values."""

import numpy as np
import pytest

from pysces.diagnostics.facets import facets
from pysces.geometry.grid import cubed_sphere_grid


def area(shape) -> float:
    """Of all triangles on the map [square degrees]."""
    (x0, x1, x2), (y0, y1, y2) = shape.lon.T, shape.lat.T
    return float(0.5 * np.abs((x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)).sum())


@pytest.mark.parametrize("ne", [2, 3, 4])
def test_the_map_is_covered_once(ne):
    """Even ne has a node at each pole, odd ne an element around it."""
    grid = cubed_sphere_grid(ne)
    shape = facets(np.degrees(grid.lon[..., 0]), np.degrees(grid.lat[..., 0]))
    assert abs(area(shape) / (360.0 * 180.0) - 1.0) < 1e-9
    assert np.ptp(shape.lon, axis=1).max() < 180.0 and shape.lat.max() == 90.0 and shape.lat.min() == -90.0


@pytest.mark.parametrize("ne", [2, 3])
def test_values_are_those_of_the_nodes(ne):
    grid = cubed_sphere_grid(ne)
    lat = np.degrees(grid.lat[..., 0])
    shape = facets(np.degrees(grid.lon[..., 0]), lat)
    height = np.sin(np.radians(shape.lat))
    off = np.abs(shape.values(np.sin(np.radians(lat))) - height)
    assert off[np.abs(shape.lat) < 90.0].max() < 1e-14 and off.max() < (1e-14 if ne == 2 else 0.03)
