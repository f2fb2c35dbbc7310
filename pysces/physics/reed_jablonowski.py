"""Simple moist physics: condensation, fluxes from the sea, and mixing by the boundary layer.

    rain first, then the sea warms, moistens and brakes the lowest layer, then the boundary layer mixes all of them

Every part sees what the one before it left, and all are implicit: no time step makes them unstable.

Equations: Reed & Jablonowski (2012), doi:10.1029/2011MS000099
HOMME: dcmip16_wrapper, simple_physics   CAM: simple_physics
"""

from __future__ import annotations

from ..arrays.backend import Array, namespace
from ..arrays.fields import field
from ..arrays.pytree import Tree, pytree, static
from ..constants import E3SM, Constants
from ..vertical.basis import Basis
from ..vertical.tridiagonal import factor_tridiagonal, solve_tridiagonal
from .large_scale_condensation import condensation_rate, precipitation, saturation_humidity
from .suite import Air, Tendency

FEWEST_LAYERS = 2


@pytree
class Moist(Tree):
    """What the parts hand on, (..., lev)."""

    wind: Array = field("m s-1", "eastward and northward wind (2, ...)")
    temperature: Array = field("K", "temperature")
    vapor: Array = field("1", "water vapor per mass of the layer")


@pytree
class ReedJablonowski(Tree):
    """A suite; every number in it may be changed or differentiated. vapor : index of water vapor among the tracers.

    sea_surface_temperature : a number, or (elem, i, j, 1).   raining : False leaves rain to another suite.
    time, a number [s], does not matter; a single layer is refused, for it mixes layers.
    """

    constants: Constants = field("", "gas constants, gravity and latent heat", default=E3SM)
    sea_surface_temperature: Array = field("K", "temperature of the sea", default=302.15)
    drag: Array = field("1", "drag coefficient in still air", default=7.0e-4)
    drag_slope: Array = field("s m-1", "what each m/s adds to it", default=6.5e-5)
    largest_drag: Array = field("1", "drag coefficient from 20 m/s on", default=2.0e-3)
    exchange: Array = field("1", "coefficient of heat and vapor", default=1.1e-3)
    boundary_layer_top: Array = field("Pa", "where mixing begins to fade", default=85000.0)
    fading: Array = field("Pa", "how fast it does", default=10000.0)
    vapor: int = static(default=0)
    raining: bool = static(default=True)

    def moved(self, before: Basis, after: Basis) -> ReedJablonowski:
        """With other constants."""
        return self.replace(constants=self.constants + (after.constants - before.constants))

    def __call__(self, air: Air, time: Array) -> Tendency:
        xp = namespace(air.temperature)
        if air.temperature.shape[-1] < FEWEST_LAYERS:
            raise ValueError(f"ReedJablonowski mixes layers, found {air.temperature.shape[-1]}; give 2 or more.")
        before = Moist(air.wind, air.temperature, air.tracers[self.vapor])
        after = self._mixed(self._touched_by_sea(self._rained_out(before, air), air), before, air)
        rate = (after - before) * (1.0 / air.dt)
        zero = xp.zeros_like(rate.vapor)
        tracers = xp.stack([rate.vapor if n == self.vapor else zero for n in range(air.tracers.shape[0])])
        return Tendency(rate.wind, rate.temperature, tracers)

    def precipitation(self, air: Air) -> Array:
        """Rain at the ground (elem, i, j, 1) [m s-1]."""
        rate = condensation_rate(air.temperature, air.tracers[self.vapor], air.p, air.dt, self.constants)
        return precipitation(rate, air.dp, self.constants.gravity)

    def evaporation(self, air: Air) -> Array:
        """Water from the sea (elem, i, j, 1) [kg m-2 s-1]."""
        dry = self._rained_out(Moist(air.wind, air.temperature, air.tracers[self.vapor]), air)
        gained = (self._touched_by_sea(dry, air).vapor - dry.vapor) * air.dp
        return gained[..., -1:] / (self.constants.gravity * air.dt)

    def _rained_out(self, state: Moist, air: Air) -> Moist:
        """Large-scale condensation: vapor above saturation falls at once, its heat stays."""
        if not self.raining:
            return state
        condensed = air.dt * condensation_rate(state.temperature, state.vapor, air.p, air.dt, self.constants)
        warming = self.constants.latent_heat_vaporization / self.constants.cp * condensed
        return state.replace(temperature=state.temperature + warming, vapor=state.vapor - condensed)

    def _touched_by_sea(self, state: Moist, air: Air) -> Moist:
        """Bulk exchange of the lowest layer with the sea, backward Euler: x = (x + r x_sea) / (1 + r).

        The rate r is taken over the height of the layer's middle, as published: the flux is 2 rho C |v| (x_sea - x).
        """
        speed, height = self._speed(state), self._height(air)
        braked, exchanged = (c * speed * air.dt / height for c in (self._drag(speed), self.exchange))
        sea = self.sea_surface_temperature + 0.0 * speed
        saturated = saturation_humidity(sea, air.p_i[..., -1:], self.constants)
        return Moist(
            _with_lowest(state.wind, state.wind[..., -1:] / (1.0 + braked)),
            _with_lowest(state.temperature, (state.temperature[..., -1:] + exchanged * sea) / (1.0 + exchanged)),
            _with_lowest(state.vapor, (state.vapor[..., -1:] + exchanged * saturated) / (1.0 + exchanged)),
        )

    def _mixed(self, state: Moist, start: Moist, air: Air) -> Moist:
        """Diffusion of wind, potential temperature and vapor; the strength is that of the wind before all parts."""
        xp = namespace(state.temperature)
        speed, height, fades = self._speed(start), self._height(air), self._fading(air)
        exner = (air.p / self.constants.p0) ** self.constants.kappa
        air = air.replace(temperature=state.temperature)
        of_wind, of_heat = (c * speed * height * fades for c in (self._drag(speed), self.exchange))
        wind = diffused(state.wind, of_wind, air, self.constants)
        theta, vapor = diffused(xp.stack([state.temperature / exner, state.vapor]), of_heat, air, self.constants)
        return Moist(wind, theta * exner, vapor)

    def _speed(self, state: Moist) -> Array:
        """Of the lowest layer's wind; its derivative is zero where there is none."""
        u, v = state.wind[..., -1:]
        xp, square = namespace(u), u * u + v * v
        return xp.where(square > 0.0, xp.sqrt(xp.where(square > 0.0, square, 1.0)), 0.0)

    def _drag(self, speed: Array) -> Array:
        growing = self.drag + self.drag_slope * speed
        return namespace(speed).where(speed < 20.0, growing, self.largest_drag)

    def _height(self, air: Air) -> Array:
        """Of the middle of the lowest layer above the sea [m]."""
        return (air.phi_i[..., -2:-1] - air.phi_i[..., -1:]) / (2.0 * self.constants.gravity)

    def _fading(self, air: Air) -> Array:
        """Share of the mixing left at the interfaces between layers (..., lev - 1)."""
        xp, p = namespace(air.p), air.p_i[..., 1:-1]
        above = xp.maximum(self.boundary_layer_top - p, 0.0)
        return xp.exp(-((above / self.fading) ** 2))


def diffused(x: Array, diffusivity: Array, air: Air, constants: Constants) -> Array:
    """x (n, ..., lev) after air.dt of vertical diffusion, backward Euler; nothing passes the ends, so sum(x dp) stays.

        dx/dt = g d/dp (g rho^2 K dx/dp)

    diffusivity : K at the interfaces between layers (..., lev - 1) [m2 s-1].
    """
    xp = namespace(x)
    p = air.p_i[..., 1:-1]
    density = p / (constants.R_dry * 0.5 * (air.temperature[..., :-1] + air.temperature[..., 1:]))
    exchange = air.dt * constants.gravity**2 * density**2 * diffusivity / (air.p[..., 1:] - air.p[..., :-1])
    none = xp.zeros_like(exchange[..., :1])
    above = xp.concatenate([none, exchange], axis=-1) / air.dp
    below = xp.concatenate([exchange, none], axis=-1) / air.dp
    lower, diagonal, upper = (xp.moveaxis(row, -1, 0)[:, None] for row in (-above, 1.0 + above + below, -below))
    factors = factor_tridiagonal(lower, diagonal, upper)
    return xp.moveaxis(solve_tridiagonal(factors, xp.moveaxis(x, -1, 0)), 0, -1)


def _with_lowest(x: Array, lowest: Array) -> Array:
    return namespace(x).concatenate([x[..., :-1], lowest], axis=-1)
