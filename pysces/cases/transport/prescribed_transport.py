"""Tracers in a given wind: what all transport test cases share.

    flow : a pytree with ``wind(time, lon, lat, p_i) -> (2, elem, i, j, lev)``: means over the layers between interfaces
    p_i, so that columns keep their mass, on a sphere of the grid's own radius.

Layers float with the horizontal flow during a step and are remapped afterwards: vertical motion is what continuity
makes of the divergence, so that a mixing ratio of one stays one to round-off.

HOMME: dcmip12_wrapper, for winds that are given; each case names its own source
"""

from __future__ import annotations

from typing import Any, Protocol

from ...arrays.backend import Array, namespace
from ...arrays.compiler import compiled
from ...arrays.control import scan
from ...arrays.fields import field
from ...arrays.pytree import Tree, pytree, static
from ...constants import E3SM
from ...geometry.grid import Grid
from ...operators.dss import dss, dss_wk
from ...operators.laplacians import biharmonic_wk
from ...operators.strong import divergence_sphere
from ...transport.eulerian import TracerTransport, advance_tracers
from ...transport.fluxes import MassFlux
from ...vertical.coordinate import VerticalCoordinate
from ...vertical.hydrostatic import interface_pressure
from ...vertical.remap.remap import Remap

# The planet of the DCMIP documents. The grid must have this radius: the winds are written for it.
DCMIP = E3SM.replace(radius=6.37122e6, R_dry=287.0, cp=1004.5)
DAY = 86400.0


class Flow(Protocol):
    """A wind given for all time [s], a pytree.

    lon, lat : (elem, i, j, 1) [radian].   p_i : (elem, i, j, lev + 1) [Pa].
    """

    def wind(self, time: Array, lon: Array, lat: Array, p_i: Array | None) -> Array:
        """(2, elem, i, j, lev) [m s-1] in layers with those interface pressures, None where nothing depends on them."""


@pytree
class PrescribedTransport(Tree):
    """A transport experiment.

    coordinate None : a single layer of 1000 Pa, which floats.
    ps : surface pressure (elem, i, j, 1) that stays; None where the remap goes to whatever the flow has made of it.
    rsplit : steps between two remaps.
    tracer_mass : (tracer, elem, i, j, lev), mixing ratio times dp [Pa].   dp : (elem, i, j, lev) [Pa].   time : [s].
    """

    grid: Grid
    flow: Flow
    transport: TracerTransport
    dt: Array = field("s", "tracer time step")
    coordinate: VerticalCoordinate | None = None
    ps: Any = field("Pa", "surface pressure that air may pass through the ground to keep", default=None)
    vert_remap_q_alg: int = static(default=10)
    rsplit: int = static(default=1)

    def start(self) -> Array:
        """Layer thickness (elem, i, j, lev) at the start [Pa]."""
        xp = namespace(self.grid.lat)
        if self.coordinate is None:
            return xp.full_like(self.grid.lat, 1000.0)
        ps = self.coordinate.p0 * xp.ones_like(self.grid.lat) if self.ps is None else self.ps
        return self.coordinate.dp_ref(ps)

    def run(self, q: Array, n: int) -> tuple[Array, Array]:
        """Mixing ratios q (tracer, elem, i, j, lev) [1] after n steps, and dp; ValueError unless rsplit divides n."""
        if n % self.rsplit:
            raise ValueError(f"run needs a number of steps that rsplit={self.rsplit} divides, found {n}.")
        return _run(self, q, n=n // self.rsplit)

    def step(self, tracer_mass: Array, dp: Array, time: Array) -> tuple[Array, Array]:
        """rsplit steps, each with the wind of its middle, and a remap."""
        for m in range(self.rsplit):
            wind = self.flow.wind(time + (m + 0.5) * self.dt, self.grid.lon, self.grid.lat, self._interfaces(dp))
            dp, flux = self._continuity(wind, dp)
            tracer_mass = advance_tracers(tracer_mass, flux, self.dt, self.transport, self.grid)
        return (tracer_mass, dp) if self.coordinate is None else self._remap(tracer_mass, dp, self.coordinate)

    def _interfaces(self, dp: Array) -> Array | None:
        """Pressure at the interfaces of the layers, wherever they float."""
        return None if self.coordinate is None else interface_pressure(dp, self.coordinate.ptop)

    def _continuity(self, wind: Array, dp: Array) -> tuple[Array, MassFlux]:
        """Thickness after a step of three Runge-Kutta stages, and the flux that led there."""
        end = dp
        for share in (1.0 / 3.0, 1.0 / 2.0, 1.0):
            flux = wind * end
            end = dp - share * self.dt * dss(divergence_sphere(flux, self.grid), self.grid)
        return (end, MassFlux(dp, flux)) if self.transport.nu_q is None else self._diffuse(end, MassFlux(dp, flux))

    def _diffuse(self, end: Array, flux: MassFlux) -> tuple[Array, MassFlux]:
        """Viscosity of the layers, as strong as the tracers': deforming flow would tear surface pressure apart."""
        weak = biharmonic_wk(end, self.grid, self.grid.viscosity_tensor)
        after = end - self.dt * self.transport.nu_q * dss_wk(weak, self.grid)
        return after, flux.replace(dpdiss_ave=end, dpdiss_biharmonic=weak)

    def _remap(self, tracer_mass: Array, dp: Array, coordinate: VerticalCoordinate) -> tuple[Array, Array]:
        if self.ps is not None:
            tracer_mass, dp = through_ground(tracer_mass, dp, self.ps - coordinate.ps(dp))
        target = coordinate.dp_ref(coordinate.ps(dp))
        return Remap(dp, target)(tracer_mass, self.vert_remap_q_alg), target


def through_ground(tracer_mass: Array, dp: Array, gain: Array) -> tuple[Array, Array]:
    """tracer_mass, dp [Pa] whose lowest layer takes up gain [Pa] (elem, i, j, 1) of air with its own mixing ratios."""
    xp = namespace(dp)
    lowest = dp[..., -1:] + gain
    mass = tracer_mass[..., -1:] * (lowest / dp[..., -1:])
    join = xp.concatenate
    return join([tracer_mass[..., :-1], mass], axis=-1), join([dp[..., :-1], lowest], axis=-1)


def _many_steps(experiment: PrescribedTransport, q: Array, n: int) -> tuple[Array, Array]:
    def one(carry: Any, _: Any) -> tuple:
        tracer_mass, dp, time = carry
        return (*experiment.step(tracer_mass, dp, time), time + experiment.rsplit * experiment.dt), None

    dp = experiment.start()
    start = namespace(q).zeros_like(experiment.dt * dp[0, 0, 0, 0])
    (tracer_mass, dp, _), _ = scan(one, (q * dp, dp, start), None, length=n)
    return tracer_mass / dp, dp


_run = compiled(_many_steps, static=("n",))


def squared_chord(lon: Array, lat: Array, lon_center: float, lat_center: float) -> Array:
    """Squared straight distance (elem, i, j, 1) [1] of lon, lat [radian] to a point, on the unit sphere."""
    xp = namespace(lon, lat)
    cosine = xp.sin(lat) * xp.sin(xp.asarray(lat_center, lat.dtype))
    cosine = cosine + xp.cos(lat) * xp.cos(xp.asarray(lat_center, lat.dtype)) * xp.cos(lon - lon_center)
    return 2.0 - 2.0 * cosine


def arc(lon: Array, lat: Array, lon_center: float, lat_center: float) -> Array:
    """Great-circle distance (elem, i, j, 1) of lon, lat to a point [radian], exact near the point too."""
    xp = namespace(lon, lat)
    half_chord = 0.5 * xp.sqrt(xp.maximum(squared_chord(lon, lat, lon_center, lat_center), 0.0))
    return 2.0 * xp.arcsin(xp.minimum(half_chord, 1.0))
