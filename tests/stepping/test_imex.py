"""IMEX schemes: their order on a split equation, their weights, and that fast terms do not limit the step."""

import numpy as np
import pytest

from pysces.arrays.pytree import Tree, pytree
from pysces.stepping.imex import EXPLICIT_PART, HOMME_IMEX_TYPES, ImexStage, ImexTableau, imex_step
from pysces.stepping.tableaus import HOMME_TSTEP_TYPES, Stage

# With both parts: backward Euler makes 7 first order, and so do, a hundred times weaker, the 0.49 and 0.51 of 8.
ORDERS = {7: (1, 20), 8: (1, 2000), 9: (2, 20), 10: (2, 20)}  # order, and steps by which it shows


@pytree
class Number(Tree):
    u: np.ndarray


class Linear:
    """u' = slow u + fast u; the mean flux is what the stages saw."""

    def __init__(self, slow, fast):
        self.slow, self.fast = slow, fast

    def advance(self, base, h, at):
        return Number(2.0 * (base.u + h * self.slow * at.u)), at

    def finish(self, state):
        return Number(state.u / 2.0)

    def done(self, state):
        return state

    limited = made = done

    def with_fast(self, state, h, at):
        return Number(state.u + h * self.fast * at.u)

    def solve(self, state, h):
        return Number(state.u / (1.0 - h * self.fast))

    def later(self, function, *args):
        return function(self, *args)


def step(number, start, dt, parts, total):
    return imex_step(HOMME_IMEX_TYPES[number], start, np.float64(dt), parts.advance, parts, total)


def march(number, slow, fast, n, time=1.0):
    state = Number(np.complex128(1.0))
    for _ in range(n):
        state, _ = step(number, state, time / n, Linear(slow, fast), None)
    return state.u


@pytest.mark.parametrize("number", HOMME_IMEX_TYPES)
def test_the_order_with_slow_and_fast_terms(number):
    exact, (order, n) = np.exp(1.0j + 0.7j), ORDERS[number]
    errors = [abs(march(number, 1.0j, 0.7j, n) - exact) for n in (n, 2 * n)]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.15)


@pytest.mark.parametrize("number", HOMME_IMEX_TYPES)
def test_fast_waves_a_hundred_times_too_fast_for_the_step_do_not_grow(number):
    assert abs(march(number, 0.3j, 100.0j, 50, time=50.0)) <= 1.0 + 1e-12


@pytest.mark.parametrize("number", HOMME_IMEX_TYPES)
def test_flux_weights_are_whole(number):
    """A tendency of one changes the mean flux as a step of it does: the flux is that of the whole step."""
    start, total = Number(np.float64(3.0)), Number(np.float64(0.0))
    _, total = step(number, start, 0.5, Linear(0.0, 0.0), total)
    assert total.u == pytest.approx(3.0, rel=1e-15)


def test_a_tableau_whose_flux_is_not_whole_is_refused():
    with pytest.raises(ValueError, match=r"add up to 0\.5, expected 1"):
        ImexTableau("half", (ImexStage(Stage(1.0, 0.5), 1.0),))


@pytest.mark.parametrize(("implicit", "explicit"), EXPLICIT_PART.items())
def test_the_explicit_part_is_the_scheme_without_its_solves(implicit, explicit):
    """What HOMME steps in hydrostatic form; type 9 adds what its last stage starts from in another order."""
    stages, last = HOMME_IMEX_TYPES[implicit].stages, HOMME_IMEX_TYPES[implicit].stages[-1]
    *found, end = [s.explicit for s in stages]
    base = dict(end.base.terms)
    for index, numerator in () if last.added is None else last.added.terms:
        base[index] = base.get(index, 0.0) + numerator / last.added.divisor
    *expected, final = HOMME_TSTEP_TYPES[explicit].stages
    assert found == expected
    assert (end.fraction, end.flux_weight) == (final.fraction, final.flux_weight)
    assert base == {index: numerator / final.base.divisor for index, numerator in final.base.terms}
