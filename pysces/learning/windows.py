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
from ..driver.simulation import Simulation
from ..io.history import read_history, read_record
from ..io.initial_file import read_initial
from ..vertical.coordinate import VerticalCoordinate
from .network import ColumnScales

SAME_TIME, SAME_LEVEL = 1e-4, 1e-6  # days; of the reference pressure
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
        ValueError where the history has no record at one of the times.
        """
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
        return self._native(int(found[0])) if self.native else self._of_columns(int(found[0]))

    def _native(self, record: int) -> AirFields:
        if self.run.state.tracer_mass is not None:
            raise ValueError("Histories of pysces give windows of dry runs alone; give one of CAM's layout.")
        u, v, temperature, ps = (read_record(self.path, name, record)[0] for name in ("u", "v", "Tv", "ps"))
        return AirFields(np.stack([u, v]), temperature, ps[..., None])

    def _of_columns(self, record: int) -> AirFields:
        where = self.run.where
        air = read_initial(self.path, where.grid, where.constants.p0, record)
        if not _same_levels(air.coordinate, where.coordinate):
            raise ValueError(
                f"{self.path} is on other levels than the run, {air.coordinate.nlev} and {where.coordinate.nlev} of "
                "them; regrid to the run's, or run on the file's."
            )
        vapor = None if self.run.state.tracer_mass is None else air.tracers["Q"]
        return AirFields(air.wind, air.temperature, air.surface_pressure, vapor)


def _same_levels(one: VerticalCoordinate, other: VerticalCoordinate) -> bool:
    """Whether both have the same interfaces, up to the digits of a file in single precision."""
    if one.nlev != other.nlev:
        return False
    parts = ((one.hyai * one.p0, other.hyai * other.p0), (one.hybi * one.p0, other.hybi * other.p0))
    return all(np.allclose(a, b, rtol=0.0, atol=SAME_LEVEL * one.p0) for a, b in parts)


def recorded(path: str | os.PathLike, run: Simulation) -> Recorded:
    """A history as data: of pysces, or of CAM's layout (U, V, T, PS on columns), on the mesh and levels of a run."""
    days = _days(path)
    try:
        read_record(path, "u", 0)
    except (IndexError, KeyError):
        return Recorded(os.fspath(path), run, days, native=False)
    return Recorded(os.fspath(path), run, days, native=True)


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
