"""Energy of CAM-SE's state."""

from __future__ import annotations

from ...arrays.backend import Array
from ...arrays.fields import field
from ...arrays.pytree import pytree
from ...geometry.grid import Grid
from ...operators.integrals import global_mean
from ...thermodynamics.column_energy import hydrostatic_energy
from ..energy import Energy
from .equations import CamSe
from .state import CamSeState


@pytree
class CamSeEnergy(Energy):
    """What CAM-SE conserves under a top of constant pressure: enthalpy takes the place of internal energy."""

    internal: Array = field("J m-2", "enthalpy, in place of internal energy", cam="se")


def cam_se_energy(equations: CamSe, state: CamSeState, tracer_mass: Array, grid: Grid) -> CamSeEnergy:
    """Kinetic energy, enthalpy and the surface's potential energy, means over the sphere.

    tracer_mass : (tracer, elem, i, j, lev) [Pa], the active species first.

    Equations: Lauritzen et al. (2018), doi:10.1029/2017MS001257, section 3
    """
    species, ptop = equations.species, equations.coordinate.ptop
    q = tracer_mass[: len(species.names)] / state.dp_dry
    column = hydrostatic_energy(state, q, equations.phis, ptop, species, equations.constants)
    return CamSeEnergy(*(global_mean(x, grid)[0] for x in (column.kinetic, column.enthalpy, column.potential)))
