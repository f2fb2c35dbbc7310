"""Generated moist states over a hill for the live CAM-SE cases, with the settings that records have."""

from __future__ import annotations

import numpy as np

from pysces.arrays.fields import to_record
from pysces.config.section import AUTO
from pysces.constants import CAM
from pysces.geometry.grid import Grid, cubed_sphere_grid, unstructured_grid
from pysces.models.cam_se.variable_viscosity import viscosity_factor
from pysces.thermodynamics.species import active_species
from pysces.vertical.coordinate import VerticalCoordinate, coordinate_from_interfaces

from ..registry import Case, Settings
from ..sides.meshes import elements_of
from . import seeds
from .fields import PATCH, STRETCHED, coefficients, scalar_field, vector_field

NE, NLEV = 2, 10
Size = tuple[int | str, int]  # ne or the name of a mesh, nlev
HIGH, THICK = 8.0, 100.0  # times other cases' ridge (8.5 km) and condensates (1e-2): then all that they enter counts
WATER = ("Q", "CLDLIQ", "CLDICE", "RAINQM", "SNOWQM")
WACCMX = ("O", "O2", "H", *WATER)
CONSTANTS = {**to_record(CAM, "cam"), "tref": 288.0, "lapse_rate": 0.0065}


def composition(names: tuple[str, ...]) -> dict:
    """Settings of the active species, species 0 first."""
    air = active_species(names)
    return {
        "dry_air_species_num": air.dry_air_species_num,
        "thermodynamic_active_species_num": len(names),
        "thermodynamic_active_species_name": ["dry air", *names],
        "thermodynamic_active_species_cp": [air.cp_base, *map(float, air.cp)],
        "thermodynamic_active_species_R": [air.R_base, *map(float, air.R)],
    }


def atmosphere(
    grid: Grid, kind: str, names: tuple[str, ...], nlev: int, seed: int = 20261122, extreme: bool = False
) -> dict[str, np.ndarray]:
    """T, v, dp3d, mixing ratios and topography; rough adds noise at every node.

    extreme : a high ridge and thick clouds.
    """
    rng = seeds.generator(seed)
    levels = hybrid_levels(nlev)
    field = lambda: scalar_field(grid, kind, rng, nlev)  # noqa: E731
    phis = 8.0e3 * np.exp(-4.0 * (np.sin(grid.lat) - 0.5) ** 2) * (1.0 + 0.3 * np.cos(2.0 * grid.lon))
    phis = HIGH * phis if extreme else phis
    ps = 1.0e5 * np.exp(-phis / (CAM.R_dry * 288.0))
    dp = levels.dp_ref(ps) * (1.0 + 0.02 * field())
    temperature = 216.0 + 72.0 * (levels.p_mid(ps) / 1.0e5) ** 0.2857 + 2.0 * field()
    wind = 20.0 * vector_field(grid, kind, rng, nlev)
    q = np.stack([_largest(name, extreme) * (0.5 + 0.1 * field()) for name in names])
    return {**coefficients(levels), "phis": phis, "T": temperature, "v": wind, "dp3d": dp, "qwater": q}


def hybrid_levels(nlev: int) -> VerticalCoordinate:
    """Pure pressure above, terrain-following below."""
    eta = np.linspace(0.0, 1.0, nlev + 1)
    b = np.clip((eta - 0.3) / 0.7, 0.0, None) ** 1.5
    return coordinate_from_interfaces(2.0e-3 * (1.0 - eta) + eta - b, b, p0=1.0e5)


def _largest(name: str, extreme: bool) -> float:
    return {"O": 0.1, "O2": 0.2, "H": 1.0e-6, "Q": 0.02}.get(name, THICK * 1.0e-4 if extreme else 1.0e-4)


def mesh(ne: int | str, settings: Settings) -> Grid:
    """CAM-SE's cubed sphere, or a mesh of sides.meshes, with the tensor or the factor at each node that are on."""
    scaling, power = settings.get("hypervis_scaling", 0.0), settings.get("hypervis_power", 0.0)
    if isinstance(ne, str):
        grid = unstructured_grid(*elements_of(ne), CAM, hypervis_scaling=scaling)
    else:
        grid = cubed_sphere_grid(ne, CAM, 0, hypervis_scaling=scaling)
    return grid.replace(viscosity_factor=viscosity_factor(grid, power, AUTO)) if power else grid


def moist_case(
    name: str,
    settings: dict,
    kind: str = "smooth",
    names: tuple[str, ...] = WATER,
    size: Size = (NE, NLEV),
    extreme: bool = False,
) -> Case:
    """A moist atmosphere on a mesh of size (ne, nlev), with the constants that CAM-SE's records state."""
    ne, nlev = size
    grid = mesh(ne, settings)
    inputs = atmosphere(grid, kind, names, nlev, extreme=extreme)
    top = {"ptop": float(inputs["hyai"][0]) * 1.0e5, "nlev": nlev}
    return Case(name, inputs, {**CONSTANTS, **composition(names), **top, **settings}, grid, tracers=("qwater", "Qdp"))


def tendency_cases(ne: int = NE, nlev: int = NLEV) -> list[Case]:
    """Every form of the pressure gradient, smooth and rough, and the gases of the upper atmosphere."""
    size = (ne, nlev)
    return [
        moist_case("pgf1", {"se_pgf_formulation": 1}, size=size),
        moist_case("pgf1_rough", {"se_pgf_formulation": 1}, "rough", size=size),
        moist_case("pgf2", {"se_pgf_formulation": 2}, size=size),
        moist_case("patch_pgf1", {"se_pgf_formulation": 1}, "rough", size=(PATCH, nlev)),
        moist_case("pgf3_waccmx", {"se_pgf_formulation": 3}, names=WACCMX, size=size),
        moist_case("extreme", {"se_pgf_formulation": 1}, names=WACCMX, extreme=True),
    ]


VISCOSITY = {
    "se_hypervis_subcycle": 2,
    "se_hypervis_subcycle_sponge": 2,
    "nu": 8.0e18,
    "nu_p": 8.0e18,
    "nu_top": 1.0e6,
    "hypervis_scaling": 0.0,
    "sponge_del4_lev": 3,
    "ksponge_end": 3,
}
TENSOR = {"hypervis_scaling": 3.2, "nu": 4.0e-8, "nu_p": 4.0e-8}
FINER = {**TENSOR, "nu_q": 4.0e-8, "dt": 60.0}  # on refined meshes
DYNAMICS = {"se_pgf_formulation": 1, "dt": 300.0}


def damped(
    name: str,
    settings: dict,
    kind: str = "smooth",
    size: Size = (NE, NLEV),
    names: tuple[str, ...] = WATER,
    extreme: bool = False,
) -> Case:
    """A state with all that a dynamics step reads: coefficients that differ on every level, reference profiles."""
    case = moist_case(name, {**VISCOSITY, **settings}, kind, names, size, extreme)
    x, settings, (ne, nlev) = case.inputs, case.settings, size
    finer = (NE / ne) ** 3.2 if isinstance(ne, int) and settings["hypervis_scaling"] == 0 else 1.0
    for name in ("nu", "nu_p", "nu_q"):
        settings[name] = finer * settings.get(name, 0.0)
    nu = settings["nu"] * (1.0 + 2.4 * np.linspace(1.0, 0.0, nlev) ** 2)
    sponge = np.where(np.arange(nlev) < settings["ksponge_end"], 4.0 - np.arange(nlev), 0.0)
    x |= {"nu_lev": nu, "nu_t_lev": 0.9 * nu, "nu_div_lev": 2.5 * nu + 1e-2 * nu[0], "nu_scale_top": sponge}
    p = hybrid_levels(nlev).p_mid(1.0e5 * np.exp(-x["phis"] / (CAM.R_dry * 288.0)))
    x["T_ref"] = np.where(x["hybm"] > 0.0, 96.0 + 192.0 * (p / 1.0e5) ** 0.2857, 0.0)
    x["dp_ref"] = np.where(x["hybm"] > 0.0, 0.02, 1.0) * x["dp3d"].mean(axis=(0, 1, 2)) + 0.0 * x["dp3d"]
    x["inv_cp_full"] = (1.0 + 0.1 * x["qwater"][0]) / CAM.cp
    x["Qdp"] = x["qwater"] * x["dp3d"]
    return case


def hyperviscosity_cases(ne: int = NE, nlev: int = NLEV) -> list[Case]:
    """Coefficients that differ on every level, smooth and rough, a tensor, and a factor at each node."""
    size, dt = (ne, nlev), {"dt2": 300.0}
    return [
        damped("level_dependent", dt, size=size),
        damped("level_dependent_rough", dt, "rough", size=size),
        damped("tensor", {**dt, **TENSOR}, size=size),
        damped("stretched_tensor", {**dt, **TENSOR}, size=(STRETCHED, nlev)),
        damped("variable", {**dt, "hypervis_power": 3.2}, size=size),
    ]


def rk_step_cases(ne: int = NE, nlev: int = NLEV) -> list[Case]:
    """Every Runge-Kutta scheme."""
    schemes = [damped(f"tstep_type{n}", {**DYNAMICS, "tstep_type": n}, size=(ne, nlev)) for n in (4, 1, 2, 3)]
    patch = damped("patch_tensor", {**DYNAMICS, **FINER, "tstep_type": 4}, size=(PATCH, nlev))
    return [*schemes, patch, damped("extreme", {**DYNAMICS, "tstep_type": 4, "dt": 1200.0}, extreme=True)]


STEP = {
    **DYNAMICS,
    "se_tstep_type": 4,
    "se_nsplit": 2,
    "se_rsplit": 2,
    "se_qsplit": 1,
    "dtime_physics": 1200.0,
    "se_ftype": 2,
    "se_limiter_option": 8,
    "se_hypervis_subcycle_q": 1,
    "nu_q": 8.0e18,
    "vert_remap_uvTq_alg": -9,
    "vert_remap_tracer_alg": 10,
    "se_vert_remap_T": "thermal_energy_over_P",
}


def dynamics_step_cases(ne: int = NE, nlev: int = NLEV) -> list[Case]:
    """The default step with hyperviscosity and sponge, on a patch and over steep ground too."""
    patch = damped("patch_tensor", {**STEP, **FINER}, size=(PATCH, nlev))
    steep = damped("extreme", {**STEP, "dt": 1200.0}, extreme=True)
    return [damped("default", STEP, size=(ne, nlev)), patch, steep]


def step_cases(ne: int = NE, nlev: int = NLEV) -> list[Case]:
    """A physics step without forcing, looked at after its end; on a stretched mesh too."""
    finer = {**STEP, **FINER, "dtime_physics": 240.0, "stage_time_s": {"phys1": 240.0}}
    default = damped("default", {**STEP, "stage_time_s": {"phys1": 1200.0}}, size=(ne, nlev))
    return [default, damped("stretched_tensor", finer, size=(STRETCHED, nlev))]
