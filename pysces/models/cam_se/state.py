"""The prognostic fields of CAM-SE, and what its air is made of."""

from __future__ import annotations

from ...arrays.backend import Array
from ...arrays.fields import field
from ...arrays.pytree import Tree, pytree


@pytree
class CamSeState(Tree):
    """Prognostic fields, (elem, i, j, lev)."""

    wind: Array = field("m s-1", "eastward and northward wind", cam="v", shape="(2, elem, i, j, lev)")
    temperature: Array = field("K", "temperature", cam="T")
    dp_dry: Array = field("Pa", "dry air pressure thickness of the layer", cam="dp3d")


@pytree
class AirProperties(Tree):
    """What the composition of the air means to the dynamics; constant during a dynamics step."""

    moist_per_dry: Array = field("1", "mass of moist air per mass of dry air", cam="sum_species")
    virtual: Array = field("1", "virtual temperature over temperature", cam="T_v_over_T")
    inverse_cp: Array = field("J-1 kg K", "1 / cp of moist air", cam="inv_cp_full")
    R_dry: Array = field("J kg-1 K-1", "gas constant of dry air", cam="R_dry")
    cp_dry: Array = field("J kg-1 K-1", "specific heat of dry air", cam="cp_dry")
    kappa: Array = field("1", "R_dry / cp_dry", cam="kappa")
