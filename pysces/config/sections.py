"""A run's configuration: frozen sections whose fields are HOMME's namelist words, read from TOML; see namelist too.

Every wrong name, type or value is one sentence: what, what was found, what to do.
HOMME: namelist_mod, control_mod
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .section import AUTO, Section, _about, option


@dataclass(frozen=True)
class GridOptions(Section, name="grid"):
    """[grid]"""

    ne: int = option(4, "elements along a cube edge", least=2)
    cubed_sphere_map: int = option(2, "reference map: 0 gnomonic, 2 element-local", choices=(0, 2))
    constants: str = option("e3sm", "set of planet and gas constants", choices=("e3sm", "cam"))


@dataclass(frozen=True)
class VerticalOptions(Section, name="vertical"):
    """[vertical]: a published set, HOMME's files, or a table of pysces.vertical.coordinate_files."""

    name: str = option("cam_l30", "published set of levels; ignored when a file or table is given")
    vfile_int: str = option("", "file of interface coefficients")
    vfile_mid: str = option("", "file of midpoint coefficients")
    table: dict = field(default_factory=dict, metadata=_about("any other coordinate, for coordinate_from_table"))
    nlev: int = option(0, "number of levels expected; 0 takes what the coordinate has", least=0)


@dataclass(frozen=True)
class TimeOptions(Section, name="time"):
    """[time]"""

    tstep: float = option(0.0, "dynamics step; 0 chooses one", "s", least=0.0)
    ndays: float = option(1.0, "length of the run; superseded by nmax", "day", least=0.0)
    nmax: int = option(0, "length of the run in dynamics steps; 0 uses ndays", least=0)
    tstep_type: int = option(5, "time stepping scheme")
    rsplit: int = option(3, "tracer steps per vertical remap; 0 is vertically Eulerian", least=0)
    qsplit: int = option(1, "dynamics steps per tracer step", least=1)


@dataclass(frozen=True)
class ViscosityOptions(Section, name="viscosity"):
    """[viscosity]; -1 is nu for nu_div, nu_s, nu_q, nu_p (nu_p: 0 if vertically Eulerian), for nu the ne scaling."""

    nu: float = option(-1.0, "hyperviscosity of wind and theta", "m4 s-1")
    nu_div: float = option(-1.0, "hyperviscosity of the wind's divergence", "m4 s-1")
    nu_s: float = option(-1.0, "hyperviscosity of geopotential (nonhydrostatic)", "m4 s-1")
    nu_p: float = option(-1.0, "hyperviscosity of layer thickness", "m4 s-1")
    nu_q: float = option(-1.0, "hyperviscosity of tracers", "m4 s-1")
    nu_top: float = option(0.0, "viscosity of the sponge", "m2 s-1", least=0.0)
    hypervis_order: int = option(2, "order of the hyperviscosity: 2 is biharmonic, 0 none", choices=(0, 2))
    hypervis_subcycle: int = option(AUTO, "substeps of hyperviscosity per dynamics step; -1 chooses", least=-1)
    hypervis_subcycle_q: int = option(1, "substeps of tracer hyperviscosity", least=1)
    hypervis_subcycle_tom: int = option(0, "substeps of the sponge per dynamics step; 0 turns it off", least=0)
    hypervis_scaling: float = option(0.0, "exponent of the hyperviscosity tensor; 0 is constant", least=0.0)
    laplace_scaling: float = option(0.0, "exponent of the sponge tensor; 0 is constant", least=0.0)
    tom_sponge_start: float = option(0.0, "pressure where the sponge begins; 0 relates it to the top", "hPa", least=0.0)
    hv_ref_profiles: int = option(6, "reference state of the hyperviscosity", choices=(0, 1, 6))
    hv_theta_correction: int = option(0, "correct theta's diffusion along steep levels", choices=(0, 1))


@dataclass(frozen=True)
class DynamicsOptions(Section, name="dynamics"):
    """[dynamics]"""

    model: str = option("theta_l", "equations", choices=("theta_l", "cam_se"))
    theta_advect_form: int = option(1, "0 conservative, 1 advective, 2 their mean", choices=(0, 1, 2))
    pgrad_correction: int = option(1, "correct the pressure gradient over steep terrain", choices=(0, 1))
    vert_remap_q_alg: int = option(10, "vertical remap of tracers")
    vert_remap_u_alg: int = option(-2, "vertical remap of the dynamics; -2 is vert_remap_q_alg")
    limiter_option: int = option(9, "limiter of horizontal tracer transport", choices=(0, 4, 8, 9))
    se_pgf_formulation: int = option(1, "pressure-gradient form of CAM-SE", choices=(1, 2, 3))
    cam_compatible: bool = option(False, "with the defects of CAM-SE's code that docs/models/cam_se.md lists")


@dataclass(frozen=True)
class PhysicsOptions(Section, name="physics"):
    """[physics]"""

    suite: str = option(
        "none",
        "what forces the air, evaluated once a remap call (kessler: theta_l only)",
        choices=("none", "held_suarez", "large_scale_condensation", "reed_jablonowski", "kessler"),
    )
    ftype: int = option(
        2,
        "when HOMME applies it: 0, 2 at the start of a call; 4 tracers there, the rest before every step; else never",
        choices=(-1, 0, 1, 2, 3, 4),
    )


@dataclass(frozen=True)
class CaseOptions(Section, name="case"):
    """[case]"""

    name: str = option("baroclinic_wave", "test case (see pysces.cases.catalogue)")
    options: dict = field(default_factory=dict, metadata=_about("options of the case"))
    tracers: bool = option(False, "carry the case's water vapor as a tracer")


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
