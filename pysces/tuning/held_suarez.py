"""Twin experiment: Held and Suarez' numbers found from three days of the weather that they make.

Equations: Held & Suarez (1994), doi:10.1175/1520-0477(1994)075<1825:APFTIO>2.0.CO;2
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..arrays.backend import Array
from ..assimilation.variables import change_of_variables
from ..driver.forced import forced_config
from ..driver.kept_run import kept_run
from ..dycore.dycore import Dycore
from ..dycore.state import ModelState
from .distinct import once
from .parameters import Parameter
from .problem import Problem, Window, observed

DAY = 86400.0
TEMPERATURE_ERROR, WIND_ERROR = 1.0, 1.0  # K, m s-1
NAMES = ("k_f", "k_a", "k_s", "delta_T_y", "delta_theta_z")
OFF_BY = (1.3, 0.7, 1.3, 0.7, 1.3)  # first guesses over the truth
UNITS = {"k_f": "s-1", "k_a": "s-1", "k_s": "s-1", "delta_T_y": "K", "delta_theta_z": "K"}
SUITE = "forcing.suite"


@dataclass(frozen=True)
class ForcedTwin:
    """A truth, the state that it has spun up to, and what was seen of it from there on, without errors.

    seen : {"temperature" [K], "wind" [m s-1]}, (time, ..., elem, i, j, lev).
    """

    dycore: Dycore
    state: ModelState
    seen: dict[str, Array]
    calls: int
    every: int

    def truth(self, name: str) -> float:
        """The number that the forcing has."""
        suite: Any = getattr(self.dycore.forcing, "suite", None)
        return float(getattr(suite, name))

    def problem(self, off_by: tuple[float, ...] = OFF_BY) -> Problem:
        """The search for all five from first guesses that are off by these factors."""
        guesses = {name: factor * self.truth(name) for name, factor in zip(NAMES, off_by, strict=True)}
        parameters = tuple(Parameter(n, x, (f"{SUITE}.{n}",), units=UNITS[n]) for n, x in guesses.items())
        errors = {"temperature": TEMPERATURE_ERROR, "wind": WIND_ERROR}
        deviation = {name: once(error, self.dycore.grid) for name, error in errors.items()}
        window = Window(self.state, self.seen, deviation, temperature_and_wind, self.calls, self.every)
        return Problem(parameters, self.dycore, window)


def forced_twin(
    folder: Path,
    ne: int = 4,
    spin_up: float = 100.0,
    days: float = 3.0,
    every_hours: int = 12,
    say: Callable[[str], None] = print,
) -> ForcedTwin:
    """Weather of a spin-up [day], kept in folder, seen every few hours for so many days."""
    kept = kept_run(forced_config(ne, spin_up), f"held_suarez_ne{ne}", folder, say=say)
    dycore, state = kept.run.dycore, kept.run.state
    every = round(3600.0 * every_hours / kept.run.dt_remap)
    calls = round(days * DAY / kept.run.dt_remap)
    seen = observed(dycore, state, temperature_and_wind, calls, every)
    return ForcedTwin(dycore, state, seen, calls, every)


def temperature_and_wind(dycore: Any, state: ModelState) -> dict[str, Array]:
    """Temperature (elem, i, j, lev) [K] and wind (2, elem, i, j, lev) [m s-1]."""
    fields = change_of_variables(dycore).fields(state)
    return {"temperature": fields.temperature, "wind": fields.wind}
