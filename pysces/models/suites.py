"""The physics suite of a configuration, as a dycore takes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..config.run import RunConfig
from ..physics.held_suarez import HeldSuarez
from ..physics.kessler import Kessler
from ..physics.large_scale_condensation import LargeScaleCondensation
from ..physics.reed_jablonowski import ReedJablonowski
from .cam_se.physics import CamSePhysics, cam_se_physics
from .model import World
from .theta_l.physics import HommePhysics, homme_physics


@dataclass(frozen=True)
class NamedSuite:
    """How a suite is built for a World, and the tracers it works on."""

    build: Callable
    tracers: tuple[str, ...] = ()


def _held_suarez(world: World) -> HeldSuarez:
    return HeldSuarez(sigma=world.coordinate.etam, p0=world.constants.p0, kappa=world.constants.kappa)


SUITES = {
    "held_suarez": NamedSuite(_held_suarez),
    "large_scale_condensation": NamedSuite(lambda world: LargeScaleCondensation(world.constants), ("q",)),
    "reed_jablonowski": NamedSuite(lambda world: ReedJablonowski(world.constants), ("q",)),
    "kessler": NamedSuite(lambda world: Kessler(world.constants), ("q", "qc", "qr")),
}


def tracer_names(config: RunConfig) -> tuple[str, ...]:
    """Water in its phases: vapor, and what the suite makes of it; none without [case] tracers."""
    suite = SUITES.get(config.physics.suite)
    if not config.case.tracers:
        return ()
    return suite.tracers or ("q",) if suite else ("q",)


def homme_forcing(config: RunConfig, world: World) -> HommePhysics | None:
    """The forcing of a theta-l Dycore, None without a suite."""
    name = config.physics.suite
    if name == "none":
        return None
    if SUITES[name].tracers and not config.case.tracers:
        raise ValueError(f"[physics] suite {name!r} needs water vapor, found [case] tracers = false; set it to true.")
    return homme_physics(SUITES[name].build(world), config.physics.ftype, moist=config.case.tracers)


def cam_se_forcing(config: RunConfig, world: World) -> CamSePhysics | None:
    """The forcing of a CAM-SE Dycore whose only water is vapor, None without a suite."""
    name = config.physics.suite
    if name == "none":
        return None
    if len(SUITES[name].tracers) > 1:
        raise ValueError(f"[physics] suite {name!r} makes cloud and rain, which cam_se runs without; use theta_l.")
    if config.physics.ftype not in (0, 2):
        found = config.physics.ftype
        raise ValueError(f"[physics] ftype {found} is HOMME's, cam_se forces at the start of a call; use 0 or 2.")
    return cam_se_physics(SUITES[name].build(world))
