"""CAM-SE's kernels through reference_fortran: what a Kernel's ``fortran`` function calls, by the records' kernel name.

Settings go into the Fortran modules' own variables before every call, so that no call depends on the one before it.
"""

from __future__ import annotations

import numpy as np

from ...registry import Fields, Settings
from ..adapters import Fortran, flat, matrix, scalar, tracers, vector
from .moist_air import _last, moist_thermodynamics, set_air


def pack(temp: np.ndarray, v: np.ndarray, dp3d: np.ndarray) -> np.ndarray:
    """The state as one array (i, j, component, lev, elem): temperature, wind, dry layer mass."""
    return vector(np.stack([temp, *v, dp3d]))


def unpack(u: np.ndarray) -> dict:
    """T, v and dp3d of a packed state."""
    temp, *v, dp3d = vector.back(u)
    return {"T": temp, "v": np.stack(v), "dp3d": dp3d}


def set_levels(fortran: Fortran, x: Fields) -> None:
    """Hybrid coefficients; midpoints are means of interfaces where the record stores some levels only."""
    a, b = x["hyai"], x["hybi"]
    middle = [0.5 * (c[1:] + c[:-1]) for c in (a, b)]
    full = [x[n] if n in x and x[n].size == a.size - 1 else m for n, m in zip(("hyam", "hybm"), middle)]
    fortran("cam_se_settings:set_vertical_coordinate", a, b, *full)


def set_dynamics(fortran: Fortran, x: Fields, settings: Settings) -> None:
    """Everything that the right-hand side and the Runge-Kutta step read."""
    set_air(fortran, settings)
    set_levels(fortran, x)
    options = fortran.library.cam_se_settings
    options.se_pgf_formulation = settings["se_pgf_formulation"]
    options.cpair, options.tref, options.lapse_rate = (settings[n] for n in ("cpair", "tref", "lapse_rate"))
    options.tstep_type = settings.get("se_tstep_type", settings.get("tstep_type", 4))


def set_viscosity(fortran: Fortran, x: Fields, settings: Settings) -> None:
    """Coefficients by level and the levels that are heated or sponged, counted among the levels that x holds."""
    names = ("nu_lev", "nu_t_lev", "nu_div_lev", "nu_scale_top")
    fortran("cam_se_settings:set_viscosity_levels", *(x[n] for n in names))
    options = fortran.library.cam_se_settings
    options.nu_p, options.nu_top = settings["nu_p"], settings["nu_top"]
    options.hypervis_subcycle = settings["se_hypervis_subcycle"]
    options.hypervis_subcycle_sponge = settings["se_hypervis_subcycle_sponge"]
    options.tensor_viscosity = settings["hypervis_scaling"] > 0
    options.scalar_viscosity = settings.get("hypervis_power", 0.0) > 0
    levels = x.get("lev_index", np.arange(1, x["nu_lev"].size + 1))
    options.first_heated_level = 1 + np.sum(levels < settings["sponge_del4_lev"] + 2)
    options.ksponge_end = np.sum(levels <= settings["ksponge_end"])
    if "tensorVisc" in x:
        fortran("element_data:set_viscosity_tensor", matrix(x["tensorVisc"]))


def rk_step(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """prim_advance_exp without viscosity."""
    set_dynamics(fortran, x, settings)
    u = pack(x["T"], x["v"], x["dp3d"])
    dt = settings["dt"]
    u, vn0, omega = fortran("cam_se_reference:rk_step", u, tracers(x["Qdp"]), flat(x["phis"]), dt, overwrite_u=True)
    return unpack(u) | {"vn0": vector.back(vn0), "omega": scalar.back(omega)}


def hyperviscosity(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """The weak biharmonic, the del4 part alone, and all of advance_hypervis_dp, each from the same input."""
    set_viscosity(fortran, x, settings)
    u, references = pack(x["T"], x["v"], x["dp3d"]), (scalar(x["T_ref"]), scalar(x["dp_ref"]))
    weak = unpack(fortran("cam_se_reference:biharmonic_wk_dp3d", u, *references))
    out = {f"biharmonic_wk_dp3d/{n}": weak[m] for n, m in (("ttens", "T"), ("vtens", "v"), ("dptens", "dp3d"))}
    options = fortran.library.cam_se_settings
    sponge = int(options.ksponge_end)
    for stage, options.ksponge_end in (("del4", 0), ("advance_hypervis_dp", sponge)):
        args = (u, *references, scalar(x["inv_cp_full"]), settings["dt2"])
        new, average, biharmonic = fortran("cam_se_reference:advance_hypervis_dp", *args)
        means = {"dpdiss_ave": scalar.back(average), "dpdiss_biharmonic": scalar.back(biharmonic)}
        out |= {f"{stage}/{name}": a for name, a in (unpack(new) | means).items()}
    return out


def tendency(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """compute_and_apply_rhs from a zero base with dt = 1, and the intermediates that some records hold."""
    set_dynamics(fortran, x, settings)
    mass = x["qwater"] * x["dp3d"]
    args = (pack(x["T"], x["v"], x["dp3d"]), tracers(mass), flat(x["phis"]))
    tend, omega, vn0 = fortran("cam_se_reference:tendency", *args)
    t_v, p, phi = fortran("cam_se_reference:moist_state", *args)
    diagnostics = {"omega": omega, "T_v": t_v, "p_full": p, "phi": phi}
    tendencies = {f"{name}_tend": a for name, a in unpack(tend).items()}
    return tendencies | {"vn0": vector.back(vn0)} | {name: scalar.back(a) for name, a in diagnostics.items()}


def set_remap(fortran: Fortran, settings: Settings) -> None:
    """Remap algorithms: of water, temperature and wind, and of other tracers."""
    options = fortran.library.cam_se_settings
    options.vert_remap_uvtq_alg = settings["vert_remap_uvTq_alg"]
    options.vert_remap_tracer_alg = settings["vert_remap_tracer_alg"]


def vertical_remap(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """vertical_remap on columns, or on whole elements."""
    set_air(fortran, settings)
    set_levels(fortran, x)
    set_remap(fortran, settings)
    if x["T"].ndim > 2:
        u, qdp = fortran("cam_se_remap:vertical_remap", pack(x["T"], x["v"], x["dp3d"]), tracers(x["Qdp"]))
        return unpack(u) | {"Qdp": tracers.back(qdp)}
    state = np.asfortranarray(np.stack([x["T"], *x["v"], x["dp3d"]], axis=1))
    state, qdp = fortran("cam_se_remap:vertical_remap_columns", state, _last(x["Qdp"]))
    temp, *v, dp3d = np.moveaxis(state, 1, 0)
    return {"T": temp, "v": np.stack(v), "dp3d": dp3d, "Qdp": np.moveaxis(qdp, -1, 0)}


def forcing(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """applyCAMforcing twice, with FQ and FDP made from the record's dq; columns fill up elements of 16."""
    set_air(fortran, settings)
    fortran.library.cam_se_settings.ftype = settings["ftype"]
    e = {name: _elements(x[name]) for name in ("T", "v", "dp3d", "Qdp", "FT", "FM", "dq")}
    u, qdp = pack(e["T"], e["v"], e["dp3d"]), tracers(e["Qdp"])
    dt = settings["dt_dribble"], settings["dt_phys"]
    fq, fdp = fortran("cam_se_forcing:forcing_from_increments", u, qdp, tracers(e["dq"]), dt[1])
    out: dict[str, np.ndarray] = {}
    for n in (1, 2):
        fields = (u, qdp, scalar(e["FT"]), vector(e["FM"]), fq, fdp)
        u, qdp = fortran("cam_se_forcing:apply_forcing", *fields, n, *dt)
        state = unpack(u) | {"Qdp": tracers.back(qdp)}
        out |= {f"nsubstep{n}/{name}": _columns(state[name], x["T"].shape[0]) for name in ("T", "v", "Qdp")}
    return out


def _elements(a: np.ndarray) -> np.ndarray:
    """(..., column, lev) -> (..., elem, 4, 4, lev), the last column repeated to fill up."""
    ncol = a.shape[-2]
    padded = a[..., np.minimum(np.arange(-(-ncol // 16) * 16), ncol - 1), :]
    return padded.reshape(*a.shape[:-2], -1, 4, 4, a.shape[-1])


def _columns(a: np.ndarray, ncol: int) -> np.ndarray:
    """What _elements did, undone."""
    return a.reshape(*a.shape[:-4], -1, a.shape[-1])[..., :ncol, :]


def set_step(fortran: Fortran, x: Fields, settings: Settings) -> None:
    """All options of a whole step."""
    set_dynamics(fortran, x, settings)
    set_viscosity(fortran, x, settings)
    options = fortran.library.cam_se_settings
    options.nsplit, options.rsplit, options.qsplit = (settings[f"se_{n}split"] for n in "nrq")
    options.ftype = settings["se_ftype"]
    transport = fortran.library.tracers
    transport.limiter_option = settings["se_limiter_option"]
    transport.hypervis_subcycle_q = settings["se_hypervis_subcycle_q"]
    transport.nu_q = settings["nu_q"]
    transport.dp_viscosity = settings["nu_p"] > 0
    transport.tensor_viscosity = settings["hypervis_scaling"] > 0
    transport.scalar_viscosity = settings.get("hypervis_power", 0.0) > 0


def dynamics_step(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """prim_advance_exp with viscosity."""
    set_step(fortran, x, settings)
    return _dynamics(_fields(x), fortran, settings)


def step(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """Physics steps, looking in after the first dynamics step and subcycle where recorded; forced by FT, FM and dq of
    x, if they are there."""
    set_step(fortran, x, settings)
    set_remap(fortran, settings)
    u, qdp, *constant = _fields(x)
    out: dict[str, np.ndarray] = {}
    times = settings["stage_time_s"]
    if "dyn1" in times:
        out |= {f"dyn1/{name}": a for name, a in _dynamics((u, qdp, *constant), fortran, settings).items()}
    if "sub1" in times:
        after = fortran("cam_se_step:prim_run_subcycle", u, qdp, *constant, settings["dt"])
        out |= {f"sub1/{name}": a for name, a in (unpack(after[0]) | {"Qdp": tracers.back(after[1])}).items()}
    forcing = tuple(np.zeros_like(a, order="F") for a in (u[:, :, 0], u[:, :, 1:3], qdp))
    if "FT" in x:
        forcing = scalar(x["FT"]), vector(x["FM"]), tracers(x["dq"])
    ends = {round(t / settings["dtime_physics"]): name for name, t in times.items() if name[:3] not in ("dyn", "sub")}
    for n in range(1, max(ends) + 1):
        u, qdp, omega = fortran("cam_se_step:dyn_run", u, qdp, *constant, *forcing, settings["dtime_physics"])
        if n in ends:
            state = unpack(u) | {"Qdp": tracers.back(qdp), "omega": scalar.back(omega)}
            state["psdry"] = settings["ptop"] + np.cumsum(state["dp3d"], axis=-1)[..., -1:]
            out |= {f"{ends[n]}/{name}": a for name, a in state.items()}
    return out


def _fields(x: Fields) -> tuple:
    """Packed state, tracer mass, surface geopotential and reference state."""
    mass = tracers(x["Qdp"])
    return pack(x["T"], x["v"], x["dp3d"]), mass, flat(x["phis"]), scalar(x["T_ref"]), scalar(x["dp_ref"])


def _dynamics(fields: tuple, fortran: Fortran, settings: Settings) -> dict:
    u, vn0, *means = fortran("cam_se_step:prim_advance_exp", *fields, settings["dt"])
    names = ("omega", "dpdiss_ave", "dpdiss_biharmonic")
    return unpack(u) | {"vn0": vector.back(vn0)} | {name: scalar.back(a) for name, a in zip(names, means)}


REFERENCE = {
    "moist_thermodynamics": moist_thermodynamics,
    "cam_se_dynamics_step": dynamics_step,
    "cam_se_forcing": forcing,
    "cam_se_hyperviscosity": hyperviscosity,
    "cam_se_rk_step": rk_step,
    "cam_se_step": step,
    "cam_se_tendency": tendency,
    "cam_se_vertical_remap": vertical_remap,
}
