"""Thermodynamics of moist air over dry-mass layers: gas constant, heat capacity, pressure, geopotential.

Every function takes the mixing ratios ``q`` (species, ..., lev) with respect to dry air, in the order of
``species.names``; all other fields are (..., lev), interfaces (..., lev + 1), surface fields (..., 1).

Equations: Lauritzen et al. (2018), doi:10.1029/2017MS001257, section 2
CAM: air_composition, cam_thermo
"""

from __future__ import annotations

from ..arrays.backend import Array, namespace
from ..vertical.hydrostatic import integrate_upward
from .species import ActiveSpecies

SHEAR_FLOOR = 1.0e-4  # m2 s-2, keeps the Richardson number finite where there is no shear


def sum_species(q: Array, species: ActiveSpecies) -> Array:
    """Mass of moist air per mass of dry air (..., lev): one plus all water of q [1].  CAM: get_sum_species"""
    total = namespace(q).ones_like(q[0])
    for n in species.water_indices:
        total = total + q[n]
    return total


def dry_mixture(q: Array, base: Array, values: Array, species: ActiveSpecies) -> Array:
    """Mass-weighted mean over the dry air of a property (..., lev); base itself where the composition is fixed.

    q : (species, ..., lev) dry mixing ratios [1].   base : the property of the base gas [U].
    values : (species,) the property of each species [U].
    """
    if not species.has_variable_dry_air:
        return base
    total, remainder = 0.0, 1.0
    for n in range(species.dry_air_species_num):
        total = total + values[n] * q[n]
        remainder = remainder - q[n]
    return total + base * remainder


def gas_constant_dry(q: Array, species: ActiveSpecies) -> Array:
    """R of dry air (..., lev) with this q [J kg-1 K-1]; a number where the composition is fixed.  CAM: get_R_dry"""
    return dry_mixture(q, species.R_base, species.R, species)


def specific_heat_dry(q: Array, species: ActiveSpecies) -> Array:
    """cp of dry air (..., lev) with this q [J kg-1 K-1]; a number where the composition is fixed.  CAM: get_cp_dry"""
    return dry_mixture(q, species.cp_base, species.cp, species)


def _with_water(dry: Array, q: Array, values: Array, species: ActiveSpecies) -> Array:
    """A property of the moist air per mass of dry air."""
    total = dry
    for n in species.water_indices:
        total = total + values[n] * q[n]
    return total


def gas_constant(q: Array, species: ActiveSpecies) -> Array:
    """R of moist air (..., lev) with this q, per mass of moist air [J kg-1 K-1].  CAM: get_R"""
    return _with_water(gas_constant_dry(q, species), q, species.R, species) / sum_species(q, species)


def specific_heat(q: Array, species: ActiveSpecies) -> Array:
    """cp of moist air (..., lev) with this q, per mass of moist air [J kg-1 K-1].  CAM: get_cp"""
    return _with_water(specific_heat_dry(q, species), q, species.cp, species) / sum_species(q, species)


def inverse_specific_heat(q: Array, species: ActiveSpecies) -> Array:
    """1/cp of moist air (..., lev) with this q [J-1 kg K].  CAM: get_cp with inv_cp=.true."""
    return sum_species(q, species) / _with_water(specific_heat_dry(q, species), q, species.cp, species)


def kappa_dry(q: Array, species: ActiveSpecies) -> Array:
    """R/cp of the dry air (..., lev) of this q, never of moist air [1].  CAM: get_kappa_dry"""
    return gas_constant_dry(q, species) / specific_heat_dry(q, species)


def virtual_temperature(temperature: Array, q: Array, species: ActiveSpecies) -> Array:
    """Temperature of dry air with the density of this moist air: R_dry T_v = R T [K].  CAM: get_virtual_temp

    temperature : (..., lev) [K].   q : (species, ..., lev) dry mixing ratios [1].
    """
    dry = gas_constant_dry(q, species)
    return temperature * _with_water(dry, q, species.R, species) / (dry * sum_species(q, species))


def exner(p: Array, kappa: Array, p0: Array) -> Array:
    """(p / p0)**kappa [1] of pressures p (..., lev) [Pa].  CAM: get_exner"""
    return (p / p0) ** kappa


def theta(temperature: Array, p: Array, kappa: Array, p0: Array) -> Array:
    """Potential temperature (..., lev) [K] of temperature [K] at p [Pa] by the dry kappa, with reference pressure p0.

    CAM: get_virtual_theta (which, its name notwithstanding, takes T)
    """
    return temperature / exner(p, kappa, p0)


def geopotential(virtual_temperature: Array, dp: Array, p: Array, phis: Array, R_dry: Array) -> Array:
    """Geopotential at midpoints [m2 s-2], hydrostatic, summed upward from the surface without logarithms.

        phi_(k-1/2) = phi_(k+1/2) + R_dry T_v dp / p

    virtual_temperature [K], layer thickness dp and midpoint pressure p [Pa], R_dry [J kg-1 K-1] : (..., lev).
    phis : (..., 1) surface geopotential [m2 s-2].   CAM: cam_thermo:get_gz_given_dp_Tv_Rdry
    """
    thickness = R_dry * virtual_temperature * dp / p
    phi_i = integrate_upward(thickness, phis)
    return phi_i[..., 1:] + 0.5 * thickness


def enthalpy(temperature: Array, dp_dry: Array, q: Array, species: ActiveSpecies) -> Array:
    """(cp_dry dp_dry + sum of cp_l dp_l) T of each layer (..., lev) [J kg-1 Pa].  CAM: get_thermal_energy

    temperature [K], dry-air thickness dp_dry [Pa] : (..., lev).   q : (species, ..., lev) dry mixing ratios [1].
    """
    heat_capacity = specific_heat_dry(q, species) * dp_dry
    for n in species.water_indices:
        heat_capacity = heat_capacity + species.cp[n] * (q[n] * dp_dry)
    return heat_capacity * temperature


def density_dry(temperature: Array, p_dry: Array, R_dry: Array) -> Array:
    """Density of dry air (..., lev) [kg m-3] from temperature [K], dry pressure p_dry [Pa], R_dry.  CAM: get_rho_dry"""
    return p_dry / (R_dry * temperature)


def richardson_number(theta: Array, phi: Array, wind: Array) -> Array:
    """Gradient Richardson number at the interior interfaces: (..., lev) -> (..., lev - 1) [1].

    theta [K] and phi [m2 s-2] : (..., lev) at midpoints.   wind : (2, ..., lev) [m s-1].

    CAM: cam_thermo:get_Richardson_number (which sets the two outer interfaces to zero)
    """
    u, v = wind
    shear = (u[..., :-1] - u[..., 1:]) ** 2 + (v[..., :-1] - v[..., 1:]) ** 2 + SHEAR_FLOOR
    buoyancy = 2.0 * (phi[..., :-1] - phi[..., 1:]) * (theta[..., :-1] - theta[..., 1:])
    return buoyancy / ((theta[..., :-1] + theta[..., 1:]) * shear)
