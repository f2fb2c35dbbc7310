"""The options of CAM-SE; defaults are CAM's.

CAM-SE: dyn_comp:dyn_readnl
"""

from __future__ import annotations

from dataclasses import dataclass

from ...config.run import RunConfig
from ...config.section import AUTO, Section, option, section
from ...config.sections import AirCaseOptions, DynamicsOptions, GridOptions, SplitTimeOptions
from ...dycore.stability import CAM_STABILITY
from ...stepping.tableaus import CAM_TSTEP_TYPES
from ..linearisation import linearisation_notes, remap_linearisation
from ..suites import SUITES, case_notes
from ..viscosity import coefficient
from .remap import VERT_REMAP_ALGS, VERT_REMAP_T


@dataclass(frozen=True)
class Time(SplitTimeOptions):
    """[time]"""

    tstep_type: int = option(4, "time stepping scheme", choices=tuple(CAM_TSTEP_TYPES))

    @property
    def stability(self) -> float | None:
        """Of the scheme, on the imaginary axis; None for those without."""
        return CAM_STABILITY.get(self.tstep_type)


@dataclass(frozen=True)
class Viscosity(Section, name="viscosity"):
    """[viscosity]; a viscosity both by number and by tensor is refused."""

    nu: float = coefficient("hyperviscosity of wind, 0 for none", "by the node spacing")
    nu_div: float = coefficient("hyperviscosity of the wind's divergence", "2.5 nu")
    nu_p: float = coefficient("hyperviscosity of temperature and layer thickness", "nu")
    nu_q: float = coefficient("hyperviscosity of tracers", "nu_p")
    nu_top: float = option(1.25e5, "viscosity of the sponge", "m2 s-1", least=0.0)
    hypervis_subcycle: int = option(
        3, "substeps of hyperviscosity per dynamics step; -1 chooses", least=1, automatic=True
    )
    hypervis_subcycle_q: int = option(1, "substeps of tracer hyperviscosity", least=1)
    hypervis_subcycle_tom: int = option(
        1, "substeps of the sponge per dynamics step (se_hypervis_subcycle_sponge); 0 turns it off", least=0
    )
    hypervis_scaling: float = option(0.0, "exponent of the hyperviscosity tensor; 0 is constant", least=0.0)
    hypervis_power: float = option(
        0.0, "exponent by which hyperviscosity grows with an element's longest spacing; 0 is constant", least=0.0
    )
    fine_ne: int = option(
        AUTO, "nu is meant for the spacing of so many elements; -1: the finest there is", least=1, automatic=True
    )
    max_hypervis_courant: float = option(
        1e99, "largest Courant number of hyperviscosity that hypervis_power may reach; CAM recommends 1.9", least=0.0
    )
    sponge_del4_lev: int = option(
        AUTO,
        "level, from 1, where half the sponge's hyperviscosity is left; -1: by model top",
        least=1,
        automatic=True,
    )
    sponge_del4_nu_fac: float = option(
        float(AUTO),
        "nu_p times this is that of wind and temperature at the top; -1: by model top",
        least=0.0,
        automatic=True,
    )
    sponge_del4_nu_div_fac: float = option(
        float(AUTO), "nu_p times this is that of divergence at the top; -1: by model top", least=0.0, automatic=True
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.hypervis_power and self.hypervis_scaling:
            raise ValueError(
                "[viscosity] has hypervis_power (a number at each node) and hypervis_scaling (a tensor); give one only."
            )


@dataclass(frozen=True)
class Dynamics(DynamicsOptions):
    """[dynamics]"""

    model: str = option("cam_se", "equations; they decide which other options there are", choices=("cam_se",))
    vert_remap_q_alg: int = option(
        10, "vertical remap of tracers that are not water (vert_remap_tracer_alg)", choices=VERT_REMAP_ALGS
    )
    vert_remap_u_alg: int = option(
        -9, "vertical remap of wind, temperature and water (vert_remap_uvTq_alg)", choices=VERT_REMAP_ALGS
    )
    vert_remap_T: str = option(
        VERT_REMAP_T[0], "what of temperature is remapped; the second does not conserve enthalpy", choices=VERT_REMAP_T
    )
    limiter_option: int = option(8, "limiter of horizontal tracer transport", choices=(0, 4, 8, 9))
    remap_linearisation: str = remap_linearisation()
    se_pgf_formulation: int = option(1, "pressure-gradient form", choices=(1, 2, 3))
    cam_compatible: bool = option(False, "with the defects of CAM-SE's code that docs/models/cam_se.md lists")


@dataclass(frozen=True)
class Physics(Section, name="physics"):
    """[physics]"""

    suite: str = option("none", "what forces the air, evaluated once a remap call", choices=("none", *SUITES))
    ftype: int = option(2, "when it is applied: 0, 2 at the start of a call", choices=(0, 2))


@dataclass(frozen=True)
class Case(AirCaseOptions):
    """[case]"""

    tracers: bool = option(True, "water vapor is always carried", choices=(True,))


@dataclass(frozen=True)
class CamSeConfig(RunConfig):
    """A run of CAM-SE."""

    grid: GridOptions = section(GridOptions, cubed_sphere_map=0, constants="cam")
    time: Time = section(Time, tstep=300.0)
    viscosity: Viscosity = section(Viscosity)
    dynamics: Dynamics = section(Dynamics)
    physics: Physics = section(Physics)
    case: Case = section(Case)

    def notes(self) -> list[str]:
        """One sentence for every choice that does not do what its words say."""
        return [*super().notes(), *case_notes(self, self.physics), *linearisation_notes(self), *_idle_notes(self)]


def _idle_notes(config: CamSeConfig) -> list[str]:
    """Coefficients that are given, and what they belong to is off."""
    v, found = config.viscosity, []
    if v.nu and not v.hypervis_power:
        idle = [n for n in ("fine_ne", "max_hypervis_courant") if v.changed(n)]
        found += [f"[viscosity] {n} is given, but hypervis_power = 0 leaves hyperviscosity constant." for n in idle]
    if v.nu == 0:
        words = ["nu_div", "nu_p", "nu_top", "hypervis_subcycle", "hypervis_subcycle_tom", "hypervis_scaling"]
        words += ["hypervis_power", "fine_ne", "max_hypervis_courant"]
        found += [f"[viscosity] {n} is given, but nu = 0 leaves out all dissipation." for n in words if v.changed(n)]
        if config.dynamics.cam_compatible:
            found.append("[dynamics] cam_compatible is about dissipation, and nu = 0 leaves it out.")
    elif v.nu_top > 0 and not v.hypervis_subcycle_tom:
        found.append("[viscosity] hypervis_subcycle_tom = 0 leaves the sponge out, whatever nu_top says.")
    elif v.nu_top == 0 and v.changed("hypervis_subcycle_tom"):
        found.append("[viscosity] hypervis_subcycle_tom is given, but nu_top = 0 leaves the sponge out.")
    if config.physics.suite != "none" and config.physics.changed("ftype"):
        found.append("[physics] ftype 0 and 2 are one and the same here: the suite is called before every remap call.")
    if config.dynamics.changed("vert_remap_q_alg") and not config.case.ncdata_tracers:
        found.append("[dynamics] vert_remap_q_alg is for tracers that are not water, and none are carried.")
    return found
