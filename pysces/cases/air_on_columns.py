"""Air as initial files of CAM-SE and E3SM hold it, and what each model's layers make of it.

A file holds surface pressure and mixing ratios, both of moist air (PS) or both of dry air (PSDRY); layers follow from
the surface pressure and the levels. Mass of moist air is mass of dry air times the sum S of 1 and the dry mixing ratios
of all water; where one kind of layers is made of the other, T and winds stay those of their layers.

CAM: dyn_comp:read_inidat   E3SM: inidat
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ..constants import Constants
from ..vertical.coordinate import VerticalCoordinate
from .initial_fields import DryMassFields, InitialFields

VAPOR = "Q"
WATER = (VAPOR, "CLDLIQ", "CLDICE", "RAINQM", "SNOWQM", "GRAUQM")  # in the order of CAM's constituents
SAME_LAYERS = 200  # round-offs of surface pressure within which layers lie on the levels; moist air's and dry air's
# are 1e-4 of it apart, 800 round-offs in single precision


@dataclass(frozen=True)
class AirOnColumns:
    """Fields (elem, i, j, lev) of a file, its levels, and whether its masses are those of dry air.

    surface_pressure : (elem, i, j, 1) [Pa].   tracers : {name: mixing ratio} [kg kg-1].
    phis : (elem, i, j, 1) [m2 s-2], None where the file has none.
    """

    wind: np.ndarray
    temperature: np.ndarray
    surface_pressure: np.ndarray
    dry: bool
    coordinate: VerticalCoordinate
    tracers: Mapping[str, np.ndarray] = field(default_factory=dict)
    phis: np.ndarray | None = None

    @property
    def water(self) -> list[np.ndarray]:
        """Mixing ratios of all water."""
        return [q for name, q in self.tracers.items() if name in WATER]

    @property
    def dp(self) -> np.ndarray:
        """Thickness of the layers [Pa], of the air that the file counts."""
        return self.coordinate.dp_ref(self.surface_pressure)


def dry_layers(air: AirOnColumns) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """dp_dry (elem, i, j, lev) [Pa] and dry mixing ratios, in CAM's order of operations.

    CAM: dyn_comp:read_inidat
    """
    if air.dry:
        return air.dp, dict(air.tracers)
    factor = 1.0 / _less(air.water)
    tracers = {name: q * factor for name, q in air.tracers.items()}
    return air.dp * (1.0 / _more(tracers)), tracers


def moist_layers(air: AirOnColumns) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """dp (elem, i, j, lev) [Pa] of moist air and moist mixing ratios."""
    if not air.dry:
        return air.dp, dict(air.tracers)
    total = _more(air.tracers)
    return air.dp * total, {name: q / total for name, q in air.tracers.items()}


def moist_air_fields(air: AirOnColumns, constants: Constants) -> InitialFields:
    """The air for a core on layers of moist mass, phis flat where the file says nothing."""
    dp, tracers = moist_layers(air)
    q = tracers[VAPOR] if VAPOR in tracers else np.zeros_like(dp)
    virtual = air.temperature * (1.0 + (constants.R_vapor / constants.R_dry - 1.0) * q)
    ps = air.coordinate.ps(dp) if air.dry else air.surface_pressure
    return InitialFields(air.wind, air.temperature, virtual, dp, ps, _surface(air), q)


def dry_air_fields(air: AirOnColumns) -> DryMassFields:
    """The air for a core on layers of dry mass, phis flat where the file says nothing."""
    dp, tracers = dry_layers(air)
    q = tracers[VAPOR] if VAPOR in tracers else np.zeros_like(dp)
    ps = air.surface_pressure if air.dry else air.coordinate.ps(dp)
    return DryMassFields(air.wind, air.temperature, dp, ps, _surface(air), q)


def air_of_layers(
    wind: np.ndarray,
    temperature: np.ndarray,
    layers: tuple[np.ndarray, np.ndarray, bool],
    names: tuple[str, ...],
    coordinate: VerticalCoordinate,
    phis: np.ndarray,
) -> AirOnColumns:
    """A model's state as a file holds it: on levels of the mass that the layers follow, so that none is lost.

    Parameters
    ----------
    wind, temperature, phis : as in AirOnColumns.   names : of the tracers.
    layers : thickness (elem, i, j, lev) [Pa], tracer mass (tracer, elem, i, j, lev) [Pa], whether thickness is dry.

    Raises
    ------
    ValueError where the layers lie on the levels of neither mass.
    """
    dp, tracer_mass, dry = layers
    near = SAME_LAYERS * np.finfo(dp.dtype).eps
    dp, tracer_mass = dp.astype(np.float64), tracer_mass.astype(np.float64)
    water = sum((m for m, name in zip(tracer_mass, names) if name in WATER), np.zeros_like(dp))
    kinds = {dry: dp, not dry: dp + water if dry else dp - water}
    for kind, thickness in kinds.items():
        ps = coordinate.ps(thickness)
        if np.all(np.abs(thickness - coordinate.dp_ref(ps)) <= near * ps):
            tracers = {name: m / thickness for m, name in zip(tracer_mass, names)}
            return AirOnColumns(wind, temperature, ps, kind, coordinate, tracers, phis)
    raise ValueError("The layers lie on no levels, neither by moist nor by dry mass; no initial file can hold them.")


def _surface(air: AirOnColumns) -> np.ndarray:
    return np.zeros_like(air.surface_pressure) if air.phis is None else air.phis


def _less(water: list[np.ndarray]) -> np.ndarray | float:
    """Dry air per moist air."""
    rest: np.ndarray | float = 1.0
    for q in water:
        rest = rest - q
    return rest


def _more(tracers: Mapping[str, np.ndarray]) -> np.ndarray | float:
    """Moist air per dry air."""
    total: np.ndarray | float = 1.0
    for name, q in tracers.items():
        if name in WATER:
            total = total + q
    return total
