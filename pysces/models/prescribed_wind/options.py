"""The options of tracers in a given wind.

HOMME: namelist_mod (prescribed_wind = 1)
"""

from __future__ import annotations

from dataclasses import dataclass

from ...config.run import RunConfig
from ...config.section import Section, option, section
from ...config.sections import CaseOptions, DynamicsOptions, SplitTimeOptions, VerticalOptions
from ...dycore.stability import HOMME_STABILITY
from ...stepping.tableaus import HOMME_TSTEP_TYPES
from ...vertical.remap.remap import VERT_REMAP_ALGS
from .cases import WINDS


@dataclass(frozen=True)
class Levels(VerticalOptions):
    """[vertical]: those of the cases, evenly spaced up to 12 km, where no others are said."""

    table: dict = option({"family": "dcmip2012", "test": "1_1", "nlev": 30}, "coordinate, for coordinate_from_table")

    def with_entries(self, entries: dict, usual: Section) -> Section:
        """A published set or a file takes the place of the usual table."""
        said = bool(entries.get("name") or entries.get("vfile_int"))
        own = isinstance(usual, Levels) and self.table == usual.table
        return super().with_entries(({"table": {}} if said and own else {}) | entries, usual)


@dataclass(frozen=True)
class Time(SplitTimeOptions):
    """[time]"""

    tstep_type: int = option(5, "time stepping scheme of the layers", choices=tuple(HOMME_TSTEP_TYPES))
    rsplit: int = option(1, "tracer steps per vertical remap", least=1)

    @property
    def stability(self) -> float | None:
        """Of the scheme, on the imaginary axis."""
        return HOMME_STABILITY.get(self.tstep_type)


@dataclass(frozen=True)
class Viscosity(Section, name="viscosity"):
    """[viscosity]"""

    nu_q: float = option(0.0, "hyperviscosity of tracers", "m4 s-1", least=0.0)


@dataclass(frozen=True)
class Dynamics(DynamicsOptions):
    """[dynamics]"""

    model: str = option("prescribed_wind", "equations", choices=("prescribed_wind",))
    vert_remap_q_alg: int = option(10, "vertical remap of tracers", choices=VERT_REMAP_ALGS)
    limiter_option: int = option(8, "limiter of horizontal tracer transport", choices=(0, 4, 8, 9))


@dataclass(frozen=True)
class Case(CaseOptions):
    """[case]"""

    name: str = option("deformation", "wind and tracers (see pysces cases)", choices=tuple(WINDS))
    options: dict = option({}, "it has none", choices=({},))
    qsize: int = option(0, "tracers, the first of the case's; 0: all of them", least=0)
    planet: float = option(0.0, "radius that the wind is written for; 0 is that of the mesh", "m", least=0.0)


@dataclass(frozen=True)
class PrescribedWindConfig(RunConfig):
    """A run of tracers in a given wind."""

    vertical: Levels = section(Levels)
    time: Time = section(Time)
    viscosity: Viscosity = section(Viscosity)
    dynamics: Dynamics = section(Dynamics)
    case: Case = section(Case)
