"""Vertical remap: masses of layers moved to other layers of the same column.

A profile is reconstructed inside every source layer and integrated over the target layers, so that columns keep their
mass whatever the reconstruction. Search and geometry are shared by all fields on the same layers.

HOMME: vertremap_base:remap1   CAM-SE: vertremap_mod:remap1
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cached_property
from typing import Any

from ...arrays.backend import Array, namespace
from ...arrays.compiler import cumulative_sum, quotient, stored
from .ppm import ppm_parabolas, ppm_weights
from .spline import spline_factors, spline_parabolas

SPLINES = {-1: "unlimited", 0: "monotone"}
PPM_BOUNDARY = {1: "constant", 10: "linear_limited", 11: "linear"}
THIRD = 1.0 / 3.0  # multiplied with: XLA makes a product of a division by a constant anyhow
VERT_REMAP_ALGS = (*SPLINES, *PPM_BOUNDARY)


def remap1(mass: Array, dp_source: Array, dp_target: Array, vert_remap_alg: int) -> Array:
    """Masses on source layers moved to target layers.

    Parameters
    ----------
    mass : (..., lev), layer mean times thickness [U Pa]; may have more leading axes than the thicknesses.
    dp_source, dp_target : (..., lev), layer thickness, positive, with equal sums over each column [Pa].
    vert_remap_alg : -1 parabolic spline, 0 the same made monotone, 1 piecewise parabolic with constant ghost cells,
        10 with extrapolated and clipped ghost cells, 11 with extrapolated ghost cells.

    Returns
    -------
    (..., lev) [U Pa]

    HOMME: vertremap_base:remap1
    """
    return Remap(dp_source, dp_target)(mass, vert_remap_alg)


class Remap:
    """The remap between two sets of layers; ``remap(mass, vert_remap_alg)`` serves any number of fields.

    mass : (..., lev) [U Pa].   vert_remap_alg : one of VERT_REMAP_ALGS; any other is refused.

    Inside, arrays are (lev, field, column): shifts along levels are then shifts of whole rows. What several loops read
    is stored, means and geometry above all: else XLA's CPU compiler fuses the transposition and the division into every
    reader, which doubles the time.

    Parameters
    ----------
    dp_source, dp_target : (..., lev), layer thickness, positive, with equal sums over each column [Pa].
    linearisation : how limiters are differentiated, one of linearisation.LINEARISATIONS.
    """

    def __init__(self, dp_source: Array, dp_target: Array, linearisation: str = "exact") -> None:
        self.linearisation = linearisation
        xp = namespace(dp_source, dp_target)
        self.shape = dp_source.shape
        self.dp = self._inward(dp_source)
        self.inverse_dp = 1.0 / self.dp
        ends = self._inward(cumulative_sum(dp_source))
        self.starts = _shifted_down(ends)
        targets = self._inward(cumulative_sum(dp_target))
        self.targets = xp.concatenate([targets[:-1], ends[-1:]])

    def __call__(self, mass: Array, vert_remap_alg: int) -> Array:
        if vert_remap_alg in SPLINES:
            return self.spline(mass, SPLINES[vert_remap_alg])
        if vert_remap_alg in PPM_BOUNDARY:
            return self.ppm(mass, PPM_BOUNDARY[vert_remap_alg])
        raise ValueError(f"vert_remap_alg must be one of {VERT_REMAP_ALGS}, found {vert_remap_alg!r}.")

    def ppm(self, mass: Array, boundary: str) -> Array:
        """Remap by piecewise parabolas; boundary is one of remap_ppm.BOUNDARIES."""
        weights, place = self._ppm_geometry
        mean = stored(quotient, self._inward(mass), self.dp)
        parabolas = ppm_parabolas(mean, self.dp, weights, boundary, self.linearisation)
        above = stored(_mass_above_by_ppm, self._mass_above(mass), parabolas, place)
        return self._outward(_differences(above), mass.shape)

    def spline(self, mass: Array, limiter: str) -> Array:
        """Remap by a parabolic spline, "unlimited" or "monotone"."""
        factors, place = self._spline_geometry
        mean = stored(_product, self._inward(mass), self.inverse_dp)
        parabolas = spline_parabolas(mean, self.inverse_dp, factors, limiter == "monotone", self.linearisation)
        above = stored(_mass_above_by_spline, self._mass_above(mass), parabolas, place)
        return self._outward(_differences(above), mass.shape)

    @cached_property
    def _ppm_geometry(self) -> Any:
        """Weights of the reconstruction, and where the target interfaces lie."""
        layer = stored(_layers_from_start, self.starts, self.targets)
        return stored(ppm_weights, self.dp), stored(_place_about_centre, layer, self.starts, self.targets, self.dp)

    @cached_property
    def _spline_geometry(self) -> Any:
        """As for PPM."""
        layer = stored(_layers_to_end, self.starts, self.targets)
        place = stored(_place_from_start, layer, self.starts, self.targets, self.dp)
        return stored(spline_factors, self.inverse_dp), place

    def _mass_above(self, mass: Array) -> Array:
        return _shifted_down(self._inward(cumulative_sum(mass)))

    def _inward(self, x: Array) -> Array:
        """(field..., ..., lev) to (lev, field, column)."""
        nlev = self.shape[-1]
        return namespace(x).moveaxis(x.reshape(-1, math.prod(self.shape[:-1]), nlev), -1, 0)

    def _outward(self, x: Array, shape: tuple[int, ...]) -> Array:
        return namespace(x).moveaxis(x, 0, -1).reshape(shape)


def _product(x: Array, y: Array) -> Array:
    return x * y


def _layers_from_start(starts: Array, targets: Array) -> Array:
    """The layer of each lower target interface; one on the start of a layer belongs to it."""
    return _count(namespace(starts).less_equal, starts, targets)


def _layers_to_end(starts: Array, targets: Array) -> Array:
    """The layer of each lower target interface; one on the start of a layer belongs to the layer above."""
    return _count(namespace(starts).less, starts, targets)


def _place_about_centre(layer: Array, starts: Array, targets: Array, dp: Array) -> tuple[Array, Array, Array]:
    """For every lower target interface its source layer, place in [-1/2, 1/2] there, and that layer's thickness."""
    centre, dp = _at(layer, (starts + (starts + dp)) * 0.5, dp)
    return layer, (targets - centre) / dp, dp


def _place_from_start(layer: Array, starts: Array, targets: Array, dp: Array) -> tuple[Array, Array, Array]:
    """The same with the place as a fraction in [0, 1]; the ground is the end of the lowest layer."""
    xp = namespace(dp)
    start, dp = _at(layer, starts, dp)
    fraction = ((targets - start) / dp)[:-1]
    return layer, xp.concatenate([fraction, xp.ones_like(dp[-1:])]), dp


def _mass_above_by_ppm(mass_above: Array, parabolas: tuple, place: tuple) -> Array:
    """Mass above every lower target interface, of profiles c0 + c1 x + c2 x^2 with x in [-1/2, 1/2] in their layers."""
    layer, x, dp = place
    mass, c0, c1, c2 = _at(layer, mass_above, *parabolas)
    profile = c0 * (x + 0.5) + c1 * (x * x - 0.25) * 0.5 + c2 * (x * x * x + 0.125) * THIRD
    return mass + profile * dp


def _mass_above_by_spline(mass_above: Array, parabolas: tuple, place: tuple) -> Array:
    """As by PPM, of profiles a0 + a1 r + a2 r^2 with r in [0, 1]."""
    layer, r, dp = place
    mass, a0, a1, a2 = _at(layer, mass_above, *parabolas)
    profile = a0 * r + a1 * 0.5 * (r * r) + a2 * THIRD * (r * r * r)
    return mass + profile * dp


def _count(compare: Callable, starts: Array, targets: Array) -> Array:
    """How many source layers start above each target interface, less the first: the index of the layer it lies in.

    All pairs are compared: one fused loop, faster than any search (measured: 0.4 ms against 1.3 ms for 184,000
    interfaces) and right for any displacement.
    """
    return compare(starts[None, 1:], targets[:, None]).sum(axis=1, dtype="int32")


def _at(layer: Array, *fields: Array) -> list[Array]:
    """Each field at the given layers of its own column."""
    return [namespace(layer).take_along_axis(f, layer, axis=0) for f in fields]


def _shifted_down(sums: Array) -> Array:
    """Running sums up to the start of each layer, from those up to its end."""
    xp = namespace(sums)
    return xp.concatenate([xp.zeros_like(sums[:1]), sums[:-1]])


def _differences(sums: Array) -> Array:
    return namespace(sums).concatenate([sums[:1], sums[1:] - sums[:-1]])
