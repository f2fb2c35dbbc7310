"""Two vortices of one sign in geostrophic balance on a doubly periodic plane, near enough to wind round each other.

    h = depth - lowering (e_1 + e_2 - 4 pi s^2),   e_k = exp(-(X_k^2 + Y_k^2) / 2),
    X_k = sin(pi (x - x_k) / L_x) / (pi s),

f v = g dh/dx and f u = - g dh/dy, with the size s and the places x_k as shares of the plane.

Equations: Bauer & Cotter (2018), doi:10.1016/j.jcp.2018.06.071, section 4
HOMME: shallow_water_mod:planar_dbl_vrtx_init_state
"""

from __future__ import annotations

import numpy as np

from ...constants import E3SM, Constants
from ...geometry.grid import Grid
from .fields import ShallowFields, places

SIZE = 3.0 / 40.0  # of a vortex
OFFSET = 0.1  # of their centres from the middle of the plane, along both axes


def double_vortex(
    grid: Grid, constants: Constants = E3SM, depth: float = 750.0, lowering: float = 75.0
) -> ShallowFields:
    """The pair in the middle of the plane; depth : mean, of the water [m].   lowering : of its surface in a vortex [m].

    Raises
    ------
    ValueError in one sentence where nothing turns, so that nothing can be in balance, or no water is left.
    """
    x, y = places(grid)
    f, g = float(np.asarray(grid.coriolis_parameter).flat[0]), constants.gravity
    if f == 0.0:
        raise ValueError("Case 'double_vortex' is in balance with [grid] fcor, found 0; give one.")
    height, slopes = np.full_like(x, -4.0 * np.pi * SIZE**2), np.zeros((2, *x.shape))
    for centre in (-OFFSET, OFFSET):
        pairs = [_distance(a, centre) for a in (x, y)]
        bump = np.exp(-0.5 * (pairs[0][0] ** 2 + pairs[1][0] ** 2))
        height = height + bump
        slopes += np.stack([-bump * half_slope for _, half_slope in pairs])
    phi = -g * lowering * height
    if not (phi + g * depth).min() > 0.0:
        raise ValueError("Case 'double_vortex' leaves no water in its vortices; use more depth or less lowering.")
    east, north = -lowering * slopes  # of the height of the surface
    return ShallowFields(g / f * np.stack([-north, east]), phi, np.zeros_like(x), g * depth)


def _distance(x: np.ndarray, centre: float) -> tuple[np.ndarray, np.ndarray]:
    """The periodic distance from a centre in sizes, and d/dx of half its square [m-1]."""
    length = np.ptp(x)
    turned = np.pi * (x / length - centre)
    return np.sin(turned) / (np.pi * SIZE), np.sin(2.0 * turned) / (2.0 * np.pi * SIZE**2 * length)
