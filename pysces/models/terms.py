"""Terms of the momentum and thermodynamic equations that every model has."""

from __future__ import annotations

from ..arrays.backend import Array, namespace
from ..geometry.grid import Grid
from ..operators.strong import vorticity_sphere


def advection(wind: Array, gradient: Array) -> Array:
    return wind[0] * gradient[0] + wind[1] * gradient[1]


def vorticity_force(wind: Array, grid: Grid) -> Array:
    u, v = wind
    absolute_vorticity = vorticity_sphere(wind, grid) + grid.coriolis_parameter
    return namespace(u).stack([v * absolute_vorticity, -u * absolute_vorticity])
