"""Diffusion over the elements that makes correlations of white numbers, and the deviation that it leaves them with.

Equations: Weaver & Courtier (2001), doi:10.1002/qj.49712757518; the measured deviation is our own design
"""

from __future__ import annotations

import math
from typing import Protocol

import jax
import jax.numpy as jnp
import numpy as np

from ..arrays.backend import Array
from ..arrays.control import scan
from ..arrays.fields import field
from ..arrays.pytree import Tree, pytree, static
from ..driver.simulation import Simulation
from ..dycore.stability import Viscosities, stability_limits
from ..geometry.grid import Grid
from ..operators.dss import dss_wk
from ..operators.laplacians import laplace_sphere_wk, vlaplace_sphere_wk_cartesian
from .control import UniqueNodes

FEWEST = 4  # applications, fewer of which are far from a Gaussian
AT_ONCE = 512  # columns whose variance is computed together


class Diffuses(Protocol):
    """What makes fields of white numbers: Diffusion, or the wind of diffused potentials."""

    @property
    def vector(self) -> bool:
        """Whether it takes and makes (2, ...)."""

    def __call__(self, x: Array, grid: Grid) -> Array:
        """The field (..., elem, i, j, lev) of x, white numbers of that shape [1]."""


@pytree
class Diffusion(Tree):
    """(1 + kappa D)^n, n being steps; vector : of a wind (2, ...)."""

    kappa: Array = field("m2", "diffusivity times step")
    steps: int = static()
    vector: bool = static(default=False)

    def __call__(self, x: Array, grid: Grid) -> Array:
        """The field x (..., elem, i, j, lev) [U], diffused."""
        return scan(lambda y, _: (y + self.kappa * self._laplace(y, grid), None), x, None, length=self.steps)[0]

    def _laplace(self, x: Array, grid: Grid) -> Array:
        laplace = vlaplace_sphere_wk_cartesian(x, grid, None, True) if self.vector else laplace_sphere_wk(x, grid)
        return dss_wk(laplace, grid)


def diffusion_of_length(run: Simulation, length: float, vector: bool) -> Diffusion:
    """The diffusion after which white numbers correlate as exp(-r^2 / (2 length^2)), every factor positive.

    Raises
    ------
    ValueError unless the length [m] is above 0.
    """
    if not length > 0.0:
        raise ValueError(f"A correlation needs a length above 0 m, found {length}; give one such as 1e6.")
    fastest = 1.0 / stability_limits(run.host.grid.replace(sponge_tensor=None), Viscosities(nu_top=1.0)).sponge
    steps = max(FEWEST, math.ceil(length**2 * fastest / 4.0))
    return Diffusion(np.float64(length**2 / (4.0 * steps)), steps, vector)


def measured_deviation(diffusion: Diffuses, nodes: UniqueNodes, grid: Grid, samples: int) -> Array:
    """(column, 1), of a wind (2, column, 1): standard deviation [1] of diffused white numbers; samples 0 is exact."""
    if samples:
        return _sampled(diffusion, nodes, grid, samples)
    components = (0, 1) if diffusion.vector else (None,)
    found = [
        jnp.concatenate([_exact(diffusion, nodes, grid, part, component) for part in _parts(nodes.count)])
        for component in components
    ]
    return jnp.stack(found)[..., None] if diffusion.vector else found[0][:, None]


def _parts(count: int) -> list[np.ndarray]:
    """Numbers of columns, so many at once."""
    return [np.arange(start, min(start + AT_ONCE, count)) for start in range(0, count, AT_ONCE)]


@jax.jit
def _variances(diffusion: Diffuses, nodes: UniqueNodes, grid: Grid, unit: Array) -> Array:
    """(lev,) variances of the diffused field at the one column that has a 1 on that level: |L^T unit|^2."""
    (pulled,) = jax.linear_transpose(lambda white: nodes.gathered(_diffused(diffusion, nodes, grid, white)), unit)(unit)
    return jnp.sum(pulled**2, axis=tuple(range(pulled.ndim - 1)))


def _diffused(diffusion: Diffuses, nodes: UniqueNodes, grid: Grid, white: Array) -> Array:
    return diffusion(nodes.spread(white / jnp.sqrt(nodes.mass)), grid)


def _exact(diffusion: Diffuses, nodes: UniqueNodes, grid: Grid, part: np.ndarray, component: int | None) -> Array:
    white = np.zeros((nodes.count, AT_ONCE))
    white[part, np.arange(len(part))] = 1.0
    if component is not None:
        white = np.stack([white if c == component else 0.0 * white for c in range(2)])
    return jnp.sqrt(_variances(diffusion, nodes, grid, jnp.asarray(white))[: len(part)])


@jax.jit
def _mean_squares(diffusion: Diffuses, nodes: UniqueNodes, grid: Grid, white: Array) -> Array:
    squares = _diffused(diffusion, nodes, grid, white) ** 2
    return nodes.gathered(squares.mean(axis=-1, keepdims=True))


def _sampled(diffusion: Diffuses, nodes: UniqueNodes, grid: Grid, samples: int) -> Array:
    shape = (2, nodes.count, samples) if diffusion.vector else (nodes.count, samples)
    white = np.random.default_rng(0).standard_normal(shape)
    return jnp.sqrt(_mean_squares(diffusion, nodes, grid, jnp.asarray(white)))
