"""The reference's operators on fields in pysces' axis order, and what both cores' savepoints make of them alike."""

from __future__ import annotations

import numpy as np

from pysces import operators as op
from pysces.arrays.backend import Array
from pysces.geometry.grid import Grid
from pysces.models import terms

from ..registry import Fields, Settings
from ..sides.adapters import Fortran, flat, scalar, vector
from .savepoint import Parts


def gradient(s: np.ndarray, fortran: Fortran) -> np.ndarray:
    """(2, elem, i, j, lev) of (elem, i, j, lev)."""
    return vector.back(fortran("sphere_operators:gradient_sphere", scalar(s)))


def divergence(v: np.ndarray, fortran: Fortran) -> np.ndarray:
    """(elem, i, j, lev) of (2, elem, i, j, lev)."""
    return scalar.back(fortran("sphere_operators:divergence_sphere", vector(v)))


def vorticity(v: np.ndarray, fortran: Fortran) -> np.ndarray:
    """(elem, i, j, lev) of (2, elem, i, j, lev)."""
    return scalar.back(fortran("sphere_operators:vorticity_sphere", vector(v)))


def assembled(fields: Fields, fortran: Fortran, routine: str = "dss") -> dict:
    """Each scalar or vector field made continuous."""
    one = lambda s: scalar.back(fortran(f"assembly:{routine}", scalar(s)))  # noqa: E731
    return {n: one(a) if a.ndim == 4 else np.stack([one(c) for c in a]) for n, a in fields.items()}


def port_vorticity(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    """Relative vorticity of x["v"] [s-1]."""
    return {"vort": op.vorticity_sphere(x["v"], grid)}


def reference_vorticity(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    """Relative vorticity of x["v"] [s-1]."""
    return {"vort": vorticity(x["v"], fortran)}


def port_vorticity_force(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    """The whole vorticity force of x["v"] [m s-2], as pysces' models have it."""
    return {"v": terms.vorticity_force(x["v"], grid)}


def vorticity_parts(x: Fields, fortran: Fortran, settings: Settings) -> Parts:
    """The parts of the vorticity force, by field."""
    return {"v": vorticity_terms(x, fortran)}


def vorticity_terms(x: Fields, fortran: Fortran) -> dict:
    """The two parts of the vorticity force."""
    (u, v), coriolis = x["v"], flat.back(fortran.library.element_data.fcor)
    turned = np.stack([v, -u])
    return {
        "relative vorticity force": turned * vorticity(x["v"], fortran),
        "Coriolis force": turned * coriolis,
    }


def reference_vorticity_force(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    """The whole vorticity force of x["v"] [m s-2]."""
    (u, v), coriolis = x["v"], flat.back(fortran.library.element_data.fcor)
    absolute = vorticity(x["v"], fortran) + coriolis
    return {"v": np.stack([v * absolute, -u * absolute])}
