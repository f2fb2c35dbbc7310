"""The twin experiments of ``pysces twin tuning``: parameters that are known, found from the weather that they make.

docs/use/tuning.md says what is wanted and what comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np

from ..driver.figures import Figure, at_most, within
from ..driver.kept_run import kept_folder
from .fits import Fit, gauss_newton, lbfgs
from .held_suarez import DAY, NAMES, ForcedTwin, forced_twin
from .posterior import Posterior, posterior
from .problem import Problem
from .sensitivity import sensitivity
from .shallow_water import ShallowTwin, shallow_twin

FACTOR = 4.0  # between the true viscosity and its first guesses
STEPS, NOISE_FREE, DEVIATIONS, SLOPE = 15, 1e-3, 3.0, 1e-6
WITHIN = 1e-2  # of every number of Held and Suarez
EXPECTED = ("k_a", "delta_theta_z")  # to be determined worst
DIFFERENCE = 1e-4  # of ln nu
GROWTH = (1, 3, 5, 10, 15, 20)  # days


def tuning(part: str, ne: int, spin_up: float, seed: int, say: Callable[[str], None]) -> Iterator[Figure]:
    """The figures of both experiments, or of one; spin_up [day] is that of Held and Suarez' atmosphere."""
    if part in ("both", "shallow_water"):
        say("viscosity of shallow water, from Galewsky's jet at day 4")
        yield from viscosity_figures(shallow_twin(ne or 8), seed, say)
    if part in ("both", "held_suarez"):
        say("Held and Suarez' numbers, from three days of their weather")
        yield from forcing_figures(forced_twin(kept_folder(), ne or 4, spin_up, say=say), say)


def viscosity_figures(twin: ShallowTwin, seed: int, say: Callable[[str], None]) -> Iterator[Figure]:
    """Viscosity found from too much and from too little, with and without noise, and the slope of the cost."""
    true = twin.nu
    for factor in (FACTOR, 1.0 / FACTOR):
        yield from _found(
            f"Gauss-Newton from nu x {factor:g}", gauss_newton(twin.problem(factor * true), say=say), true
        )
    yield from _found(f"L-BFGS from nu x {FACTOR:g}", lbfgs(twin.problem(FACTOR * true), say=say), true)
    noisy = gauss_newton(twin.problem(FACTOR * true, np.random.default_rng(seed)), say=say)
    known = posterior(noisy)
    say(known.report())
    off = abs(noisy.z[0] - np.log(true)) / known.deviations[0]
    yield at_most("nu with noise of 1 m: error in posterior deviations", DEVIATIONS, off)
    yield at_most(
        "dJ/d ln nu by adjoint and by central difference, relative", SLOPE, slope_error(twin.problem(FACTOR * true))
    )


def _found(how: str, fit: Fit, true: float) -> Iterator[Figure]:
    yield at_most(f"{how}: |nu / true - 1|", NOISE_FREE, abs(fit.values["nu"] / true - 1.0))
    steps = fit.steps if fit.converged else np.nan
    yield at_most(f"{how}: steps to rest", STEPS, steps, f"it had not come to rest after {fit.steps}")


def slope_error(problem: Problem) -> float:
    """Relative difference of the adjoint's gradient and a central difference, at the first guess of one parameter."""
    z = problem.first_guess
    slope = float(problem.cost_and_gradient(z)[1][0])
    ends = [float(problem.cost_and_gradient(z + h)[0]) for h in (DIFFERENCE, -DIFFERENCE)]
    return abs((ends[0] - ends[1]) / (2.0 * DIFFERENCE) / slope - 1.0)


def forcing_figures(twin: ForcedTwin, say: Callable[[str], None]) -> Iterator[Figure]:
    """Five numbers found at once; which of them are determined worst, and how gradients grow, is said."""
    problem = twin.problem()
    fit = gauss_newton(problem, say=say)
    for name in NAMES:
        yield at_most(f"|{name} / true - 1|", WITHIN, abs(fit.values[name] / twin.truth(name) - 1.0))
    known = posterior(fit)
    say(known.report())
    say(f"one deviation is {in_order(known)}; {' and '.join(EXPECTED)} were expected to be determined worst")
    yield within("eigenvalues of the Hessian above that are positive", len(NAMES), 0.0, (known.eigenvalues > 0.0).sum())
    _say_growth(problem, float(twin.dycore.dt_remap), say)


def in_order(known: Posterior) -> str:
    """Parameters with their deviations in per cent, of coordinates that are logarithms, the worst determined first."""
    order = np.argsort(-known.deviations)
    return ", ".join(f"{100.0 * known.deviations[n]:.2g} % of {known.parameters[n].name}" for n in order)


def _say_growth(problem: Problem, dt: float, say: Callable[[str], None]) -> None:
    """How the derivative of the weather by the first parameter grows with the length of a run."""
    one, a_day = replace(problem, parameters=problem.parameters[:1]), round(DAY / dt)
    sizes = sensitivity(one, GROWTH[-1] * a_day, a_day)[:, 0]
    for before, day in pairwise((0, *GROWTH)):
        grown = f", doubled in {doubling(sizes[before - 1], sizes[day - 1], day - before):.1f} days" if before else ""
        say(f"after {day:2d} days the derivative by log {one.parameters[0].name} has size {sizes[day - 1]:.3g}{grown}")


def doubling(before: float, after: float, days: float) -> float:
    """Time [day] in which a derivative doubles that has grown from before to after."""
    return float(days * np.log(2.0) / np.log(after / before))
