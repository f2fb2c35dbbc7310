"""Generated moist states over a hill for the live CAM-SE cases, with the settings that records have."""

from __future__ import annotations

import numpy as np

from pysces.constants import CAM
from pysces.geometry.grid import Grid, cubed_sphere_grid
from pysces.thermodynamics.species import active_species
from pysces.vertical.coordinate import coordinate_from_interfaces

from .inputs import scalar_field, vector_field
from .registry import Case

NLEV = 10
WATER = ("Q", "CLDLIQ", "CLDICE", "RAINQM", "SNOWQM")
WACCMX = ("O", "O2", "H", *WATER)
CONSTANTS = {
    "gravit": CAM.gravity,
    "cpair": CAM.cp,
    "rair": CAM.R_dry,
    "rearth": CAM.radius,
    "omega": CAM.omega,
    "ps0": 1.0e5,
    "tref": 288.0,
    "lapse_rate": 0.0065,
}


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


def atmosphere(grid: Grid, kind: str, names: tuple[str, ...], seed: int = 20261122) -> dict[str, np.ndarray]:
    """T, v, dp3d, mixing ratios and topography; rough adds noise at every node."""
    rng = np.random.default_rng(seed)
    levels = _levels()
    field = lambda: scalar_field(grid, kind, rng, NLEV)  # noqa: E731
    phis = 8.0e3 * np.exp(-4.0 * (np.sin(grid.lat) - 0.5) ** 2) * (1.0 + 0.3 * np.cos(2.0 * grid.lon))
    ps = 1.0e5 * np.exp(-phis / (CAM.R_dry * 288.0))
    dp = levels.dp_ref(ps) * (1.0 + 0.02 * field())
    temperature = 216.0 + 72.0 * (levels.p_mid(ps) / 1.0e5) ** 0.2857 + 2.0 * field()
    wind = 20.0 * vector_field(grid, kind, rng, NLEV)
    q = np.stack([_largest(name) * (0.5 + 0.1 * field()) for name in names])
    coefficients = {name: getattr(levels, name) for name in ("hyai", "hybi", "hyam", "hybm")}
    return {**coefficients, "phis": phis, "T": temperature, "v": wind, "dp3d": dp, "qwater": q}


def _levels():
    """Pure pressure above, terrain-following below."""
    eta = np.linspace(0.0, 1.0, NLEV + 1)
    b = np.clip((eta - 0.3) / 0.7, 0.0, None) ** 1.5
    return coordinate_from_interfaces(2.0e-3 * (1.0 - eta) + eta - b, b, p0=1.0e5)


def _largest(name: str) -> float:
    return {"O": 0.1, "O2": 0.2, "H": 1.0e-6, "Q": 0.02}.get(name, 1.0e-4)


def _case(name: str, settings: dict, kind: str = "smooth", names: tuple[str, ...] = WATER) -> Case:
    grid = cubed_sphere_grid(2, CAM, 0)
    inputs = atmosphere(grid, kind, names)
    top = {"ptop": float(inputs["hyai"][0]) * 1.0e5, "nlev": NLEV}
    return Case(name, inputs, {**CONSTANTS, **composition(names), **top, **settings}, grid, tracers=("qwater",))


def tendency_cases() -> list[Case]:
    return [
        _case("pgf1", {"se_pgf_formulation": 1}),
        _case("pgf1_rough", {"se_pgf_formulation": 1}, "rough"),
        _case("pgf2", {"se_pgf_formulation": 2}),
        _case("pgf3_waccmx", {"se_pgf_formulation": 3}, names=WACCMX),
    ]
