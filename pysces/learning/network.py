"""A network that looks at one column and answers with its tendencies: a physics suite like any other.

It sees wind, temperature and, where there is some, water at all levels, the logarithm of surface pressure, sine and
cosine of latitude, never the longitude. Activations are smooth, and the last layer starts at zero: an untrained network
leaves the dycore as it is.

Kochkov et al. (2024), Neural general circulation models, doi:10.1038/s41586-024-07744-y
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from ..arrays.backend import Array, namespace
from ..arrays.fields import field
from ..arrays.pytree import Tree, pytree, static
from ..physics.suite import Air, Tendency

DAY = 86400.0
PLACE = 3  # of what is seen that has no levels: ln ps, sine and cosine of latitude


@pytree
class Dense(Tree):
    """One layer: x weights + bias."""

    weights: Array = field("1", "weights (input, output)")
    bias: Array = field("1", "bias (output,)")


@pytree
class ColumnScales(Tree):
    """Mean and deviation of what a network sees, level by level; its answers are in deviations a day."""

    wind: Array = field("m s-1", "deviation of both components (2, lev)")
    temperature: Array = field("K", "deviation (lev,)")
    mean_wind: Array = field("m s-1", "mean of both components (2, lev)")
    mean_temperature: Array = field("K", "mean (lev,)")
    log_ps: Array = field("1", "deviation of the logarithm of surface pressure")
    mean_log_ps: Array = field("1", "mean of the logarithm of surface pressure")
    tracers: Any = field("1", "deviation (tracer, lev), or None where none is seen", default=None)


@pytree
class ColumnNetwork(Tree):
    """Layers of a perceptron, (..., input) -> (..., 3 lev): the tendencies of u, v and T in deviations a day.

    activation : "tanh" or "gelu" between layers, others are refused.   time, a number [s], does not matter.
    """

    layers: tuple[Dense, ...]
    scales: ColumnScales
    activation: str = static(default="tanh")

    def __post_init__(self) -> None:
        if self.activation not in ACTIVATIONS:
            raise ValueError(f"activation must be one of {tuple(ACTIVATIONS)}, found {self.activation!r}.")

    def __call__(self, air: Air, time: Array) -> Tendency:
        x, activate = self.seen(air), ACTIVATIONS[self.activation]
        for layer in self.layers[:-1]:
            x = activate(x @ layer.weights + layer.bias)
        last = self.layers[-1]
        nlev = air.temperature.shape[-1]
        out = x @ last.weights + last.bias
        u, v, temperature = (out[..., n * nlev : (n + 1) * nlev] / DAY for n in range(3))
        wind = namespace(out).stack([u, v]) * self.scales.wind[:, None, None, None]
        return Tendency(wind=wind, temperature=temperature * self.scales.temperature)

    def seen(self, air: Air) -> Array:
        """(elem, i, j, input) of order one, in deviations [1]."""
        xp, s = namespace(air.temperature), self.scales
        u, v = (air.wind - s.mean_wind[:, None, None, None]) / s.wind[:, None, None, None]
        temperature = (air.temperature - s.mean_temperature) / s.temperature
        ps = (xp.log(air.p_i[..., -1:]) - s.mean_log_ps) / s.log_ps
        lat = air.lat * xp.ones_like(ps)
        water = [] if s.tracers is None else list(air.tracers[: s.tracers.shape[0]] / s.tracers[:, None, None, None])
        return xp.concatenate([u, v, temperature, *water, ps, xp.sin(lat), xp.cos(lat)], axis=-1)


def _gelu(x: Array) -> Array:
    """x times the normal distribution's integral, by a tanh. Hendrycks & Gimpel (2016), arXiv:1606.08415"""
    return 0.5 * x * (1.0 + namespace(x).tanh(np.sqrt(2.0 / np.pi) * (x + 0.044715 * x**3)))


def _tanh(x: Array) -> Array:
    return namespace(x).tanh(x)


ACTIVATIONS: dict[str, Callable] = {"tanh": _tanh, "gelu": _gelu}


def untrained(
    scales: ColumnScales, hidden: tuple[int, ...] = (64, 64), activation: str = "tanh", seed: int = 0
) -> ColumnNetwork:
    """Random layers of so many hidden units, and a last one of zeros; on the host."""
    rng, nlev = np.random.default_rng(seed), np.shape(scales.temperature)[-1]
    water = 0 if scales.tracers is None else np.shape(scales.tracers)[0]
    sizes = ((3 + water) * nlev + PLACE, *hidden, 3 * nlev)
    drawn = [Dense(rng.normal(size=(n, m)) / np.sqrt(n), np.zeros(m)) for n, m in pairwise(sizes)]
    return ColumnNetwork((*drawn[:-1], 0.0 * drawn[-1]), scales, activation)
