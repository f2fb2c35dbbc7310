"""What the port's side of kernels shares: settings as numbers of a run, fluxes by their golden names."""

from __future__ import annotations

from pysces.arrays.backend import Array
from pysces.arrays.fields import names, to_record
from pysces.dycore.dycore import Dycore
from pysces.transport.eulerian import TracerTransport
from pysces.transport.fluxes import DissipationFlux
from pysces.vertical.coordinate import VerticalCoordinate

from ...registry import Fields, Settings


def of_the_run(number: float, like: Array) -> Array:
    """A setting as a number of the run, as a Dycore holds it, in the precision and on the backend of an array.

    XLA multiplies the constants of a program into each other, in another order where a mesh is cut over devices.
    """
    return number + 0.0 * like[(0,) * like.ndim]


def coordinate_of_interfaces(x: Fields, settings: Settings) -> VerticalCoordinate:
    """The levels of a record that holds their interfaces alone."""
    hyam, hybm = ((x[name][1:] + x[name][:-1]) * 0.5 for name in ("hyai", "hybi"))
    return VerticalCoordinate(x["hyai"], x["hybi"], hyam, hybm, settings["ps0"])


def with_numbers_of_the_run(dycore: Dycore, like: Array) -> Dycore:
    """A dycore whose tracers' viscosity is a number of the run, in the precision and on the backend of an array."""
    transport = dycore.transport
    if not isinstance(transport, TracerTransport) or transport.nu_q is None:
        return dycore
    return dycore.replace(transport=transport.replace(nu_q=of_the_run(transport.nu_q, like)))


def dissipation_means(flux: DissipationFlux | None, dp: Array, prefix: str = "") -> dict:
    """What dissipation tells tracers, a DissipationFlux; zeros where it is None, for want of a nu_p."""
    if flux is None:
        return {prefix + name: 0.0 * dp for name in names(DissipationFlux, "homme")}
    return to_record(flux, "homme", prefix)
