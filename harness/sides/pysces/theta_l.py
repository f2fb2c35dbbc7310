"""theta-l's pysces objects, from the settings and arrays of a record."""

from __future__ import annotations

from pysces.arrays.backend import namespace
from pysces.arrays.fields import from_record, to_record
from pysces.constants import Constants, constants_from
from pysces.dycore.dycore import Dycore, ModelState
from pysces.models.theta_l.hydrostatic import ThetaLHydrostatic
from pysces.models.theta_l.hyperviscosity import Hyperviscosity, ReferenceProfiles, reference_profiles
from pysces.models.theta_l.remap import ThetaLRemap
from pysces.models.theta_l.state import HydrostaticState
from pysces.stepping.tableaus import HOMME_TSTEP_TYPES, tableau
from pysces.transport.eulerian import TracerTransport
from pysces.vertical.coordinate import VerticalCoordinate

from ..fortran import theta_l as reference
from .shared import of_the_run


def constants_of(settings) -> Constants:
    return constants_from(settings, "homme")


def coordinate_of(x, settings) -> VerticalCoordinate:
    return from_record(VerticalCoordinate, {**settings, **x}, "homme")


def equations_of(x, settings):
    if not settings.get("theta_hydrostatic_mode", True):
        raise NotImplementedError("the nonhydrostatic equations are not here yet")
    return ThetaLHydrostatic(
        constants_of(settings),
        coordinate_of(x, settings),
        x["phis"],
        theta_advect_form=settings.get("theta_advect_form", 0),
        pgrad_correction=settings.get("pgrad_correction", 0),
        vertically_lagrangian=settings.get("rsplit", 1) > 0,
        dp3d_thresh=settings.get("dp3d_thresh", 0.125),
        vtheta_thresh=settings.get("vtheta_thresh", 100.0),
    )


def grid_of(x, grid, settings):
    """The grid with the tensors that the settings switch on, and no others."""
    tensor = x.get("tensorVisc", grid.viscosity_tensor) if settings.get("hypervis_scaling", 0.0) > 0 else None
    sponge = grid.sponge_tensor if settings.get("laplace_scaling", 0.0) > 0 else None
    return grid.replace(viscosity_tensor=tensor, sponge_tensor=sponge)


def dissipation_of(x, grid, settings):
    """None without viscosity. The sponge's profile and depth are given where it is on."""
    if not settings.get("nu", 0.0) > 0:
        return None
    sponge = settings.get("nu_top", 0.0) > 0 and settings.get("hypervis_subcycle_tom", 0) > 0
    return Hyperviscosity(
        settings["nu"],
        nu_div=reference.default_nu("nu_div", settings),
        nu_p=reference.default_nu("nu_p", settings),
        nu_top=settings.get("nu_top", 0.0),
        nu_scale_top=x["nu_scale_top"] if sponge else None,
        reference=reference_of(x, grid, settings),
        hv_theta_thresh=settings.get("hv_theta_thresh", 0.025),
        nlev_tom=settings["nlev_tom"] if sponge else 0,
        hypervis_subcycle=settings.get("hypervis_subcycle", 1),
        hypervis_subcycle_tom=settings["hypervis_subcycle_tom"] if sponge else 0,
        hv_theta_correction=bool(settings.get("hv_theta_correction", 0)),
    )


def reference_of(x, grid, settings):
    if "dp_ref" in x:
        return ReferenceProfiles(x["theta_ref"], x["dp_ref"], x.get("lap_p_wk"))
    with_slope = grid if settings.get("hv_theta_correction", 0) else None
    profiles = settings.get("hv_ref_profiles", 0)
    return reference_profiles(coordinate_of(x, settings), constants_of(settings), x["phis"], profiles, with_slope)


def state_of(x) -> HydrostaticState:
    return from_record(HydrostaticState, x, "homme")


def named(state: HydrostaticState, prefix: str = "") -> dict:
    return to_record(state, "homme", prefix)


def remap_of(x, settings):
    q_alg, u_alg = (settings.get(f"vert_remap_{of}_alg", 10) for of in "qu")
    lagrangian = settings.get("rsplit", 1) > 0
    return ThetaLRemap(coordinate_of(x, settings), q_alg if u_alg == -2 else u_alg, q_alg, lagrangian)


def transport_of(x, settings):
    """None without tracers."""
    if "Qdp" not in x:
        return None
    nu_q = settings.get("nu_q", 0.0)
    return TracerTransport(
        coordinate_of(x, settings).dp_ref(settings["ps0"]),
        nu_q=of_the_run(nu_q, x["dp3d"]) if nu_q else None,
        limiter_option=settings.get("limiter_option", 9),
        hypervis_subcycle_q=settings.get("hypervis_subcycle_q", 1),
    )


def dycore_of(x, grid, settings, dt):
    grid, dp = grid_of(x, grid, settings), x["dp3d"]
    return Dycore(
        grid,
        equations_of(x, settings),
        dissipation_of(x, grid, settings),
        remap_of(x, settings),
        of_the_run(dt, dp),
        transport=transport_of(x, settings),
        scheme=tableau(settings.get("tstep_type", 5), HOMME_TSTEP_TYPES),
        rsplit=settings.get("rsplit", 1),
        qsplit=settings.get("qsplit", 1),
    )


def start_of(x):
    zero = namespace(x["dp3d"]).zeros((), x["dp3d"].dtype)
    return ModelState(state_of(x), x.get("Qdp"), zero)
