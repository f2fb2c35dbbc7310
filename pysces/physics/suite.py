"""What physics sees and what it returns. A suite is any pure function ``suite(air, time) -> Tendency``.

Your own suite, a neural network included, takes three lines:

    def suite(air, time):
        return Tendency(temperature=(300.0 - air.temperature) / 86400.0)

    dycore = dycore.replace(forcing=homme_physics(suite))  # or cam_se_physics(suite)

A suite with parameters that are to be differentiated is a ``@pytree`` class with ``__call__`` (see held_suarez).
``suites(a, b, ...)`` adds several; each sees the air before any of them. time, a number [s], is that of the run.
This interface is our own design, between those of HOMME's forcing (FM, FT, FQ) and CAM's physics.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..arrays.backend import Array, namespace
from ..arrays.fields import field
from ..arrays.pytree import Tree, pytree, static
from ..vertical.basis import Basis, moved


@pytree
class Air(Tree):
    """The atmosphere as physics sees it: columns with the top first."""

    wind: Array = field("m s-1", "eastward and northward wind (2, elem, i, j, lev)")
    temperature: Array = field("K", "temperature (elem, i, j, lev)")
    tracers: Array = field("1", "tracer mass per mass of the layer (tracer, elem, i, j, lev); empty if there are none")
    dp: Array = field("Pa", "layer thickness in pressure: all that has weight in the dynamics")
    dp_dry: Array = field("Pa", "share of dry air in dp")
    p: Array = field("Pa", "pressure at midpoints")
    p_i: Array = field("Pa", "pressure at interfaces (lev + 1)")
    phi_i: Array = field("m2 s-2", "geopotential at interfaces (lev + 1)")
    lat: Array = field("radian", "latitude (elem, i, j, 1)")
    lon: Array = field("radian", "longitude (elem, i, j, 1)")
    dt: Array = field("s", "time for which the tendency will be applied")
    w_i: Any = field("m s-1", "vertical velocity at interfaces (lev + 1), where it is prognostic", default=None)


@pytree
class Tendency(Tree):
    """Rates of change at constant pressure; None where a suite does nothing."""

    wind: Any = field("m s-2", "acceleration (2, elem, i, j, lev)", homme="FM", cam="FM", default=None)
    temperature: Any = field("K s-1", "heating", homme="FT", cam="FT", default=None)
    tracers: Any = field("s-1", "source of tracer per mass of the layer (tracer, ...)", homme="FQ / dp", default=None)
    w_i: Any = field("m s-2", "vertical acceleration at the upper interface of each layer", default=None)


@pytree
class FunctionSuite(Tree):
    """A plain function as a suite: it is part of the compiled program, and gets air and time, a number [s]."""

    function: Callable = static()

    def __call__(self, air: Air, time: Array) -> Tendency:
        return self.function(air, time)


@pytree
class SumOfSuites(Tree):
    """Several suites on the same air at the same time, a number [s], their tendencies added."""

    members: tuple

    def moved(self, before: Basis, after: Basis) -> SumOfSuites:
        """Each on another basis."""
        return SumOfSuites(tuple(moved(member, before, after) for member in self.members))

    def __call__(self, air: Air, time: Array) -> Tendency:
        total = Tendency()
        for member in self.members:
            total = add_tendencies(total, member(air, time))
        return total


@pytree
class InTurn(Tree):
    """Several suites, each of which sees the air that the one before leaves, at one pressure and time, a number [s]."""

    members: tuple

    def moved(self, before: Basis, after: Basis) -> InTurn:
        """Each on another basis."""
        return InTurn(tuple(moved(member, before, after) for member in self.members))

    def __call__(self, air: Air, time: Array) -> Tendency:
        total, now = Tendency(), air
        for member in self.members:
            change = member(now, time)
            now, total = _after(now, change), add_tendencies(total, change)
        return total


def _after(air: Air, change: Tendency) -> Air:
    rates = {name: rate for name, rate in vars(change).items() if rate is not None}
    if "w_i" in rates:  # the ground does not move
        rates["w_i"] = namespace(change.w_i).concatenate([change.w_i, 0.0 * change.w_i[..., :1]], axis=-1)
    changed = {name: getattr(air, name) + air.dt * rate for name, rate in rates.items()}
    return air.replace(**changed)


def suites(*members: Any) -> SumOfSuites:
    """One suite out of several functions or suites."""
    return SumOfSuites(tuple(as_suite(m) for m in members))


def as_suite(suite: Any) -> Any:
    """suite itself where it is a pytree; a plain function is wrapped."""
    return suite if hasattr(type(suite), "_children") else FunctionSuite(suite)


def add_tendencies(a: Tendency, b: Tendency) -> Tendency:
    """The sum; what neither changes stays None."""
    return Tendency(*(_add(getattr(a, name), getattr(b, name)) for name in ("wind", "temperature", "tracers", "w_i")))


def _add(a: Any, b: Any) -> Any:
    if a is None or b is None:
        return b if a is None else a
    return a + b
