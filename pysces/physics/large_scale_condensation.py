"""Large-scale condensation: water vapor above saturation rains out at once and heats the air.

Equations: Reed & Jablonowski (2012), doi:10.1029/2011MS000099, section 2
HOMME: dcmip16_wrapper (prec_type 1)   CAM: simple_physics
"""

from __future__ import annotations

from ..arrays.backend import Array, namespace
from ..arrays.fields import field
from ..arrays.pytree import Tree, pytree, static
from ..constants import E3SM, Constants
from ..vertical.basis import Basis
from .suite import Air, Tendency

TRIPLE_POINT = 273.16  # K
SATURATION_AT_TRIPLE_POINT = 610.78  # Pa
WATER_DENSITY = 1000.0  # kg m-3


@pytree
class LargeScaleCondensation(Tree):
    """A suite. vapor : index of water vapor among the tracers.   time, a number [s], does not matter."""

    constants: Constants = field("", "gas constants and latent heat", default=E3SM)
    vapor: int = static(default=0)

    def moved(self, before: Basis, after: Basis) -> LargeScaleCondensation:
        """With other constants."""
        return self.replace(constants=self.constants + (after.constants - before.constants))

    def __call__(self, air: Air, time: Array) -> Tendency:
        xp = namespace(air.tracers)
        rate = condensation_rate(air.temperature, air.tracers[self.vapor], air.p, air.dt, self.constants)
        heating = self.constants.latent_heat_vaporization / self.constants.cp * rate
        zero = xp.zeros_like(rate)
        sources = [-rate if n == self.vapor else zero for n in range(air.tracers.shape[0])]
        return Tendency(temperature=heating, tracers=xp.stack(sources))


def saturation_humidity(temperature: Array, p: Array, constants: Constants) -> Array:
    """Specific humidity of saturated air, Clausius-Clapeyron with constant latent heat [1].

    temperature [K], p [Pa] : (..., lev).
    """
    xp = namespace(temperature, p)
    exponent = constants.latent_heat_vaporization / constants.R_vapor * (1.0 / temperature - 1.0 / TRIPLE_POINT)
    return constants.R_dry / constants.R_vapor * SATURATION_AT_TRIPLE_POINT / p * xp.exp(-exponent)


def condensation_rate(temperature: Array, q: Array, p: Array, dt: Array, constants: Constants) -> Array:
    """Vapor lost per time [s-1]: over dt it takes the air to saturation, to first order in the warming.

    temperature [K], specific humidity q [1], p [Pa] : (..., lev).

    rate = (q - q_s) / dt / (1 + (L / cp) L q_s / (R_v T^2)),   zero below saturation
    """
    latent = constants.latent_heat_vaporization
    q_s = saturation_humidity(temperature, p, constants)
    slope = latent * q_s / (constants.R_vapor * temperature**2)
    return namespace(q).maximum(q - q_s, 0.0) / dt / (1.0 + latent / constants.cp * slope)


def precipitation(rate: Array, dp: Array, gravity: Array) -> Array:
    """Rain at the ground (elem, i, j, 1) [m s-1] of condensation at this rate [s-1] in layers dp [Pa] under gravity."""
    return (rate * dp).sum(axis=-1, keepdims=True) / (gravity * WATER_DENSITY)
