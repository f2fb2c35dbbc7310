"""Surface geopotential from a file on the model's nodes, as CAM and E3SM name it in bnd_topo.

CAM: dyn_comp:set_phis   E3SM: inidat
"""

from __future__ import annotations

import os

import numpy as np

from ..arrays.fields import metadata
from ..cases.initial_fields import InitialFields
from ..geometry.grid import Grid
from .column_file import GRIDS, ColumnFile, Kind, opened

# 20 km below and 200 km above the sphere: any planet's
PHIS = Kind(metadata(InitialFields, "phis")["units"], -2.0e5, 2.0e6, layers=False)


def read_topography(path: str | os.PathLike, grid: Grid) -> np.ndarray:
    """Surface geopotential (elem, i, j, 1) [m2 s-2], one value for each distinct node.

    PHIS_gll (of ncol_gll) or PHIS_d (of ncol_d) count where they are, for PHIS is then that of the physics grid.

    Raises
    ------
    ValueError in one sentence that says what is wrong with the file.
    """
    with opened(path) as file:
        return surface_geopotential(file, grid)


def surface_geopotential(file: ColumnFile, grid: Grid) -> np.ndarray:
    """The same (elem, i, j, 1) [m2 s-2] of a file that is open."""
    name = next((f"PHIS{ending}" for ending in GRIDS if file.has(f"PHIS{ending}")), "PHIS")
    return file.field(name, PHIS, grid)
