"""A window of time: a background, how wrong it may be, and what was observed from the start on at equal intervals.

    x = x_b + B^1/2 v      departures(v) = (H_i(M_i(x)) - y_i) / sigma_i

The control vector v holds white numbers: v = 0 is the background, and |v|^2 / 2 the background term of the cost.

Equations: Courtier, Thepaut & Hollingsworth (1994), doi:10.1002/qj.49712051912, without their increments
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..arrays.backend import Array, fits
from ..arrays.fields import field
from ..arrays.pytree import Tree, pytree, static, tree_leaves, tree_map
from ..driver.simulation import Simulation
from ..dycore.dycore import Dycore, ModelState
from .observations import Observation
from .variables import displaced


@pytree
class Window(Tree):
    """Everything that a cost depends on but the control vector.

    background : the state at the start.   covariance : BackgroundError, or another with root and zeros.
    observations : the kinds.   values : of each kind (time, ..., point, lev), NaN where nothing was seen.
    times : the start counts as one.   calls : of the model between two of them.
    checkpoint : whether the tangent linear model keeps little and runs the model again, or keeps all of it.
    """

    dycore: Dycore
    background: ModelState
    covariance: Any
    observations: tuple[Observation, ...]
    values: tuple[Array, ...] = field("", "what was observed, of each kind (time, ..., point, lev)")
    times: int = static(default=1)
    calls: int = static(default=0)
    checkpoint: bool = static(default=True)

    def state(self, control: Any) -> ModelState:
        """The state at the start that a control vector stands for."""
        return displaced(self.dycore, self.background, self.covariance.root(control, self.dycore.grid))

    def equivalents(self, state: ModelState) -> tuple[Array, ...]:
        """What would be observed (time, ..., point, lev) [U], of each kind, if the window started from a state."""
        return _seen(self.dycore, self.observations, state, self.times, self.calls, self.checkpoint)

    def departures(self, control: Any) -> tuple[Array, ...]:
        """Equivalents less values, in standard deviations [1]; 0 where nothing was observed."""
        return self.departures_of(self.state(control))

    def departures_of(self, state: ModelState) -> tuple[Array, ...]:
        """The same [1] of a state at the start."""
        seen = self.equivalents(state)
        return tuple(
            jnp.where(jnp.isnan(y), 0.0, (s - jnp.where(jnp.isnan(y), 0.0, y)) / o.error)
            for s, y, o in zip(seen, self.values, self.observations)
        )

    @property
    def count(self) -> int:
        """How many numbers were observed."""
        return sum(int(np.isfinite(np.asarray(y)).sum()) for y in self.values)


def window(
    run: Simulation,
    background: ModelState,
    covariance: Any,
    observations: Sequence[Observation],
    values: Sequence[Array],
    every: float = 0.0,
    checkpoint: bool = True,
) -> Window:
    """A window of a run's model.

    Parameters
    ----------
    background : the state at the start, laid out as the run is.   covariance : of its errors, background_error.
    observations, values : the kinds, and what was seen of each (time, ..., point, lev), the start first.
    every : time between observations [s], a whole number of calls; not needed for one time, which is 3D-Var.
    checkpoint : False keeps all that the tangent linear model needs: faster, for a short window that fits into memory.

    Raises
    ------
    ValueError where these do not fit together.
    """
    times = {len(y) for y in values}
    if len(values) != len(observations) or len(times) != 1:
        raise ValueError(
            f"A window needs values of every kind at the same times, found {len(observations)} kinds and "
            f"{len(values)} arrays of {sorted(times)} times; put NaN where nothing was observed."
        )
    calls = calls_between(run, every) if times != {1} else 0
    kinds = tuple(jnp.asarray(y, run.layout.host.dtype) for y in values)
    _check_numbers(background, kinds)
    made = Window(run.dycore, background, covariance, tuple(observations), kinds, times.pop(), calls, checkpoint)
    _check_shapes(made)
    return made


def observed(run: Simulation, state: ModelState, observations: Sequence[Observation], times: int, every: float) -> Any:
    """What would be observed (time, ..., point, lev), without error, every so often [s] from a state: of each kind."""
    calls = calls_between(run, every) if times > 1 else 0
    return _compiled_seen(run.dycore, tuple(observations), state, times, calls)


def calls_between(run: Simulation, every: float) -> int:
    """How many calls of a run's model a time [s] is; ValueError where it is not a whole number."""
    calls = every / run.dt_remap
    if calls < 0.5 or abs(calls - round(calls)) > 1e-9 * calls:
        raise ValueError(
            f"Observations every {every:g} s do not fall between calls of {run.dt_remap:g} s; change tstep or rsplit."
        )
    return round(calls)


def _seen(
    dycore: Dycore,
    observations: tuple[Observation, ...],
    state: ModelState,
    times: int,
    calls: int,
    checkpoint: bool = True,
) -> tuple[Array, ...]:
    look = _Look(observations, dycore)
    first = tree_map(lambda x: x[None], look(state))
    if times == 1:
        return first
    _, later = dycore.run(state, (times - 1) * calls, look, calls, checkpoint=checkpoint)
    return tree_map(lambda a, b: jnp.concatenate([a, b]), first, later)


class _Look:
    """What all observations see of a state."""

    def __init__(self, observations: tuple[Observation, ...], dycore: Dycore) -> None:
        self.observations, self.dycore = observations, dycore

    def __call__(self, state: ModelState) -> tuple[Array, ...]:
        return tuple(o(state, self.dycore) for o in self.observations)


_compiled_seen = jax.jit(_seen, static_argnums=(3, 4))


def _check_numbers(background: ModelState, values: Sequence[Array]) -> None:
    if any(bool(jnp.isinf(y).any()) for y in values):
        raise ValueError("Some of the values are infinite; put NaN where nothing was observed.")
    if all(bool(jnp.isnan(y).all()) for y in values):
        raise ValueError("All of the values are NaN, so that nothing was observed; give a window with observations.")
    if not all(bool(jnp.isfinite(x).all()) for x in tree_leaves(background)):
        raise ValueError("The background has numbers that are not finite; give a state of a run that did not blow up.")


def _check_shapes(made: Window) -> None:
    seen = jax.eval_shape(made.equivalents, made.background)
    for o, y, s in zip(made.observations, made.values, tree_leaves(seen)):
        if not fits(jnp.shape(o.error), s.shape):
            raise ValueError(
                f"The error of {o.quantity.__name__} has shape {jnp.shape(o.error)}, what it sees (point, lev) "
                f"{s.shape[-2:]}; give a number, (lev,) or (point, lev)."
            )
        if y.shape != s.shape:
            raise ValueError(
                f"Values of {o.quantity.__name__} have shape {y.shape}, its equivalents {s.shape}; give those "
                "(time, ..., point, lev)."
            )
