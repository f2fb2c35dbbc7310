"""Kessler warm-rain microphysics: vapor, cloud water and rain, which falls.

Equations: Klemp, Skamarock & Park (2015), doi:10.1002/2015MS000435, appendix; DCMIP2016 test case document
HOMME: dcmip16_wrapper, kessler   CAM: kessler (FKESSLER)
"""

from __future__ import annotations

from ..arrays.backend import Array, namespace
from ..arrays.control import repeat_while
from ..arrays.fields import field
from ..arrays.pytree import Tree, pytree, static
from ..constants import E3SM, Constants
from ..vertical.basis import Basis
from .suite import Air, Tendency

LATENT_HEAT, HEAT_CAPACITY = 2.5e6, 1003.0  # J kg-1 and J kg-1 K-1: the scheme's own, not the dycore's
SATURATION_SLOPE = 237.3 * 17.27 * LATENT_HEAT / HEAT_CAPACITY
COURANT_NUMBER = 0.8
WATER_DENSITY = 1000.0  # kg m-3


@pytree
class WarmRain(Tree):
    """What the scheme changes, (..., lev), top first; mixing ratios are per mass of dry air."""

    temperature: Array = field("K", "temperature")
    vapor: Array = field("1", "water vapor")
    cloud: Array = field("1", "cloud water")
    rain: Array = field("1", "rain water")


@pytree
class DryLayers(Tree):
    """What the scheme leaves alone, (..., lev)."""

    p: Array = field("Pa", "pressure")
    density: Array = field("kg m-3", "density of dry air")
    mass: Array = field("kg m-2", "dry air in the layer")


@pytree
class Kessler(Tree):
    """A suite. vapor, cloud, rain : indices among the tracers; max_subcycles bounds the sedimentation steps.

    time, a number [s], does not matter.
    """

    constants: Constants = field("", "gas constants and gravity", default=E3SM)
    vapor: int = static(default=0)
    cloud: int = static(default=1)
    rain: int = static(default=2)
    max_subcycles: int = static(default=100)

    def moved(self, before: Basis, after: Basis) -> Kessler:
        """With other constants."""
        return self.replace(constants=self.constants + (after.constants - before.constants))

    def __call__(self, air: Air, time: Array) -> Tendency:
        xp = namespace(air.tracers)
        before, layers, dry = self._dry_columns(air)
        after, _ = kessler(before, layers, air.dt, self.max_subcycles)
        rate = (after - before) / air.dt
        source = {self.vapor: rate.vapor * dry, self.cloud: rate.cloud * dry, self.rain: rate.rain * dry}
        zero = xp.zeros_like(rate.vapor)
        tracers = xp.stack([source.get(n, zero) for n in range(air.tracers.shape[0])])
        return Tendency(temperature=rate.temperature, tracers=tracers)

    def precipitation(self, air: Air) -> Array:
        """Mean rain at the ground over air.dt, (elem, i, j, 1) [m s-1]."""
        before, layers, _ = self._dry_columns(air)
        return kessler(before, layers, air.dt, self.max_subcycles)[1]

    def _dry_columns(self, air: Air) -> tuple[WarmRain, DryLayers, Array]:
        """State, layers, and the share of dry air in them."""
        c, xp = self.constants, namespace(air.tracers)
        q = xp.where(air.tracers < 0.0, 0.0, air.tracers)  # air drier than dry is left so
        dry = air.dp_dry / air.dp
        state = WarmRain(air.temperature, *(q[n] / dry for n in (self.vapor, self.cloud, self.rain)))
        density = air.p / (air.temperature * (c.R_dry + c.R_vapor * state.vapor))
        return state, DryLayers(air.p, density, air.dp_dry / c.gravity), dry


def kessler(state: WarmRain, layers: DryLayers, dt: Array, max_subcycles: int = 100) -> tuple[WarmRain, Array]:
    """State after dt [s], and the mean rain at the ground (..., 1) [m s-1].

    Each column takes as many steps as its fastest rain needs to cross 0.8 of a layer in one, at most max_subcycles.
    """
    xp = namespace(state.rain)
    depth = layers.mass / layers.density
    fastest = (fall_speed(state.rain, layers) / depth).max(axis=-1, keepdims=True)
    steps = xp.maximum(xp.ceil(fastest * dt / COURANT_NUMBER), 1.0)
    steps = xp.minimum(steps, float(max_subcycles))
    fallen = xp.zeros_like(steps)
    carry = (state, fallen, xp.zeros_like(steps))
    setting = (layers, dt / steps, steps)
    state, fallen, _ = repeat_while(_unfinished, _substep, carry, setting, limit=max_subcycles)
    return state, fallen / (WATER_DENSITY * dt)


def saturation_mixing_ratio(temperature: Array, p: Array) -> Array:
    """Tetens' formula [1] for temperature [K] and pressure p [Pa], (..., lev)."""
    return 380.0 / p * namespace(temperature).exp(17.27 * (temperature - 273.0) / (temperature - 36.0))


def fall_speed(rain: Array, layers: DryLayers) -> Array:
    """Mass-weighted mean fall speed (..., lev) [m s-1] of this much rain [1]."""
    xp = namespace(rain)
    surface_density = layers.density[..., -1:]
    return 36.34 * _power(1e-3 * layers.density * rain, 0.1364) * xp.sqrt(surface_density / layers.density)


def _unfinished(carry: tuple, setting: tuple) -> Array:
    _, _, done = carry
    *_, steps = setting
    return namespace(done).any(done < steps)


def _substep(carry: tuple, setting: tuple) -> tuple:
    """Rain falls and grows, vapor and cloud adjust, rain evaporates; columns that are done stay as they are."""
    state, fallen, done = carry
    layers, dt, steps = setting
    xp = namespace(fallen)
    active = done < steps
    flux, held = layers.density * state.rain * fall_speed(state.rain, layers), layers.mass * state.rain / dt
    # DIFFERS: rain that grows during dt outruns the substeps chosen before; no layer loses more than it has.
    flux = xp.where(flux > held, held, flux)
    after = _saturation_adjustment(_grow_and_fall(state, flux, layers, dt), layers, dt)
    state = state.map(lambda old, new: xp.where(active, new, old), after)
    return state, fallen + xp.where(active, dt * flux[..., -1:], 0.0), done + xp.where(active, 1.0, 0.0)


def _grow_and_fall(state: WarmRain, flux: Array, layers: DryLayers, dt: Array) -> WarmRain:
    """Autoconversion, accretion, and upstream sedimentation of rain with the flux through each layer's floor."""
    # DIFFERS: the published scheme divides by distances between midpoints; by layer mass, water is conserved.
    xp = namespace(flux)
    from_above = xp.concatenate([xp.zeros_like(flux[..., :1]), flux[..., :-1]], axis=-1)
    autoconversion = xp.maximum(1e-3 * (state.cloud - 1e-3), 0.0)
    kept = (state.cloud - dt * autoconversion) / (1.0 + dt * 2.2 * _power(state.rain, 0.875))
    collected = xp.minimum(state.cloud - kept, state.cloud)
    rain = state.rain + collected + dt * (from_above - flux) / layers.mass
    return state.replace(cloud=state.cloud - collected, rain=rain)


def _saturation_adjustment(state: WarmRain, layers: DryLayers, dt: Array) -> WarmRain:
    """Condensation or evaporation of cloud to saturation, then evaporation of rain."""
    xp = namespace(state.rain)
    saturated = saturation_mixing_ratio(state.temperature, layers.p)
    slope = saturated * SATURATION_SLOPE / (state.temperature - 36.0) ** 2
    excess = (state.vapor - saturated) / (1.0 + slope)
    condensed = xp.maximum(excess, -state.cloud)
    evaporated = xp.minimum(dt * _evaporation_rate(state, layers, saturated), xp.maximum(-excess - state.cloud, 0.0))
    evaporated = xp.minimum(evaporated, state.rain)
    return WarmRain(
        temperature=state.temperature + LATENT_HEAT / HEAT_CAPACITY * (condensed - evaporated),
        vapor=state.vapor - condensed + evaporated,
        cloud=state.cloud + condensed,
        rain=state.rain - evaporated,
    )


def _evaporation_rate(state: WarmRain, layers: DryLayers, saturated: Array) -> Array:
    """Rain evaporating into unsaturated air [s-1]; an empirical fit in g cm-3 and hPa."""
    density = 1e-3 * layers.density
    water = density * state.rain
    ventilation = (1.6 + 124.9 * _power(water, 0.2046)) * _power(water, 0.525)
    diffusion = 2.55e6 / (1e-2 * layers.p * saturated) + 5.4e5
    return ventilation / diffusion * namespace(water).maximum(1.0 - state.vapor / saturated, 0.0) / density


def _power(x: Array, exponent: float) -> Array:
    """x ** exponent of a positive x, else 0; no infinite derivative at zero."""
    xp = namespace(x)
    positive = x > 0.0
    return xp.where(positive, xp.where(positive, x, 1.0) ** exponent, 0.0)
