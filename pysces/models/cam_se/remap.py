"""CAM-SE's vertical remap: from floating layers back to the hybrid layers of the dry surface pressure.

Tracers and heat move over dry pressure as masses, winds over moist pressure as layer means; temperature is what
remains when the remapped heat is divided by the heat capacity of the remapped air.

Equations: Lauritzen et al. (2018), doi:10.1029/2017MS001257, section 2.4   CAM-SE: vertremap_mod, prim_driver_mod
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...arrays.backend import Array, namespace
from ...arrays.compiler import quotient
from ...arrays.pytree import Tree, pytree, static
from ...geometry.grid import Grid
from ...native.call import element_local
from ...thermodynamics import moist_air
from ...thermodynamics.species import ActiveSpecies
from ...transport.fluxes import MeanFlux
from ...vertical.basis import Basis, moved
from ...vertical.coordinate import VerticalCoordinate
from ...vertical.hydrostatic import interface_pressure
from ...vertical.remap.fv_profiles import KORDS, POSITIVE, SCALAR, WIND
from ...vertical.remap.fv_remap import map1_ppm
from ...vertical.remap.remap import Remap
from .state import CamSeState

TIMES_TEN = -20  # FV3 codes at or below it are kord times ten; CAM sets them when T_v goes over log p
PPM_BOUNDARY = {1: "mirror", 2: "piecewise_constant", 10: "linear_limited"}
VERT_REMAP_ALGS = (*PPM_BOUNDARY, *(-kord for kord in KORDS), *(-10 * kord for kord in KORDS))
FV3_LAYERS = 4  # fewest that its splines and slopes at the ends can do with
VERT_REMAP_T = ("thermal_energy_over_P", "Tv_over_logP")


@dataclass(frozen=True)
class CamSeRemap:
    """Which algorithms remap what.

    Algorithms are CAM's codes: -kord or -10 kord for FV3's parabolas (kord 4, 9, 10, 11, and 17, which has no limiter
    and no name in CAM's namelist), and 1 (mirrored), 2 (mirrored, constant in two layers at each end) or 10
    (extrapolated) for HOMME's parabolas. Others are refused.

    vert_remap_uvTq_alg : winds, temperature, active water.   vert_remap_tracer_alg : all other tracers.
    vert_remap_T : thermal_energy_over_P conserves enthalpy; Tv_over_logP, virtual temperature over the logarithm of
        moist pressure, does not.
    linearisation : how limiters are differentiated, as pysces.vertical.remap.linearisation says.
    """

    vert_remap_uvTq_alg: int = -9
    vert_remap_tracer_alg: int = 10
    vert_remap_T: str = VERT_REMAP_T[0]
    linearisation: str = "exact"

    def __post_init__(self) -> None:
        for name in ("vert_remap_uvTq_alg", "vert_remap_tracer_alg"):
            if getattr(self, name) not in VERT_REMAP_ALGS:
                raise ValueError(f"{name} must be one of {VERT_REMAP_ALGS}, found {getattr(self, name)!r}.")
        if self.vert_remap_T not in VERT_REMAP_T:
            raise ValueError(f"vert_remap_T must be one of {VERT_REMAP_T}, found {self.vert_remap_T!r}.")


def cam_se_vertical_remap(
    wind: Array,
    temperature: Array,
    dp_dry: Array,
    tracer_mass: Array,
    coordinate: VerticalCoordinate,
    species: ActiveSpecies,
    options: CamSeRemap,
) -> tuple[Array, Array, Array, Array]:
    """Remap a state to the hybrid layers.

    Parameters
    ----------
    wind : (2, ..., lev) [m s-1].   temperature : (..., lev) [K].   dp_dry : (..., lev) [Pa]
    tracer_mass : (tracer, ..., lev) dry mixing ratio times dp_dry [Pa]; the active species come first, in their order.

    Returns
    -------
    wind, temperature, dp_dry, tracer_mass

    CAM-SE: vertremap_mod:vertical_remap
    """
    alg, ptop, how = options.vert_remap_uvTq_alg, coordinate.ptop, options.linearisation
    target_dry = coordinate.dp_ref(coordinate.ps(dp_dry))
    tracers = _remap_tracers(tracer_mass, dp_dry, target_dry, ptop, species, options)
    source = dp_dry + _water(tracer_mass, species)
    target = target_dry + _water(tracers, species)
    if options.vert_remap_T == "thermal_energy_over_P":
        heat = _heat_capacity(tracer_mass, dp_dry, species) * temperature
        heat = remap1(heat, dp_dry, target_dry, ptop, alg, SCALAR, linearisation=how)
        temperature = heat / _heat_capacity(tracers, target_dry, species)
    else:
        virtual = moist_air.virtual_temperature(temperature, quotient(tracer_mass, dp_dry), species)
        virtual = _remap_fv(virtual, source, target, ptop, alg, SCALAR, namespace(virtual).log, how)
        ratio = moist_air.virtual_temperature(1.0, quotient(tracers, target_dry), species)
        temperature = virtual / ratio
    wind = remap1(wind, source, target, ptop, alg, WIND, extensive=False, linearisation=how)
    return wind, temperature, target_dry, tracers


def remap1(
    field: Array,
    source_dp: Array,
    target_dp: Array,
    ptop: Array,
    alg: int,
    kind: int,
    extensive: bool = True,
    linearisation: str = "exact",
) -> Array:
    """Fields (..., lev) from layers of thickness source_dp to layers of thickness target_dp under one top.

    source_dp, target_dp, ptop : [Pa].   extensive : the field is a mass [U Pa], otherwise a layer mean [U].
    linearisation : see CamSeRemap.

    CAM-SE: vertremap_mod:remap1
    """
    if alg in PPM_BOUNDARY:
        mass = Remap(source_dp, target_dp, linearisation).ppm(
            field if extensive else field * source_dp, PPM_BOUNDARY[alg]
        )
        return mass if extensive else quotient(mass, target_dp)
    if not extensive:
        return _remap_fv(field, source_dp, target_dp, ptop, alg, kind, linearisation=linearisation)
    mean = _remap_fv(field * (1.0 / source_dp), source_dp, target_dp, ptop, alg, kind, linearisation=linearisation)
    mass = mean * target_dp
    return _closed(mass, field) if kind == POSITIVE else mass


def _closed(mass: Array, before: Array) -> Array:
    """Tracer mass of layers with the sum of each column put right in its heaviest layer, by about an ulp of the sum.

    Means times thicknesses do not quite add up to what was there before: both sides sum thicknesses to pressures that
    are rounded, and rounded otherwise, by 4e-17 to 1e-16 of the sum on average over the globe.
    """
    # DIFFERS: CAM-SE leaves it at that, and loses 5e-14 of its water in ten days
    xp = namespace(mass)
    lost = xp.sum(before - mass, axis=-1, keepdims=True)
    heaviest = xp.argmax(xp.abs(mass), axis=-1, keepdims=True)
    return xp.where(xp.arange(mass.shape[-1]) == heaviest, mass + lost, mass)


def _remap_fv(
    mean: Array,
    source_dp: Array,
    target_dp: Array,
    ptop: Array,
    alg: int,
    kind: int,
    over: Any = None,
    linearisation: str = "exact",
) -> Array:
    """FV3's algorithms over pressure, or a function of it; the bottom of the source is put at that of the target."""
    xp = namespace(mean)
    source_i = interface_pressure(source_dp, ptop)
    target_i = interface_pressure(target_dp, ptop)
    source_i = xp.concatenate([source_i[..., :-1], target_i[..., -1:]], axis=-1)
    if over is not None:
        source_i, target_i = over(source_i), over(target_i)
    return map1_ppm(mean, source_i, target_i, -alg // 10 if alg <= TIMES_TEN else -alg, kind, linearisation)


def _remap_tracers(
    tracer_mass: Array, dp_dry: Array, target_dry: Array, ptop: Array, species: ActiveSpecies, options: CamSeRemap
) -> Array:
    """Active water by one algorithm, everything else by the other."""
    total, water = tracer_mass.shape[0], species.water_indices
    groups = [
        (0, water.start, options.vert_remap_tracer_alg),
        (water.start, water.stop, options.vert_remap_uvTq_alg),
        (water.stop, total, options.vert_remap_tracer_alg),
    ]
    parts = [
        remap1(tracer_mass[first:last], dp_dry, target_dry, ptop, alg, POSITIVE, linearisation=options.linearisation)
        for first, last, alg in groups
        if first < last
    ]
    return namespace(tracer_mass).concatenate(parts, axis=0)


def _water(tracer_mass: Array, species: ActiveSpecies) -> Array:
    """Mass of all water in each layer [Pa]."""
    return sum(tracer_mass[n] for n in species.water_indices)


def _heat_capacity(tracer_mass: Array, dp_dry: Array, species: ActiveSpecies) -> Array:
    """Heat capacity of each layer [J kg-1 K-1 Pa]."""
    return moist_air.enthalpy(1.0, dp_dry, quotient(tracer_mass, dp_dry), species)


@pytree
class CamSeRemapStep(Tree):
    """The vertical remap as the dycore calls it."""

    coordinate: VerticalCoordinate
    species: ActiveSpecies
    options: CamSeRemap = static(default=CamSeRemap())

    def moved(self, before: Basis, after: Basis) -> CamSeRemapStep:
        """Onto other levels, and of other air."""
        coordinate = self.coordinate + (after.coordinate - before.coordinate)
        return self.replace(coordinate=coordinate, species=moved(self.species, before, after))

    def apply(
        self, state: CamSeState, tracer_mass: Array, flux: MeanFlux | None, dt: Array, grid: Grid
    ) -> tuple[CamSeState, Array]:
        """State and tracer_mass (tracer, elem, i, j, lev) [Pa] on the hybrid layers; dt does not matter."""
        return element_local(CamSeRemapStep._landed, self, state, tracer_mass, on=grid, kept=False)

    def _landed(self, state: CamSeState, tracer_mass: Array) -> tuple[CamSeState, Array]:
        fields = (state.wind, state.temperature, state.dp_dry, tracer_mass)
        after = cam_se_vertical_remap(*fields, self.coordinate, self.species, self.options)
        return CamSeState(*after[:3]), after[3]
