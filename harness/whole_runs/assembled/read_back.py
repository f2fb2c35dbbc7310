"""What a run left, by the names that a record has: history, restart, and what had been built for it.

Conversions take the record's constants and levels, never the run's.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pysces.arrays.fields import names, to_record
from pysces.cases.catalogue import initial_dry_mass_fields
from pysces.constants import Constants
from pysces.io.restart import read_restart
from pysces.models.model import Setup
from pysces.operators.strong import vorticity_sphere
from pysces.vertical.coordinate import VerticalCoordinate

from ...golden import meshes
from ...golden.record import Record, read
from ...registry import MESH_FIELDS
from .start import tracer_name
from .words import RESTART

Fields = dict[str, np.ndarray]
# Numbers of the parts of a dycore, by their names in a record of each model: part, attribute.
HOMME_NUMBERS = {
    **{name: ("dissipation", name) for name in ("nu", "nu_div", "nu_p", "nu_top", "hv_theta_thresh", "nlev_tom")},
    **{name: ("dissipation", name) for name in ("hypervis_subcycle", "hypervis_subcycle_tom", "hv_theta_correction")},
    **{name: ("transport", name) for name in ("nu_q", "limiter_option", "hypervis_subcycle_q")},
    **{name: ("equations", name) for name in ("theta_advect_form", "pgrad_correction", "dp3d_thresh", "vtheta_thresh")},
    **{name: ("remap", name) for name in ("vert_remap_u_alg", "vert_remap_q_alg")},
    **{name: ("", name) for name in ("rsplit", "qsplit")},
    "tstep": ("", "dt"),
}
CAM_NUMBERS = {
    **{name: ("dissipation", name) for name in ("nu_p", "nu_top", "ksponge_end")},
    "se_hypervis_subcycle": ("dissipation", "hypervis_subcycle"),
    "se_hypervis_subcycle_sponge": ("dissipation", "hypervis_subcycle_sponge"),
    "nu_q": ("transport", "nu_q"),
    "se_limiter_option": ("transport", "limiter_option"),
    "se_hypervis_subcycle_q": ("transport", "hypervis_subcycle_q"),
    "se_pgf_formulation": ("equations", "se_pgf_formulation"),
    "se_rsplit": ("", "rsplit"),
    "se_qsplit": ("", "qsplit"),
    "dt_dynamics": ("", "dt"),
}
HOMME_ARRAYS = ("nu_scale_top",)  # inputs of a record that a run computes
CAM_ARRAYS = ("T_ref", "dp_ref", "nu_lev", "nu_t_lev", "nu_div_lev", "nu_scale_top")
INTERFACES = {"phinh_i": "phi_i", "w_i": "w_i"}  # of a nonhydrostatic run, by their names in a record
BY_FIELD = ("T_ref", "dp_ref")  # compared by the whole field's scale: zero on some levels


def homme_fields(data: Any, index: int, record: Record) -> Fields:
    """The fields of one record of a history, and the tracers' masses where there are some, by HOMME's names."""
    settings = record.settings
    dp, virtual = (np.asarray(data[name][index]) for name in ("dp", "Tv"))
    p = record.inputs["hyai"].values[0] * settings["ps0"] + np.cumsum(dp, axis=-1) - 0.5 * dp
    interfaces = {}
    if "phi_i" in data.variables:
        interfaces = {theirs: np.asarray(data[ours][index]) for theirs, ours in INTERFACES.items()}
        p = settings["Rgas"] * virtual * dp / -np.diff(interfaces["phinh_i"], axis=-1)
    vtheta_dp = virtual * dp * (p / settings["p0"]) ** -settings["kappa"]
    return {"v": _wind(data, index), "vtheta_dp": vtheta_dp, "dp3d": dp, **interfaces, **_tracers(data, index, dp)}


def cam_fields(data: Any, index: int, record: Record) -> Fields:
    """The same by CAM-SE's names."""
    dp = np.asarray(data["dp_dry"][index])
    fields = {"v": _wind(data, index), "T": np.asarray(data["T"][index]), "dp3d": dp}
    return fields | {"psdry": np.asarray(data["psdry"][index])[..., None]} | _tracers(data, index, dp)


def daily_fields(data: Any, index: int, record: Record, setup: Setup) -> Fields:
    """Surface pressure, temperature on one level and vorticity on the lowest one."""
    level = record.settings["lev_mid"] - 1
    return {
        "ps_v": np.asarray(data["ps"][index])[..., None],
        "T_mid": np.asarray(data["Tv"][index])[..., level : level + 1],
        "vort_bot": vorticity_sphere(_wind(data, index)[..., -1:], setup.where.grid),
    }


def _wind(data: Any, index: int) -> np.ndarray:
    return np.stack([data["u"][index], data["v"][index]])


def _tracers(data: Any, index: int, dp: np.ndarray) -> Fields:
    """Qdp of all tracers of a history; none where it has no vapor."""
    names: list[str] = []
    while tracer_name(len(names)) in data.variables:
        names.append(tracer_name(len(names)))
    return {"Qdp": np.stack([data[name][index] for name in names]) * dp} if names else {}


def restarted(folder: Path, model: str) -> Fields:
    """The end of a run as its restart file has it: the state's own fields, and the model's time [s]."""
    arrays = read_restart(folder / RESTART).arrays
    ours = {"v": "dynamics.wind", "Qdp": "tracer_mass", "time": "time"}
    ours |= {"T": "dynamics.temperature", "dp3d": "dynamics.dp_dry"} if model == "cam_se" else {}
    if model == "theta_l":
        ours |= {"vtheta_dp": "dynamics.vtheta_dp", "dp3d": "dynamics.dp"}
        ours |= {theirs: f"dynamics.{name}" for theirs, name in INTERFACES.items()}
    return {name: np.atleast_1d(arrays[key]) for name, key in ours.items() if key in arrays}


def numbers(record: Record, setup: Setup) -> tuple[Fields, Fields]:
    """(found, expected): planet, gases, levels, coefficients and substeps of what was built, and of the record."""
    homme = record.producer == "homme"
    tables = (_homme_numbers, HOMME_ARRAYS) if homme else (_cam_numbers, CAM_ARRAYS)
    found = {**_planet(setup, "homme" if homme else "cam"), **tables[0](setup)}
    expected = {name: np.atleast_1d(record.settings[name]) for name in found if name in record.settings}
    arrays = [name for name in ("hyai", "hybi", "hyam", "hybm", "phis", *tables[1]) if name in record.inputs]
    found |= _arrays(setup, arrays)
    expected |= {name: record.inputs[name].values for name in arrays}
    for fields in (found, expected):
        fields |= {name: fields[name].reshape(-1, 1) for name in BY_FIELD if name in arrays}
    return _prefixed("built", {n: found[n] for n in expected}), _prefixed("built", expected)


def own_vapor(record: Record, setup: Setup) -> tuple[Fields, Fields]:
    """(found, expected): the vapor of CAM's moist wave as pysces starts it, by the whole field's scale."""
    where = setup.where
    wave = initial_dry_mass_fields("baroclinic_wave", where.grid, where.coordinate, where.constants)
    recorded = record.inputs["Qdp"].values[0] / record.inputs["dp3d"].values
    return {"start/q": wave.q_dry.reshape(-1, 1)}, {"start/q": recorded.reshape(-1, 1)}


def mesh(record: Record, setup: Setup) -> tuple[Fields, Fields]:
    """(found, expected): the metric terms of the grid that was built, and of the record's mesh."""
    path = meshes.find_mesh(record)
    terms = {} if path is None else {name: f.values for name, f in read(path).outputs.items()}
    named = {theirs: getattr(setup.where.grid, ours) for ours, theirs in MESH_FIELDS.items() if theirs in terms}
    named = {name: value for name, value in named.items() if value is not None}  # tensors that are not switched on
    if "vec_sphere2cart" in named:
        terms["vec_sphere2cart"] = terms["vec_sphere2cart"][:, :2]  # of a tangent vector
    return _prefixed("mesh", named), _prefixed("mesh", {name: terms[name] for name in named})


def _prefixed(prefix: str, fields: Mapping[str, Any]) -> Fields:
    return {f"{prefix}/{name}": np.asarray(value, np.float64) for name, value in fields.items()}


def _planet(setup: Setup, model: str) -> dict[str, Any]:
    """The constants that act: in the equations, and in the grid."""
    constants: Constants = setup.dycore.equations.constants
    found = {name: np.atleast_1d(value) for name, value in to_record(constants, model).items()}
    found["kappa" if model == "homme" else "cappa"] = np.atleast_1d(constants.kappa)
    found["rearth"] = np.atleast_1d(setup.dycore.grid.radius)
    found["ptop"] = np.atleast_1d(setup.dycore.equations.coordinate.ptop)
    return found


def _numbers(setup: Setup, table: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    found = {}
    for name, (where, attribute) in table.items():
        part = getattr(setup.dycore, where) if where else setup.dycore
        value = getattr(part, attribute, None)
        if value is not None:
            found[name] = np.atleast_1d(value)
    return found


def _homme_numbers(setup: Setup) -> dict[str, Any]:
    return _numbers(setup, HOMME_NUMBERS)


def _cam_numbers(setup: Setup) -> dict[str, Any]:
    air, remap = setup.dycore.equations.species, setup.dycore.remap.options
    found = {name: np.atleast_1d(getattr(remap, name)) for name in ("vert_remap_uvTq_alg", "vert_remap_tracer_alg")}
    found["thermodynamic_active_species_cp"] = np.array([air.cp_base, *air.cp])
    found["thermodynamic_active_species_R"] = np.array([air.R_base, *air.R])
    return found | _numbers(setup, CAM_NUMBERS)


def _arrays(setup: Setup, wanted: list[str]) -> dict[str, Any]:
    """Levels, topography and what dissipation is made of."""
    equations, damping = setup.dycore.equations, setup.dycore.dissipation
    found = {name: getattr(equations.coordinate, name) for name in names(VerticalCoordinate, "homme") if name in wanted}
    if damping is not None:
        found |= {**to_record(damping, "cam"), "nu_scale_top": damping.nu_scale_top}
    found["phis"] = equations.phis
    return {name: value for name, value in found.items() if name in wanted}
