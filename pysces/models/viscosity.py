"""Coefficients of viscosity: what -1 means, and what is chosen when nothing else is said. Decided here alone.

HOMME: namelist_mod   CAM-SE: dyn_comp:dyn_readnl, global_norms_mod:print_cfl
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..config.section import AUTO, option
from ..geometry.grid import Grid

UNIFORM_SCALING = 1.0 / math.log10(2.0)  # nu falls tenfold when the mesh is refined twofold


def coefficient(of: str, otherwise: str, units: str = "m4 s-1") -> Any:
    """An option that is a coefficient of viscosity: not negative, or -1 for what otherwise says."""
    return option(float(AUTO), f"{of}; -1: {otherwise}", units, automatic=True)


def or_else(value: float, otherwise: float) -> float:
    """An automatic coefficient: its value, or what -1 stands for."""
    return otherwise if value == AUTO else value


def automatic_nu(grid: Grid, hypervis_scaling: float = 0.0) -> float:
    """CAM-SE's hyperviscosity of a uniform cubed sphere [m4 s-1], or with a tensor's exponent what it multiplies [s-1].

    The tensor carries the radius and the size of the elements; nu makes it uniform_nu where nodes are widest apart.

    CAM-SE: global_norms_mod:print_cfl   Equations: Guba et al. (2014), section 4
    """
    if not grid.ne:
        raise ValueError("[viscosity] nu = -1 chooses a coefficient on cubed spheres only; give nu.")
    radius, widest = float(grid.radius), 1e3 * float(np.max(grid.dx_short))
    nu = uniform_nu(grid.ne, radius)
    return nu if hypervis_scaling == 0 else nu * (2.0 * radius / (3.0 * widest)) ** hypervis_scaling / radius**4


def uniform_nu(ne: int, radius: float) -> float:
    """CAM-SE's hyperviscosity of a uniform cubed sphere [m4 s-1].  CAM-SE: global_norms_mod:print_cfl"""
    return float(radius) / 6.37122e6 * 1.0e15 * (30.0 / ne) ** UNIFORM_SCALING
