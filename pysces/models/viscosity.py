"""Coefficients of viscosity: what -1 means, and what is chosen when nothing else is said. Decided here alone.

HOMME: namelist_mod   CAM-SE: dyn_comp:dyn_readnl, global_norms_mod:print_cfl
"""

from __future__ import annotations

import math
from typing import Any

from ..config.section import AUTO, option

UNIFORM_SCALING = 1.0 / math.log10(2.0)  # nu falls tenfold when the mesh is refined twofold


def coefficient(of: str, otherwise: str, units: str = "m4 s-1") -> Any:
    """An option that is a coefficient of viscosity: not negative, or -1 for what otherwise says."""
    return option(float(AUTO), f"{of}; -1: {otherwise}", units, automatic=True)


def or_else(value: float, otherwise: float) -> float:
    """An automatic coefficient: its value, or what -1 stands for."""
    return otherwise if value == AUTO else value


def automatic_nu(ne: int, radius: float) -> float:
    """CAM-SE's hyperviscosity of a uniform cubed sphere [m4 s-1].  CAM-SE: global_norms_mod:print_cfl"""
    return float(radius) / 6.37122e6 * 1.0e15 * (30.0 / ne) ** UNIFORM_SCALING


def automatic_tensor_nu(ne: int, radius: float, hypervis_scaling: float, dx_max: float) -> float:
    """CAM-SE's nu [s-1] for a viscosity tensor: the tensor makes it automatic_nu where node spacing is dx_max [m].

    CAM-SE: global_norms_mod:print_cfl   Equations: Guba et al. (2014), section 4
    """
    return automatic_nu(ne, radius) * (2.0 * radius / (3.0 * dx_max)) ** hypervis_scaling / radius**4
