"""How strong the wave of case 6 is and where it stands: a field near 45 N as a sum of waves around the sphere.

The case: Williamson et al. (1992), doi:10.1016/S0021-9991(05)80016-6; how its wave is measured is our own design
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...geometry.grid import Grid
from ...operators.integrals import global_mean
from .fields import places
from .williamson import WAVES

LATITUDE, WIDTH = 45.0, 15.0  # degrees; of the Gaussian that weighs latitudes


class Wave(NamedTuple):
    """One zonal wave.

    amplitude : in the field's unit.   phase : longitude of a crest [degree], between -180 / number and 180 / number.
    """

    amplitude: float
    phase: float


def zonal_wave(field: np.ndarray, grid: Grid, number: int = WAVES) -> Wave:
    """The wave of a number of crests in a field (elem, i, j, 1) [any unit] on a whole grid, near 45 N."""
    lon, lat = places(grid)
    weight = np.exp(-(((np.degrees(lat) - LATITUDE) / WIDTH) ** 2))
    parts = [global_mean(weight * field * f(number * lon), grid)[0] for f in (np.cos, np.sin)]
    coefficient = 2.0 * complex(*map(float, parts)) / float(global_mean(weight, grid)[0])
    return Wave(abs(coefficient), float(np.degrees(np.angle(coefficient)) / number))
