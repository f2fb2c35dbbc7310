"""Tracers as every model carries them: their horizontal transport from options, and what sources make of them."""

from __future__ import annotations

from typing import Protocol

from ..arrays.backend import Array, namespace
from ..transport.eulerian import TracerTransport
from ..vertical.coordinate import VerticalCoordinate


class TracerViscosity(Protocol):
    """What is read of a model's [viscosity], with nothing left to be chosen."""

    @property
    def nu_q(self) -> float:
        """Hyperviscosity of tracers; 0 for none."""
        ...

    @property
    def hypervis_subcycle_q(self) -> int:
        """Its substeps."""
        ...


def tracer_transport(
    coordinate: VerticalCoordinate, viscosity: TracerViscosity, limiter_option: int, linearisation: str
) -> TracerTransport:
    """Eulerian transport with a configuration's limiter, how that is differentiated, and viscosity."""
    return TracerTransport(
        coordinate.dp_ref(coordinate.p0),
        viscosity.nu_q if viscosity.nu_q > 0 else None,
        limiter_option=limiter_option,
        hypervis_subcycle_q=viscosity.hypervis_subcycle_q,
        linearisation=linearisation,
    )


def with_sources(tracer_mass: Array, change: Array) -> Array:
    """tracer_mass (tracer, elem, i, j, lev) [Pa] after a change; a sink takes a positive one to zero at most.

    It takes a negative one no further.

    HOMME: prim_advance_mod:applyCAMforcing_tracers   CAM-SE: prim_advance_mod:applyCAMforcing
    """
    xp = namespace(tracer_mass)
    overdrawn = (tracer_mass + change < 0.0) & (change < 0.0)
    return tracer_mass + xp.where(overdrawn, -xp.maximum(tracer_mass, 0.0), change)
