"""What a run is differentiated by: each parameter is a change of dycore and state of a given relative size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from pysces.arrays.pytree import tree_leaves
from pysces.dycore.planet import with_planet
from pysces.operators.dss import dss

Changed = Callable[[Any, Any, Any], tuple[Any, Any]]  # (dycore, state, size) to a changed pair
VISCOSITIES = ("nu", "nu_t", "nu_div", "nu_p", "nu_s", "nu_top")
RATES = ("k_f", "k_a", "k_s", "surface_temperature", "delta_T_y", "delta_theta_z", "strength", "rate")


def parameters(run: Any) -> dict[str, Changed]:
    """Those that the run has, by name."""
    dycore, state = run.dycore, run.state
    found: dict[str, Changed] = {"state": _state_change(state, dycore.grid)}
    if state.tracer_mass is not None and float(abs(state.tracer_mass).max()) > 0.0:
        found["tracers"] = lambda d, s, c: (d, s.replace(tracer_mass=s.tracer_mass * (1.0 + c * _pattern(d.grid))))
    if dycore.dissipation is not None:
        found["viscosity"] = lambda d, s, c: (d.replace(dissipation=_scaled(d.dissipation, VISCOSITIES, c)), s)
    constants = getattr(dycore.equations, "constants", None)
    for name in ("R_dry", "cp", "gravity") if constants is not None else ():
        found[name] = _constant_change(name)
    if constants is not None:
        found["omega"] = lambda d, s, c: (with_planet(d, omega=d.equations.constants.omega * (1.0 + c)), s)
        found["radius"] = lambda d, s, c: (with_planet(d, radius=d.equations.constants.radius * (1.0 + c)), s)
    if hasattr(dycore.equations, "phis"):
        found["topography"] = _hill
    found["dt"] = lambda d, s, c: (d.replace(dt=d.dt * (1.0 + c)), s)
    if hasattr(dycore.equations, "coordinate") and hasattr(dycore.remap, "coordinate"):
        found["levels"] = _level_change
    suite = getattr(dycore.forcing, "suite", None)
    if suite is not None and any(hasattr(suite, name) for name in RATES):
        found["physics rates"] = lambda d, s, c: (_with_suite(d, _scaled(d.forcing.suite, RATES, c)), s)
    return found


def _state_change(state: Any, grid: Any) -> Changed:
    """A continuous, rough change of every field by about a hundredth of its spread."""
    rng = np.random.default_rng(2)

    def change(x: Any) -> Any:
        noise = jnp.asarray(rng.standard_normal(x.shape)) if x.ndim > 1 else 0.0 * x
        spread = 0.02 * jnp.std(x) + 1e-4 * jnp.abs(x).max() + 1e-6
        return spread * (dss(noise, grid) if x.ndim > 3 else noise)

    direction = jax.tree.map(change, state.dynamics)
    return lambda d, s, c: (d, s.replace(dynamics=s.dynamics + direction * c))


def _pattern(grid: Any) -> Any:
    return jnp.sin(2.0 * grid.lon) * jnp.cos(grid.lat) ** 2


def _scaled(part: Any, names: tuple[str, ...], size: Any) -> Any:
    given = {name: getattr(part, name) for name in names if getattr(part, name, None) is not None}
    return part.replace(**{name: value * (1.0 + size) for name, value in given.items()})


def _with_suite(dycore: Any, suite: Any) -> Any:
    return dycore.replace(forcing=dycore.forcing.replace(suite=suite))


def _constant_change(name: str) -> Changed:
    def change(dycore: Any, state: Any, size: Any) -> tuple[Any, Any]:
        constants = dycore.equations.constants
        constants = constants.replace(**{name: getattr(constants, name) * (1.0 + 0.1 * size)})
        return dycore.replace(equations=dycore.equations.replace(constants=constants)), state

    return change


def _hill(dycore: Any, state: Any, size: Any) -> tuple[Any, Any]:
    """A hill of 500 m2 s-2 times the size."""
    phis = dycore.equations.phis + 500.0 * size * _pattern(dycore.grid)
    return dycore.replace(equations=dycore.equations.replace(phis=phis)), state


def _level_change(dycore: Any, state: Any, size: Any) -> tuple[Any, Any]:
    """B of the inner interfaces moved by a tenth of the size times B (1 - B), in the equations and in the remap."""
    levels = dycore.equations.coordinate
    b = levels.hybi + 0.1 * size * levels.hybi * (1.0 - levels.hybi)
    levels = levels.replace(hybi=b, hybm=0.5 * (b[1:] + b[:-1]))
    equations, remap = dycore.equations.replace(coordinate=levels), dycore.remap.replace(coordinate=levels)
    return dycore.replace(equations=equations, remap=remap), state


def leaves(tree: Any) -> list:
    """Of a state's dynamics and tracers."""
    return [x for x in tree_leaves((tree.dynamics, tree.tracer_mass)) if x.ndim > 1]
