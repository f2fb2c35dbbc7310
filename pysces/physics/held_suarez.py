"""Held-Suarez forcing: relaxation to a zonally symmetric temperature, and friction near the ground.

Friction acts on vertical velocity too where that is prognostic, as in HOMME.

Equations: Held & Suarez (1994), doi:10.1175/1520-0477(1994)075<1825:APFTIO>2.0.CO;2
HOMME: held_suarez_mod   CAM: held_suarez
"""

from __future__ import annotations

from typing import Any

from ..arrays.backend import Array, namespace
from ..arrays.fields import field
from ..arrays.pytree import Tree, pytree
from ..vertical.basis import Basis
from .suite import Air, Tendency

DAY = 86400.0


@pytree
class HeldSuarez(Tree):
    """The forcing with every number in it free to be changed or differentiated.

    sigma : (lev,) the vertical coordinate of the rates: ``coordinate.etam``, as HOMME and CAM take it. None: p / ps.
    time, a number [s], does not matter.
    """

    sigma: Any = field("1", "vertical coordinate of the rates", default=None)
    k_f: Array = field("s-1", "friction at the ground", default=1.0 / DAY)
    k_a: Array = field("s-1", "relaxation of the free atmosphere", default=1.0 / (40.0 * DAY))
    k_s: Array = field("s-1", "relaxation at the equator's surface", default=1.0 / (4.0 * DAY))
    sigma_b: Array = field("1", "top of the boundary layer", default=0.7)
    surface_temperature: Array = field("K", "equilibrium at the equator's surface", default=315.0)
    delta_T_y: Array = field("K", "equator minus pole", default=60.0)
    delta_theta_z: Array = field("K", "static stability at the equator", default=10.0)
    minimum_temperature: Array = field("K", "equilibrium of the stratosphere", default=200.0)
    p0: Array = field("Pa", "reference pressure", default=1.0e5)
    kappa: Array = field("1", "R / cp", default=2.0 / 7.0)
    sigma_i: Any = field("1", "the same at interfaces, for the friction of w; None: p / ps", default=None)

    def moved(self, before: Basis, after: Basis) -> HeldSuarez:
        """On other levels, with other constants of air."""
        old, new = before.constants, after.constants
        sigma, sigma_i = self.sigma, self.sigma_i
        if before.coordinate is not None and after.coordinate is not None:
            sigma = None if sigma is None else sigma + (after.coordinate.etam - before.coordinate.etam)
            sigma_i = None if sigma_i is None else sigma_i + (after.coordinate.etai - before.coordinate.etai)
        return self.replace(
            sigma=sigma, sigma_i=sigma_i, p0=self.p0 + (new.p0 - old.p0), kappa=self.kappa + (new.kappa - old.kappa)
        )

    def __call__(self, air: Air, time: Array) -> Tendency:
        xp = namespace(air.temperature)
        sigma = air.p / air.p_i[..., -1:] if self.sigma is None else self.sigma
        near_ground = self._near_ground(sigma)
        k_T = self.k_a + (self.k_s - self.k_a) * near_ground * xp.cos(air.lat) ** 4
        return Tendency(
            wind=-(self.k_f * near_ground) * air.wind,
            temperature=-k_T * (air.temperature - self.equilibrium_temperature(air.lat, air.p)),
            w_i=None if air.w_i is None else -self._friction_of_w(air) * air.w_i[..., :-1],
        )

    def _near_ground(self, sigma: Array) -> Array:
        """Nothing above the boundary layer, one at the ground."""
        return namespace(sigma).maximum((sigma - self.sigma_b) / (1.0 - self.sigma_b), 0.0)

    def _friction_of_w(self, air: Air) -> Array:
        """At the upper interface of each layer [s-1]."""
        sigma_i = air.p_i / air.p_i[..., -1:] if self.sigma_i is None else self.sigma_i
        return self.k_f * self._near_ground(sigma_i[..., :-1])

    def equilibrium_temperature(self, lat: Array, p: Array) -> Array:
        """Of the relaxation, (elem, i, j, lev) [K], at latitudes lat (elem, i, j, 1) [radian] and pressures p [Pa]."""
        xp = namespace(lat, p)
        sin2, cos2, log_p = xp.sin(lat) ** 2, xp.cos(lat) ** 2, xp.log(p / self.p0)
        equator = self.surface_temperature - self.delta_T_y * sin2 - self.delta_theta_z * log_p * cos2
        return xp.maximum(equator * xp.exp(self.kappa * log_p), self.minimum_temperature)
