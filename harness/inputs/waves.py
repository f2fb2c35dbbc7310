"""Inputs of the short waves: the moist baroclinic wave on a small mesh, as HOMME and as CAM-SE start it."""

from __future__ import annotations

import numpy as np

from pysces.cases.baroclinic_wave_umjs14 import baroclinic_wave_umjs14, baroclinic_wave_umjs14_dry_mass
from pysces.cases.initial_fields import virtual_potential_temperature_mass
from pysces.constants import CAM, E3SM

from ..registry import Case
from . import cam_se as cam_se_inputs
from . import theta_l as theta_l_inputs
from .fields import PATCH, coefficients, sphere

NE, NLEV = 3, 8
SPLITS = {"tstep": 400.0, "tstep_type": 5, "qsplit": 1, "rsplit": 2, "calls": (5,)}  # ten steps


def theta_l_wave_cases(ne: int = NE, nlev: int = NLEV) -> list[Case]:
    """Ten steps of HOMME's moist wave with vapor as a tracer; on a refined mesh with tensor viscosity."""
    patch = {**theta_l_inputs.TENSOR, "nu_q": theta_l_inputs.TENSOR["nu"], "tstep": 60.0}
    return [
        _theta_l_wave("moist_wave", ne, nlev, theta_l_inputs.damped(ne)),
        _theta_l_wave("patch", PATCH, nlev, patch),
    ]


def _theta_l_wave(name: str, ne: int | str, nlev: int, damping: dict) -> Case:
    grid, coordinate = sphere(ne), theta_l_inputs.even_pressure(nlev, theta_l_inputs.TOP)
    fields = baroclinic_wave_umjs14(grid, coordinate, E3SM, moist=True)
    inputs = coefficients(coordinate)
    inputs |= {"phis": fields.phis, "v": fields.wind, "dp3d": fields.dp, "Qdp": fields.q_moist[None] * fields.dp}
    inputs["vtheta_dp"] = virtual_potential_temperature_mass(fields, coordinate, E3SM)
    settings = {**theta_l_inputs.CONSTANTS, "nu_q": damping["nu"], **SPLITS, **damping, "limiter_option": 9}
    settings |= {"theta_advect_form": 1, "pgrad_correction": 1}
    return Case(name, inputs, settings, grid, tracers=("Qdp", "call_5/Qdp"))


def cam_se_wave_cases(ne: int = NE, nlev: int = NLEV) -> list[Case]:
    """The generated case of a step with the wave's state in it: five times two steps and a remap; on a refined mesh."""
    patch = _cam_se_wave("patch", PATCH, nlev, cam_se_inputs.FINER, 600.0)
    return [_cam_se_wave("moist_wave", ne, nlev, {}, 3000.0), patch]


def _cam_se_wave(name: str, ne: int | str, nlev: int, damping: dict, physics_step: float) -> Case:
    steps = {"se_nsplit": 5, "se_rsplit": 2, "dtime_physics": physics_step, "stage_time_s": {"phys1": physics_step}}
    words = {**cam_se_inputs.STEP, **damping, **steps}
    case = cam_se_inputs.damped(name, words, size=(ne, nlev), names=("Q",))
    coordinate = cam_se_inputs.hybrid_levels(nlev)
    fields = baroclinic_wave_umjs14_dry_mass(cam_se_inputs.mesh(ne, words), coordinate, CAM, moist=True)
    x = case.inputs
    x |= {"phis": fields.phis, "T": fields.temperature, "v": fields.wind, "dp3d": fields.dp_dry}
    x["qwater"] = np.stack([fields.q_dry])
    x["Qdp"] = x["qwater"] * x["dp3d"]
    return case
