"""The physics suites that a configuration can name, for every model.

HOMME: test_mod (which forcing belongs to which case); names in their place are our own design
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from ..arrays.backend import Array
from ..cases.catalogue import CASES
from ..constants import Constants
from ..physics.held_suarez import HeldSuarez
from ..physics.kessler import Kessler
from ..physics.large_scale_condensation import LargeScaleCondensation
from ..physics.rayleigh_sponge import KLEMP, KLEMP_RIDGE, schaer_sponge
from ..physics.reed_jablonowski import ReedJablonowski
from ..physics.suite import InTurn, suites
from ..physics.terminator import Terminator
from ..vertical.coordinate import VerticalCoordinate


@dataclass(frozen=True)
class NamedSuite:
    """How a suite is built from levels and constants, and the tracers it works on."""

    build: Callable[[VerticalCoordinate, Constants], Any]
    tracers: tuple[str, ...] = ()


class PhysicsOptions(Protocol):
    """What is read of a model's [physics]."""

    @property
    def suite(self) -> str:
        """A name in SUITES, or none."""
        ...

    @property
    def ftype(self) -> int:
        """When it is applied."""
        ...

    def changed(self, name: str) -> bool:
        """Whether an option is another than its default."""
        ...


def _held_suarez(coordinate: VerticalCoordinate, constants: Constants) -> HeldSuarez:
    return HeldSuarez(sigma=coordinate.etam, sigma_i=coordinate.etai, p0=constants.p0, kappa=constants.kappa)


def _kessler_and_fluxes(_: VerticalCoordinate, constants: Constants) -> InTurn:
    return InTurn((Kessler(constants), ReedJablonowski(constants, raining=False)))


WATER = ("q", "qc", "qr")
SUITES = {
    "held_suarez": NamedSuite(_held_suarez),
    "large_scale_condensation": NamedSuite(lambda _, constants: LargeScaleCondensation(constants), ("q",)),
    "reed_jablonowski": NamedSuite(lambda _, constants: ReedJablonowski(constants), ("q",)),
    "kessler": NamedSuite(lambda _, constants: Kessler(constants), WATER),
    "kessler_reed_jablonowski": NamedSuite(_kessler_and_fluxes, WATER),
    "schaer_sponge": NamedSuite(lambda coordinate, _: schaer_sponge(coordinate)),
    "klemp_sponge": NamedSuite(lambda coordinate, _: schaer_sponge(coordinate, KLEMP)),
    "klemp_ridge_sponge": NamedSuite(lambda coordinate, _: schaer_sponge(coordinate, KLEMP_RIDGE)),
}
CHLORINE = (3, 4)  # Cl and Cl2 among the tracers of HOMME's dcmip2016_test1


def tracer_names(physics: PhysicsOptions) -> tuple[str, ...]:
    """Water in its phases: vapor, and what the suite makes of it."""
    return (SUITES[physics.suite].tracers if physics.suite != "none" else ()) or ("q",)


def build_suite(physics: PhysicsOptions, coordinate: VerticalCoordinate, constants: Constants) -> Any:
    """The suite of that name, with the toy chemistry if it is asked for; None where there is neither."""
    suite = None if physics.suite == "none" else SUITES[physics.suite].build(coordinate, constants)
    if getattr(physics, "chemistry", "none") == "none":
        return suite
    chemistry = Terminator(cl=CHLORINE[0], cl2=CHLORINE[1])
    return chemistry if suite is None else suites(suite, chemistry)


def water_species(forcing: Any) -> int:
    """How many tracers are water: those that the suite of a forcing works on, the first one without any."""
    suite = getattr(forcing, "suite", None)
    members = getattr(suite, "members", (suite,))
    return len(WATER) if any(isinstance(m, Kessler | InTurn) for m in members) else 1


def started(dycore: Any, wind: Array) -> Any:
    """A dycore whose suite knows the wind (2, elem, i, j, lev) [m s-1] of the start, if it asks for it."""
    suite = getattr(dycore.forcing, "suite", None)
    if suite is None or not hasattr(suite, "started"):
        return dycore
    return dycore.replace(forcing=dycore.forcing.replace(suite=suite.started(wind)))


def _file_notes(config: Any) -> list[str]:
    """What an initial file leaves without effect."""
    case = config.case
    if not case.ncdata:
        return []
    found = [f"[case] ncdata is given, so {name} is ignored." for name in ("name", "options") if case.changed(name)]
    if case.ncdata_tracers and not case.tracers:
        found.append("[case] ncdata_tracers is for tracers, and none are carried; set [case] tracers = true.")
    return found


def _planet_notes(config: Any) -> list[str]:
    """Where a case of a small planet is to run on the whole Earth."""
    case = CASES.get(config.case.name)
    if case is None or not case.small_radius or config.grid.rearth or config.case.ncdata:
        return []
    return [
        f"Case {config.case.name} is of a planet of {case.small_radius:g} m, and this one has the Earth's radius; "
        f"set [grid] rearth = {case.small_radius:g}, with a step and a viscosity for it, which pysces run --case "
        f"{' or '.join(case.complete)} brings along."
    ]


def case_notes(config: Any, physics: PhysicsOptions) -> list[str]:
    """One sentence for every choice of case and physics that does not do what its words say."""
    found = [*_file_notes(config), *_planet_notes(config)]
    if config.case.ncdata == "" and config.case.name == "held_suarez" and physics.suite != "held_suarez":
        found.append('Case held_suarez runs without its forcing; set [physics] suite = "held_suarez".')
    if config.case.options.get("moist") is True and not config.case.tracers:
        found.append("[case] options.moist is true, but no vapor is carried; set [case] tracers = true.")
    if physics.suite != "none" and physics.ftype not in (0, 2, 4):
        found.append(f"[physics] ftype = {physics.ftype} never applies the suite, in stand-alone runs; use 2, 0 or 4.")
    if physics.suite == "none" and physics.changed("ftype") and getattr(physics, "chemistry", "none") == "none":
        found.append("[physics] ftype is given, but there is no suite to apply.")
    return found
