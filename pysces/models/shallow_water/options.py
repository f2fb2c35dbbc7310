"""The options of shallow water; words are those of HOMME's sweqx.

HOMME: namelist_mod, control_mod
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from ...cases.shallow_water.catalogue import SHALLOW_CASES
from ...config.plane import SphereOrPlane
from ...config.run import RunConfig
from ...config.section import AUTO, Section, option, section
from ...config.sections import CaseOptions, DynamicsOptions, TimeOptions
from ...dycore.stability import HOMME_STABILITY
from ...stepping.tableaus import HOMME_TSTEP_TYPES
from ..viscosity import coefficient

LEAPFROG_STABILITY = {0: 1.0, 1: math.sqrt(2.0)}  # by lftfreq; more than 1: leapfrogs between
INTEGRATIONS = ("tableau", "runge_kutta", "explicit")


@dataclass(frozen=True)
class OneLayer(Section, name="vertical"):
    """[vertical]: there is one layer, and nothing to choose."""

    table: ClassVar[dict] = {}
    vfile_int: ClassVar[str] = ""
    vfile_mid: ClassVar[str] = ""


@dataclass(frozen=True)
class Time(TimeOptions):
    """[time]; a filter is refused beside a leapfrog that needs none."""

    integration: str = option(
        "tableau",
        "'tableau': tstep_type, viscosity after each step; 'runge_kutta': SSP, viscosity in each stage; "
        "'explicit': leapfrogs",
        choices=INTEGRATIONS,
    )
    tstep_type: int = option(5, "time stepping scheme of 'tableau'", choices=tuple(HOMME_TSTEP_TYPES))
    rk_stage_user: int = option(3, "stages of 'runge_kutta'", least=2)
    lftfreq: int = option(1, "of 'explicit': 0 leapfrog, 1 trapezoidal, n a midpoint step every n steps", least=0)
    smooth: float = option(0.0, "Robert filter of 'explicit' with lftfreq = 0", least=0.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.integration == "explicit" and self.smooth > 0.0 and self.lftfreq > 0:
            raise ValueError(
                f"[time] smooth filters leapfrogs of lftfreq = 0, found smooth = {self.smooth} beside "
                f"lftfreq = {self.lftfreq}; set smooth = 0 or lftfreq = 0"
            )

    @property
    def stability(self) -> float | None:
        """How far along the imaginary axis the scheme is stable; None where it is not, and dissipation must do."""
        if self.integration == "explicit":
            return LEAPFROG_STABILITY.get(self.lftfreq, 1.0)
        return HOMME_STABILITY.get(self.tstep_type) if self.integration == "tableau" else None


@dataclass(frozen=True)
class Viscosity(Section, name="viscosity"):
    """[viscosity]"""

    nu: float = coefficient("viscosity of the wind, 0 for none", "scaled to ne as CAM-SE does")
    nu_s: float = coefficient("viscosity of the surface's height", "nu")
    nu_div: float = coefficient("viscosity of the wind's divergence; acts as nu_div^2 / nu, as in HOMME", "nu")
    nu_q: float = coefficient("hyperviscosity of the tracer", "nu")
    hypervis_order: int = option(2, "2 biharmonic, 1 Laplacian (then nu is in m2 s-1), 0 none", choices=(0, 1, 2))
    hypervis_subcycle: int = option(AUTO, "substeps of viscosity after a step; -1 chooses", least=1, automatic=True)
    hypervis_scaling: float = option(0.0, "exponent of the hyperviscosity tensor; 0 is constant", least=0.0)


@dataclass(frozen=True)
class Dynamics(DynamicsOptions):
    """[dynamics]"""

    model: str = option("shallow_water", "equations", choices=("shallow_water",))
    limiter_option: int = option(9, "limiter of the tracer's transport", choices=(0, 4, 8, 9))
    positive_thickness: bool = option(False, "each stage of 'runge_kutta' keeps the thickness from sinking below zero")


@dataclass(frozen=True)
class Case(CaseOptions):
    """[case]"""

    name: str = option("williamson5", "test case (pysces cases)", choices=tuple(SHALLOW_CASES))
    tracers: bool = option(False, "carry a tracer, a cosine bell of height 1")


@dataclass(frozen=True)
class ShallowWaterConfig(RunConfig):
    """A run of shallow water; it refuses a thickness kept positive by a scheme, or with a tracer, that cannot do so."""

    grid: SphereOrPlane = section(SphereOrPlane)
    vertical: Any = section(OneLayer)
    time: Time = section(Time)
    viscosity: Viscosity = section(Viscosity)
    dynamics: Dynamics = section(Dynamics)
    case: Case = section(Case)

    def __post_init__(self) -> None:
        if not self.dynamics.positive_thickness:
            return
        acts = "[dynamics] positive_thickness acts"
        if self.time.integration != "runge_kutta":
            raise ValueError(
                f"{acts} in the stages of [time] integration = 'runge_kutta', found {self.time.integration!r}; change "
                "the integration, or leave it out."
            )
        if self.case.tracers:
            raise ValueError(f"{acts} where no tracer is carried, found [case] tracers = true; leave one of them out.")

    def notes(self) -> list[str]:
        """One sentence for every choice that does not do what its words say."""
        return [*super().notes(), *_scheme_notes(self.time), *_viscosity_notes(self), *_tracer_notes(self)]


def _scheme_notes(time: Time) -> list[str]:
    of = {"tstep_type": "tableau", "rk_stage_user": "runge_kutta", "lftfreq": "explicit", "smooth": "explicit"}
    return [
        f"[time] {name} is for integration = {integration!r}, found {time.integration!r}; it does nothing."
        for name, integration in of.items()
        if time.changed(name) and time.integration != integration
    ]


def _viscosity_notes(config: ShallowWaterConfig) -> list[str]:
    v, found = config.viscosity, []
    if not v.hypervis_order:
        idle = [name for name in ("nu", "nu_s", "nu_div", "hypervis_scaling", "hypervis_subcycle") if v.changed(name)]
        found += [f"[viscosity] {name} is given, but hypervis_order = 0 leaves viscosity out." for name in idle]
    elif config.time.integration == "runge_kutta" and v.changed("hypervis_subcycle"):
        found.append("[viscosity] hypervis_subcycle is for viscosity after a step, 'runge_kutta' has it in each stage.")
    return found


def _tracer_notes(config: ShallowWaterConfig) -> list[str]:
    if config.case.tracers:
        return []
    idle = [("dynamics", "limiter_option", config.dynamics), ("viscosity", "nu_q", config.viscosity)]
    return [
        f"[{where}] {name} is for a tracer, and none is carried; set [case] tracers = true."
        for where, name, options in idle
        if options.changed(name)
    ]
