"""The horizontally smooth atmosphere that the models subtract before they damp or differentiate.

Equations: T0 + T1 * Exner, Simmons & Jiabin (1991), doi:10.1002/qj.49711749703c
HOMME: element_ops (TREF, tref_lapse_rate)   CAM-SE: prim_driver_mod:prim_init2
"""

from __future__ import annotations

from ..arrays.backend import Array, namespace
from ..constants import Constants
from ..vertical.coordinate import VerticalCoordinate

REFERENCE_TEMPERATURE = 288.0  # K, at the surface; HOMME: TREF; cam_thermo: tref
LAPSE_RATE = 6.5e-3  # K m-1; HOMME: tref_lapse_rate; cam_thermo: lapse_rate


def reference_temperatures(constants: Constants) -> tuple[Array, Array]:
    """T0 and T1, each a number [K], of the profile T0 + T1 * Exner."""
    t1 = LAPSE_RATE * REFERENCE_TEMPERATURE * constants.cp / constants.gravity
    return REFERENCE_TEMPERATURE - t1, t1


def reference_surface_pressure(phis: Array, constants: Constants) -> Array:
    """Surface pressure [Pa] of an isothermal atmosphere over topography phis (..., 1) [m2 s-2].

    CAM: cam_thermo:get_dp_ref (ps_ref)
    """
    return constants.p0 * namespace(phis).exp(-phis / (constants.R_dry * REFERENCE_TEMPERATURE))


def reference_thickness(ps_ref: Array, delta_hyai: Array, delta_hybi: Array, constants: Constants) -> Array:
    """Layer thickness (..., lev) of the hybrid coordinate over ps_ref (..., 1) [Pa].

    delta_hyai, delta_hybi : (lev,) differences of the coefficients [1].   CAM: cam_thermo:get_dp_ref (dp_ref)
    """
    return delta_hyai * constants.p0 + delta_hybi * ps_ref


def damping_references(phis: Array, coordinate: VerticalCoordinate, constants: Constants) -> tuple[Array, Array]:
    """T_ref [K] and dp_ref [Pa], (..., lev) over phis (..., 1) [m2 s-2], that hyperviscosity leaves alone.

    Where the coordinate is pure pressure T_ref is zero and dp_ref the whole layer; below, dp_ref is the departure from
    the layer at reference surface pressure (a constant along the layer does not matter to a Laplacian).

    coordinate : has hyai, hybi, hyam, hybm.   CAM-SE: prim_driver_mod:prim_init2
    """
    xp = namespace(phis)
    delta_a, delta_b = xp.diff(coordinate.hyai), xp.diff(coordinate.hybi)
    ps_ref = reference_surface_pressure(phis, constants)
    terrain = coordinate.hybm > 0
    t0, t1 = reference_temperatures(constants)
    p_ref = coordinate.hyam * constants.p0 + coordinate.hybm * ps_ref
    temperature = t0 + t1 * (p_ref / constants.p0) ** constants.kappa
    dp = reference_thickness(ps_ref, delta_a, delta_b, constants)
    flat = (delta_a + delta_b) * constants.p0
    return (
        xp.where(terrain, temperature, xp.zeros_like(temperature)),
        xp.where(terrain, dp - flat, delta_a * constants.p0 + xp.zeros_like(dp)),
    )
