"""The sections that every model's configuration has; HOMME's namelist words where it has one.

HOMME: namelist_mod, control_mod
"""

from __future__ import annotations

from dataclasses import dataclass

from .section import AUTO, Section, option


@dataclass(frozen=True)
class GridOptions(Section, name="grid"):
    """[grid]"""

    ne: int = option(4, "elements along a cube edge", least=2)
    cubed_sphere_map: int = option(2, "reference map: 0 gnomonic, 2 element-local", choices=(0, 2))
    constants: str = option("e3sm", "set of planet and gas constants", choices=("e3sm", "cam"))
    rearth: float = option(0.0, "radius of the planet; 0 is that of constants", "m", least=0.0)
    omega: float = option(
        float(AUTO), "rotation of the planet; -1: that of constants and case", "s-1", least=0.0, automatic=True
    )

    @property
    def nelem(self) -> int:
        """Elements of the mesh."""
        return 6 * self.ne**2


@dataclass(frozen=True)
class VerticalOptions(Section, name="vertical"):
    """[vertical]: a published set, HOMME's files, or a table of pysces.vertical.coordinate_files."""

    name: str = option("cam_l30", "published set of levels, where no file or table is given")
    vfile_int: str = option("", "file of interface coefficients")
    vfile_mid: str = option("", "file of midpoint coefficients")
    table: dict = option({}, "any other coordinate, for coordinate_from_table")
    nlev: int = option(0, "number of levels expected; 0 takes what the coordinate has", least=0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.table and (self.vfile_int or self.vfile_mid):
            raise ValueError("[vertical] has both a table and a file of levels; leave one of them out.")
        if self.vfile_mid and self.vfile_int.endswith(".toml"):
            raise ValueError("[vertical] vfile_mid does not go with a vfile_int in TOML, which has both; leave it out.")
        if self.vfile_mid and not self.vfile_int:
            raise ValueError("[vertical] vfile_mid needs vfile_int, the file of interface coefficients; give both.")


@dataclass(frozen=True)
class TimeOptions(Section, name="time"):
    """[time]"""

    tstep: float = option(0.0, "dynamics step; 0 chooses one", "s", least=0.0)
    ndays: float = option(1.0, "length of the run; superseded by nmax", "day", least=0.0)
    nmax: int = option(0, "length of the run in dynamics steps; 0 uses ndays", least=0)

    @property
    def steps_per_call(self) -> int:
        """Dynamics steps of one remap call."""
        return 1


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
class BackendOptions(Section, name="backend"):
    """[backend]"""

    name: str = option("numpy", "array library", choices=("numpy", "jax"))
    precision: int = option(64, "bits of a float", choices=(32, 64))
    cache: str = option("", "folder that keeps compiled jax programs for the next run; empty keeps none")
    platform: str = option(
        "", "jax platform; empty is jax's default", choices=("", "cpu", "gpu", "cuda", "rocm", "tpu")
    )
    ranks: int = option(0, "processes: MPI ranks on numpy, jax processes on jax; 0 is this one alone", least=0)
    devices: int = option(0, "jax devices of each process to spread elements over; 0 is one, undivided", least=0)


@dataclass(frozen=True)
class OutputOptions(Section, name="output"):
    """[output]"""

    file: str = option("", "NetCDF history; empty writes none")
    every_hours: float = option(24.0, "model time between records, rounded to whole remap calls", "hour", least=0.0)
    restart: str = option("", "restart file, written after every record; empty writes none")
