"""What fields of output are made of: a state and what belongs to it, in the place and the precision it lives in.

Our own design; a field of one element becomes continuous as HOMME's make_C0 does it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, runtime_checkable

from ..arrays.backend import Array
from ..dycore.dycore import Dycore, ModelState
from ..geometry.grid import Grid
from ..operators.dss import dss
from ..physics.suite import Air, Tendency


@dataclass
class AirSample:
    """A state of a model of air.

    air : as physics sees it.   virtual_temperature : (elem, i, j, lev) [K].
    omega : computes the pressure velocity (elem, i, j, lev) [Pa s-1], not yet assembled.
    """

    dycore: Dycore
    state: ModelState
    air: Air
    virtual_temperature: Callable[[], Array]
    omega: Callable[[], Array]

    @property
    def grid(self) -> Grid:
        """The part of the mesh that is here."""
        return self.dycore.grid

    @property
    def equations(self) -> Any:
        """With constants, coordinate and the surface."""
        return self.dycore.equations

    @cached_property
    def forced(self) -> Tendency:
        """What the suite does to this air."""
        return self.dycore.forcing.suite(self.air, self.state.time)  # type: ignore[union-attr]

    def assembled(self, field: Array) -> Array:
        """A field (..., elem, i, j, lev) [U] of each element made continuous."""
        return dss(field, self.grid)


@dataclass
class ShallowSample:
    """A state of shallow water: wind (2, elem, i, j, 1), thickness of the layer and surface below it [m].

    tracers : (tracer, elem, i, j, 1) mixing ratios.
    """

    grid: Grid
    wind: Array
    thickness: Array
    bottom: Array
    gravity: Array
    tracers: Array

    def assembled(self, field: Array) -> Array:
        """A field (..., elem, i, j, lev) [U] of each element made continuous."""
        return dss(field, self.grid)


@dataclass
class CarriedAir:
    """Air as a given wind carries it: no temperature.

    wind : (2, elem, i, j, lev) [m s-1].   tracers : (tracer, elem, i, j, lev).   dp, p, p_i : [Pa].
    """

    wind: Array
    tracers: Array
    dp: Array
    p: Array
    p_i: Array


@dataclass
class CarriedSample:
    """A state of layers in a given wind."""

    grid: Grid
    air: CarriedAir

    def assembled(self, field: Array) -> Array:
        """A field (..., elem, i, j, lev) [U] of each element made continuous."""
        return dss(field, self.grid)


@runtime_checkable
class Sampled(Protocol):
    """A model whose states fields of output can be made of."""

    def sample(self, config: Any, dycore: Any, state: Any) -> Any:
        """An AirSample, a CarriedSample or a ShallowSample of a state, wherever that lives."""
