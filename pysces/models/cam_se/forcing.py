"""How the increments of a physics step enter the dynamics.

CAM: dp_coupling, dyn_comp:dyn_run   CAM-SE: prim_advance_mod:applyCAMforcing
"""

from __future__ import annotations

from ...arrays.backend import Array
from ...arrays.fields import field
from ...arrays.pytree import Tree, pytree
from ...thermodynamics.species import ActiveSpecies
from ..tracers import with_sources
from .state import CamSeState

CAM_FTYPES = (0, 1, 2)


@pytree
class CamTendency(Tree):
    """What one physics step asks of CAM-SE's dynamics; not assembled: physics has made it continuous."""

    temperature: Array = field("K s-1", "heating", cam="FT")
    wind: Array = field("m s-2", "acceleration (2, ...)", cam="FM")
    tracer_mass: Array = field("Pa s-1", "tracer tendency times dry layer thickness", cam="FQ")
    dp_moist: Array = field("Pa", "moist layer thickness that physics ends with", cam="FDP")


def cam_tendency(
    rates: tuple[Array, Array],
    increment: Array,
    dp_dry: Array,
    tracer_mass: Array,
    dtime: Array,
    species: ActiveSpecies,
) -> CamTendency:
    """The tendency from what physics hands over.

    Parameters
    ----------
    rates : heating (elem, i, j, lev) [K s-1] and acceleration (2, elem, i, j, lev) [m s-2].
    increment : (tracer, elem, i, j, lev) change of the dry mixing ratios over the physics step of dtime seconds.
    dp_dry : (elem, i, j, lev) dry layer thickness [Pa].   tracer_mass : (tracer, elem, i, j, lev) before physics [Pa].

    CAM: dyn_comp:dyn_run
    """
    rate = increment * dp_dry / dtime
    return CamTendency(*rates, rate, moist_thickness(dp_dry, tracer_mass + rate * dtime, species))


def moist_thickness(dp_dry: Array, tracer_mass: Array, species: ActiveSpecies) -> Array:
    """Dry air dp_dry (elem, i, j, lev) and all active water in tracer_mass (tracer, ...) of each layer [Pa]."""
    total = dp_dry
    for n in species.water_indices:
        total = total + tracer_mass[n]
    return total


def cam_forcing_intervals(ftype: int, nsplit: int, dt_remap: float) -> tuple[list[float], list[float]]:
    """For each of nsplit calls, the time [s] over which tracers, and heat and momentum, are forced at its start.

    ftype : 0 all in equal pieces, 1 all at the first call, 2 tracers at the first call and the rest in pieces;
        any other is refused.
    """
    if ftype not in CAM_FTYPES:
        raise ValueError(f"ftype must be one of {CAM_FTYPES}, found {ftype!r}.")
    pieces = [dt_remap] * nsplit
    at_once = [dt_remap * nsplit] + [0.0] * (nsplit - 1)
    return (pieces if ftype == 0 else at_once), (at_once if ftype == 1 else pieces)


def apply_cam_forcing(
    state: CamSeState, tracer_mass: Array, tendency: CamTendency, intervals: tuple, species: ActiveSpecies
) -> tuple[CamSeState, Array]:
    """State and tracer mass after forcing; tracers are not driven below zero, dry air stays where it is.

    tracer_mass : (tracer, elem, i, j, lev) [Pa].
    intervals : time [s] for tracers, and for heat and momentum; zero applies nothing.

    CAM-SE: prim_advance_mod:applyCAMforcing (ftype_conserve=1: heat and momentum refer to the mass physics ended with)
    """
    dt_tracer, dt_local = intervals
    tracer_mass = with_sources(tracer_mass, dt_tracer * tendency.tracer_mass)
    share = dt_local * (tendency.dp_moist / moist_thickness(state.dp_dry, tracer_mass, species))
    forced = CamSeState(
        state.wind + share * tendency.wind, state.temperature + share * tendency.temperature, state.dp_dry
    )
    return forced, tracer_mass
