"""Which gases and condensates the thermodynamics of an air parcel knows about, and their constants.

Mixing ratios are with respect to the mass of *dry* air. With species-dependent dry air (WACCM-X) some of the listed
species are themselves part of the dry air, and the base gas (N2) is what is left of it.

Sources: Lauritzen et al. (2018), doi:10.1029/2017MS001257   CAM: air_composition
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..arrays.fields import field
from ..arrays.pytree import Tree, pytree, static
from ..constants import CAM, R_UNIVERSAL
from ..vertical.basis import Basis

CP_LIQUID, CP_ICE = 4.188e3, 2.11727e3  # J kg-1 K-1; shr_const_mod: SHR_CONST_CPFW, SHR_CONST_CPICE

# molar mass [kg kmol-1], atoms in a molecule, viscosity factor and conductivity factor in k T**0.69
_DRY_GASES = {
    "O": (15.9994, 1, 3.9e-7, 7.59e-4),
    "O2": (31.9988, 2, 4.03e-7, 5.6e-4),
    "H": (1.0074, 1, 0.0, 0.0),
    "N2": (28.01348, 2, 3.42e-7, 5.6e-4),
}
_WATER_PHASES = {
    "Q": "vapor",
    "CLDLIQ": "liquid",
    "RAINQM": "liquid",
    "CLDICE": "ice",
    "SNOWQM": "ice",
    "GRAUQM": "ice",
}
_WATER = {"vapor": (CAM.R_vapor, CAM.cp_vapor), "liquid": (0.0, CP_LIQUID), "ice": (0.0, CP_ICE)}


@pytree
class ActiveSpecies(Tree):
    """The thermodynamically active species: explicit dry gases first, then water in its phases.

    The base gas is dry air as a whole, or, where dry gases are listed, the remainder of the dry air. Another order, and
    lists of different length, are refused.
    """

    R_base: float = field("J kg-1 K-1", "gas constant of the base gas", cam="thermodynamic_active_species_R(0)")
    cp_base: float = field("J kg-1 K-1", "specific heat of the base gas", cam="thermodynamic_active_species_cp(0)")
    R: np.ndarray = field("J kg-1 K-1", "gas constant of each species", cam="thermodynamic_active_species_R")
    cp: np.ndarray = field("J kg-1 K-1", "specific heat of each species", cam="thermodynamic_active_species_cp")
    names: tuple = static()
    phases: tuple = static()

    def __post_init__(self) -> None:
        dry = [phase == "dry" for phase in self.phases]
        if not len(self.names) == len(self.phases) == len(self.R) == len(self.cp):
            raise ValueError(f"Expected one R, cp and phase for each of the species {self.names}.")
        if dry != sorted(dry, reverse=True):
            raise ValueError(f"Expected the dry gases before the water species, found {self.names}.")

    def moved(self, before: Basis, after: Basis) -> ActiveSpecies:
        """With other constants of dry air and of vapor; those of listed gases and condensates are their own."""
        step = after.constants - before.constants
        vapor = np.array([phase == "vapor" for phase in self.phases], dtype=np.float64)
        dry = (
            {} if self.has_variable_dry_air else {"R_base": self.R_base + step.R_dry, "cp_base": self.cp_base + step.cp}
        )
        return self.replace(R=self.R + vapor * step.R_vapor, cp=self.cp + vapor * step.cp_vapor, **dry)

    @property
    def dry_air_species_num(self) -> int:
        """How many dry gases are listed; 0 where dry air has one fixed composition."""
        return sum(phase == "dry" for phase in self.phases)

    @property
    def has_variable_dry_air(self) -> bool:
        """Whether some species are gases of the dry air."""
        return self.dry_air_species_num > 0

    @property
    def water_indices(self) -> range:
        """Positions of the water species among all species."""
        return range(self.dry_air_species_num, len(self.names))

    def indices_of(self, phase: str) -> tuple[int, ...]:
        """Positions of the species in one phase: dry, vapor, liquid or ice."""
        return tuple(n for n, other in enumerate(self.phases) if other == phase)


def active_species(names: Sequence[str] = ("Q",), R_dry: float = CAM.R_dry, cp_dry: float = CAM.cp) -> ActiveSpecies:
    """The species of these names with CAM's constants.

    Parameters
    ----------
    names : any of O, O2, H (then N2 is the remainder of the dry air) and Q, CLDLIQ, CLDICE, RAINQM, SNOWQM, GRAUQM.
    R_dry, cp_dry : constants of dry air of fixed composition [J kg-1 K-1].

    Raises
    ------
    ValueError for a name that is none of these.
    """
    unknown = [n for n in names if n not in _WATER_PHASES and (n not in _DRY_GASES or n == "N2")]
    if unknown:
        raise ValueError(f"Unknown species {unknown}; choose from O, O2, H, {', '.join(_WATER_PHASES)}.")
    phases = tuple(_WATER_PHASES.get(n, "dry") for n in names)
    constants = [dry_gas_constants(n) if phase == "dry" else _WATER[phase] for n, phase in zip(names, phases)]
    R, cp = np.array(constants).reshape(-1, 2).T
    base = dry_gas_constants("N2") if "dry" in phases else (R_dry, cp_dry)
    return ActiveSpecies(R_base=base[0], cp_base=base[1], R=R, cp=cp, names=tuple(names), phases=phases)


def dry_gas_constants(name: str) -> tuple[float, float]:
    """R and cp of an ideal gas of one or two atoms a molecule [J kg-1 K-1]."""
    molar_mass, atoms, _, _ = _DRY_GASES[name]
    R = R_UNIVERSAL / molar_mass
    return R, (0.5 * (3 if atoms == 1 else 5)) * R + R


def molecular_constants(name: str) -> tuple[float, float, float]:
    """Molar mass [kg kmol-1], viscosity factor [kg m-1 s-1 K-0.69], conductivity factor [J m-1 s-1 K-1.69]."""
    molar_mass, _, viscosity, conductivity = _DRY_GASES[name]
    return molar_mass, viscosity, conductivity
