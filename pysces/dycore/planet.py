"""A dycore on a planet that turns or measures otherwise, rebuilt from the copies that grid and equations hold.

``dycore.equations.constants.omega`` and ``radius`` are what the grid was built from: what acts are the grid's own
Coriolis parameter, radius and tensors. Changing the constants alone changes nothing, and its derivative is zero.
"""

from __future__ import annotations

from typing import Any, TypeVar

from ..arrays.backend import Array, is_traced
from ..geometry.grid import Grid

D = TypeVar("D", bound=Any)  # a Dycore


def with_planet(dycore: D, omega: Array | None = None, radius: Array | None = None) -> D:
    """The dycore with another rotation rate [s-1] or radius [m] of the planet wherever either acts.

    Differentiable in both. Values that are not changed leave every bit as it is.

    Raises
    ------
    ValueError for a rotation where the planet does not turn, or a model without constants: nothing tells what to turn.
    """
    constants = getattr(dycore.equations, "constants", None)
    if constants is None:
        raise ValueError("with_planet needs equations with constants of a planet, found none; change the grid itself.")
    grid = dycore.grid
    if omega is not None:
        if not is_traced(constants.omega) and float(constants.omega) == 0.0:
            raise ValueError("with_planet scales the rotation, found omega = 0; build the run with [grid] omega first.")
        grid = grid.replace(coriolis_parameter=grid.coriolis_parameter * (omega / constants.omega))
        constants = constants.replace(omega=omega)
    if radius is not None:
        grid = _resized(grid, radius, radius / constants.radius)
        constants = constants.replace(radius=radius)
    return dycore.replace(grid=grid, equations=dycore.equations.replace(constants=constants))


def _resized(grid: Grid, radius: Array, factor: Array) -> Grid:
    """The grid of a sphere of this radius, so many times that of its own; node spacings and tensors go along."""
    powers = {"viscosity_tensor": 4, "sponge_tensor": 2}
    tensors = {name: getattr(grid, name) * factor**n for name, n in powers.items() if getattr(grid, name) is not None}
    return grid.replace(
        radius=radius,
        inverse_radius=1.0 / radius,
        rigid_rotation_factor=grid.rigid_rotation_factor / factor,
        dx_short=grid.dx_short * factor,
        dx_long=grid.dx_long * factor,
        **tensors,
    )
