"""The physics suites that a configuration can name, for every model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from ..constants import Constants
from ..physics.held_suarez import HeldSuarez
from ..physics.kessler import Kessler
from ..physics.large_scale_condensation import LargeScaleCondensation
from ..physics.reed_jablonowski import ReedJablonowski
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
    return HeldSuarez(sigma=coordinate.etam, p0=constants.p0, kappa=constants.kappa)


SUITES = {
    "held_suarez": NamedSuite(_held_suarez),
    "large_scale_condensation": NamedSuite(lambda _, constants: LargeScaleCondensation(constants), ("q",)),
    "reed_jablonowski": NamedSuite(lambda _, constants: ReedJablonowski(constants), ("q",)),
    "kessler": NamedSuite(lambda _, constants: Kessler(constants), ("q", "qc", "qr")),
}


def tracer_names(physics: PhysicsOptions) -> tuple[str, ...]:
    """Water in its phases: vapor, and what the suite makes of it."""
    return (SUITES[physics.suite].tracers if physics.suite != "none" else ()) or ("q",)


def build_suite(physics: PhysicsOptions, coordinate: VerticalCoordinate, constants: Constants) -> Any:
    """The suite of that name, None where it is "none"."""
    return None if physics.suite == "none" else SUITES[physics.suite].build(coordinate, constants)


def _file_notes(config: Any) -> list[str]:
    """What an initial file leaves without effect."""
    case = config.case
    if not case.ncdata:
        return []
    found = [f"[case] ncdata is given, so {name} does not count." for name in ("name", "options") if case.changed(name)]
    if case.ncdata_tracers and not case.tracers:
        found.append("[case] ncdata_tracers is for tracers, and none are carried; set [case] tracers = true.")
    return found


def case_notes(config: Any, physics: PhysicsOptions) -> list[str]:
    """One sentence for every choice of case and physics that does not do what its words say."""
    found = _file_notes(config)
    if config.case.ncdata == "" and config.case.name == "held_suarez" and physics.suite != "held_suarez":
        found.append('Case held_suarez runs without its forcing; set [physics] suite = "held_suarez".')
    if config.case.options.get("moist") is True and not config.case.tracers:
        found.append("[case] options.moist is true, but no vapor is carried; set [case] tracers = true.")
    if physics.suite != "none" and physics.ftype not in (0, 2, 4):
        found.append(f"[physics] ftype = {physics.ftype} never applies the suite, in stand-alone runs; use 2, 0 or 4.")
    if physics.suite == "none" and physics.changed("ftype"):
        found.append("[physics] ftype is given, but there is no suite to apply.")
    return found
