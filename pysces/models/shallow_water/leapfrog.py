"""HOMME's leapfrogs for shallow water, which look back one step: plain with a Robert filter, trapezoidal, and mixed.

    lftfreq = 0   leapfrog, filtered by `smooth`
    lftfreq = 1   leapfrog-trapezoidal, which needs no filter
    lftfreq = n   every n-th step a midpoint step, leapfrogs between

The first step is made of a forward half step and a leapfrog through its end.

HOMME: sweqx/advance_mod (advance_nonstag), sweq_mod
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ...arrays.backend import Array, namespace
from ...arrays.control import cond
from ...arrays.fields import field
from ...arrays.pytree import Tree, pytree, static
from ...dycore.calls import as_it_is
from ...dycore.dycore import Dycore
from .equations import ShallowWater
from .state import ShallowWaterState


@pytree
class TwoLevels(Tree):
    """The state now and one step before, and how many steps lie behind."""

    wind: Array = field("m s-1", "eastward and northward wind", homme="v", shape="(2, elem, i, j, 1)")
    phi: Array = field("m2 s-2", "geopotential of the thickness, less its mean", homme="p", shape="(elem, i, j, 1)")
    wind_before: Array = field("m s-1", "wind one step before", homme="v_nm1", shape="(2, elem, i, j, 1)")
    phi_before: Array = field("m2 s-2", "phi one step before", homme="p_nm1", shape="(elem, i, j, 1)")
    steps: Array = field("1", "steps since the start", shape="()")

    @classmethod
    def of(cls, now: ShallowWaterState, before: ShallowWaterState, steps: Array) -> TwoLevels:
        """From two states, and steps, a number [1]."""
        return cls(now.wind, now.phi, before.wind, before.phi, steps)

    @property
    def now(self) -> ShallowWaterState:
        """The newer state."""
        return ShallowWaterState(self.wind, self.phi)

    @property
    def before(self) -> ShallowWaterState:
        """The older state."""
        return ShallowWaterState(self.wind_before, self.phi_before)


@pytree
class LeapfrogDycore(Dycore):
    """A dycore whose dynamics are TwoLevels; it carries no tracers.

    lftfreq : which leapfrog.   smooth : strength of the Robert filter, for lftfreq = 0.
    """

    smooth: Array = field("1", "strength of the Robert filter", homme="smooth", default=0.0)
    lftfreq: int = static(default=1)

    def dynamics_step(self, equations: ShallowWater, dynamics: TwoLevels, kept: Callable = as_it_is) -> TwoLevels:
        """One step and its viscosity, all of it in kept. HOMME: advance_mod:advance_nonstag"""
        return kept(partial(self._leapt, equations))(dynamics)

    def _leapt(self, equations: ShallowWater, dynamics: TwoLevels) -> TwoLevels:
        return cond(
            dynamics.steps < 0.5,
            lambda levels: self._start(equations, levels),
            lambda levels: self._go_on(equations, levels),
            dynamics,
        )

    def _start(self, equations: ShallowWater, levels: TwoLevels) -> TwoLevels:
        start, half = levels.now, 0.5 * self.dt
        middle = self._damped(equations, self.advance(equations, start, half, start), half)
        new = self._damped(equations, self.advance(equations, start, self.dt, middle), self.dt)
        return TwoLevels.of(new, start, levels.steps + 1.0)

    def _go_on(self, equations: ShallowWater, levels: TwoLevels) -> TwoLevels:
        if self.lftfreq == 0:
            return self._leapfrog(equations, levels)
        if self.lftfreq == 1:
            return self._trapezoidal(equations, levels)
        xp = namespace(levels.steps)
        return cond(
            xp.mod(levels.steps, self.lftfreq) < 0.5,
            lambda levels: self._midpoint(equations, levels),
            lambda levels: self._leapfrog(equations, levels),
            levels,
        )

    def _leapfrog(self, equations: ShallowWater, levels: TwoLevels) -> TwoLevels:
        before, now = levels.before, levels.now
        new = self._damped(equations, self.advance(equations, before, 2.0 * self.dt, now), 2.0 * self.dt)
        filtered = now + (before - now * 2.0 + new) * self.smooth
        return TwoLevels.of(new, filtered, levels.steps + 1.0)

    def _trapezoidal(self, equations: ShallowWater, levels: TwoLevels) -> TwoLevels:
        half, now = 0.5 * self.dt, levels.now
        middle = self.advance(equations, now, half, now)
        ahead = levels.before + (middle - now) * 4.0
        new = self._damped(equations, self.advance(equations, middle, half, ahead), self.dt)
        return TwoLevels.of(new, now, levels.steps + 1.0)

    def _midpoint(self, equations: ShallowWater, levels: TwoLevels) -> TwoLevels:
        now = levels.now
        middle = self.advance(equations, now, 0.5 * self.dt, now)
        new = self._damped(equations, self.advance(equations, now, self.dt, middle), self.dt)
        return TwoLevels.of(new, now, levels.steps + 1.0)

    def _damped(self, equations: ShallowWater, state: ShallowWaterState, dt: Array) -> ShallowWaterState:
        return self._dissipation.apply(state, dt, self.grid, equations)
