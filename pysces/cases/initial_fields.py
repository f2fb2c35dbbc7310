"""What a test case returns, before it becomes the state of one dynamical core.

Cases are evaluated once, in NumPy float64; move the result with ``Backend.asarray``.

HOMME: element_ops (set_thermostate), for what theta-l makes of them
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays.backend import Array
from ..arrays.fields import field
from ..arrays.pytree import Tree, pytree
from ..constants import Constants
from ..geometry.grid import Grid
from ..vertical.coordinate import VerticalCoordinate


@pytree
class InitialFields(Tree):
    """Fields on layers of moist mass (HOMME); 3-D fields (elem, i, j, lev), horizontal ones (elem, i, j, 1)."""

    wind: Array = field("m s-1", "eastward and northward wind", homme="v")
    temperature: Array = field("K", "temperature")
    virtual_temperature: Array = field("K", "virtual temperature")
    dp: Array = field("Pa", "pressure thickness of layers, moist air", homme="dp3d")
    ps: Array = field("Pa", "surface pressure", homme="ps_v")
    phis: Array = field("m2 s-2", "surface geopotential", homme="phis")
    q_moist: Array = field("kg kg-1", "water vapor per mass of moist air", homme="Q")


@pytree
class DryMassFields(Tree):
    """Fields on layers of dry mass (CAM-SE); shapes as InitialFields."""

    wind: Array = field("m s-1", "eastward and northward wind", cam="v")
    temperature: Array = field("K", "temperature", cam="T")
    dp_dry: Array = field("Pa", "pressure thickness of layers, dry air", cam="dp3d")
    ps_dry: Array = field("Pa", "surface pressure of the dry air", cam="psdry")
    phis: Array = field("m2 s-2", "surface geopotential", cam="phis")
    q_dry: Array = field("kg kg-1", "water vapor per mass of dry air", cam="Q")


def dry_fields(wind: Any, temperature: Array, ps: Array, phis: Array, coordinate: VerticalCoordinate) -> InitialFields:
    """InitialFields of dry air, everything broadcast to its full shape.

    wind [m s-1], temperature [K] : what broadcasts to (elem, i, j, lev).   ps [Pa], phis [m2 s-2] : (elem, i, j, 1).
    """
    shape = (*ps.shape[:-1], coordinate.nlev)
    u, v = (np.broadcast_to(component, shape) for component in wind)
    temperature = np.array(np.broadcast_to(temperature, shape))
    dp = np.array(np.broadcast_to(coordinate.dp_ref(ps), shape))
    return InitialFields(np.stack([u, v]), temperature, temperature, dp, ps, phis, np.zeros(shape))


def dry_mass_fields(fields: InitialFields) -> DryMassFields:
    """Dry InitialFields for a core that counts dry mass: the same without water, with which ValueError is raised."""
    if np.any(np.asarray(fields.q_moist) != 0.0):
        raise ValueError("Fields with water vapor cannot be relabelled as dry mass; call the case's dry-mass function.")
    return DryMassFields(fields.wind, fields.temperature, fields.dp, fields.ps, fields.phis, fields.q_moist)


def virtual_potential_temperature_mass(
    fields: InitialFields, coordinate: VerticalCoordinate, constants: Constants
) -> Array:
    """vtheta_dp (elem, i, j, lev) [K Pa]: virtual potential temperature times dp, at the mean pressure of a layer.

    HOMME: element_ops:set_state
    """
    a, b = ((hy[1:] + hy[:-1]) / 2 for hy in (coordinate.hyai, coordinate.hybi))
    return _at_pressure(fields, a * coordinate.p0 + b * fields.ps, constants)


def floating_potential_temperature_mass(
    fields: InitialFields, coordinate: VerticalCoordinate, constants: Constants
) -> Array:
    """vtheta_dp (elem, i, j, lev) [K Pa] of layers that do not lie on the levels over ps."""
    p = coordinate.ptop + np.cumsum(fields.dp, axis=-1) - fields.dp / 2
    return _at_pressure(fields, p, constants)


def _at_pressure(fields: InitialFields, p: Array, constants: Constants) -> Array:
    return fields.virtual_temperature * fields.dp * (p / constants.p0) ** (-constants.kappa)


def great_circle(lon: np.ndarray, lat: np.ndarray, lon_center: float, lat_center: float) -> np.ndarray:
    """Angle (elem, i, j, 1) from points lon, lat to a centre; all [radian]."""
    cosine = np.sin(lat_center) * np.sin(lat) + np.cos(lat_center) * np.cos(lat) * np.cos(lon - lon_center)
    return np.arccos(np.clip(cosine, -1.0, 1.0))


def coordinates(grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """Longitude and latitude (elem, i, j, 1) [radian] of a grid as NumPy float64."""
    return np.asarray(grid.lon, dtype=np.float64), np.asarray(grid.lat, dtype=np.float64)
