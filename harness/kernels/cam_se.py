"""CAM-SE: moist air, tendency, hyperviscosity, dynamics step."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from pysces.arrays.backend import Array, namespace
from pysces.arrays.fields import multiplied, to_record, units
from pysces.constants import Constants
from pysces.dycore.dycore import Dycore
from pysces.dycore.idle import FloatingLayers
from pysces.geometry.grid import Grid
from pysces.models.cam_se.equations import CamSe, CamSeColumn
from pysces.models.cam_se.state import CamSeState
from pysces.operators.dss import dss
from pysces.stepping.runge_kutta import runge_kutta_step_with_flux
from pysces.stepping.tableaus import CAM_TSTEP_TYPES, tableau
from pysces.thermodynamics import moist_air, reference_state
from pysces.thermodynamics.column_energy import hydrostatic_energy
from pysces.thermodynamics.molecular_transport import molecular_coefficients
from pysces.thermodynamics.species import ActiveSpecies
from pysces.transport.fluxes import DissipationFlux, MeanFlux
from pysces.vertical.hydrostatic import interface_pressure, midpoint_pressure

from ..inputs.cam_se import dynamics_step_cases, hyperviscosity_cases, rk_step_cases, tendency_cases
from ..registry import EXACT, Fields, Kernel, Settings
from ..sides.fortran import cam_se as reference
from ..sides.pysces.cam_se import constants, equations, hyperviscosity, named, species, state, with_tensor
from ..sides.pysces.shared import dissipation_means


def _moist_thermodynamics(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    """Everything that CAM derives from a moist column."""
    air, const, q = species(x, settings), constants(settings), x["qwater"]
    phis = x["phis"][..., None]
    composition = {
        "sum_species": moist_air.sum_species(q, air),
        "R_dry": moist_air.gas_constant_dry(q, air),
        "R_moist": moist_air.gas_constant(q, air),
        "cp_dry": moist_air.specific_heat_dry(q, air),
        "cp": moist_air.specific_heat(q, air),
        "inv_cp": moist_air.inverse_specific_heat(q, air),
        "kappa_dry": moist_air.kappa_dry(q, air),
        "T_v": moist_air.virtual_temperature(x["T"], q, air),
        "T_v_over_T": moist_air.virtual_temperature(1.0, q, air),
        "enthalpy": moist_air.enthalpy(x["T"], x["dp_dry"], q, air),
    }
    composition = {name: _everywhere(value, x["T"]) for name, value in composition.items()}
    kmvis, kmcnd = molecular_coefficients(x["T"], q, air, cam_compatible=True)
    column = _column(x, composition, phis, const, settings["ptop"])
    return composition | column | _energy(x, phis, air, const, settings["ptop"]) | {"kmvis": kmvis, "kmcnd": kmcnd}


def _everywhere(value: Array, field: Array) -> Array:
    """A constant as a field in the precision of another; a field as it is."""
    xp = namespace(field)
    return xp.broadcast_to(xp.asarray(value, dtype=field.dtype) if isinstance(value, float) else value, field.shape)


def _column(x: Fields, composition: Fields, phis: Array, const: Constants, ptop: float) -> dict[str, Array]:
    """Pressure, geopotential and what follows from them."""
    xp = namespace(x["T"])
    dp = x["dp_dry"] * composition["sum_species"]
    p_i = interface_pressure(dp, ptop)
    p = midpoint_pressure(p_i)
    p_dry = midpoint_pressure(interface_pressure(x["dp_dry"], ptop))
    phi = moist_air.geopotential(composition["T_v"], dp, p, phis, composition["R_dry"])
    theta = moist_air.theta(x["T"], p, composition["kappa_dry"], const.p0)
    ps_ref = reference_state.reference_surface_pressure(phis, const)
    delta_a, delta_b = (xp.diff(x[name]) for name in ("hyai", "hybi"))
    return {
        "dp": dp,
        "ps": p_i[..., -1],
        "pmid": p,
        "pint": p_i,
        "exner": moist_air.exner(p, composition["kappa_dry"], const.p0),
        "theta": theta,
        "phi": phi,
        "Ri": xp.pad(moist_air.richardson_number(theta, phi, x["v"]), ((0, 0), (1, 1))),
        "rho_dry": moist_air.density_dry(x["T"], p_dry, composition["R_dry"]),
        "ps_ref": ps_ref[..., 0],
        "dp_ref": reference_state.reference_thickness(ps_ref, delta_a, delta_b, const),
    }


def _energy(x: Fields, phis: Array, air: ActiveSpecies, const: Constants, ptop: float) -> dict[str, Array]:
    column = SimpleNamespace(wind=x["v"], temperature=x["T"], dp_dry=x["dp_dry"])
    energy = hydrostatic_energy(column, x["qwater"], phis, ptop, air, const)
    integrals = to_record(energy, "cam") | {"H2O": energy.water}
    return {name: value[..., 0] for name, value in integrals.items()}


def _tendency(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    """The assembled tendencies, mean fluxes of a whole step, and the intermediates that some records hold."""
    model = equations(x, settings).with_mixing_ratios(x["qwater"])
    rates, flux = model.tendency_and_flux(state(x), grid)
    column = model.column(state(x))
    tendencies = {f"{name}_tend": rate for name, rate in named(dss(rates, grid)).items()}
    means = {"omega": flux.omega, "vn0": flux.mass_flux}
    return {**tendencies, **means, "T_v": column.virtual_temperature, "phi": column.phi, "p_full": column.p}


def _hyperviscosity(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    """Alternatives from the same input: the weak biharmonic, del4 alone, everything."""
    grid = with_tensor(x, grid, settings)
    dissipation = hyperviscosity(x, settings)
    weak = dissipation.biharmonic_wk_dp3d(state(x), grid)
    tensor = {"ttens": weak.temperature, "vtens": weak.wind, "dptens": weak.dp_dry}
    del4 = dissipation.del4_with_flux(state(x), settings["dt2"], grid, x["inv_cp_full"])
    frozen: Any = SimpleNamespace(air=SimpleNamespace(inverse_cp=x["inv_cp_full"]))
    full = dissipation.apply_with_flux(state(x), settings["dt2"], grid, frozen)
    out = {f"biharmonic_wk_dp3d/{name}": a for name, a in tensor.items()}
    return out | _damped(*del4, "del4/") | _damped(*full, "advance_hypervis_dp/")


def _damped(after: CamSeState, flux: DissipationFlux | None, prefix: str = "") -> dict[str, Array]:
    return named(after, prefix) | dissipation_means(flux, after.dp_dry, prefix)


def _advance(x: Fields, grid: Grid, settings: Settings) -> tuple[CamSe, CamSeState, dict[str, Array]]:
    """State and mean flux after one Runge-Kutta step."""
    scheme = tableau(settings.get("se_tstep_type", settings.get("tstep_type")), CAM_TSTEP_TYPES)
    model = equations(x, settings).for_step(state(x), x["Qdp"])
    dt = namespace(x["T"]).asarray(settings["dt"], dtype=x["T"].dtype)
    dycore: Dycore = Dycore(grid, model, None, FloatingLayers(), dt, scheme=scheme)
    advance = lambda base, h, at: dycore.advance_with_flux(model, base, h, at)  # noqa: E731
    after, flux = runge_kutta_step_with_flux(scheme, state(x), dycore.dt, advance, model.no_flux(state(x)))
    return model, after, {"vn0": flux.mass_flux, "omega": flux.omega}


def _rk_step(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    _, after, means = _advance(x, grid, settings)
    return named(after) | means


def _dynamics_step(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    """prim_advance_exp: the Runge-Kutta step, then the dissipation."""
    grid = with_tensor(x, grid, settings)
    model, after, means = _advance(x, grid, settings)
    after, flux = hyperviscosity(x, settings).apply_with_flux(after, settings["dt"], grid, model)
    return _damped(after, flux) | means


STATE_UNITS, MEAN_UNITS = units(CamSeState, "cam"), units(MeanFlux, "cam")
DISSIPATION_UNITS = units(DissipationFlux, "cam")
TENDENCY_UNITS = {f"{name}_tend": unit for name, unit in units(CamSeState, "cam", per="s-1").items()}
BIHARMONICS = {"ttens": "T", "vtens": "v", "dptens": "dp3d"}
HYPERVISCOSITY_UNITS = {
    f"{stage}/{name}": unit
    for stage, names in {
        "biharmonic_wk_dp3d": {name: multiplied(STATE_UNITS[of], "m-4") for name, of in BIHARMONICS.items()},
        "del4": STATE_UNITS | DISSIPATION_UNITS,
        "advance_hypervis_dp": STATE_UNITS | DISSIPATION_UNITS,
    }.items()
    for name, unit in names.items()
}
KERNELS = [
    Kernel(
        "moist_thermodynamics",
        port=_moist_thermodynamics,
        fortran=reference.moist_thermodynamics,
        outputs={},
        coefficient="x.T",
    ),
    Kernel(
        "cam_se_tendency",
        port=_tendency,
        fortran=reference.tendency,
        outputs={**TENDENCY_UNITS, **MEAN_UNITS, **units(CamSeColumn, "cam")},
        cases=tendency_cases,
    ),
    Kernel(
        "cam_se_hyperviscosity",
        port=_hyperviscosity,
        fortran=reference.hyperviscosity,
        outputs=HYPERVISCOSITY_UNITS,
        cases=hyperviscosity_cases,
        bitwise=EXACT,
    ),
    Kernel(
        "cam_se_rk_step",
        port=_rk_step,
        fortran=reference.rk_step,
        outputs={**STATE_UNITS, **MEAN_UNITS},
        cases=rk_step_cases,
    ),
    Kernel(
        "cam_se_dynamics_step",
        port=_dynamics_step,
        fortran=reference.dynamics_step,
        outputs={**STATE_UNITS, **MEAN_UNITS, **DISSIPATION_UNITS},
        cases=dynamics_step_cases,
    ),
]
