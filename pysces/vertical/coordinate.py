"""Hybrid vertical coordinate: p_i = A p0 + B ps on interfaces, level 0 at the model top.

Equations: Simmons & Burridge (1981), doi:10.1175/1520-0493(1981)109<0758:AEAAMC>2.0.CO;2
HOMME: hybvcoord_mod   CAM-SE: hybvcoord_mod (B multiplies the *dry* surface pressure there)
Coefficient sets and files: coordinate_files.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..arrays.backend import Array
from ..arrays.compiler import cumulative_sum
from ..arrays.fields import field
from ..arrays.pytree import Tree, pytree
from ..constants import E3SM, Constants

MIDPOINT_TOLERANCE = 1e-5  # of A + B; HOMME's


@pytree
class VerticalCoordinate(Tree):
    """A and B coefficients on nlev+1 interfaces and nlev midpoints, top down; build it with the functions below."""

    hyai: Array = field("1", "hybrid A coefficient at layer interfaces", homme="hyai", cam="hyai", shape="(lev + 1,)")
    hybi: Array = field("1", "hybrid B coefficient at layer interfaces", homme="hybi", cam="hybi", shape="(lev + 1,)")
    hyam: Array = field("1", "hybrid A coefficient at layer midpoints", homme="hyam", cam="hyam", shape="(lev,)")
    hybm: Array = field("1", "hybrid B coefficient at layer midpoints", homme="hybm", cam="hybm", shape="(lev,)")
    p0: float = field("Pa", "reference pressure of the A coefficients", homme="ps0", cam="ps0", default=1.0e5)

    @property
    def nlev(self) -> int:
        """How many layers there are."""
        return self.hyam.shape[-1]

    @property
    def etai(self) -> Array:
        """(lev + 1,) A + B at interfaces [1]."""
        return self.hyai + self.hybi

    @property
    def etam(self) -> Array:
        """(lev,) A + B at midpoints [1]."""
        return self.hyam + self.hybm

    @property
    def ptop(self) -> Array:
        """Pressure at the model top, a number [Pa]."""
        return self.hyai[0] * self.p0

    def dp_ref(self, ps: Array) -> Array:
        """Thickness (elem, i, j, lev) of the reference layers over surface pressure ps (elem, i, j, 1) [Pa]."""
        return (self.hyai[1:] - self.hyai[:-1]) * self.p0 + (self.hybi[1:] - self.hybi[:-1]) * ps

    def p_i(self, ps: Array) -> Array:
        """Pressure (elem, i, j, lev+1) at interfaces over surface pressure ps (elem, i, j, 1) [Pa]."""
        return self.hyai * self.p0 + self.hybi * ps

    def p_mid(self, ps: Array) -> Array:
        """Pressure (elem, i, j, lev) at midpoints over surface pressure ps (elem, i, j, 1) [Pa]."""
        return self.hyam * self.p0 + self.hybm * ps

    def ps(self, dp: Array) -> Array:
        """Surface pressure (elem, i, j, 1) under layers of thickness dp (elem, i, j, lev) [Pa]."""
        return self.ptop + cumulative_sum(dp)[..., -1:]


def coordinate_from_interfaces(
    hyai: ArrayLike, hybi: ArrayLike, hyam: ArrayLike | None = None, hybm: ArrayLike | None = None, *, p0: float = 1.0e5
) -> VerticalCoordinate:
    """A checked coordinate from interface coefficients; midpoints not given are the means of their interfaces.

    hyai, hybi : (lev + 1,) A and B [1].   hyam, hybm : (lev,), as they.   p0 : reference pressure [Pa].

    Raises
    ------
    ValueError
        If the lists do not fit together, B does not run from 0 at the top to 1 at the surface, or a layer is not thick.
    """
    a, b = np.asarray(hyai, dtype=np.float64), np.asarray(hybi, dtype=np.float64)
    _check_interfaces(a, b)
    mid_a = _midpoints("hyam", hyam, a)
    mid_b = _midpoints("hybm", hybm, b)
    coordinate = VerticalCoordinate(a, b, mid_a, mid_b, float(p0))
    _check_midpoints(coordinate)
    return coordinate


def _check_interfaces(a: np.ndarray, b: np.ndarray) -> None:
    if a.ndim != 1 or a.shape != b.shape or a.size < 2:
        raise ValueError(f"hyai and hybi must be lists of nlev+1 >= 2 numbers, found shapes {a.shape} and {b.shape}.")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise ValueError("hyai and hybi must be finite, found NaN or infinity.")
    if b[0] != 0.0 or b[-1] != 1.0:
        raise ValueError(f"hybi must run from 0 at the top down to 1 at the surface, found {b[0]} to {b[-1]}.")
    thickness = np.diff(a + b)
    if not (thickness > 0.0).all():
        k = int(np.argmin(thickness))
        raise ValueError(f"hyai + hybi must increase downwards, found a change of {thickness[k]:.6g} across level {k}.")


def _midpoints(name: str, given: ArrayLike | None, interfaces: np.ndarray) -> np.ndarray:
    means = (interfaces[1:] + interfaces[:-1]) / 2.0
    if given is None:
        return means
    values = np.asarray(given, dtype=np.float64)
    if values.shape != means.shape:
        raise ValueError(f"{name} must be a list of {means.size} numbers, found shape {values.shape}.")
    return values


def _check_midpoints(coordinate: VerticalCoordinate) -> None:
    """Only A + B is held to the mean: E3SM's L72 splits it otherwise where the pure-pressure levels end."""
    means = (coordinate.etai[1:] + coordinate.etai[:-1]) / 2.0
    distance = np.abs(coordinate.etam - means)
    k = int(np.argmax(distance))
    if not distance[k] <= MIDPOINT_TOLERANCE:
        found = f"found {coordinate.etam[k]:.9g} at level {k} between interfaces whose mean is {means[k]:.9g}"
        raise ValueError(f"hyam + hybm must be the mean of its two interfaces to {MIDPOINT_TOLERANCE}, {found}.")


def coordinate_from_eta(
    etai: ArrayLike, eta_c: float | None = None, exponent: float = 1.0, p0: float = 1.0e5
) -> VerticalCoordinate:
    """A and B from eta = A + B on interfaces: B = max(0, (eta - eta_c) / (1 - eta_c))^exponent, A = eta - B.

    Levels above eta_c are pure pressure; it defaults to the model top, and 0.2 gives a pure-pressure stratosphere.
    etai : (lev + 1,), and eta_c [1].   p0 : reference pressure [Pa].
    """
    eta = np.asarray(etai, dtype=np.float64)
    eta_c = eta[0] if eta_c is None else eta_c
    b = np.maximum((eta - eta_c) / (1.0 - eta_c), 0.0) ** exponent
    return coordinate_from_interfaces(eta - b, b, p0=p0)


def even_sigma(nlev: int, p0: float = 1.0e5) -> VerticalCoordinate:
    """Pure sigma, equal steps: A = 0, B_k = k / nlev. The top is at zero pressure, where ln p does not exist.

    p0 : reference pressure [Pa].
    """
    hybi = np.arange(nlev + 1) / nlev
    return coordinate_from_interfaces(np.zeros(nlev + 1), hybi, p0=p0)


def even_pressure(nlev: int, eta_top: float, eta_c: float | None = None, p0: float = 1.0e5) -> VerticalCoordinate:
    """Equal steps of eta between eta_top and 1; eta_c as of coordinate_from_eta, p0 [Pa]."""
    eta = eta_top + np.arange(nlev + 1) * (1.0 - eta_top) / nlev
    eta[-1] = 1.0
    return coordinate_from_eta(eta, eta_c, p0=p0)


def even_height(
    nlev: int,
    z_top: float,
    T0: float = 300.0,
    lapse_rate: float = 0.0,
    eta_c: float | None = None,
    constants: Constants = E3SM,
) -> VerticalCoordinate:
    """Interfaces evenly spaced in height between z_top [m] and 0 in an atmosphere of surface temperature T0 [K].

    The reference profile is isothermal, or has a constant lapse rate [K m-1]; a ValueError where it reaches 0 K below
    z_top.
    """
    z = z_top * (1.0 - np.arange(nlev + 1) / nlev)
    R, g = constants.R_dry, constants.gravity
    if lapse_rate * z_top >= T0:
        raise ValueError(f"lapse_rate {lapse_rate} K m-1 cools {T0} K below 0 K under z_top {z_top} m; lower one.")
    eta = np.exp(-z * g / (R * T0)) if lapse_rate == 0.0 else (1.0 - lapse_rate * z / T0) ** (g / (R * lapse_rate))
    return coordinate_from_eta(eta, eta_c, p0=constants.p0)
