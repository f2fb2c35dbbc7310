"""pysces objects of CAM-SE from a record's settings and inputs, built as a run builds them."""

from __future__ import annotations

from typing import Any

import numpy as np

from pysces.arrays.backend import Array
from pysces.arrays.fields import from_record, to_record
from pysces.constants import Constants, constants_from
from pysces.dycore.dycore import Dycore, ModelState
from pysces.geometry.grid import Grid
from pysces.models.cam_se import setup
from pysces.models.cam_se.equations import CamSe
from pysces.models.cam_se.hyperviscosity import CamSeHyperviscosity
from pysces.models.cam_se.options import CamSeConfig
from pysces.models.cam_se.remap import cam_se_vertical_remap
from pysces.models.cam_se.state import CamSeState
from pysces.models.model import World
from pysces.thermodynamics.species import ActiveSpecies, active_species
from pysces.vertical.coordinate import VerticalCoordinate

from ...registry import Fields, Settings
from .shared import of_the_run, with_numbers_of_the_run


def constants(settings: Settings) -> Constants:
    """CAM's constants with every value that the record states."""
    return constants_from(settings, "cam")


def species(x: Fields, settings: Settings) -> ActiveSpecies:
    """The active species by name, with the heat capacities and gas constants that the record states, in x's precision.

    A float64 array of them would make NumPy compute everything in float64.
    """
    cp, R = (np.asarray(settings[f"thermodynamic_active_species_{name}"], x["T"].dtype) for name in ("cp", "R"))
    named = active_species(tuple(settings["thermodynamic_active_species_name"][1:]))
    return named.replace(R_base=float(R[0]), cp_base=float(cp[0]), R=R[1:], cp=cp[1:])


def coordinate(x: Fields, settings: Settings) -> VerticalCoordinate:
    """Midpoint coefficients are the means of the interfaces' where the record stores some levels only or none."""
    a, b = x["hyai"], x["hybi"]
    if "hyam" in x and x["hyam"].shape[-1] == a.shape[-1] - 1:
        return VerticalCoordinate(a, b, x["hyam"], x["hybm"], settings["ps0"])
    return VerticalCoordinate(a, b, 0.5 * (a[1:] + a[:-1]), 0.5 * (b[1:] + b[:-1]), settings["ps0"])


WORDS = {  # of records: of a configuration
    "se_tstep_type": "tstep_type",
    "tstep_type": "tstep_type",
    "se_rsplit": "rsplit",
    "se_qsplit": "qsplit",
    "nu": "nu",
    "nu_p": "nu_p",
    "nu_q": "nu_q",
    "se_hypervis_subcycle_q": "hypervis_subcycle_q",
    "se_limiter_option": "limiter_option",
    "se_pgf_formulation": "se_pgf_formulation",
    "vert_remap_uvTq_alg": "vert_remap_u_alg",
    "vert_remap_tracer_alg": "vert_remap_q_alg",
}


def equations(x: Fields, settings: Settings) -> CamSe:
    """The equations in the form that the settings choose."""
    return CamSe(
        constants=constants(settings),
        coordinate=coordinate(x, settings),
        species=species(x, settings),
        phis=x["phis"],
        se_pgf_formulation=settings["se_pgf_formulation"],
    )


def state(x: Fields) -> CamSeState:
    """A state by its names in CAM-SE."""
    return from_record(CamSeState, x, "cam")


def named(state: CamSeState, prefix: str = "") -> dict[str, Array]:
    """A state's fields by their names in CAM-SE."""
    return to_record(state, "cam", prefix)


def with_tensor(x: Fields, grid: Grid, settings: Settings) -> Grid:
    """The grid with the record's viscosity tensor where the settings switch it on, and without any elsewhere."""
    tensor = x.get("tensorVisc", grid.viscosity_tensor) if settings.get("hypervis_scaling", 0.0) > 0 else None
    return grid.replace(viscosity_tensor=tensor, sponge_tensor=None)


def hyperviscosity(x: Fields, settings: Settings) -> CamSeHyperviscosity:
    """On the levels that x holds, with the quirks of the reference."""
    levels = x["lev_index"] if "lev_index" in x else np.arange(1, settings["nlev"] + 1)
    return CamSeHyperviscosity(
        nu=x["nu_lev"],
        nu_t=x["nu_t_lev"],
        nu_div=x["nu_div_lev"],
        nu_p=settings["nu_p"],
        temperature_ref=x["T_ref"],
        dp_ref=x["dp_ref"],
        heated=(levels >= settings["sponge_del4_lev"] + 2).astype(x["T"].dtype),
        nu_top=settings["nu_top"],
        nu_scale_top=x["nu_scale_top"],
        ksponge_end=settings["ksponge_end"],
        hypervis_subcycle=settings["se_hypervis_subcycle"],
        hypervis_subcycle_sponge=settings["se_hypervis_subcycle_sponge"],
        cam_compatible=True,
    )


def vertical_remap(x: Fields, settings: Settings) -> dict[str, Array]:
    """vertical_remap of columns or of whole elements."""
    levels = coordinate(x, settings)
    options = setup.remap_options(config(settings), levels.nlev, _given(settings))
    after = cam_se_vertical_remap(x["v"], x["T"], x["dp3d"], x["Qdp"], levels, species(x, settings), options)
    return dict(zip(("v", "T", "dp3d", "Qdp"), after))


def config(settings: Settings) -> CamSeConfig:
    """The configuration that a record's settings are."""
    words = {ours: settings[theirs] for theirs, ours in WORDS.items() if theirs in settings}
    return CamSeConfig().with_options(**words)


def dycore(x: Fields, grid: Grid, settings: Settings) -> Dycore:
    """The dycore of a record, without dissipation where its viscosity is off; as theta_l.dycore_of."""
    where = World(with_tensor(x, grid, settings), coordinate(x, settings), constants(settings))
    dissipation = hyperviscosity(x, settings) if settings.get("nu", 1.0) > 0 else None
    dt = of_the_run(settings["dt"], x["T"])
    given = _given(settings) | {"dissipation": dissipation}
    made = setup.cam_se_dycore(config(settings), where, species(x, settings), x["phis"], dt, given)
    return with_numbers_of_the_run(made, x["T"])


def start(x: Fields) -> ModelState:
    """The ModelState that a record's inputs are."""
    return ModelState(state(x), x["Qdp"], 0.0 * x["T"][(0,) * x["T"].ndim])


def _given(settings: Settings) -> dict[str, Any]:
    return {"vert_remap_T": settings["se_vert_remap_T"]} if "se_vert_remap_T" in settings else {}
