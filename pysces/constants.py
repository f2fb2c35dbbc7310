"""Planet and gas constants: the sets of E3SM-HOMME and of CAM side by side, so that their differences can be seen.

HOMME: physical_constants (stand-alone build)   CAM-SE: physconst / shr_const_mod
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .arrays.fields import field, from_record
from .arrays.pytree import Tree, pytree


@pytree
class Constants(Tree):
    """Constants of a planet and its air. All are array leaves: differentiable, in the precision of the backend."""

    radius: float = field("m", "planet radius", homme="rearth", cam="rearth")
    gravity: float = field("m s-2", "gravitational acceleration", homme="g", cam="gravit")
    omega: float = field("s-1", "rotation rate of the planet", homme="omega", cam="omega")
    R_dry: float = field("J kg-1 K-1", "gas constant of dry air", homme="Rgas", cam="rair")
    cp: float = field("J kg-1 K-1", "specific heat of dry air at constant pressure", homme="Cp", cam="cpair")
    R_vapor: float = field("J kg-1 K-1", "gas constant of water vapor", homme="Rwater_vapor", cam="rh2o")
    cp_vapor: float = field("J kg-1 K-1", "specific heat of water vapor", homme="Cpwater_vapor", cam="cpwv")
    p0: float = field("Pa", "reference pressure", homme="p0", cam="ps0")
    latent_heat_vaporization: float = field("J kg-1", "latent heat of vaporization", cam="latvap", default=2.501e6)
    latent_heat_fusion: float = field("J kg-1", "latent heat of fusion", cam="latice", default=3.337e5)

    @property
    def kappa(self) -> float:
        """R_dry / cp, computed (never 2/7)."""
        return self.R_dry / self.cp


E3SM = Constants(
    radius=6.376e6,
    gravity=9.80616,
    omega=7.292e-5,
    R_dry=287.04,
    cp=1005.0,
    R_vapor=461.50,
    cp_vapor=1870.0,
    p0=1.0e5,
)

R_UNIVERSAL = 6.02214e26 * 1.38065e-23  # J K-1 kmol-1; shr_const_mod: SHR_CONST_AVOGAD * SHR_CONST_BOLTZ

CAM = Constants(
    radius=6.37122e6,
    gravity=9.80616,
    omega=2.0 * 3.14159265358979323846 / 86164.0,
    R_dry=R_UNIVERSAL / 28.966,
    cp=1.00464e3,
    R_vapor=R_UNIVERSAL / 18.016,
    cp_vapor=1.810e3,
    p0=1.0e5,
)

_DEFAULTS = {"homme": E3SM, "cam": CAM}


def constants_from(settings: Mapping[str, Any], model: str) -> Constants:
    """The constants of a model's own settings, such as a golden record's, under its own names (rearth, Rgas or rair).

    model : "homme" or "cam"; what the settings do not say is E3SM's or CAM's.   ValueError for another one.
    """
    if model not in _DEFAULTS:
        raise ValueError(f"Constants are known for {' and '.join(_DEFAULTS)}, found {model!r}; give one of these.")
    return from_record(Constants, settings, model, **vars(_DEFAULTS[model]))
