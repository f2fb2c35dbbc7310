"""Coefficients of viscosity: what -1 means, and what is chosen when nothing else is said. Decided here alone.

HOMME: namelist_mod   CAM-SE: dyn_comp:dyn_readnl, global_norms_mod:print_cfl   E3SM: namelist_defaults_eam.xml
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..config.section import AUTO, option
from ..dycore.stability import StabilityLimits, Steps, checked_report
from ..geometry.grid import Grid

UNIFORM_SCALING = 1.0 / math.log10(2.0)  # nu falls tenfold when the mesh is refined twofold
UNIFORM_SPACING = 110e3  # m, between nodes of ne = 30, for which nu is 1e15 m4 s-1
EARTH = 6.37122e6  # m, the radius for which the rules are made
E3SM_NU, E3SM_SCALING = 3.4e-8, 3.0  # s-1, 1


@dataclass(frozen=True)
class ChosenNu:
    """A hyperviscosity, and the rule that chose it; no rule where it was given."""

    nu: float
    rule: str = ""

    def line(self, units: str) -> str:
        """What a run prints of it: a line, or nothing where it was given."""
        return f"nu = {self.nu:.4g} {units}: {self.rule}\n" if self.rule else ""


def coefficient(of: str, otherwise: str, units: str = "m4 s-1") -> Any:
    """An option that is a coefficient of viscosity: not negative, or -1 for what otherwise says."""
    return option(float(AUTO), f"{of}; -1: {otherwise}", units, automatic=True)


def or_else(value: float, otherwise: float) -> float:
    """An automatic coefficient: its value, or what -1 stands for."""
    return otherwise if value == AUTO else value


def choices(given: Any, chosen: Any) -> dict[str, Any]:
    """{word: value} of what a [viscosity] with nothing left to choose has where the one given left it to be chosen."""
    words = ("nu", "hypervis_subcycle") if chosen.nu else ()
    return {word: getattr(chosen, word) for word in words if getattr(given, word) == AUTO}


def steps_report(config: Any, limits: StabilityLimits, dt: float, tracers: bool = True) -> str:
    """How stable a run's steps of dt [s] are; refused where one is too long."""
    v, stability = config.viscosity, config.time.stability
    tracer_step = dt * config.time.qsplit if tracers else 0.0
    return checked_report(limits, Steps(dt, stability, v.hypervis_subcycle, v.hypervis_subcycle_tom, tracer_step))


def nu_units(hypervis_scaling: float) -> str:
    """The unit of nu: a tensor carries m4."""
    return "s-1" if hypervis_scaling else "m4 s-1"


def e3sm_nu(given: float, grid: Grid, hypervis_scaling: float) -> ChosenNu:
    """As E3SM's for its own exponent of the tensor, else as cam_nu."""
    if given == AUTO and hypervis_scaling == E3SM_SCALING:
        return ChosenNu(E3SM_NU, f"E3SM's for hypervis_scaling = {E3SM_SCALING:g}")
    return cam_nu(given, grid, hypervis_scaling)


def cam_nu(given: float, grid: Grid, hypervis_scaling: float) -> ChosenNu:
    """The hyperviscosity given, or the one that CAM-SE's rules choose for a grid."""
    if given != AUTO:
        return ChosenNu(given)
    return ChosenNu(automatic_nu(grid, hypervis_scaling), _rule(grid, hypervis_scaling))


def automatic_nu(grid: Grid, hypervis_scaling: float = 0.0) -> float:
    """CAM-SE's hyperviscosity [m4 s-1], or with a tensor's exponent what it multiplies [s-1].

    Constant: of a cubed sphere by its ne, of other meshes by their smallest spacing, which stability allows. The tensor
    carries the radius and the size of the elements; nu makes it uniform_nu where nodes are widest apart. On a plane
    they are those of the Earth's radius.

    CAM-SE: global_norms_mod:print_cfl   Equations: Guba et al. (2014), section 4
    """
    radius, (finest, widest) = EARTH if grid.on_plane else float(grid.radius), _spacings(grid)
    if hypervis_scaling == 0:
        return uniform_nu(grid.ne, radius) if grid.ne else spacing_nu(finest, radius)
    nu = uniform_nu(grid.ne, radius) if grid.ne else spacing_nu(widest, radius)
    return nu * (2.0 * radius / (3.0 * widest)) ** hypervis_scaling / radius**4


def uniform_nu(ne: int, radius: float) -> float:
    """CAM-SE's hyperviscosity of a uniform cubed sphere [m4 s-1].  CAM-SE: global_norms_mod:print_cfl"""
    return float(radius) / EARTH * 1.0e15 * (30.0 / ne) ** UNIFORM_SCALING


def spacing_nu(spacing: float, radius: float) -> float:
    """CAM-SE's hyperviscosity of nodes so far apart [m] [m4 s-1].  CAM-SE: global_norms_mod:print_cfl"""
    return float(radius) / EARTH * 1.0e15 * (spacing / UNIFORM_SPACING) ** UNIFORM_SCALING


def _spacings(grid: Grid) -> tuple[float, float]:
    """The finest and the widest of the elements' shortest distances between nodes [m]."""
    shortest = 1e3 * np.asarray(grid.dx_short)
    return float(shortest.min()), float(shortest.max())


def _rule(grid: Grid, hypervis_scaling: float) -> str:
    finest, widest = _spacings(grid)
    if hypervis_scaling:
        of = f"ne = {grid.ne}" if grid.ne else f"its widest spacing of {widest / 1e3:.4g} km"
        return f"CAM-SE's for {of}, by a tensor"
    if grid.ne:
        return f"CAM-SE's for ne = {grid.ne}"
    coarse = "" if widest < 2 * finest else ", little where nodes are wider apart; hypervis_scaling follows the spacing"
    return f"CAM-SE's for the mesh's finest spacing of {finest / 1e3:.4g} km{coarse}"
