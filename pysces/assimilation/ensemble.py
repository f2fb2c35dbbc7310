"""Ensembles: members drawn from B and marched together, the ETKF, and a B that is partly an ensemble's own.

Members are one ModelState whose arrays have a leading axis (member, ...).

Equations: ETKF: Hunt, Kostelich & Szunyogh (2007), doi:10.1016/j.physd.2006.11.008; hybrid B: Lorenc (2003),
doi:10.1256/qj.02.132
"""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..arrays.backend import Array
from ..arrays.fields import field
from ..arrays.pytree import Tree, pytree
from ..driver.simulation import Simulation
from ..dycore.dycore import Dycore, ModelState
from ..geometry.grid import Grid
from .background import BackgroundError, VariableError, correlation
from .variables import change_of_variables, displaced, each
from .window import Window


def drawn(run: Simulation, state: ModelState, covariance: Any, rng: np.random.Generator, members: int) -> ModelState:
    """So many members (member, ...), their differences from a state drawn from its error covariance.

    Raises
    ------
    ValueError for fewer than two.
    """
    if members < 2:
        raise ValueError(f"An ensemble has two members or more, found {members}; give more.")
    return _perturbed(run.dycore, state, covariance, covariance.white(rng, members))


def forecasts(run: Simulation, members: ModelState, calls: int) -> ModelState:
    """All members after so many calls."""
    return _marched(run.dycore, members, calls)


def mean_and_perturbations(dycore: Dycore, members: ModelState) -> tuple[Any, Any]:
    """The mean of the fields of analysis, and what each member differs from it (member, ...)."""
    fields = jax.vmap(change_of_variables(dycore).fields)(members)
    mean = each(lambda f: f.mean(axis=0), fields)
    return mean, each(lambda f, m: f - m, fields, mean)


def etkf(window: Window, members: ModelState, inflation: float = 1.0) -> ModelState:
    """Members after an ensemble transform Kalman filter over the whole window, its background and B left aside.

    Every member's equivalents of all observations are computed by the model; the analysis is the combination of members
    that fits best, in the metric of their own spread. There is no localisation.

    Parameters
    ----------
    members : (member, ...) at the start of the window.   inflation : of their covariance, before.

    Raises
    ------
    ValueError for an inflation below 1.
    """
    if not inflation >= 1.0:
        raise ValueError(f"Inflation multiplies the covariance by 1 or more, found {inflation}.")
    return _etkf(window, members, inflation)


@jax.jit
def _etkf(window: Window, members: ModelState, inflation: Array) -> ModelState:
    departures = jnp.concatenate([d.reshape(len(d), -1) for d in jax.vmap(window.departures_of)(members)], axis=1)
    weights = _transform(departures, inflation)
    mean, perturbations = mean_and_perturbations(window.dycore, members)
    fields = each(lambda m, p: m + jnp.tensordot(weights, p, axes=(0, 0)), mean, perturbations)
    return jax.vmap(change_of_variables(window.dycore).state)(fields, members)


def _transform(departures: Array, inflation: Array) -> Array:
    """(member, member): column k is what analysis member k has of each perturbation."""
    count, mean = len(departures), departures.mean(axis=0)
    spread = departures - mean
    values, vectors = jnp.linalg.eigh((count - 1) / inflation * jnp.eye(count) + spread @ spread.T)
    shift = -(vectors / values) @ (vectors.T @ (spread @ mean))
    return shift[:, None] + (vectors * jnp.sqrt((count - 1) / values)) @ vectors.T


@pytree
class HybridWhite(Tree):
    """The control vector of a hybrid: the static part, and a field of weights for each member (member, column, 1)."""

    static: Any
    members: Array


@pytree
class HybridError(Tree):
    """B = (1 - share) B_static + share (ensemble covariance, localised); stands in for a BackgroundError."""

    static: BackgroundError
    perturbations: Any
    localisation: VariableError
    share: Array = field("1", "of the variance that is the ensemble's")

    def root(self, white: HybridWhite, grid: Grid) -> Any:
        """B^1/2 of white numbers: increments (elem, i, j, lev) of the fields."""
        weights = self.localisation.root(white.members, self.static.nodes, grid)
        static = self.static.root(white.static, grid)
        return each(partial(self._sum, weights), static, self.perturbations)

    def _sum(self, weights: Array, static: Array, perturbations: Array) -> Array:
        weights = weights[:, None] if perturbations.ndim > weights.ndim else weights
        return jnp.sqrt(1.0 - self.share) * static + jnp.sqrt(self.share) * (weights * perturbations).sum(axis=0)

    def zeros(self) -> HybridWhite:
        """The control vector of the background itself."""
        return HybridWhite(self.static.zeros(), self.static.nodes.beside(jnp.zeros(self._shape())))

    def white(self, rng: np.random.Generator, *members: int) -> HybridWhite:
        """Independent numbers of variance one, with leading axes for members if wanted."""
        own = jnp.asarray(rng.standard_normal((*members, *self._shape())))
        return HybridWhite(self.static.white(rng, *members), self.static.nodes.beside(own))

    def _shape(self) -> tuple[int, int, int]:
        return len(self.perturbations.wind), self.static.nodes.count, 1


def hybrid_error(
    run: Simulation, static: BackgroundError, members: ModelState, share: float, length: float
) -> HybridError:
    """B that has a share of its variance from an ensemble, localised by exp(-r^2 / (2 length^2)) of a length [m].

    Raises
    ------
    ValueError for a share outside 0 to 1.
    """
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"The share of an ensemble in B lies between 0 and 1, found {share}.")
    _, perturbations = mean_and_perturbations(run.dycore, members)
    count = len(perturbations.wind)
    scaled = each(lambda p: p / np.sqrt(count - 1.0), perturbations)
    return HybridError(static, scaled, correlation(run, static.nodes, length), jnp.asarray(share))


@jax.jit
def _perturbed(dycore: Dycore, state: ModelState, covariance: Any, white: Any) -> ModelState:
    return jax.vmap(lambda w: displaced(dycore, state, covariance.root(w, dycore.grid)))(white)


@partial(jax.jit, static_argnums=2)
def _marched(dycore: Dycore, members: ModelState, calls: int) -> ModelState:
    return jax.vmap(lambda state: dycore.run(state, calls))(members)
