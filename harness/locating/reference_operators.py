"""The reference's operators on fields in pysces' axis order, and what both cores' savepoints make of them alike."""

from __future__ import annotations

import numpy as np

from pysces import operators as op

from ..sides.adapters import Fortran, flat, scalar, vector


def gradient(s: np.ndarray, fortran: Fortran) -> np.ndarray:
    return vector.back(fortran("sphere_operators:gradient_sphere", scalar(s)))


def divergence(v: np.ndarray, fortran: Fortran) -> np.ndarray:
    return scalar.back(fortran("sphere_operators:divergence_sphere", vector(v)))


def vorticity(v: np.ndarray, fortran: Fortran) -> np.ndarray:
    return scalar.back(fortran("sphere_operators:vorticity_sphere", vector(v)))


def assembled(fields: dict, fortran: Fortran, routine: str = "dss") -> dict:
    """Each scalar or vector field made continuous."""
    one = lambda s: scalar.back(fortran(f"assembly:{routine}", scalar(s)))  # noqa: E731
    return {n: one(a) if a.ndim == 4 else np.stack([one(c) for c in a]) for n, a in fields.items()}


def port_vorticity(x, grid, settings):
    return {"vort": op.vorticity_sphere(x["v"], grid)}


def reference_vorticity(x, fortran, settings):
    return {"vort": vorticity(x["v"], fortran)}


def vorticity_terms(x: dict, fortran: Fortran) -> dict:
    """The two parts of the vorticity force."""
    (u, v), coriolis = x["v"], flat.back(fortran.library.element_data.fcor)
    turned = np.stack([v, -u])
    return {
        "relative vorticity force": turned * vorticity(x["v"], fortran),
        "Coriolis force": turned * coriolis,
    }


def reference_vorticity_force(x, fortran, settings):
    (u, v), coriolis = x["v"], flat.back(fortran.library.element_data.fcor)
    absolute = vorticity(x["v"], fortran) + coriolis
    return {"v": np.stack([v * absolute, -u * absolute])}
