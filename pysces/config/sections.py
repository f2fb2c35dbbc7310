"""A run's configuration: frozen sections whose fields are HOMME's namelist words, read from TOML; see namelist too.

Every wrong name, type or value is one sentence: what, what was found, what to do.
HOMME: namelist_mod, control_mod
"""

from __future__ import annotations

import dataclasses
import tomllib
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

AUTO = -1  # HOMME's mark for "the default": the same as nu, or computed


def option(default, meaning: str, units: str = "", choices: tuple = (), least: float | None = None) -> Any:
    """A field of a section with what it means and what it may be."""
    return field(default=default, metadata=_about(meaning, units, choices, least))


def _about(meaning: str, units: str = "", choices: tuple = (), least: float | None = None) -> dict:
    return {"long_name": meaning, "units": units, "choices": choices, "least": least}


@dataclass(frozen=True)
class Section:
    """Base of the sections: checks types, choices and lower bounds when it is built."""

    def __post_init__(self):
        for f in dataclasses.fields(self):
            object.__setattr__(self, f.name, _checked(section_name(type(self)), f, getattr(self, f.name)))


@dataclass(frozen=True)
class GridOptions(Section):
    """[grid]"""

    ne: int = option(4, "elements along a cube edge", least=2)
    cubed_sphere_map: int = option(2, "reference map: 0 gnomonic, 2 element-local", choices=(0, 2))
    constants: str = option("e3sm", "set of planet and gas constants", choices=("e3sm", "cam"))


@dataclass(frozen=True)
class VerticalOptions(Section):
    """[vertical]: a published set, HOMME's files, or a table of pysces.vertical.coordinate_files."""

    name: str = option("cam_l30", "published set of levels; ignored when a file or table is given")
    vfile_int: str = option("", "file of interface coefficients")
    vfile_mid: str = option("", "file of midpoint coefficients")
    table: dict = field(default_factory=dict, metadata=_about("any other coordinate, for coordinate_from_table"))
    nlev: int = option(0, "number of levels expected; 0 takes what the coordinate has", least=0)


@dataclass(frozen=True)
class TimeOptions(Section):
    """[time]"""

    tstep: float = option(0.0, "dynamics step; 0 chooses one", "s", least=0.0)
    ndays: float = option(1.0, "length of the run; superseded by nmax", "day", least=0.0)
    nmax: int = option(0, "length of the run in dynamics steps; 0 uses ndays", least=0)
    tstep_type: int = option(5, "time stepping scheme")
    rsplit: int = option(3, "tracer steps per vertical remap; 0 is vertically Eulerian", least=0)
    qsplit: int = option(1, "dynamics steps per tracer step", least=1)


@dataclass(frozen=True)
class ViscosityOptions(Section):
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
class DynamicsOptions(Section):
    """[dynamics]"""

    model: str = option("theta_l", "equations", choices=("theta_l", "cam_se"))
    theta_advect_form: int = option(1, "0 conservative, 1 advective, 2 their mean", choices=(0, 1, 2))
    pgrad_correction: int = option(1, "correct the pressure gradient over steep terrain", choices=(0, 1))
    vert_remap_q_alg: int = option(10, "vertical remap of tracers")
    vert_remap_u_alg: int = option(-2, "vertical remap of the dynamics; -2 is vert_remap_q_alg")
    limiter_option: int = option(9, "limiter of horizontal tracer transport", choices=(0, 4, 8, 9))
    se_pgf_formulation: int = option(1, "pressure-gradient form of CAM-SE", choices=(1, 2, 3))
    cam_compatible: bool = option(False, "with the defects of CAM-SE's code that docs/cam_se.md lists")


@dataclass(frozen=True)
class PhysicsOptions(Section):
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
class CaseOptions(Section):
    """[case]"""

    name: str = option("baroclinic_wave", "test case (see pysces.cases.catalogue)")
    options: dict = field(default_factory=dict, metadata=_about("options of the case"))
    tracers: bool = option(False, "carry the case's water vapor as a tracer")


@dataclass(frozen=True)
class BackendOptions(Section):
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
class OutputOptions(Section):
    """[output]"""

    file: str = option("", "NetCDF history; empty writes none")
    every_hours: float = option(24.0, "model time between records, rounded to whole remap calls", "hour", least=0.0)
    restart: str = option("", "restart file, written after every record; empty writes none")


SECTIONS = {
    "grid": GridOptions,
    "vertical": VerticalOptions,
    "time": TimeOptions,
    "viscosity": ViscosityOptions,
    "dynamics": DynamicsOptions,
    "physics": PhysicsOptions,
    "case": CaseOptions,
    "backend": BackendOptions,
    "output": OutputOptions,
}


def section_name(section: type) -> str:
    """The name under which a section class stands in a file."""
    return next(name for name, cls in SECTIONS.items() if cls is section)


@dataclass(frozen=True)
class RunConfig:
    """Everything that defines a run; presets.homme() and presets.cam_se() start from each model's usual choices."""

    grid: GridOptions = field(default_factory=GridOptions)
    vertical: VerticalOptions = field(default_factory=VerticalOptions)
    time: TimeOptions = field(default_factory=TimeOptions)
    viscosity: ViscosityOptions = field(default_factory=ViscosityOptions)
    dynamics: DynamicsOptions = field(default_factory=DynamicsOptions)
    physics: PhysicsOptions = field(default_factory=PhysicsOptions)
    case: CaseOptions = field(default_factory=CaseOptions)
    backend: BackendOptions = field(default_factory=BackendOptions)
    output: OutputOptions = field(default_factory=OutputOptions)

    def with_table(self, table: dict, source: str = "") -> RunConfig:
        """A copy in which the entries of {section: {option: value}} are changed; source names their file in errors."""
        place = f" (in {source})" if source else ""
        changed = {}
        for name, entries in table.items():
            if name not in SECTIONS:
                raise ValueError(f"There is no section [{name}]{place}; {suggest(name, SECTIONS)}")
            if not isinstance(entries, dict):
                raise ValueError(f"Expected a section [{name}]{place}, found {name} = {entries!r}.")
            known = [f.name for f in dataclasses.fields(SECTIONS[name])]
            for key in entries:
                if key not in known:
                    raise ValueError(f"Section [{name}] has no option {key!r}{place}; {suggest(key, known)}")
            changed[name] = dataclasses.replace(getattr(self, name), **entries)
        return dataclasses.replace(self, **changed)

    def table(self) -> dict:
        """{section: {option: value}}, the inverse of with_table; JSON-ready."""
        return dataclasses.asdict(self)


def suggest(name: str, known) -> str:
    """The end of a sentence about an unknown name: the nearest one, or all."""
    near = get_close_matches(str(name), list(known), n=1, cutoff=0.5)
    return f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}."


def read_toml(path, start: RunConfig | None = None) -> RunConfig:
    """A configuration from a TOML file whose tables are the sections; start supplies what it does not say."""
    table = load_toml(path)
    config = (start or RunConfig()).with_table(table, str(path))
    return _resolve_files(config, Path(path).parent, table.get("vertical", {}))


def load_toml(path) -> dict:
    """The tables of a TOML file, unchecked."""
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"Cannot read configuration {path}: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"Configuration {path} is not valid TOML: {error}.") from None


def _resolve_files(config: RunConfig, folder: Path, entries: dict) -> RunConfig:
    """Vertical files named in a configuration lie relative to it."""
    found = {key: str(folder / entries[key]) for key in ("vfile_int", "vfile_mid") if entries.get(key)}
    return dataclasses.replace(config, vertical=dataclasses.replace(config.vertical, **found))


def _checked(section: str, f: dataclasses.Field, value):
    """The value in the field's type, or one sentence."""
    kind = {"int": int, "float": float, "str": str, "bool": bool, "dict": dict}[f.type]
    whole = kind is float and isinstance(value, int) and not isinstance(value, bool)
    value = float(value) if whole else value
    name = f"[{section}] {f.name}"
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ValueError(f"{name} must be of type {kind.__name__}, found {value!r}.")
    if kind is float and not abs(value) < float("inf"):
        raise ValueError(f"{name} must be finite, found {value!r}.")
    choices, least = f.metadata["choices"], f.metadata["least"]
    if choices and value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(repr(c) for c in choices)}, found {value!r}.")
    if least is not None and value < least:
        raise ValueError(f"{name} must be at least {least:g}, found {value!r}.")
    return value
