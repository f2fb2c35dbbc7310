"""Words of short whole runs: what a user would say, and nothing that a program has made."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..registry import Case
from .fields import PATCH, STRETCHED

DICE = 31  # whose ulps say which ulps a member of the Fortran ensemble is off by
MOIST = {"case_options": {"moist": True}}
TENSOR = {"nu": 3.4e-8, "hypervis_scaling": 3.2}

# theta-l: what HOMME's cases do, with a sponge; all that has tables of its own, and every split
SPONGE = {"nu_top": 2.5e5, "hypervis_subcycle_tom": 2}
DRY: dict[str, Any] = {
    "model": "theta_l",
    "ne": 3,
    "nlev": 8,
    "tstep": 400.0,
    "rsplit": 2,
    "hypervis_subcycle": 2,
    **SPONGE,
}
TRACERS = {**DRY, **MOIST, "tracers": True, "qsplit": 2, "rsplit": 1, "tstep": 300.0}
EULERIAN = {**TRACERS, "qsplit": 1, "rsplit": 0, "limiter_option": 8, "nu_top": 0.0, "hypervis_subcycle_tom": 0}
EULERIAN |= {"theta_advect_form": 0, "pgrad_correction": 0, "ne": 2, "tstep_type": 1, "tstep": 100.0}
WITH_TENSORS = {**DRY, **TENSOR, "ne": 2, "laplace_scaling": 1.5, "nu_top": 5.0e4, "hypervis_subcycle": 1}
WITH_TENSORS |= {"hv_ref_profiles": 1, "hv_theta_correction": 1, "tom_sponge_start": 50.0}
PUBLISHED = {**DRY, "ne": 2, "nlev": 30, "tstep": 600.0, "rsplit": 1}
STREAMFUNCTION = {**DRY, "ne": 2, "case_options": {"perturbation": "streamfunction", "moist": True}, "tracers": True}

# CAM-SE: its defaults, more dynamics than tracer steps, its defects, a top above 100 Pa with its two profiles
CAM: dict[str, Any] = {"model": "cam_se", "ne": 3, "nlev": 8, "tstep": 400.0, "rsplit": 2}
CAM_QSPLIT = {**CAM, "ne": 2, "qsplit": 2, "rsplit": 1, "limiter_option": 9, "se_pgf_formulation": 2}
CAM_PUBLISHED = {**CAM, "ne": 2, "nlev": 30, "rsplit": 1, "cam_compatible": True}
CAM_HIGH = {**CAM, "ne": 2, "nlev": 10, "eta_top": 5.0e-4, "eta_c": 0.2, "hypervis_subcycle": 6, "tstep_type": 3}
CAM_TENSOR = {**CAM, **TENSOR, "ne": 2, "tstep": 200.0}


ON_PATCH = {"ne": 0, "mesh": PATCH, "tstep": 60.0}
THETA_PATCH = {**WITH_TENSORS, **MOIST, **ON_PATCH, "tracers": True, "laplace_scaling": 2.0, "nu_top": 5.0e-7}
CAM_PATCH = {**CAM_TENSOR, **ON_PATCH, "cubed_sphere_map": 2, "rsplit": 1, "qsplit": 2}


def case(name: str, words: dict[str, Any], calls: int = 1) -> Case:
    """A case of words alone."""
    return Case(name, {"ulps": np.ones(DICE)}, {**words, "calls": calls}, tracers=("Qdp",))


def theta_l_cases() -> list[Case]:
    """Two calls of theta-l with tracers, sponge and two dynamics steps in a tracer step."""
    return [case("tracers_qsplit2_sponge", TRACERS, calls=2)]


def theta_l_form_cases() -> list[Case]:
    """One or two calls of what else theta-l can be told."""
    return [
        case("dry_sponge", DRY, calls=2),
        case("eulerian_tracers", EULERIAN, calls=2),
        case("tensors_tom_sponge", WITH_TENSORS),
        case("cam_l30", PUBLISHED),
        case("refined_tensors_tracers", THETA_PATCH),
    ]


def cam_se_cases() -> list[Case]:
    """Two calls of CAM-SE as it is by default."""
    return [case("default", CAM, calls=2)]


def cam_se_form_cases() -> list[Case]:
    """One call of what else CAM-SE can be told."""
    return [
        case("qsplit2", CAM_QSPLIT),
        case("cam_l30_compatible", CAM_PUBLISHED),
        case("high_top", CAM_HIGH),
        case("tensor", CAM_TENSOR),
        case("refined_tensor", CAM_PATCH),
    ]


def start_cases() -> list[Case]:
    """Initial states of both models, dry and moist, with either gust, on equal and on published levels."""
    words = {
        "theta_l_dry": DRY,
        "theta_l_moist": TRACERS,
        "theta_l_streamfunction": STREAMFUNCTION,
        "cam_se_moist": CAM,
        "cam_se_dry_no_gust": {**CAM, "ne": 2, "case_options": {"moist": False, "perturbation": "none"}},
        "cam_se_l30": CAM_PUBLISHED,
        "cam_se_e3sm_constants": {**CAM, "ne": 2, "constants": "e3sm"},
    }
    return [case(name, said) for name, said in words.items()]


def level_cases() -> list[Case]:
    """Levels, sponges and viscosities by level; the wave's state does not matter."""
    dry = {"case_options": {"moist": False, "perturbation": "none"}, "ne": 2}
    words = {
        "theta_l_equal_steps": DRY,
        "theta_l_l30": PUBLISHED,
        "theta_l_tom_sponge_start": WITH_TENSORS,
        "cam_se_equal_steps": {**CAM, **dry},
        "cam_se_l30": {**CAM_PUBLISHED, **dry, "cam_compatible": False},
        "cam_se_l30_compatible": {**CAM_PUBLISHED, **dry},
        "cam_se_high_top": {**CAM_HIGH, **dry},
    }
    return [case(name, said) for name, said in words.items()]


def planet_cases() -> list[Case]:
    """HOMME's planet and CAM's."""
    return [case("e3sm", {**DRY, "ne": 2}), case("cam", {**CAM, "ne": 2, "case_options": {"moist": False}})]


def mesh_cases() -> list[Case]:
    """Meshes whose elements all touch a cube's edge, one with inner elements, and those that are no cubed sphere."""
    cubes = [case(f"ne{ne}", {**DRY, "ne": ne}) for ne in (2, 3)]
    return [*cubes, *(case(name, {**DRY, "ne": 0, "mesh": name}) for name in (PATCH, STRETCHED))]
