"""Energy and water of hydrostatic columns, per unit area.

Equations: Lauritzen et al. (2018), doi:10.1029/2017MS001257, section 3   CAM: cam_thermo:get_hydrostatic_energy
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..arrays.backend import Array, namespace
from ..arrays.fields import field
from ..arrays.pytree import Tree, pytree
from ..constants import Constants
from ..vertical.hydrostatic import interface_pressure
from . import moist_air
from .species import ActiveSpecies


@pytree
class ColumnEnergy(Tree):
    """Vertical integrals, each (..., 1)."""

    total: Array = field("J m-2", "total energy with latent heat, reference state ice", cam="te")
    enthalpy: Array = field("J m-2", "enthalpy", cam="se")
    potential: Array = field("J m-2", "potential energy of the surface elevation", cam="po")
    kinetic: Array = field("J m-2", "kinetic energy", cam="ke")
    vapor: Array = field("kg m-2", "water vapor path", cam="wv")
    liquid: Array = field("kg m-2", "liquid water path", cam="liq")
    ice: Array = field("kg m-2", "ice water path", cam="ice")

    @property
    def water(self) -> Array:
        """Path of all water [kg m-2]."""
        return self.vapor + self.liquid + self.ice


def hydrostatic_energy(
    state: Any, q: Array, phis: Array, ptop: Array, species: ActiveSpecies, constants: Constants
) -> ColumnEnergy:
    """Energy and water paths of columns.

    Parameters
    ----------
    state : has wind (2, ..., lev) [m s-1], temperature (..., lev) [K], dp_dry (..., lev) [Pa]
    q : (species, ..., lev) dry mixing ratios [1]
    phis : (..., 1) surface geopotential [m2 s-2]
    ptop : pressure at the model top [Pa]
    """
    xp = namespace(state.dp_dry)
    per_area = 1.0 / constants.gravity
    dp = state.dp_dry * moist_air.sum_species(q, species)
    u, v = state.wind
    cp = moist_air.specific_heat(q, species)

    def integral(x: Array) -> Array:
        return per_area * xp.sum(x, axis=-1, keepdims=True)

    paths = {phase: _water_path(q, state.dp_dry, species.indices_of(phase), integral) for phase in _PHASES}
    kinetic, thermal = integral(dp * (0.5 * (u * u + v * v))), integral(dp * cp * state.temperature)
    potential = per_area * phis * interface_pressure(dp, ptop)[..., -1:]
    latent = constants.latent_heat_vaporization * paths["vapor"]
    latent = latent + constants.latent_heat_fusion * (paths["vapor"] + paths["liquid"])
    return ColumnEnergy(kinetic + thermal + potential + latent, thermal, potential, kinetic, **paths)


_PHASES = ("vapor", "liquid", "ice")


def _water_path(q: Array, dp_dry: Array, members: tuple[int, ...], integral: Callable) -> Array:
    """Mass per area of the species of one phase."""
    total = integral(namespace(dp_dry).zeros_like(dp_dry))
    for n in members:
        total = total + integral(q[n] * dp_dry)
    return total
