"""pysces objects of CAM-SE from a record's settings and inputs."""

from __future__ import annotations

import numpy as np

from pysces.constants import CAM
from pysces.equations.cam_se import CamSe, CamSeState
from pysces.thermodynamics.species import ActiveSpecies, active_species
from pysces.vertical.coordinate import VerticalCoordinate, coordinate_from_interfaces

CONSTANTS = {
    "radius": "rearth",
    "gravity": "gravit",
    "omega": "omega",
    "R_dry": "rair",
    "cp": "cpair",
    "R_vapor": "rh2o",
    "cp_vapor": "cpwv",
    "p0": "ps0",
    "latent_heat_vaporization": "latvap",
    "latent_heat_fusion": "latice",
}


def constants(settings):
    return CAM.replace(**{ours: settings[theirs] for ours, theirs in CONSTANTS.items() if theirs in settings})


def species(settings) -> ActiveSpecies:
    """The active species by name, with the heat capacities and gas constants that the record states."""
    cp, R = (np.asarray(settings[f"thermodynamic_active_species_{name}"]) for name in ("cp", "R"))
    named = active_species(tuple(settings["thermodynamic_active_species_name"][1:]))
    return named.replace(R_base=float(R[0]), cp_base=float(cp[0]), R=R[1:], cp=cp[1:])


def coordinate(x, settings) -> VerticalCoordinate:
    """Midpoint coefficients are the means of the interfaces' where the record stores some levels only."""
    if "hyam" in x and x["hyam"].shape[-1] == x["hyai"].shape[-1] - 1:
        return VerticalCoordinate(*(x[name] for name in ("hyai", "hybi", "hyam", "hybm")), settings["ps0"])
    return coordinate_from_interfaces(x["hyai"], x["hybi"], p0=settings["ps0"])


def equations(x, settings) -> CamSe:
    return CamSe(
        constants=constants(settings),
        coordinate=coordinate(x, settings),
        species=species(settings),
        phis=x["phis"],
        se_pgf_formulation=settings["se_pgf_formulation"],
    )


def state(x) -> CamSeState:
    return CamSeState(x["v"], x["T"], x["dp3d"])


def named(state: CamSeState, prefix: str = "") -> dict:
    return {prefix + "v": state.wind, prefix + "T": state.temperature, prefix + "dp3d": state.dp_dry}
