"""Where a run starts: a case of the catalogue, over its own surface or one from a file, or the air of a file.

E3SM: inidat, for files; that a case may stand in another one's place is our own design
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

from ..cases.air_on_columns import VAPOR, AirOnColumns, dry_air_fields, dry_layers, moist_air_fields, moist_layers
from ..cases.catalogue import initial_dry_mass_fields, initial_fields
from ..cases.initial_fields import DryMassFields, InitialFields
from ..io.initial_file import read_initial
from ..io.topography import read_topography
from .model import World

Fields = TypeVar("Fields", InitialFields, DryMassFields)
NAMES = {"q": VAPOR, "qc": "CLDLIQ", "qr": "RAINQM"}  # of the tracers of suites, in initial files
FLAT = "[case] ncdata has no PHIS and no topography is given, so that the surface is flat."


@dataclass(frozen=True)
class Start(Generic[Fields]):
    """Initial fields of a model's own layers, and what a file adds to them.

    tracers : {name in initial files: mixing ratio (elem, i, j, lev)}; the vapor is there whatever else is.
    on_levels : whether the layers are the reference layers of their surface pressure.
    notes : a sentence for what was supposed.
    """

    fields: Fields
    tracers: dict[str, np.ndarray]
    on_levels: bool = True
    notes: tuple[str, ...] = ()


def moist_start(config: Any, where: World) -> Start[InitialFields]:
    """The start on layers of moist mass, of a configuration whose [case] is AirCaseOptions."""
    air, surface = _files(config, where)
    if air is None:
        case = config.case
        fields = initial_fields(case.name, where.grid, where.coordinate, where.constants, case.options, surface)
        return Start(fields, {VAPOR: fields.q_moist})
    return _of_air(air, moist_air_fields(air, where.constants), moist_layers(air)[1], surface, on_levels=not air.dry)


def dry_start(config: Any, where: World) -> Start[DryMassFields]:
    """The start on layers of dry mass."""
    air, surface = _files(config, where)
    if air is None:
        case = config.case
        fields = initial_dry_mass_fields(
            case.name, where.grid, where.coordinate, where.constants, case.options, surface
        )
        return Start(fields, {VAPOR: fields.q_dry})
    return _of_air(air, dry_air_fields(air), dry_layers(air)[1], surface, on_levels=air.dry)


def further_tracers(config: Any) -> tuple[str, ...]:
    """The names in [case] ncdata_tracers."""
    return tuple(config.case.ncdata_tracers.split())


def check_suite(suite: str, works_on: Sequence[str], carried: Sequence[str]) -> None:
    """Refuse a suite that works on water where more is carried than it knows."""
    more = [name for name in carried if name not in [NAMES[own] for own in works_on]]
    if works_on and more:
        raise ValueError(
            f"[physics] suite {suite!r} works on {', '.join(works_on)} alone, but [case] ncdata brings "
            f"{', '.join(more)}; leave the suite out, or take them out of the file."
        )


def with_water_of(suite: Sequence[str], tracers: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The tracers of a start, first those that a suite works on, in its order; what is not there is zero.

    tracers : by name, each (elem, i, j, lev) [1]; water vapor is among them.
    """
    nothing = np.zeros_like(tracers[VAPOR])
    return {NAMES[own]: tracers.get(NAMES[own], nothing) for own in suite} | tracers


def _files(config: Any, where: World) -> tuple[AirOnColumns | None, np.ndarray | None]:
    """The air and the surface that files bring."""
    air, surface = None, None
    if config.case.ncdata:
        air = read_initial(
            config.case.ncdata, where.grid, where.constants.p0, config.case.ncdata_record, further_tracers(config)
        )
    if config.case.topography:
        surface = read_topography(config.case.topography, where.grid)
    return air, surface


def _of_air(
    air: AirOnColumns, fields: Fields, tracers: dict[str, np.ndarray], surface: np.ndarray | None, on_levels: bool
) -> Start[Fields]:
    """A file's air over its own surface, or over that of another file; its pressure is taken to be meant for it."""
    if surface is not None:
        return Start(fields.replace(phis=surface), tracers, on_levels)
    return Start(fields, tracers, on_levels, (FLAT,) if air.phis is None else ())
