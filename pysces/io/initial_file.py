"""The state a run starts from, in the layout of CAM-SE's and E3SM's initial files (ncdata).

U, V, T and tracers of (lev, ncol), PS or PSDRY and PHIS of (ncol), with or without time in front; the levels are the
file's own. With PS, which counts where both are, masses are those of moist air; with PSDRY alone, of dry air.

CAM: dyn_comp:read_inidat   E3SM: inidat   Docs: docs/use/initial_files.md
"""

from __future__ import annotations

import os

import numpy as np

from ..arrays.fields import metadata
from ..cases.air_on_columns import VAPOR, WATER, AirOnColumns
from ..cases.initial_fields import InitialFields
from ..geometry.grid import Grid
from ..vertical.coordinate import VerticalCoordinate, coordinate_from_interfaces
from .column_file import GRIDS, ColumnFile, Kind, opened
from .topography import surface_geopotential


def _kind(attribute: str, least: float, most: float, layers: bool = True) -> Kind:
    return Kind(metadata(InitialFields, attribute)["units"], least, most, layers)


WIND, TEMPERATURE = _kind("wind", -1000.0, 1000.0), _kind("temperature", 50.0, 5000.0)
SURFACE_PRESSURE = _kind("ps", 1.0e4, 1.0e7, layers=False)  # CAM's own check: less means hPa
RATIO, ANY_RATIO = _kind("q_moist", -0.5, 0.5), Kind("", -1e30, 1e30)
HYBRID = ("hyai", "hybi", "hyam", "hybm")


def read_initial(
    path: str | os.PathLike, grid: Grid, p0: float, record: int = -1, tracers: tuple[str, ...] = ()
) -> AirOnColumns:
    """The air of an initial file on the nodes of a grid.

    Parameters
    ----------
    path : the file.   p0 : reference pressure [Pa] where the file has no P0.   record : of time, -1 is the last.
    tracers : names of what else is read beside the water that is there.

    Raises
    ------
    ValueError in one sentence that says what is wrong with the file.
    """
    with opened(path, record) as file:
        coordinate = _levels(file, p0)
        dry = not file.has("PS") and file.has("PSDRY")
        return AirOnColumns(
            np.stack([file.field("U", WIND, grid), file.field("V", WIND, grid)]),
            file.field("T", TEMPERATURE, grid),
            file.field("PSDRY" if dry else "PS", SURFACE_PRESSURE, grid),
            dry,
            coordinate,
            {name: file.field(name, RATIO if name in WATER else ANY_RATIO, grid) for name in _names(file, tracers)},
            surface_geopotential(file, grid) if any(file.has(f"PHIS{ending}") for ending in GRIDS) else None,
        )


def read_levels(path: str | os.PathLike, p0: float = 1.0e5) -> VerticalCoordinate:
    """The levels of an initial file, over the reference pressure p0 [Pa]."""
    with opened(path) as file:
        return _levels(file, p0)


def tracers_of(path: str | os.PathLike, tracers: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Names of the water in a file, vapor first whether it is there or not, and of the further tracers."""
    with opened(path) as file:
        return _names(file, tracers)


def _names(file: ColumnFile, tracers: tuple[str, ...]) -> tuple[str, ...]:
    if not file.has(VAPOR):
        raise file.refusal(f"has no variable {VAPOR}", "give one that holds it, zero in dry air")
    water = tuple(name for name in WATER if file.has(name))
    return (*water, *(name for name in tracers if name not in water))


def _levels(file: ColumnFile, p0: float) -> VerticalCoordinate:
    found = {name: np.atleast_1d(np.squeeze(file.numbers(name))) for name in HYBRID}
    pressure = float(np.ravel(file.numbers("P0"))[0]) if file.has("P0") else p0
    if pressure != p0:
        raise file.refusal(f"has P0 = {pressure:g} Pa", f"[grid] constants have {p0:g} Pa: give levels for these")
    try:
        return coordinate_from_interfaces(**found, p0=pressure)
    except ValueError as error:
        raise ValueError(f"{file.path}: {error}") from None
