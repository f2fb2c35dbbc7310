"""The baroclinic wave in the forms whose speed is followed, set up as a user's run is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ..errors import BadInput

SINGLE = ("hydrostatic",)  # timed in single precision too
TRACERS = re.compile(r"hydrostatic, (\d+) tracers")  # any number of them, beside those in RUNS


def _with_tracers(number: int) -> tuple[str, dict[str, dict]]:
    return "theta_l", {"case": {"tracers": True, "qsize": number}}


RUNS: dict[str, tuple[str, dict[str, dict]]] = {
    "hydrostatic": ("theta_l", {}),
    "hydrostatic, 4 tracers": _with_tracers(4),
    "hydrostatic, 10 tracers": _with_tracers(10),
    "nonhydrostatic": ("theta_l", {"dynamics": {"theta_hydrostatic_mode": False}, "time": {"tstep_type": 9}}),
    "cam_se, 3 subcycles": ("cam_se", {"viscosity": {"hypervis_subcycle": 3}}),
}


def chosen(names: Sequence[str], option: str) -> list[str]:
    """The names of runs, all of RUNS where there is none; any number of tracers is known.

    Raises
    ------
    BadInput for one that is not, in words about an option of ``perf``.
    """
    for name in names:
        if name not in RUNS and not TRACERS.fullmatch(name):
            raise BadInput(f"perf {option} has no run {name!r}; it has {', '.join(map(repr, RUNS))}.")
    return list(names or RUNS)


def wave_config(name: str, ne: int) -> Any:
    """The configuration of a run on ne, two hyperviscosity subcycles unless RUNS says other."""
    from pysces.config.presets import preset

    found = TRACERS.fullmatch(name)
    model, tables = _with_tracers(int(found.group(1))) if found else RUNS[name]
    config = preset(model).with_options(ne=ne, tstep=min(600.0, 9000.0 / ne), hypervis_subcycle=2, rsplit=3)
    return config.with_table(tables)


def wave(name: str, ne: int) -> tuple[Any, Any]:
    """A run on ne as wave_config has it: (dycore, state) on NumPy."""
    return started(wave_config(name, ne))


def started(config: Any) -> tuple[Any, Any]:
    """(dycore, state) on NumPy."""
    from pysces.models.registry import find_model

    made = find_model(config.model).setup(config)
    return made.dycore, made.state
