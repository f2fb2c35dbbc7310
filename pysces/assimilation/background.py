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
from dataclasses import field as of_dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..arrays.backend import Array, fits
from ..arrays.fields import field
from ..arrays.pytree import Tree, pytree
from ..driver.simulation import Simulation
from ..geometry.grid import Grid
from .balance import Potentials, balance_of, check_shares, columns_of_balance, correlation_of_levels
from .control import UniqueNodes, unique_nodes
from .diffusion import Diffuses, diffusion_of_length, measured_deviation
from .variables import change_of_variables, each

NODAL_AXES = 4  # of (elem, i, j, lev)


@dataclass(frozen=True)
class Error:
    """What is supposed of the background's error in one variable.

    sigma : standard deviation in the variable's unit; a number, (lev,), or (elem, i, j, lev) in global order.
    length : of horizontal correlations [m]: exp(-r^2 / (2 length^2)).
    depth : of vertical ones in log pressure: (1 + d / depth) exp(-d / depth); 0 correlates no levels.
    divergent : of a wind made of a streamfunction and a velocity potential, the latter's share of its variance; None
        is a wind whose Cartesian components know nothing of one another.
    balanced : of temperature, ps or thickness beside such a wind: the largest share of its variance that is in
        geostrophic balance with the streamfunction; it takes as much of it as belongs to the wind's deviation.
    """

    sigma: Any
    length: float
    depth: float = 0.0
    divergent: float | None = None
    balanced: float = 0.0

    def __post_init__(self) -> None:
        """
        Raises
        ------
        ValueError for a deviation that is negative, infinite or no number.
        """
        wrong = ~((sigma := np.asarray(self.sigma, np.float64)) >= 0.0) | np.isinf(sigma)
        if wrong.any():
            raise ValueError(
                f"A background's error has deviations of 0 or more, found {sigma[wrong][0]:g}; give those."
            )


@pytree
class VariableError(Tree):
    """The square root for one variable [U]: of a wind [m s-1], a temperature [K], a pressure [Pa] or a thickness [m].

    white : numbers of variance one (..., column, lev) [1].
    """

    diffusion: Any = field("", "Diffusion, or for a wind Potentials")
    scale: Array = field("", "sigma over the standard deviation of what is diffused (..., elem, i, j, lev)")
    vertical: Any = field("1", "Cholesky factor of the correlation of levels (lev, lev), or None")
    balance: Any = field("", "Balance with the wind's streamfunction, or None", default=None)

    def root(self, white: Array, nodes: UniqueNodes, grid: Grid) -> Array:
        """Of white numbers (..., column, lev): a field (..., elem, i, j, lev), its balanced part left out."""
        return self.scale * self.diffusion(self._spread(white, nodes), grid)

    def stream(self, white: Array, nodes: UniqueNodes, grid: Grid) -> Array:
        """The streamfunction (elem, i, j, lev) [1] of the same of a wind; its variance is its share."""
        return self.diffusion.potentials(self._spread(white, nodes), grid)[0]

    def _spread(self, white: Array, nodes: UniqueNodes) -> Array:
        if self.vertical is not None:
            white = jnp.matmul(white, self.vertical.T, precision="highest")
        return nodes.spread(white / jnp.sqrt(nodes.mass))


@pytree
class BackgroundError(Tree):
    """B^1/2 of all variables; variables is AirFields or WaterFields of VariableError."""

    nodes: UniqueNodes
    variables: Any

    def root(self, white: Any, grid: Grid) -> Any:
        """B^1/2 of white numbers on unique nodes: increments (elem, i, j, lev) of the fields."""
        fields = each(lambda error, w: error.root(w, self.nodes, grid), self.variables, white)
        if not self._is_balanced():
            return fields
        stream = self.variables.wind.stream(white.wind, self.nodes, grid)
        return each(lambda f, e: f if e.balance is None else f + e.balance(stream), fields, self.variables)

    def root_transpose(self, increments: Any, grid: Grid) -> Any:
        """(B^1/2)^T of what multiplies increments, exactly."""
        return jax.linear_transpose(lambda white: self.root(white, grid), self.zeros())(increments)[0]

    def zeros(self) -> Any:
        """The control vector of the background itself."""
        return each(lambda error: self.nodes.beside(jnp.zeros(self._shape(error))), self.variables)

    def white(self, rng: np.random.Generator, *members: int) -> Any:
        """Independent numbers of variance one, with leading axes for members if wanted."""

        def drawn(error: VariableError) -> Array:
            return self.nodes.beside(jnp.asarray(rng.standard_normal((*members, *self._shape(error)))))

        return each(drawn, self.variables)

    def _is_balanced(self) -> bool:
        return any(e is not None and e.balance is not None for e in vars(self.variables).values())

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

    Raises
    ------
    ValueError on numpy, for the errors of another model, and for shares that do not fit together.
    """
    if run.layout.backend.name != "jax":
        raise ValueError("Assimilation differentiates the model, found backend 'numpy'; set [backend] name = 'jax'.")
    nodes = unique_nodes(run)
    background = change_of_variables(run.dycore).fields(run.state)
    if type(errors) is not type(background):
        raise ValueError(
            f"This model's errors are {type(background).__name__}, found {type(errors).__name__}; give that."
        )
    check_shares(errors)
    measured = _Measured(run, nodes, samples)
    return BackgroundError(nodes, _balanced(run, errors, each(measured.variable, errors, background)))


def correlation(run: Simulation, nodes: UniqueNodes, length: float) -> VariableError:
    """A square root of the correlation exp(-r^2 / (2 length^2)), length [m], alone, of a field without levels."""
    diffusion = diffusion_of_length(run, length, vector=False)
    scale = 1.0 / nodes.spread(measured_deviation(diffusion, nodes, run.dycore.grid, 0))
    return VariableError(diffusion, scale, None)


@dataclass
class _Measured:
    """Makes the square roots of a run's variables; every deviation is measured once."""

    run: Simulation
    nodes: UniqueNodes
    samples: int
    known: dict = of_dataclass(default_factory=dict)

    def variable(self, error: Error, values: Array | None) -> VariableError:
        """The square root for a variable with such values in the background."""
        if values is None:
            raise ValueError("An error is given for a variable that this run does not carry; leave it out.")
        vector = values.ndim > NODAL_AXES
        diffusion = self.diffusion(error, vector)
        sigma = self.run.layout.put(np.asarray(error.sigma, np.float64))
        if not fits(sigma.shape, values.shape):
            raise ValueError(
                f"A deviation of shape {sigma.shape} does not fit a variable of shape {values.shape}; give a number, "
                "(lev,) or (elem, i, j, lev)."
            )
        deviation = self.deviation(diffusion, error.length, error.divergent if vector else None)
        scale = jnp.broadcast_to(sigma / deviation, values.shape)
        deep = error.depth and values.shape[-1] > 1
        return VariableError(diffusion, scale, _vertical_factor(self.run, error.depth) if deep else None)

    def diffusion(self, error: Error, vector: bool) -> Diffuses:
        """What makes a variable's fields, before they have their deviation."""
        plain = diffusion_of_length(self.run, error.length, vector and error.divergent is None)
        if error.divergent is None:
            return plain
        shares = jnp.sqrt(jnp.array([1.0 - error.divergent, error.divergent])).reshape(2, 1, 1, 1, 1)
        return Potentials(plain, shares / self.deviation(plain, error.length, None))

    def deviation(self, diffusion: Diffuses, length: float, divergent: float | None) -> Array:
        """(..., elem, i, j, 1) of white numbers diffused, kept by what it depends on."""
        key = length, divergent, diffusion.vector
        if key not in self.known:
            found = measured_deviation(diffusion, self.nodes, self.run.dycore.grid, self.samples)
            self.known[key] = self.nodes.spread(found)
        return self.known[key]


def _balanced(run: Simulation, errors: Any, variables: Any) -> Any:
    """Variables, of whose mass fields the shares that are asked for belong to the wind's streamfunction."""
    for name, column in columns_of_balance(run).items():
        error = getattr(errors, name)
        if error is None or not error.balanced:
            continue
        whole = np.broadcast_to(error.sigma, (*run.host.grid.lat.shape[:-1], len(column)))
        balance, deviation = balance_of(run, errors.wind, column, np.sqrt(error.balanced) * whole)
        variable = getattr(variables, name)
        left = run.layout.put(np.sqrt(1.0 - (deviation / whole) ** 2))
        made = variable.replace(balance=run.layout.put(balance), scale=variable.scale * left)
        variables = variables.replace(**{name: made})
    return variables


def _vertical_factor(run: Simulation, depth: float) -> Array:
    """(lev, lev): Cholesky factor of the correlation of levels."""
    return run.layout.put(np.linalg.cholesky(correlation_of_levels(run, depth)))
