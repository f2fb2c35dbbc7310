"""Windows of a history: states to start forecasts from, and what came after them.

A history is any NetCDF file on the nodes of the run's mesh with u, v, T (or Tv) and ps: one that pysces wrote, or an
analysis that `pysces regrid` has brought to the nodes. docs/use/learning.md says what is read of it.

Our own design.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from ..arrays.backend import to_numpy
from ..arrays.fields import field
from ..arrays.pytree import Tree, pytree, tree_map
from ..assimilation.variables import AirFields, change_of_variables
from ..cases.air_on_columns import VAPOR, AirOnColumns, dry_layers, moist_layers
from ..driver.simulation import Simulation
from ..geometry.columns import unit_vectors
from ..io.history import read_history, read_record, variables_of
from ..io.initial_file import read_initial
from ..vertical.coordinate import VerticalCoordinate, coordinate_from_interfaces
from .network import ColumnScales

SAME_TIME, SAME_LEVEL, SAME_PLACE = 1e-4, 1e-6, 1e-6  # days; of the reference pressure; of the radius
IN_A_DAY = {"day": 1.0, "hour": 24.0, "minute": 1440.0, "second": 86400.0}
LEAST_DEVIATION = 0.01  # of a level, over that of the level which varies most


@pytree
class Windows(Tree):
    """Several windows: states, and wind and temperature after equal leads.

    state : a ModelState whose arrays have a leading axis of windows.
    """

    state: Any = field("", "states at the starts")
    wind: Any = field("m s-1", "wind (window, lead, 2, elem, i, j, lev)")
    temperature: Any = field("K", "temperature (window, lead, elem, i, j, lev)")

    @property
    def count(self) -> int:
        """How many windows."""
        return self.temperature.shape[0]

    @property
    def leads(self) -> int:
        """How many times are seen of each."""
        return self.temperature.shape[1]

    def start(self, n: int) -> Any:
        """The state that one of them starts from."""
        return tree_map(lambda x: x[n], self.state)

    def chosen(self, which: Any, leads: int | None = None) -> Windows:
        """Some of the windows, and of each the first leads."""
        state = tree_map(lambda x: x[which], self.state)
        return Windows(state, self.wind[which][:, :leads], self.temperature[which][:, :leads])


@dataclass(frozen=True)
class Recorded:
    """Records of a history over a run's mesh and levels.

    run : what its states are for.   days : (record,) times.   native : whether pysces wrote it, under its own names.
    """

    path: str
    run: Simulation
    days: np.ndarray
    native: bool

    def windows(self, starts: Sequence[float] | np.ndarray, hours: float, leads: int) -> Windows:
        """Windows from starts (window,) [day], and what came every so many hours after, on the host.

        Raises
        ------
        ValueError where the history has no record at one of the times, or where no window or no lead is asked for.
        """
        if not len(starts) or leads < 1:
            raise ValueError(
                f"Windows need a start or more and leads >= 1, found {len(starts)} starts and leads = {leads}."
            )
        states = [self.state(start) for start in starts]
        after = [[self.fields(start + n * hours / 24.0) for n in range(1, leads + 1)] for start in starts]
        wind, temperature = (
            np.stack([np.stack([getattr(f, name) for f in window]) for window in after])
            for name in ("wind", "temperature")
        )
        return Windows(tree_map(lambda *x: np.stack(x), *states), wind, temperature)

    def state(self, day: float) -> Any:
        """The model's state at a record, on the reference levels of its surface pressure, as if time began there."""
        dycore, like = self.run.dycore, self.run.state
        fields = self.run.layout.host.asarray(self.fields(day))
        return to_numpy(change_of_variables(dycore).state(fields, like).replace(time=0.0 * like.time))

    def fields(self, day: float) -> AirFields:
        """Wind, temperature, surface pressure and, where the run carries some, water vapor of a record.

        Raises
        ------
        ValueError where the history has no record at that day.
        """
        found = np.flatnonzero(np.abs(self.days - day) < SAME_TIME)
        if not found.size:
            raise ValueError(
                f"{self.path} has no record at day {day:g}, its records run from day {self.days[0]:g} to "
                f"{self.days[-1]:g}; ask for other windows, or write records more often."
            )
        record, where = int(found[0]), self.run.where
        read = (
            self._of_a_run(record) if self.native else read_initial(self.path, where.grid, where.constants.p0, record)
        )
        return self._as_the_run_has_it(read)

    def _of_a_run(self, record: int) -> AirOnColumns:
        """What pysces wrote of theta-l: with T on columns, with virtual temperature on the nodes of elements."""
        there = variables_of(self.path)
        kind = "T" if "T" in there else "Tv"
        vapor = [name for name in (VAPOR, "q") if name in there]
        u, v, temperature, ps, *ratios = (read_record(self.path, n, record)[0] for n in ("u", "v", kind, "ps", *vapor))
        if kind == "Tv" and ratios:
            constants = self.run.where.constants
            temperature = temperature / (1.0 + (constants.R_vapor / constants.R_dry - 1.0) * ratios[0])
        self._check_places()
        hyai, hybi, p0 = read_history(self.path, "hyai", "hybi", "p0")
        coordinate = coordinate_from_interfaces(hyai, hybi, p0=float(p0))
        wind, tracers = np.stack([u, v]), dict.fromkeys(vapor and [VAPOR], *ratios)
        return AirOnColumns(wind, temperature, ps[..., None], False, coordinate, tracers)

    def _check_places(self) -> None:
        """ValueError where a history has other nodes than the run."""
        grid = self.run.where.grid
        lat, lon = read_history(self.path, "lat", "lon")
        alike = lat.shape == np.shape(grid.lat)[:3]
        if not alike or _apart(lat, lon, grid).max() > SAME_PLACE:
            raise ValueError(
                f"{self.path} has its nodes at other places than the run, on {len(lat)} elements, the run on "
                f"{len(grid.lat)}; give the run the file's mesh ([grid] ne, mesh, cubed_sphere_map)."
            )

    def _as_the_run_has_it(self, air: AirOnColumns) -> AirFields:
        """Surface pressure of moist air, and vapor per mass of the air that the run's layers count."""
        where = self.run.where
        if not _same_levels(air.coordinate, where.coordinate):
            raise ValueError(
                f"{self.path} is on other levels than the run, on {_levels(air.coordinate)}, the run on "
                f"{_levels(where.coordinate)}; regrid to the run's, or run on the file's."
            )
        dp, moist = moist_layers(air)
        ps = air.coordinate.ps(dp) if air.dry else air.surface_pressure
        if self.run.state.tracer_mass is None:
            return AirFields(air.wind, air.temperature, ps)
        if VAPOR not in air.tracers:
            raise ValueError(f"{self.path} has no vapor, which the run carries; give the history of a moist run.")
        ratios = dry_layers(air)[1] if change_of_variables(self.run.dycore).per_dry_air else moist
        return AirFields(air.wind, air.temperature, ps, ratios[VAPOR])


def _apart(lat: np.ndarray, lon: np.ndarray, grid: Any) -> np.ndarray:
    """How far (elem, i, j) nodes of a file [degree] are from those of a grid, as chords of the unit sphere."""
    return np.linalg.norm(
        unit_vectors(np.radians(lat), np.radians(lon)) - unit_vectors(grid.lat[..., 0], grid.lon[..., 0]), axis=-1
    )


def _levels(c: VerticalCoordinate) -> str:
    return f"{c.nlev} below {float(c.ptop):g} Pa"


def _same_levels(one: VerticalCoordinate, other: VerticalCoordinate) -> bool:
    """Whether both have the same interfaces, up to the digits of a file in single precision."""
    if one.nlev != other.nlev:
        return False
    parts = ((one.hyai * one.p0, other.hyai * other.p0), (one.hybi * one.p0, other.hybi * other.p0))
    return all(np.allclose(a, b, rtol=0.0, atol=SAME_LEVEL * one.p0) for a, b in parts)


def recorded(path: str | os.PathLike, run: Simulation) -> Recorded:
    """A history as data: of pysces, or of CAM's layout (U, V, T, PS on columns), on the mesh and levels of a run."""
    return Recorded(os.fspath(path), run, _days(path), native="u" in variables_of(path))


def _days(path: str | os.PathLike) -> np.ndarray:
    """The times of a history (record,), from its units."""
    (times,), units = read_history(path, "time"), read_record(path, "time", 0)[1]["units"]
    word = units.partition(" since ")[0].strip().removesuffix("s")
    if word not in IN_A_DAY:
        raise ValueError(f"{path} has times in {units!r}; give one with days, hours, minutes or seconds since a date.")
    return times / IN_A_DAY[word]


def column_scales(windows: Windows, dycore: Any) -> ColumnScales:
    """Mean and deviation, level by level, of what the windows start from; of water where the dycore has vapor."""
    starts = [to_numpy(air_of(dycore, windows.start(n))) for n in range(windows.count)]
    wind, temperature, ps = (np.stack([getattr(f, name) for f in starts]) for name in ("wind", "temperature", "ps"))
    vapor = None if starts[0].vapor is None else np.stack([f.vapor for f in starts])
    return ColumnScales(
        wind=_deviation(wind, (0, 2, 3, 4)),
        temperature=_deviation(temperature, (0, 1, 2, 3)),
        mean_wind=wind.mean(axis=(0, 2, 3, 4)),
        mean_temperature=temperature.mean(axis=(0, 1, 2, 3)),
        log_ps=np.maximum(np.log(ps).std(), LEAST_DEVIATION),
        mean_log_ps=np.log(ps).mean(),
        tracers=None if vapor is None else _deviation(vapor, (0, 1, 2, 3))[None],
    )


@jax.jit
def air_of(dycore: Any, state: Any) -> AirFields:
    """Wind, temperature, surface pressure and vapor of a state."""
    return change_of_variables(dycore).fields(state)


def _deviation(x: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    """Over axes, (..., lev); levels that hardly vary get a share of the largest, so that nothing is divided by zero."""
    found = x.std(axis=axes)
    return np.maximum(found, LEAST_DEVIATION * found.max() or 1.0)
