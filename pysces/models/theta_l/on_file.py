"""Tracers of theta-l by name, and its states as initial files hold them.

E3SM: inidat   HOMME: element_ops:set_thermostate
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...arrays.backend import Array, Backend
from ...cases.air_on_columns import VAPOR, AirOnColumns, air_of_layers
from ...cases.air_on_columns import WATER as WATER_IN_FILES
from ...cases.catalogue import has_clouds, tracer_contents
from ...cases.initial_fields import InitialFields
from ...dycore.dycore import ModelState
from ..model import World
from ..starts import NAMES, Start, check_suite
from ..suites import tracer_names
from .equations import ThetaLEquations
from .options import ThetaLConfig
from .temperature import temperature

WATER = {"q": "water vapor", "qc": "cloud water", "qr": "rain"}  # in the order of the tracers


def filled(config: ThetaLConfig, start: Start[InitialFields], where: World) -> Start[InitialFields]:
    """The start with qsize tracers, filled as HOMME fills them in the case; refused where a file brings its own."""
    case, number = config.case, config.case.qsize
    if not (case.tracers and number):
        return start
    if case.ncdata:
        raise ValueError(f"[case] has qsize = {number} and ncdata, whose tracers are in the file; give one of them.")
    ratios = tracer_contents(case.name, start.fields, where.grid, where.coordinate, number)
    water = [NAMES[name] for name in WATER][: 3 if has_clouds(case.name) else 1]
    names = [*water, *(f"Q{n + 1}" for n in range(len(water), number))]
    return replace(start, tracers=dict(zip(names, ratios)))


def carried_tracers(config: ThetaLConfig, start: Start[InitialFields]) -> tuple[str, ...]:
    """Names of the tracers; where there is more water than vapor, clouds and rain have the places the history names."""
    if not config.case.tracers:
        return ()
    if config.case.qsize:
        return tuple(start.tracers)
    suite, found = [NAMES[name] for name in tracer_names(config.physics)], list(start.tracers)
    if found == [VAPOR]:
        return tuple(suite)
    works_on = tracer_names(config.physics) if len(suite) > 1 or config.physics.suite != "none" else ()
    check_suite(config.physics.suite, works_on, found)
    placed = [NAMES[name] for name in WATER]
    return tuple(dict.fromkeys([*placed, *(name for name in WATER_IN_FILES if name in found), *found]))


def tracer_mass(start: Start[InitialFields], names: tuple[str, ...]) -> Array | None:
    """(tracer, elem, i, j, lev) [Pa] of what the start has of each; other water starts from nothing."""
    if not names:
        return None
    dp = start.fields.dp
    return np.stack([start.tracers[name] * dp if name in start.tracers else np.zeros_like(dp) for name in names])


def theta_l_air(equations: ThetaLEquations, state: ModelState, names: tuple[str, ...]) -> AirOnColumns:
    """A whole state as an initial file holds it: temperature from theta_v at the hydrostatic pressure of its layers.

    Parameters
    ----------
    equations : on the host.   state : on the host, in any precision.   names : of its tracers.
    """
    dynamics = Backend().asarray(state.dynamics)
    mass = np.zeros((0, *dynamics.dp.shape)) if state.tracer_mass is None else state.tracer_mass
    layers = (state.dynamics.dp, mass, False)
    air = temperature(dynamics, state.tracer_mass, equations)
    return air_of_layers(dynamics.wind, air, layers, names, equations.coordinate, equations.phis)
