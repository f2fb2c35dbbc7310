"""Molecular viscosity and heat conductivity of dry air, as the top of WACCM-X needs them.

Equations: Liu et al. (2010), doi:10.1029/2010JA015586   CAM: cam_thermo:get_molecular_diff_coef
"""

from __future__ import annotations

from ..arrays.backend import Array
from .species import ActiveSpecies, molecular_constants

TEMPERATURE_EXPONENT = 0.69
MASS_FRACTION_O2, MASS_FRACTION_N2 = 0.235, 0.765  # of dry air of fixed composition
# CAM's rounded values where the composition is fixed [kg kmol-1]
_MOLAR_MASS_O2, _MOLAR_MASS_N2 = 32.0, 28.0


def molecular_coefficients(
    temperature: Array, q: Array, species: ActiveSpecies, cam_compatible: bool = False
) -> tuple[Array, Array]:
    """Dynamic viscosity [kg m-1 s-1] and heat conductivity [J m-1 s-1 K-1] at midpoints.

    Parameters
    ----------
    temperature : (..., lev)
    q : (species, ..., lev) dry mixing ratios
    cam_compatible : as CAM codes it: with species-dependent dry air the remainder of the dry air (N2) is weighed with
        the factors of the last dry species listed, and that species is left out.

    CAM: cam_thermo:get_molecular_diff_coef (kmvis, kmcnd)
    """
    amounts, viscosities, conductivities = zip(*_dry_gases(q, species))
    total = sum(amounts[1:], amounts[0])
    if cam_compatible and species.has_variable_dry_air:
        amounts = _remainder_as_last(amounts, species)
    power = temperature**TEMPERATURE_EXPONENT
    viscosity = _weighted(amounts, viscosities) / total * power
    return viscosity, _weighted(amounts, conductivities) / total * power


def _dry_gases(q: Array, species: ActiveSpecies) -> list[tuple]:
    """(amount in kmol per kg of dry air, viscosity factor, conductivity factor) of every dry gas, base gas last."""
    if not species.has_variable_dry_air:
        _, *o2 = molecular_constants("O2")
        _, *n2 = molecular_constants("N2")
        return [(MASS_FRACTION_O2 / _MOLAR_MASS_O2, *o2), (MASS_FRACTION_N2 / _MOLAR_MASS_N2, *n2)]
    gases, remainder = [], 1.0
    for n in range(species.dry_air_species_num):
        molar_mass, *factors = molecular_constants(species.names[n])
        gases.append((q[n] / molar_mass, *factors))
        remainder = remainder - q[n]
    molar_mass, *factors = molecular_constants("N2")
    return [*gases, (remainder / molar_mass, *factors)]


def _remainder_as_last(amounts: tuple, species: ActiveSpecies) -> tuple:
    """The amounts as CAM pairs them with the factors."""
    last, _, _ = molecular_constants(species.names[species.dry_air_species_num - 1])
    base, _, _ = molecular_constants("N2")
    return (*amounts[:-2], amounts[-1] * (base / last), 0.0 * amounts[-1])


def _weighted(amounts: tuple, factors: tuple) -> Array:
    total = amounts[0] * factors[0]
    for amount, factor in zip(amounts[1:], factors[1:]):
        total = total + amount * factor
    return total
