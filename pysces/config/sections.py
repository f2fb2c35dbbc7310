"""The sections that every model's configuration has; HOMME's namelist words where it has one.

HOMME: namelist_mod, control_mod
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

from .calendar import CALENDARS, FIRST_DAY, cf_calendar, check_date, time_units
from .section import AUTO, Section, option
from .streams import streams_of

FEWEST_ALONG_AN_EDGE = 2  # elements of a cubed sphere that runs
ELEMENT_LOCAL = 2  # the reference map of meshes from files
FILES = (  # options that name a file to read; not every model has all
    *(("grid", "mesh"), ("vertical", "vfile_int"), ("vertical", "vfile_mid")),
    *(("case", "topography"), ("case", "ncdata"), ("case", "branch")),
)


@dataclass(frozen=True)
class GridOptions(Section, name="grid"):
    """[grid]: a cubed sphere of ne, or the mesh of a file, whose ne is 0."""

    ne: int = option(4, "elements along a cube edge, at least 2; 0 with a mesh")
    mesh: str = option("", "Exodus file of a mesh of quadrilaterals; empty is the cubed sphere of ne")
    cubed_sphere_map: int = option(2, "reference map: 0 gnomonic, 2 element-local", choices=(0, 2))
    constants: str = option("e3sm", "set of planet and gas constants", choices=("e3sm", "cam"))
    rearth: float = option(0.0, "radius of the planet; 0 is that of constants", "m", least=0.0)
    omega: float = option(
        float(AUTO), "rotation of the planet; -1: that of constants and case", "s-1", least=0.0, automatic=True
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        self._check_mesh()

    def _check_mesh(self) -> None:
        """Refuse what is neither a cubed sphere nor the mesh of a file."""
        if not self.mesh and self.ne < FEWEST_ALONG_AN_EDGE:
            raise ValueError(f"[grid] ne must be at least {FEWEST_ALONG_AN_EDGE}, found {self.ne!r}; or name a mesh.")
        if self.mesh and self.ne:
            raise ValueError(
                f"[grid] has ne = {self.ne} and mesh = {self.mesh!r}, which has elements of its own; give one of them."
            )
        if self.mesh and self.cubed_sphere_map != ELEMENT_LOCAL:
            raise ValueError(
                f"[grid] cubed_sphere_map must be {ELEMENT_LOCAL} (element-local) with a mesh, found "
                f"{self.cubed_sphere_map}; leave it out."
            )

    def with_entries(self, entries: dict, usual: Section) -> Section:
        """With a mesh, ne is 0 and the map element-local unless they were said; without one they are the usual ones."""
        own, of_meshes = ({name: getattr(usual, name) for name in _OF_MESHES}, _OF_MESHES)
        before, after = (of_meshes, own) if self.mesh else (own, of_meshes)
        if "mesh" in entries and bool(entries["mesh"]) != bool(self.mesh):
            entries = {n: v for n, v in after.items() if getattr(self, n) == before[n]} | entries
        return dataclasses.replace(self, **entries)


_OF_MESHES = {"ne": 0, "cubed_sphere_map": ELEMENT_LOCAL}


@dataclass(frozen=True)
class VerticalOptions(Section, name="vertical"):
    """[vertical]: a published set, HOMME's files, or a table of pysces.vertical.coordinate_files; refuses two."""

    name: str = option("cam_l30", "published set of levels, where no file or table is given")
    vfile_int: str = option("", "file of interface coefficients: HOMME's ASCII, TOML, or NetCDF (.nc) with hyai, hybi")
    vfile_mid: str = option("", "file of midpoint coefficients")
    table: dict = option({}, "any other coordinate, for coordinate_from_table")
    nlev: int = option(0, "number of levels expected; 0 takes what the coordinate has", least=0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.table and (self.vfile_int or self.vfile_mid):
            raise ValueError("[vertical] has both a table and a file of levels; leave one of them out.")
        if self.vfile_mid and self.vfile_int.endswith((".toml", ".nc")):
            raise ValueError(
                "[vertical] vfile_mid does not go with a vfile_int that has both, in TOML or NetCDF; leave it out."
            )
        if self.vfile_mid and not self.vfile_int:
            raise ValueError("[vertical] vfile_mid needs vfile_int, the file of interface coefficients; give both.")


@dataclass(frozen=True)
class TimeOptions(Section, name="time"):
    """[time]"""

    tstep: float = option(0.0, "dynamics step; 0 chooses one", "s", least=0.0)
    ndays: float = option(1.0, "length of the run; superseded by nmax", "day", least=0.0)
    nmax: int = option(0, "length of the run in dynamics steps; 0 uses ndays", least=0)
    start_date: str = option(FIRST_DAY, "date of the start, from which files count their time: 2000-01-31")
    calendar: str = option("noleap", "calendar of dates", choices=CALENDARS)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_date(self.start_date, self.calendar)

    @property
    def units(self) -> dict[str, str]:
        """Units and calendar of time in files; CF asks what calendars of the world make of leap seconds."""
        calendar = cf_calendar(self.calendar)
        leap = {"units_metadata": "leap_seconds: none"} if calendar == "standard" else {}
        return {"units": time_units(self.start_date), "calendar": calendar, **leap}

    @property
    def steps_per_call(self) -> int:
        """Dynamics steps of one remap call."""
        return 1

    @property
    def stability(self) -> float | None:
        """How far along the imaginary axis the time stepping scheme is stable; None where that is not known."""
        return None

    def whole_calls_of(self, longest: float) -> float:
        """The largest step up to longest [s] that divides a day into whole remap calls."""
        return 86400.0 / (self.steps_per_call * math.ceil(86400.0 / (self.steps_per_call * longest)))


@dataclass(frozen=True)
class SplitTimeOptions(TimeOptions):
    """[time] of models whose remap calls hold several tracer steps, and those several dynamics steps."""

    rsplit: int = option(3, "tracer steps per vertical remap", least=1)
    qsplit: int = option(1, "dynamics steps per tracer step", least=1)

    @property
    def steps_per_call(self) -> int:
        """Dynamics steps of one remap call."""
        return self.qsplit * max(self.rsplit, 1)


@dataclass(frozen=True)
class DynamicsOptions(Section, name="dynamics"):
    """[dynamics]"""

    model: str = option("", "equations; it decides which other options there are")


@dataclass(frozen=True)
class CaseOptions(Section, name="case"):
    """[case]"""

    name: str = option("baroclinic_wave", "test case (see pysces.cases.catalogue)")
    options: dict = option({}, "options of the case")


@dataclass(frozen=True)
class AirCaseOptions(CaseOptions):
    """[case] of models of air, which may also start from files: docs/use/initial_files.md; refuses two of them."""

    topography: str = option("", "file of the surface geopotential (CAM's bnd_topo) in place of the case's own")
    ncdata: str = option("", "initial file of CAM-SE or E3SM to start from, in place of a case; it brings its levels")
    ncdata_record: int = option(-1, "record of time in ncdata, from 0; -1 is the last", least=0, automatic=True)
    ncdata_tracers: str = option("", "names of what is carried from ncdata beside its water, with spaces between")
    branch: str = option("", "restart whose state a new run starts from, at time 0, in place of the case's")

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.ncdata and (self.ncdata_tracers or self.ncdata_record >= 0):
            raise ValueError("[case] ncdata_record and ncdata_tracers belong to ncdata, found none; name a file.")
        if self.ncdata and self.branch:
            raise ValueError("[case] has ncdata and branch, and a run starts from one file; leave one of them out.")


@dataclass(frozen=True)
class BackendOptions(Section, name="backend"):
    """[backend]"""

    name: str = option("numpy", "array library", choices=("numpy", "jax"))
    precision: int = option(64, "bits of a float", choices=(32, 64))
    cache: str = option("", "folder that keeps compiled jax programs for the next run; empty keeps none")
    platform: str = option(
        "", "jax platform; empty is jax's default", choices=("", "cpu", "gpu", "cuda", "rocm", "tpu")
    )
    kernels: str = option(
        "xla", "what compiles element-local work of jax on a CPU: XLA, or the C compiler", choices=("xla", "native")
    )
    ranks: int = option(0, "processes: MPI ranks on numpy, jax processes on jax; 0 is this one alone", least=0)
    devices: int = option(0, "jax devices of each process to spread elements over; 0 is one, undivided", least=0)


@dataclass(frozen=True)
class OutputOptions(Section, name="output"):
    """[output]"""

    file: str = option("", "NetCDF history; empty writes none")
    every_hours: float = option(24.0, "model time between records, rounded to whole remap calls", "hour", least=0.0)
    restart: str = option("", "restart file, written after every record; empty writes none")
    initial: str = option("", "initial file (ncdata) of CAM-SE or E3SM, written at the end; empty writes none")
    layout: str = option(
        "ncol", "the history's: each node once, as CAM and HOMME, or all of each element", choices=("ncol", "element")
    )
    names: str = option(
        "", "whose names the fields have in files; empty: the model's own", choices=("", "homme", "cam")
    )
    stream: list = option([], "streams of output, each a table of its own: docs/use/output.md")

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "stream", streams_of(self.stream))
