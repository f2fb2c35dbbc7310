"""Observations at every node of a mesh, of which shared ones must not count twice.

Our own design.
"""

from __future__ import annotations

import numpy as np

from ..geometry.columns import columns_of
from ..geometry.grid import Grid


def once(deviation: float, grid: Grid) -> np.ndarray:
    """(elem, i, j, 1) [U] an observation error at one copy of every distinct node, and infinite at the others."""
    spread = np.full(grid.lat.size, np.inf)
    spread[columns_of(grid).node] = deviation
    return spread.reshape(grid.lat.shape)
