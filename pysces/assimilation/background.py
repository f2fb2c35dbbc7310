"""The square root of the background error covariance: B = (B^1/2)(B^1/2)^T, exactly, by diffusion on the elements.

    B^1/2 = sigma N (1 + kappa D)^n M^-1/2 V      kappa = length^2 / (4 n)

V is the Cholesky factor of vertical correlations, M the assembled mass matrix, D the weak Laplacian, assembled and
divided by M: M D is symmetric, so that (1 + kappa D)^n M^-1/2 is a square root of (1 + kappa D)^2n M^-1, a correlation
near to exp(-r^2 / (2 length^2)). n is as large as keeps every factor positive. N makes variances one. White numbers
live on unique nodes; the wind diffuses as a vector, by its Cartesian components.

Equations: Weaver & Courtier (2001), doi:10.1002/qj.49712757518; vertical: second-order autoregressive, Daley (1991)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..arrays.backend import Array
from ..arrays.fields import field
from ..arrays.pytree import Tree, pytree
from ..driver.simulation import Simulation
from ..geometry.grid import Grid
from .control import UniqueNodes, unique_nodes
from .diffusion import Diffusion, diffusion_of_length, measured_deviation
from .variables import change_of_variables, each

NODAL_AXES = 4  # of (elem, i, j, lev)


@dataclass(frozen=True)
class Error:
    """What is supposed of the background's error in one variable.

    sigma : standard deviation in the variable's unit; a number, (lev,), or (elem, i, j, lev) in global order.
    length : of horizontal correlations [m]: exp(-r^2 / (2 length^2)).
    depth : of vertical ones in log pressure: (1 + d / depth) exp(-d / depth); 0 correlates no levels.
    """

    sigma: Any
    length: float
    depth: float = 0.0


@pytree
class VariableError(Tree):
    """The square root for one variable."""

    diffusion: Diffusion
    scale: Array = field("", "sigma over the standard deviation of what is diffused (..., elem, i, j, lev)")
    vertical: Any = field("1", "Cholesky factor of the correlation of levels (lev, lev), or None")

    def root(self, white: Array, nodes: UniqueNodes, grid: Grid) -> Array:
        """Of white numbers (..., column, lev): a field (..., elem, i, j, lev)."""
        if self.vertical is not None:
            white = jnp.matmul(white, self.vertical.T, precision="highest")
        return self.scale * self.diffusion(nodes.spread(white / jnp.sqrt(nodes.mass)), grid)


@pytree
class BackgroundError(Tree):
    """B^1/2 of all variables; variables is AirFields or WaterFields of VariableError."""

    nodes: UniqueNodes
    variables: Any

    def root(self, white: Any, grid: Grid) -> Any:
        """B^1/2 of white numbers on unique nodes: increments (elem, i, j, lev) of the fields."""
        return each(lambda error, w: error.root(w, self.nodes, grid), self.variables, white)

    def root_transpose(self, increments: Any, grid: Grid) -> Any:
        """(B^1/2)^T of what multiplies increments, exactly."""
        return jax.linear_transpose(lambda white: self.root(white, grid), self.zeros())(increments)[0]

    def zeros(self) -> Any:
        """The control vector of the background itself."""
        return each(lambda error: jnp.zeros(self._shape(error)), self.variables)

    def white(self, rng: np.random.Generator, *members: int) -> Any:
        """Independent numbers of variance one, with leading axes for members if wanted."""
        return each(lambda error: jnp.asarray(rng.standard_normal((*members, *self._shape(error)))), self.variables)

    def _shape(self, error: VariableError) -> tuple[int, ...]:
        wind = (2,) if error.diffusion.vector else ()
        return (*wind, self.nodes.count, error.scale.shape[-1])


def background_error(run: Simulation, errors: Any, samples: int = 0) -> BackgroundError:
    """B^1/2 of a run.

    Parameters
    ----------
    run : a simulation on jax; the result is laid out as it is.
    errors : AirFields or WaterFields of Error; None for what is not analysed.
    samples : with how many random fields variances are measured, which errs by 1 / sqrt(2 samples) of sigma; 0
        computes them exactly, by one field for every column.
    """
    if run.layout.backend.name != "jax":
        raise ValueError("Assimilation differentiates the model, found backend 'numpy'; set [backend] name = 'jax'.")
    nodes = unique_nodes(run)
    background = change_of_variables(run.dycore).fields(run.state)
    if type(errors) is not type(background):
        raise ValueError(
            f"This model's errors are {type(background).__name__}, found {type(errors).__name__}; give that."
        )
    known: dict = {}
    return BackgroundError(nodes, each(lambda e, f: _variable(run, nodes, e, f, samples, known), errors, background))


def correlation(run: Simulation, nodes: UniqueNodes, length: float) -> VariableError:
    """A square root of the correlation exp(-r^2 / (2 length^2)) alone, of a field without levels."""
    diffusion = diffusion_of_length(run, length, vector=False)
    scale = 1.0 / nodes.spread(measured_deviation(diffusion, nodes, run.dycore.grid, 0))
    return VariableError(diffusion, scale, None)


def _variable(
    run: Simulation, nodes: UniqueNodes, error: Error, values: Array | None, samples: int, known: dict
) -> VariableError:
    """The square root for one variable; known keeps what was measured of each length."""
    if values is None:
        raise ValueError("An error is given for a variable that this run does not carry; leave it out.")
    vector = values.ndim > NODAL_AXES
    diffusion = diffusion_of_length(run, error.length, vector)
    key = error.length, vector
    if key not in known:
        known[key] = measured_deviation(diffusion, nodes, run.dycore.grid, samples)
    sigma = run.layout.put(np.asarray(error.sigma, np.float64))
    scale = jnp.broadcast_to(sigma / nodes.spread(known[key]), values.shape)
    vertical = _vertical_factor(run, error.depth) if error.depth and values.shape[-1] > 1 else None
    return VariableError(diffusion, scale, vertical)


def _vertical_factor(run: Simulation, depth: float) -> Array:
    """(lev, lev): Cholesky factor of the correlation of levels."""
    coordinate = run.where.coordinate
    log_p = np.log(coordinate.p_mid(coordinate.p0))
    away = np.abs(log_p[:, None] - log_p[None, :]) / depth
    return run.layout.put(np.linalg.cholesky((1.0 + away) * np.exp(-away)))
