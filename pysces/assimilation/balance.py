"""Background errors near geostrophic balance: winds of a streamfunction, and mass fields that belong to it.

    wind = k x grad psi + grad chi      chi has a share of the wind's variance
    thickness = f psi / g               T = -(f / R) d psi / d ln p,   ps = p0 f psi / (R T0) of the lowest layer

Winds whose components know nothing of one another are half divergent, and all of that half leaves as gravity waves.

Equations: Derber & Bouttier (1999), doi:10.1034/j.1600-0870.1999.t01-2-00003.x, with the linear balance f psi in place
of their regression
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from ..arrays.backend import Array
from ..arrays.fields import field
from ..arrays.pytree import Tree, pytree, static
from ..driver.simulation import Simulation
from ..geometry.grid import Grid
from ..operators.dss import dss
from ..operators.strong import curl_sphere, gradient_sphere
from .diffusion import Diffusion

T0 = 288.0  # K, of the lowest layer


@pytree
class Potentials(Tree):
    """Streamfunction and velocity potential from diffused white numbers, and the wind of both."""

    diffusion: Diffusion
    scale: Array = field("1", "share of the deviation over that of what is diffused", shape="(2, elem, i, j, 1)")
    vector: bool = static(default=True)

    def potentials(self, x: Array, grid: Grid) -> Array:
        """Of a field x (2, elem, i, j, lev) [1]: both, in units of their deviation, their variances the shares."""
        return self.scale * self.diffusion(x, grid)

    def __call__(self, x: Array, grid: Grid) -> Array:
        """Of a field x (2, elem, i, j, lev) [1]: their wind, like x, continuous, before it is given its deviation."""
        stream, potential = self.potentials(x, grid)
        return dss(gradient_sphere(potential, grid) - curl_sphere(stream, grid), grid)


@pytree
class Balance(Tree):
    """The part of a mass field that belongs to the streamfunction."""

    column: Array = field("", "the field over f psi, by levels", shape="(lev, lev of the wind)")
    amplitude: Array = field("m2 s-1", "deviation of both potentials", shape="(elem, i, j, lev of the wind)")
    factor: Array = field("s-1", "Coriolis parameter, less where sigma asks for less", shape="(elem, i, j, lev)")

    def __call__(self, stream: Array) -> Array:
        """Increments (elem, i, j, lev) [U] that belong to stream, of that shape, in deviations of its own [1]."""
        return self.factor * jnp.matmul(self.amplitude * stream, self.column.T, precision="highest")


def check_shares(errors: Any) -> None:
    """Refuse a share outside 0 to 1 or of what has none, and a balance without a streamfunction."""
    given = {name: error for name, error in vars(errors).items() if error is not None}
    wind = given.get("wind")
    for name, error in given.items():
        if error.divergent is not None and (name != "wind" or not 0.0 <= error.divergent <= 1.0):
            raise ValueError(f"divergent is a share of the wind's variance, 0 to 1; found {error.divergent} of {name}.")
        if not 0.0 <= error.balanced <= 1.0 or (error.balanced and name in ("wind", "vapor")):
            raise ValueError(f"balanced is a share of a mass field's, 0 to 1; found {error.balanced} of {name}.")
        if error.balanced and (wind is None or wind.divergent is None):
            raise ValueError(f"balanced of {name} needs a streamfunction; give the wind's error a divergent share.")


def columns_of_balance(run: Simulation) -> dict[str, np.ndarray]:
    """{mass field: its column of Balance, in its unit per f psi [m2 s-2]} of what can be balanced in a run's model.

    (1, 1) of thickness [m]; (lev, lev) of temperature [K]; (1, lev) of ps [Pa].
    """
    c, coordinate = run.where.constants, run.where.coordinate
    if coordinate is None:
        return {"thickness": np.array([[1.0 / float(c.gravity)]])}
    p0, gas = float(coordinate.p0), float(c.R_dry)
    each_level = np.eye(coordinate.nlev)
    slopes = np.asarray(np.gradient(each_level, _log_pressure(run), axis=0))
    return {"temperature": -slopes / gas, "ps": each_level[-1:] * p0 / (gas * T0)}


def correlation_of_levels(run: Simulation, depth: float) -> np.ndarray:
    """(lev, lev) [1] second-order autoregressive in log pressure; those of one level, or of depth 0, with none."""
    log_p = _log_pressure(run)
    if not depth:
        return np.eye(len(log_p))
    away = np.abs(log_p[:, None] - log_p[None, :]) / depth
    return (1.0 + away) * np.exp(-away)


def balance_of(run: Simulation, wind: Any, column: np.ndarray, most: np.ndarray) -> tuple[Balance, np.ndarray]:
    """Balance of a mass field with a streamfunction, and its deviation (elem, i, j, lev) in its unit, [K], [Pa] or [m].

    Parameters
    ----------
    wind : Error of the wind.   column : of Balance.
    most : deviation (elem, i, j, lev) that it shall not exceed; where it would, it is made less.
    """
    coriolis, nlev = np.asarray(run.host.grid.coriolis_parameter), column.shape[1]
    # With a Gaussian correlation psi deviates by the length times what its wind does.
    amplitude = np.broadcast_to(wind.length * np.asarray(wind.sigma), (*coriolis.shape[:-1], nlev))
    parts = column * amplitude[..., None, :]
    levels = (1.0 - wind.divergent) * correlation_of_levels(run, wind.depth)
    natural = np.abs(coriolis) * np.sqrt(np.einsum("...ki,ij,...kj->...k", parts, levels, parts))
    less = most / np.maximum(natural, most)
    return Balance(column, amplitude, coriolis * less), natural * less


def _log_pressure(run: Simulation) -> np.ndarray:
    """(lev,) of reference levels; 0 where there is one layer and no pressure."""
    coordinate = run.where.coordinate
    return np.zeros(1) if coordinate is None else np.log(coordinate.p_mid(coordinate.p0))
