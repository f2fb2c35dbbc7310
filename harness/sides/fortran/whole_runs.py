"""Whole runs of reference_fortran from a user's words: it makes mesh, tables, levels and initial state itself.

What the words do not say is said here, by HOMME's and CAM's usual choices, and not taken from pysces.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...registry import Fields, Settings
from ..adapters import Fortran, flat, scalar, tracers, vector
from ..meshes import elements_of
from .cam_se import unpack

PLANETS = {"e3sm": 1, "cam": 2}  # as the Fortran counts them
GUSTS = {"none": 0, "exponential": 1, "streamfunction": 2}
CAM_L30 = 30  # the published set that Fortran has a table of
AROUND = 16  # the most elements around one whose nodes have up to six
TOP = 0.02  # of equal steps of pressure
SHARED: dict[str, Any] = {
    "nu": -1.0,
    "nu_div": -1.0,
    "nu_p": -1.0,
    "nu_q": -1.0,
    "rsplit": 3,
    "qsplit": 1,
    "hypervis_subcycle_q": 1,
    "hypervis_scaling": 0.0,
    "vert_remap_q_alg": 10,
}
THETA_L = SHARED | {
    "constants": "e3sm",
    "cubed_sphere_map": 2,
    "tstep_type": 5,
    "nu_s": -1.0,
    "nu_top": 0.0,
    "hypervis_subcycle": 1,
    "hypervis_subcycle_tom": 0,
    "laplace_scaling": 0.0,
    "tom_sponge_start": 0.0,
    "hv_ref_profiles": 6,
    "hv_theta_correction": 0,
    "hv_theta_thresh": 0.025,
    "theta_advect_form": 1,
    "pgrad_correction": 1,
    "vert_remap_u_alg": -2,
    "dp3d_thresh": 0.125,
    "vtheta_thresh": 100.0,
    "limiter_option": 9,
    "tracers": False,
}
CAM_SE = SHARED | {
    "constants": "cam",
    "cubed_sphere_map": 0,
    "tstep_type": 4,
    "nu_top": 1.25e5,
    "hypervis_subcycle": 3,
    "hypervis_subcycle_tom": 1,
    "vert_remap_u_alg": -9,
    "se_pgf_formulation": 1,
    "limiter_option": 8,
    "cam_compatible": False,
}
CONSTANTS = ("rearth", "g", "omega", "Rgas", "Cp", "Rwater_vapor", "Cpwater_vapor", "p0")  # in Fortran's order
ELSEWHERE = ("nu_q", "limiter_option", "hypervis_subcycle_q")  # options of the module tracers


def run(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """The state after settings["calls"] calls; x["ulps"] decides which ulps its tables are off by."""
    march = _theta_l if settings["model"] == "theta_l" else _cam_se
    found = march(_seed(x), fortran, settings)
    fortran.grid = None
    return found


def start(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """The initial state, and where its nodes are and how fast they turn."""
    found, mesh = run(x, fortran, {**settings, "calls": 0}), fortran.library.mesh
    return found | {name: flat.back(getattr(mesh, name)).astype(fortran.dtype) for name in ("lat", "lon", "fcor")}


def levels(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """Hybrid coefficients, and what the model derives from them level by level."""
    run(x, fortran, {**settings, "calls": 0})
    library = fortran.library
    if settings["model"] == "theta_l":
        profile, depth = library.theta_l_reference.nu_scale_top, int(library.theta_l_reference.nlev_tom)
        options, by_level = library.theta_l_settings, {}
    else:
        options = library.cam_se_settings
        profile, depth = options.nu_scale_top, int(options.ksponge_end)
        by_level = {name: np.array(getattr(options, name)) for name in ("nu_lev", "nu_t_lev", "nu_div_lev")}
        by_level["heated"] = np.array(1.0 * (np.arange(profile.size) + 1 >= options.first_heated_level), fortran.dtype)
    coefficients = {name: np.array(getattr(options, name)) for name in ("hyai", "hybi", "hyam", "hybm")}
    sponge = np.where(np.arange(profile.size) < depth, profile, 0.0).astype(fortran.dtype)
    return coefficients | {"sponge": sponge} | by_level


def planet(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """The constants of the planet and its air, each a list of one."""
    words = {**(THETA_L if settings["model"] == "theta_l" else CAM_SE), **settings}
    values = fortran("planet_constants:constants_of", PLANETS[words["constants"]])
    return {name: np.array([value], fortran.dtype) for name, value in zip(CONSTANTS, values)}


def connectivity(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """Who shares each node, in the order of summation; who lies around each element; see sides.pysces.whole_runs."""
    make_mesh(fortran, settings.get("mesh") or settings["ne"])
    mesh, data = fortran.library.mesh, fortran.library.element_data
    copies = np.zeros((len(mesh.copies), mesh.copies.shape[-1], 4, 4))
    i, j = data.boundary_i - 1, data.boundary_j - 1
    copies[:, :, i, j] = np.swapaxes(_counted(mesh.copies), 1, 2)
    own = 1.0 + np.arange(copies[0].size).reshape(copies[0].shape)
    first = np.where(copies > 0, copies, np.inf).min(axis=0)
    around = padded(np.sort(mesh.neighbours.T, axis=-1))[:, None, None, :]
    found = {"copies": copies[..., None], "node": np.minimum(own, first)[..., None], "neighbours": around}
    return {name: np.asarray(a, fortran.dtype) for name, a in found.items()}


def padded(neighbours: np.ndarray) -> np.ndarray:
    """Lists of neighbours with zeros in front, so that each has AROUND."""
    return np.pad(neighbours, ((0, 0), (AROUND - neighbours.shape[-1], 0)))


def _counted(node: np.ndarray) -> np.ndarray:
    """Fortran's number i + 4 (j - 1) + 16 (elem - 1) as pysces counts, from 1: j fastest; 0 stays."""
    elem, j, i = (node - 1) // 16, (node - 1) // 4 % 4, (node - 1) % 4
    return np.where(node == 0, 0, 1 + 16 * elem + 4 * i + j)


def make_mesh(fortran: Fortran, mesh: int | str) -> None:
    """HOMME's mesh and Earth with a tensor of hyperviscosity: that of the operators' cases, made by Fortran.

    mesh : ne of a cubed sphere, or a name of sides.meshes.
    """
    fortran.make_mesh(elements_in(fortran, mesh)[0], 2, 3.2, 0.0, 6.376e6, 7.292e-5)


def elements_in(fortran: Fortran, mesh: int | str) -> tuple[int, int]:
    """ne as Fortran takes it and how many elements that are, which it is given where they are no cubed sphere."""
    if isinstance(mesh, int):
        return mesh, 6 * mesh**2
    points, corners = elements_of(mesh)
    fortran("mesh:give_elements", np.asfortranarray(points), np.asfortranarray(corners.T + 1))
    return 0, len(corners)


def _seed(x: Fields) -> int:
    """A number from the directions in which x["ulps"], ones, were moved; 0 where they were not."""
    return int(sum(1 << n for n, ulp in enumerate(x["ulps"]) if ulp > 1.0))


def _where(fortran: Fortran, words: Settings) -> tuple:
    """Planet, mesh, levels and case as both drivers take them."""
    given = words["nlev"] != CAM_L30 or "eta_top" in words
    top = words.get("eta_top", TOP) if given else 0.0
    case = words.get("case_options", {})
    ne, nelem = elements_in(fortran, words.get("mesh") or words["ne"])
    mesh = (PLANETS[words["constants"]], ne, words["cubed_sphere_map"], nelem)
    gust = GUSTS[case.get("perturbation", "exponential")]
    moist = case.get("moist", words["model"] == "cam_se")
    return (*mesh, words["nlev"], top, words.get("eta_c", top), moist, gust)


def _set_tracers(fortran: Fortran, words: Settings) -> None:
    for name in ELSEWHERE:
        setattr(fortran.library.tracers, name, words[name])


def _theta_l(seed: int, fortran: Fortran, settings: Settings) -> dict:
    words = {**THETA_L, **settings}
    if words["vert_remap_u_alg"] == -2:
        words["vert_remap_u_alg"] = words["vert_remap_q_alg"]
    _set_tracers(fortran, words)
    options = fortran.library.theta_l_settings
    for name in THETA_L.keys() - {*ELSEWHERE, "constants", "cubed_sphere_map", "tracers"}:
        setattr(options, name, words[name])
    march = (words["tracers"], words["tstep"], words["calls"], seed)
    v, vtheta_dp, dp3d, qdp = fortran("theta_l_whole_run:run", *_where(fortran, words), *march)
    found = {"v": vector.back(v), "vtheta_dp": scalar.back(vtheta_dp), "dp3d": scalar.back(dp3d)}
    return found | ({"Qdp": tracers.back(qdp)} if words["tracers"] else {})


def _cam_se(seed: int, fortran: Fortran, settings: Settings) -> dict:
    words = {**CAM_SE, **settings}
    _set_tracers(fortran, words)
    options, on = fortran.library.cam_se_settings, words["hypervis_subcycle_tom"] > 0
    for name in ("tstep_type", "rsplit", "qsplit", "hypervis_subcycle", "se_pgf_formulation", "nu_p"):
        setattr(options, name, words[name])
    options.nu_top = words["nu_top"] if on else 0.0
    options.hypervis_subcycle_sponge = max(words["hypervis_subcycle_tom"], 1)
    options.vert_remap_uvtq_alg, options.vert_remap_tracer_alg = words["vert_remap_u_alg"], words["vert_remap_q_alg"]
    viscosity = (words["nu"], words["nu_div"], words["hypervis_scaling"], words["cam_compatible"])
    u, qdp = fortran("cam_se_whole_run:run", *_where(fortran, words), *viscosity, words["tstep"], words["calls"], seed)
    options.nu_ratio_of_last_level = True  # as all other calls expect it
    return unpack(u) | {"Qdp": tracers.back(qdp)}
