"""CAM-SE's scalar variable viscosity: each element's hyperviscosity by its longest node spacing.

Equations: Zarzycki et al. (2014), doi:10.1175/JCLI-D-13-00435.1
CAM-SE: global_norms_mod:print_cfl (hypervis_power, fine_ne, max_hypervis_courant)
"""

from __future__ import annotations

import numpy as np

from ...config.section import AUTO
from ...dycore.stability import LAMBDA_VISCOSITY
from ...geometry.grid import Grid, continuous_bilinear
from ..viscosity import ChosenNu, cam_nu, uniform_nu

SPACING_OF_NE1 = 111.28 * 30.0  # km, as CAM-SE counts


def scalar_nu(given: float, fine_ne: int, grid: Grid) -> ChosenNu:
    """The hyperviscosity given, or CAM-SE's where spacing is that of fine_ne.

    Raises
    ------
    ValueError on a mesh that is no cubed sphere, where neither is given.
    """
    if given == AUTO and fine_ne > 0:
        return ChosenNu(uniform_nu(fine_ne, float(grid.radius)), f"CAM-SE's for fine_ne = {fine_ne}")
    if given == AUTO and not grid.ne:
        raise ValueError(
            "[viscosity] nu = -1 with hypervis_power has no spacing to choose for on this mesh; give nu, or fine_ne."
        )
    return cam_nu(given, grid, 0.0)


def viscosity_factor(
    grid: Grid, power: float, fine_ne: int, max_courant: float = np.inf, dt_nu: float = 0.0
) -> np.ndarray:
    """(elem, i, j, 1): root of what multiplies hyperviscosity, continuous and bilinear in each element.

    Parameters
    ----------
    power : hypervis_power, exponent of an element's longest node spacing over the reference spacing.
    fine_ne : reference spacing is that of this uniform mesh; -1 takes the smallest of the longest spacings.
    max_courant : largest Courant number of an element; its factor is reduced to it.
    dt_nu : substep times the largest coefficient [m4].

    CAM-SE: global_norms_mod:print_cfl
    """
    longest = np.asarray(grid.dx_long)
    reference = SPACING_OF_NE1 / fine_ne if fine_ne > 0 else longest.min()
    factor = np.sqrt((longest / reference) ** power)
    largest = LAMBDA_VISCOSITY[grid.npts] * (np.asarray(grid.norm_inverse) * float(grid.inverse_radius)) ** 2
    courant = dt_nu * factor**2 * largest**2
    with np.errstate(divide="ignore"):
        stable = np.sqrt(max_courant / (dt_nu * largest**2))
    factor = np.where(courant > max_courant, stable, factor)
    everywhere = np.broadcast_to(factor[:, None, None], np.shape(grid.mass_matrix)[:-1])
    return continuous_bilinear(everywhere, grid)
