"""Coefficients of viscosity: what is chosen when none is given."""

from __future__ import annotations

import math

from ..config.sections import ViscosityOptions

UNIFORM_SCALING = 1.0 / math.log10(2.0)  # nu falls tenfold when the mesh is refined twofold


def automatic_nu(ne: int, radius: float) -> float:
    """CAM-SE's hyperviscosity of a uniform cubed sphere [m4 s-1].  CAM-SE: global_norms_mod:print_cfl"""
    return float(radius) / 6.37122e6 * 1.0e15 * (30.0 / ne) ** UNIFORM_SCALING


def automatic_tensor_nu(ne: int, radius: float, hypervis_scaling: float, dx_max: float) -> float:
    """CAM-SE's nu [s-1] for a viscosity tensor: the tensor makes it automatic_nu where node spacing is dx_max [m].

    CAM-SE: global_norms_mod:print_cfl   Equations: Guba et al. (2014), section 4
    """
    return automatic_nu(ne, radius) * (2.0 * radius / (3.0 * dx_max)) ** hypervis_scaling / radius**4


def viscosity_or_nu(options: ViscosityOptions, name: str, nu: float) -> float:
    """A coefficient that is nu when negative."""
    value = getattr(options, name)
    return nu if value < 0 else value
