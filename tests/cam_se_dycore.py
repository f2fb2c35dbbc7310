"""The CAM-SE dycore that a golden record of a whole step describes."""

from __future__ import annotations

import numpy as np

from pysces.dycore.dycore import Dycore
from pysces.dycore.idle import FloatingLayers
from pysces.dycore.state import ModelState
from pysces.models.cam_se.equations import CamSe
from pysces.models.cam_se.hyperviscosity import CamSeHyperviscosity
from pysces.models.cam_se.remap import CamSeRemap, CamSeRemapStep
from pysces.stepping.tableaus import CAM_TSTEP_TYPES, tableau
from pysces.transport.eulerian import TracerTransport
from tests import cam_se_records as records


def dycore_of(record) -> Dycore:
    """Dycore with every setting of the record; without dissipation where its viscosity is off."""
    settings, coordinate, species = record.settings, records.coordinate(record), records.species(record.settings)
    equations = CamSe(
        constants=records.constants(settings),
        coordinate=coordinate,
        species=species,
        phis=record.input["phis"],
        se_pgf_formulation=settings["se_pgf_formulation"],
    )
    viscous = settings["nu"] > 0
    return Dycore(
        grid=records.mesh(settings["mesh"]),
        equations=equations,
        dissipation=_dissipation(record) if viscous else None,
        remap=CamSeRemapStep(coordinate, species, _remap(settings)) if viscous else FloatingLayers(),
        dt=settings["dt"],
        transport=_transport(settings, coordinate) if viscous else None,
        scheme=tableau(settings.get("se_tstep_type", settings.get("tstep_type")), CAM_TSTEP_TYPES),
        rsplit=settings.get("se_rsplit", 1),
        qsplit=settings.get("se_qsplit", 1),
    )


def start_of(record) -> ModelState:
    return ModelState(records.state(record.input), record.input["Qdp"], np.float64(0.0))


def _dissipation(record) -> CamSeHyperviscosity:
    settings, fields = record.settings, record.input
    return CamSeHyperviscosity(
        nu=fields["nu_lev"],
        nu_t=fields["nu_t_lev"],
        nu_div=fields["nu_div_lev"],
        nu_p=settings["nu_p"],
        temperature_ref=fields["T_ref"],
        dp_ref=fields["dp_ref"],
        heated=1.0 * (np.arange(1, settings["nlev"] + 1) >= settings["sponge_del4_lev"] + 2),
        nu_top=settings["nu_top"],
        nu_scale_top=fields["nu_scale_top"],
        ksponge_end=settings["ksponge_end"],
        hypervis_subcycle=settings["se_hypervis_subcycle"],
        hypervis_subcycle_sponge=settings["se_hypervis_subcycle_sponge"],
        cam_compatible=True,
    )


def _remap(settings) -> CamSeRemap:
    return CamSeRemap(settings["vert_remap_uvTq_alg"], settings["vert_remap_tracer_alg"])


def _transport(settings, coordinate) -> TracerTransport:
    return TracerTransport(
        dp0=coordinate.dp_ref(coordinate.p0),
        nu_q=settings["nu_q"],
        limiter_option=settings["se_limiter_option"],
        hypervis_subcycle_q=settings["se_hypervis_subcycle_q"],
    )
