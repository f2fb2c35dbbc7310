"""The options of HOMME theta-l, of both forms; defaults are those of HOMME's standard cases.

HOMME: namelist_mod, control_mod
"""

from __future__ import annotations

from dataclasses import dataclass

from ...config.run import RunConfig
from ...config.section import AUTO, Section, option, section
from ...config.sections import AirCaseOptions, DynamicsOptions, SplitTimeOptions
from ...dycore.stability import HOMME_STABILITY
from ...stepping.imex import HOMME_IMEX_TYPES
from ...stepping.tableaus import HOMME_TSTEP_TYPES
from ...vertical.remap.remap import VERT_REMAP_ALGS
from ..linearisation import linearisation_notes, remap_linearisation
from ..suites import SUITES, case_notes
from ..viscosity import coefficient


@dataclass(frozen=True)
class Time(SplitTimeOptions):
    """[time]"""

    tstep_type: int = option(
        5,
        "time stepping scheme; from 7 on vertical sound is implicit, for the nonhydrostatic form",
        choices=(*HOMME_TSTEP_TYPES, *HOMME_IMEX_TYPES),
    )
    rsplit: int = option(3, "tracer steps per vertical remap; 0 is vertically Eulerian", least=0)

    @property
    def stability(self) -> float | None:
        """Of the scheme, on the imaginary axis; None for those without."""
        return HOMME_STABILITY.get(self.tstep_type)


@dataclass(frozen=True)
class Viscosity(Section, name="viscosity"):
    """[viscosity]"""

    nu: float = coefficient("hyperviscosity of wind and theta, 0 for none", "by the node spacing")
    nu_div: float = coefficient("hyperviscosity of the wind's divergence", "nu")
    nu_p: float = coefficient("hyperviscosity of layer thickness", "nu, but 0 with rsplit = 0")
    nu_s: float = coefficient("hyperviscosity of geopotential, where it is prognostic", "nu")
    nu_q: float = coefficient("hyperviscosity of tracers", "nu")
    nu_top: float = option(0.0, "viscosity of the sponge", "m2 s-1", least=0.0)
    dcmip16_mu: float = option(0.0, "viscosity of the wind, the same everywhere; 0 for none", "m2 s-1", least=0.0)
    dcmip16_mu_s: float = option(
        0.0, "beside dcmip16_mu, of theta, layers, w and geopotential; -1: dcmip16_mu", "m2 s-1", automatic=True
    )
    dcmip16_mu_q: float = option(
        float(AUTO), "viscosity of tracers, the same everywhere; -1: dcmip16_mu_s", "m2 s-1", automatic=True
    )
    hypervis_order: int = option(2, "order of the hyperviscosity: 2 is biharmonic, 0 none", choices=(0, 2))
    hypervis_subcycle: int = option(
        AUTO, "substeps of hyperviscosity per dynamics step; -1 chooses", least=1, automatic=True
    )
    hypervis_subcycle_q: int = option(1, "substeps of tracer hyperviscosity", least=1)
    hypervis_subcycle_tom: int = option(0, "substeps of the sponge per dynamics step; 0 turns it off", least=0)
    hypervis_scaling: float = option(0.0, "exponent of the hyperviscosity tensor; 0 is constant", least=0.0)
    laplace_scaling: float = option(0.0, "exponent of the sponge tensor; 0 is constant", least=0.0)
    tom_sponge_start: float = option(0.0, "pressure where the sponge begins; 0 relates it to the top", "hPa", least=0.0)
    hv_ref_profiles: int = option(6, "reference state of the hyperviscosity", choices=(0, 1, 6))
    hv_theta_correction: int = option(0, "correct theta's diffusion along steep levels", choices=(0, 1))


@dataclass(frozen=True)
class Dynamics(DynamicsOptions):
    """[dynamics]"""

    model: str = option("theta_l", "equations; they decide which other options there are", choices=("theta_l",))
    theta_hydrostatic_mode: bool = option(True, "hydrostatic form; false accelerates air vertically")
    theta_advect_form: int = option(1, "0 conservative, 1 advective, 2 their mean", choices=(0, 1, 2))
    pgrad_correction: int = option(1, "correct the pressure gradient over steep terrain", choices=(0, 1))
    vert_remap_q_alg: int = option(10, "vertical remap of tracers", choices=VERT_REMAP_ALGS)
    vert_remap_u_alg: int = option(
        -2, "vertical remap of the dynamics; -2 is vert_remap_q_alg", choices=(-2, *VERT_REMAP_ALGS)
    )
    limiter_option: int = option(9, "limiter of horizontal tracer transport", choices=(0, 4, 8, 9))
    remap_linearisation: str = remap_linearisation()


@dataclass(frozen=True)
class Physics(Section, name="physics"):
    """[physics]"""

    suite: str = option("none", "what forces the air, evaluated once a remap call", choices=("none", *SUITES))
    ftype: int = option(
        2,
        "when it is applied: 0, 2 at the start of a call; 4 tracers there, the rest before every step; else never",
        choices=(-1, 0, 1, 2, 3, 4),
    )
    chemistry: str = option(
        "none",
        "terminator: toy chlorine chemistry of tracers 4 and 5, beside the suite",
        choices=("none", "terminator"),
    )


@dataclass(frozen=True)
class Case(AirCaseOptions):
    """[case]"""

    tracers: bool = option(False, "carry the case's water vapor as a tracer")
    qsize: int = option(0, "tracers in all, filled as HOMME fills them in this case; 0: the water alone", least=0)
    moisture: bool = option(True, "the first tracer is water vapor and counts in the gas constant")


@dataclass(frozen=True)
class ThetaLConfig(RunConfig):
    """A run of HOMME theta-l."""

    time: Time = section(Time)
    viscosity: Viscosity = section(Viscosity)
    dynamics: Dynamics = section(Dynamics)
    physics: Physics = section(Physics)
    case: Case = section(Case)

    def notes(self) -> list[str]:
        """One sentence for every choice that does not do what its words say."""
        return [
            *super().notes(),
            *case_notes(self, self.physics),
            *linearisation_notes(self),
            *_sponge_notes(self),
            *_idle_notes(self),
            *_form_notes(self),
        ]


def _sponge_notes(config: ThetaLConfig) -> list[str]:
    v = config.viscosity
    off = v.nu == 0 or not v.hypervis_order
    if v.nu_top > 0 and off:
        return ["[viscosity] nu_top is given, but without nu there is no sponge either, as in HOMME."]
    if v.nu_top > 0 and not v.hypervis_subcycle_tom:
        return ["[viscosity] nu_top is given, but hypervis_subcycle_tom = 0 leaves the sponge out; give 1 or more."]
    if v.nu_top == 0:
        idle = [n for n in ("hypervis_subcycle_tom", "laplace_scaling", "tom_sponge_start") if v.changed(n)]
        return [f"[viscosity] {name} is given, but nu_top = 0 leaves the sponge out." for name in idle]
    return []


def _physical_viscosity_notes(config: ThetaLConfig) -> list[str]:
    """Coefficients that have nothing to act on; of tracers that of the air acts alone too, as in HOMME."""
    v, tracers = config.viscosity, config.case.tracers
    found = []
    if v.changed("dcmip16_mu_s") and not v.dcmip16_mu:
        rest = "tracers alone have it, as in HOMME" if tracers else "it acts beside that alone"
        found.append(f"[viscosity] dcmip16_mu_s is given, and dcmip16_mu = 0: {rest}.")
    if v.changed("dcmip16_mu_q") and not tracers:
        found.append("[viscosity] dcmip16_mu_q is for tracers, and none are carried; set [case] tracers = true.")
    return found


def _remap_notes(config: ThetaLConfig) -> list[str]:
    """Algorithms of a vertical remap that is not done."""
    dynamics, eulerian = config.dynamics, config.time.rsplit == 0
    found = []
    if eulerian and dynamics.changed("vert_remap_u_alg"):
        found.append("[dynamics] vert_remap_u_alg is for floating layers, and rsplit = 0 keeps them fixed.")
    idle = not config.case.tracers and (eulerian or dynamics.vert_remap_u_alg != -2)
    if idle and dynamics.changed("vert_remap_q_alg"):
        found.append("[dynamics] vert_remap_q_alg is for tracers, and none are carried; set [case] tracers = true.")
    return found


def _form_notes(config: ThetaLConfig) -> list[str]:
    """What the form of the equations leaves idle, and a step that vertical sound would not let pass."""
    if config.dynamics.theta_hydrostatic_mode:
        idle = config.viscosity.changed("nu_s") and config.viscosity.nu and config.viscosity.hypervis_order
        return ["[viscosity] nu_s is of geopotential, which the hydrostatic form does not step."] if idle else []
    if config.time.tstep_type in HOMME_TSTEP_TYPES:
        return [
            f"[time] tstep_type = {config.time.tstep_type} steps vertical sound explicitly, so that tstep must be as "
            "short as sound takes through a layer; 7, 9 and 10 solve for it."
        ]
    return []


def _idle_notes(config: ThetaLConfig) -> list[str]:
    """Options of tracers without tracers, of hyperviscosity without any, of physics without a suite."""
    v, found = config.viscosity, []
    if not config.case.tracers:
        idle = [f"[viscosity] {n}" for n in ("nu_q", "hypervis_subcycle_q") if v.changed(n)]
        idle += ["[dynamics] limiter_option"] if config.dynamics.changed("limiter_option") else []
        found += [f"{name} is for tracers, and none are carried; set [case] tracers = true." for name in idle]
        found += [
            f"[case] {n} is for tracers, and none are carried." for n in ("qsize", "moisture") if config.case.changed(n)
        ]
    found += _remap_notes(config)
    if not v.hypervis_order and v.changed("nu"):
        found.append("[viscosity] nu is given, but hypervis_order = 0 leaves hyperviscosity out.")
    found += _physical_viscosity_notes(config)
    if v.nu == 0 or not v.hypervis_order:
        profiles = ("hv_ref_profiles", "hv_theta_correction")
        words = ("nu_div", "nu_p", "nu_s", "hypervis_subcycle", "hypervis_scaling", *profiles)
        found += [f"[viscosity] {n} is given, but there is no hyperviscosity." for n in words if v.changed(n)]
    return found
