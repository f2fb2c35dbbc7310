"""The supercell's physical viscosity, of air and of tracers; its whole calls are theta_l_run_forced."""

from __future__ import annotations

from pysces.arrays.backend import Array
from pysces.arrays.fields import units
from pysces.geometry.grid import Grid
from pysces.models.theta_l.physical_viscosity import PhysicalViscosity
from pysces.models.theta_l.state import NonhydrostaticState

from ..inputs.supercell import air_cases, water_cases
from ..registry import Fields, Kernel, Settings
from ..sides.fortran import supercell as reference
from ..sides.pysces.shared import of_the_run
from ..sides.pysces.theta_l import dycore_of, named, state_of


def _air(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    dycore = dycore_of(x, grid, settings, settings["dt"])
    dt = of_the_run(settings["dt"], x["dp3d"])
    return named(_viscosity(x, grid, settings).apply(state_of(x), dt, dycore.grid, dycore.equations))


def _water(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    dt = of_the_run(settings["dt"], x["dp3d"])
    return {"Qdp": _viscosity(x, grid, settings).mix(x["Qdp"], x["dp3d"], dt, grid)}


def _viscosity(x: Fields, grid: Grid, settings: Settings) -> PhysicalViscosity:
    """That of the record's own start."""
    mixing = dycore_of(x, grid, settings, settings["dt"]).mixing
    if not isinstance(mixing, PhysicalViscosity):
        raise NotImplementedError("without mu there is no physical viscosity")
    return mixing


KERNELS = [
    Kernel(
        "theta_l_physical_viscosity",
        port=_air,
        fortran=reference.air,
        cases=air_cases,
        outputs=units(NonhydrostaticState, "homme"),
    ),
    Kernel(
        "tracer_physical_viscosity",
        port=_water,
        fortran=reference.water,
        cases=water_cases,
        outputs={"Qdp": "Pa"},
    ),
]
