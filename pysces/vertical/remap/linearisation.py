"""How the limiters of a reconstruction are differentiated; the forward result is the same to the bit.

    exact      the derivative of the code: right where no limiter is near its kink, and wrong at once beyond it
    frozen     slope and curvature of a layer change as without limiters, times the share of them that the limiter left
    unlimited  as if no limiter were there

A column that is uniform, or at rest, sits on the kinks: there ``exact`` says that a slope cannot arise.
Linear schemes for perturbations: Holdaway & Errico (2014), doi:10.3402/tellusa.v66.20895
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...arrays.backend import Array, namespace
from ...arrays.derivatives import differentiated_as, stop_gradient

LINEARISATIONS = ("exact", "frozen", "unlimited")
Shape = tuple[Array, Array, Array]  # mean, difference of the edges (lower less upper), coefficient of s (1 - s)


def linearised(
    limited: Callable, unlimited: Callable, how: str, shapes: tuple[Callable[[Any], Shape], Callable[[Shape], Any]]
) -> Callable:
    """The reconstruction ``limited``, differentiated as one of LINEARISATIONS says.

    limited, unlimited : from the same arrays to the same structure.
    shapes : from that structure to a Shape, and back.
    """
    if how == "exact":
        return limited
    if how == "unlimited":
        return lambda *args: differentiated_as(unlimited, limited, *args)
    to_shape, from_shape = shapes

    def frozen(*args: Any) -> Any:
        mean, *free = to_shape(unlimited(*args))
        _, *kept = to_shape(limited(*args))
        return from_shape((mean, *(_share(k, f) * f for k, f in zip(kept, free))))

    return lambda *args: differentiated_as(frozen, limited, *args)


def _share(kept: Array, free: Array) -> Array:
    """What a limiter left, 0 to 1, as a number without derivative; 1 where there was nothing to limit."""
    xp = namespace(free)
    some = free != 0.0
    share = xp.where(some, kept / xp.where(some, free, 1.0), 1.0)
    return stop_gradient(xp.minimum(xp.maximum(share, 0.0), 1.0))
