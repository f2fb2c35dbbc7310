"""One run differentiated by all that it has: Taylor remainders, forward against reverse mode, finite everywhere.

Taylor: |J(x + e h) - J(x) - e J'h| falls with e squared until round-off, where J is smooth. Where a limiter or physics
has a kink it falls with e from the step on that crosses it; J'h must then still be near the slope over a decade of e.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from .configurations import without_effect
from .parameters import leaves, parameters

SIZES = 10.0 ** -np.arange(1.0, 5.5, 0.5)
SECOND_ORDER = 0.05  # of the slope about 2
SAME = 1e-11  # forward against reverse mode, relative
NEAR_A_KINK = 0.05  # of |(J(x + e h) - J(x)) / (e J'h) - 1| over a decade, where kinks are
DECADE = 3  # sizes
ROUND_OFF = 1e-14  # of J, in a difference of two of them; a remainder must stand out of it by 100
CALLS = 2


@dataclass(frozen=True)
class Cell:
    """One parameter of one configuration.

    slope : of the Taylor remainder over the sizes where it stands out of round-off; None where it nowhere does.
    dot : relative difference of forward and reverse mode.   reason : why a cell that is not smooth is right, or wrong.
    """

    model: str
    configuration: str
    parameter: str
    slope: float | None
    dot: float
    finite: bool
    ok: bool
    reason: str


def cells(model: str, configuration: str, run: Any, kink: str, calls: int = CALLS) -> Iterator[Cell]:
    """A row of every parameter that the run has; kink : what in it has one by design, in a sentence, or nothing."""
    changes = parameters(run)
    names = tuple(changes)
    means = [x.mean(axis=(-4, -3, -2), keepdims=True) for x in leaves(run.state)]
    scales = [float(jnp.std(x)) + 1e-3 * float(jnp.abs(x).max()) + 1e-30 for x in leaves(run.state)]

    def cost(sizes: Any, dycore: Any, state: Any) -> Any:
        for name, size in zip(names, sizes):
            dycore, state = changes[name](dycore, state, size)
        end = dycore.run(state, calls)
        fields = [(x - mean) / scale for x, mean, scale in zip(leaves(end), means, scales)]
        return sum(jnp.mean((x + 0.3 * jnp.roll(x, 1, axis=-2) + 0.1) ** 2) for x in fields)

    place = (run.dycore, run.state)
    forward = jax.jit(lambda x, h, *place: jax.jvp(lambda x: cost(x, *place), (x,), (h,)))
    zero = jnp.zeros(len(names))
    value, gradient = jax.jit(jax.value_and_grad(cost))(zero, *place)
    for k, name in enumerate(names):
        h = zero.at[k].set(1.0)
        by_forward = float(forward(zero, h, *place)[1])
        taylor = [float(forward(e * h, h, *place)[0]) for e in SIZES]
        yield judged(model, configuration, name, float(value), float(gradient[k]), by_forward, np.array(taylor), kink)


def judged(
    model: str, configuration: str, name: str, value: float, slope: float, by_forward: float, taylor: Any, kink: str
) -> Cell:
    """The cell of one parameter from its numbers; taylor : costs at SIZES."""
    finite = bool(np.isfinite([value, slope, by_forward, *taylor]).all())
    dot = abs(slope - by_forward) / max(abs(slope), abs(by_forward), 1e-300) if slope != by_forward else 0.0
    change = taylor - value
    order = _order(np.abs(change - SIZES * slope), abs(value))
    if finite and slope == 0.0 and not change.any():
        ok = without_effect(model, name)
        reason = "has no effect in this model" if ok else "has no effect, and nothing says why: nobody reads it?"
    else:
        ok, reason = _verdict(finite, dot, order, _error(change, slope), kink)
    return Cell(model, configuration, name, order, float(dot), finite, ok, reason)


def _error(change: np.ndarray, slope: float) -> float:
    """Of the slope against difference quotients: the largest over a decade of sizes, in the best decade."""
    if not slope:
        return np.inf
    errors = np.abs(change / (SIZES * slope) - 1.0)
    return float(min(errors[n : n + DECADE].max() for n in range(errors.size - DECADE + 1)))


def _order(remainder: np.ndarray, value: float) -> float | None:
    """Median slope over the smallest two decades in which remainders stand out of round-off; None of one size alone."""
    clear = remainder > 100.0 * ROUND_OFF * value
    pairs = clear[1:] & clear[:-1]
    if pairs.sum() < 2:
        return None
    slopes = np.diff(np.log10(np.where(clear, remainder, 1.0))) / np.diff(np.log10(SIZES))
    return float(np.median(slopes[pairs][-4:]))


def _verdict(finite: bool, dot: float, order: float | None, error: float, kink: str) -> tuple[bool, str]:
    if not finite:
        return False, "not finite"
    if dot > SAME:
        return False, f"forward and reverse mode differ by {dot:.1e}"
    if order is None:
        return True, "linear to round-off"
    if abs(order - 2.0) <= SECOND_ORDER:
        return True, ""
    if kink and error < NEAR_A_KINK:
        return True, f"{kink}; error of the slope over a decade {error:.1e}"
    return False, f"remainder of order {order:.2f}, error of the slope over a decade {error:.1e}"
