"""What a run is differentiated by: each parameter is a change of given relative size of the state or of a number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from pysces.arrays.pytree import tree_leaves
from pysces.dycore.parameters import parameters_of, with_parameters
from pysces.operators.dss import dss

RATES = ("k_f", "k_a", "k_s", "surface_temperature", "delta_T_y", "delta_theta_z", "strength", "rate", "damping")
GENTLE = 0.1  # of the relative size, for numbers that the whole atmosphere hangs on, and for viscosities near a limit
HILL = 500.0  # m2 s-2
SHARE = 0.02  # of a field's spread: the change of a state
STATE, TRACERS = "state", "tracers"


def parameters(run: Any) -> tuple[str, ...]:
    """The state, the tracers, and every number of pysces.dycore.parameters that the run has, by name.

    Not omega of a planet that does not turn, by which nothing can be scaled; no suite without numbers.
    """
    tracers = () if run.state.tracer_mass is None else (TRACERS,)
    still = {"omega"} if float(run.dycore.equations.constants.omega) == 0.0 else set()
    if not numbers(getattr(run.dycore.forcing, "suite", None)):
        still.add("suite")
    return (STATE, *tracers, *(name for name in parameters_of(run.dycore) if name not in still))


def changed(names: tuple[str, ...], sizes: Any, dycore: Any, state: Any, direction: Any) -> tuple[Any, Any]:
    """Dycore and state with each parameter changed by its size; direction is the change of the state's dynamics."""
    size = dict(zip(names, sizes))
    state = state.replace(dynamics=state.dynamics + direction * size.pop(STATE))
    if TRACERS in size:
        state = state.replace(tracer_mass=state.tracer_mass * (1.0 + size.pop(TRACERS) * _pattern(dycore.grid)))
    now = parameters_of(dycore)
    return with_parameters(dycore, **{name: _moved(name, now[name], size[name], dycore) for name in size}), state


def _moved(name: str, now: Any, size: Any, dycore: Any) -> Any:
    return CHANGES.get(name, _gently)(now, size, dycore)


def numbers(tree: Any) -> list:
    """The leaves of a tree that are floating, of any precision."""
    return [x for x in jax.tree.leaves(tree) if _floating(x)]


def _floating(x: Any) -> bool:
    return bool(jnp.issubdtype(jnp.result_type(x), jnp.floating))


def _scaled(now: Any, size: Any, dycore: Any) -> Any:
    return now * (1.0 + size)


def _gently(now: Any, size: Any, dycore: Any) -> Any:
    return now * (1.0 + GENTLE * size)


def _hill(phis: Any, size: Any, dycore: Any) -> Any:
    return phis + HILL * size * _pattern(dycore.grid)


def _bent(levels: Any, size: Any, dycore: Any) -> Any:
    """Inner interfaces moved; top and surface, and layers of pure pressure, stay what they are."""
    b = dycore.equations.coordinate.hybi
    return levels + GENTLE * size * b * (1.0 - b)


def _faster(suite: Any, size: Any, dycore: Any) -> Any:
    """Rates of a suite that has some; of any other one, all its floating numbers."""
    given = {name: getattr(suite, name) for name in RATES if getattr(suite, name, None) is not None}
    if given:
        return suite.replace(**{name: value * (1.0 + size) for name, value in given.items()})
    return jax.tree.map(lambda x: x * (1.0 + GENTLE * size) if _floating(x) else x, suite)


CHANGES: dict[str, Callable[[Any, Any, Any], Any]] = {
    **dict.fromkeys(("omega", "radius"), _scaled),
    **dict.fromkeys(("hyai", "hybi"), _bent),
    "phis": _hill,
    "suite": _faster,
}


def rough(fields: Any, grid: Any, share: float, in_levels: bool = True) -> Any:
    """Continuous noise of a share of the spread of each field, the same every time; or one that levels share, which
    FV3's filter leaves alone."""
    rng = np.random.default_rng(2)

    def change(x: Any) -> Any:
        noise = jnp.asarray(rng.standard_normal(x.shape)) if x.ndim > 1 else 0.0 * x
        noise = noise if in_levels or x.ndim < 4 else noise[..., :1] * jnp.linspace(1.0, 2.0, x.shape[-1])
        spread = share * (jnp.std(x) + 0.005 * jnp.abs(x).max()) + 1e-6
        return spread * (dss(noise, grid) if x.ndim > 3 else noise)

    return jax.tree.map(change, fields)


def off_kinks(run: Any, in_levels: bool = True) -> Any:
    """A state that sits on no kink: rough in every field, with tracers that are positive and not even.

    in_levels : from level to level too, so that limiters of the remap act; if not, FV3's filter acts on tracers alone.
    A wind of that profile would give it to the other component, whose columns would then lie on ties here and there.
    """
    state, grid = run.state, run.dycore.grid
    state = state.replace(dynamics=state.dynamics + rough(state.dynamics, grid, OFF, in_levels))
    if state.tracer_mass is None:
        return state
    layers = run.dycore.equations.layer_mass(state.dynamics)
    noise = rough(0.0 * layers + 1.0, grid, 1.0 / 0.005, in_levels)
    if not in_levels:
        waves = 3.0 + jnp.array(FILTERED) * (1.0 + OFF * noise[..., :1])
        return state.replace(tracer_mass=1e-3 * waves * layers + 0.0 * state.tracer_mass)
    trace = 1e-3 * (1.0 + OFF * noise * (state.tracer_mass == 0.0))  # an even ratio would sit on kinks again
    ratio = trace + state.tracer_mass / layers * (1.0 + OFF * noise)
    return state.replace(tracer_mass=jnp.abs(ratio) * layers)


FILTERED = (1.0, -1.5, -0.3, -1.4, -1.2, -0.8)  # by layer: FV3 makes the third constant; kord 10 constrains the fourth
OFF = 0.1  # of a field's spread: how far a state is moved off its kinks


def _pattern(grid: Any) -> Any:
    return jnp.sin(2.0 * grid.lon) * jnp.cos(grid.lat) ** 2


def leaves(tree: Any) -> list:
    """Of a state's dynamics and tracers."""
    return [x for x in tree_leaves((tree.dynamics, tree.tracer_mass)) if x.ndim > 1]
