"""The twin experiment of ``pysces twin 4dvar``: a 12-hour window over a truth that is known.

The truth is a developed wave; the background is the truth with errors drawn from B; every three hours a tenth of the
columns, of air others each time, is observed with errors drawn from R. docs/use/assimilation.md says what is wanted and
what comes out.

The experiment is our own design.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import jax
import numpy as np

from ..config.presets import preset
from ..driver.figures import Figure, at_most, within
from ..driver.simulation import Simulation, simulation
from ..dycore.dycore import ModelState
from .background import BackgroundError, Error, background_error
from .cost import adjoint_misfit, taylor_test
from .minimise import Analysis, minimise
from .observations import observation, points_at_columns, surface_pressure, temperature, thickness, wind
from .scores import rms_difference
from .variables import AirFields, WaterFields, displaced
from .window import Window, observed, window

HOUR, DAY = 3600.0, 86400.0
EVERY, TIMES = 3 * HOUR, 5  # a window of 12 hours, its start among the times
SHARE = 0.1  # of the columns that are observed
LENGTH, DEPTH = 1.0e6, 0.5  # of correlations: [m], and in log pressure
DIVERGENT, BALANCED = 0.1, 0.9  # of the wind's variance, and most of that of mass fields
SAMPLES = 100  # that sigma is measured with, to 7 % at a node: the background is drawn from the very B that is used
OUTER, INNER, REDUCTION = 3, 30, 9e-4
DENSE_OUTER, DENSE_INNER = 2, 100
PERFECT = 0.05  # of the background's deviation: what the dense limit's observations are supposed to err by
STEP_AT_NE1 = 7200.0  # s
STEPS = (1e-1, 1e-2, 1e-3, 1e-4)  # of the Taylor test


@dataclass(frozen=True)
class Setting:
    """What differs between models: case and options, days to the truth, errors and observations by variable."""

    options: dict
    ne: int
    days: float
    errors: Any
    kinds: dict  # {quantity: deviation of its observations}
    sites: str = "moving"  # or fixed: who observes


_AIR = AirFields(
    wind=Error(2.0, LENGTH, DEPTH, divergent=DIVERGENT),
    temperature=Error(1.0, LENGTH, DEPTH, balanced=BALANCED),
    ps=Error(200.0, LENGTH, balanced=BALANCED),
)
_AIR_KINDS = {wind: 1.0, temperature: 1.0, surface_pressure: 100.0}
_WATER = WaterFields(wind=Error(2.0, LENGTH, divergent=DIVERGENT), thickness=Error(20.0, LENGTH, balanced=BALANCED))
_JET = {"case": "jablonowski_williamson", "rsplit": 1}
SETTINGS = {
    "theta_l": Setting(_JET | {"vert_remap_q_alg": -1}, 4, 6.0, _AIR, _AIR_KINDS),
    "cam_se": Setting(_JET | {"vert_remap_u_alg": -17, "hypervis_subcycle": -1}, 4, 6.0, _AIR, _AIR_KINDS),
    "shallow_water": Setting({"case": "galewsky"}, 8, 4.0, _WATER, {wind: 1.0, thickness: 10.0}, sites="fixed"),
}


@dataclass(frozen=True)
class Experiment:
    """A truth, a background that errs as B says, and the run that both belong to."""

    run: Simulation
    truth: ModelState
    background: ModelState
    covariance: BackgroundError
    setting: Setting
    rng: np.random.Generator


def four_d_var(
    model: str, ne: int, nlev: int, sites: str, devices: int, seed: int, say: Callable[[str], None]
) -> Iterator[Figure]:
    """The figures of the experiment, beside what is wanted of them; say takes lines of progress."""
    setting = SETTINGS[model]
    sites = setting.sites if sites == "usual" else sites
    made = experiment(twin_run(model, ne or setting.ne, nlev, devices), setting, seed, say)
    problem = twin_window(made, _columns_seen(made, SHARE, sites), setting.kinds, noisy=True)
    say(f"{problem.count} observations, {control_size(made.covariance)} numbers of control")
    yield from _gates(problem, made.covariance.white(made.rng))
    analysis = minimise(problem, OUTER, INNER, REDUCTION, say=say)
    yield from _of_minimisation(analysis)
    yield from _of_errors(made, analysis.state)
    say("dense observations without error")
    trusted = {what: PERFECT * sigma for what, sigma in zip(setting.kinds, sigmas(setting.errors))}
    everywhere = twin_window(made, _columns_seen(made, 1.0, sites), trusted, noisy=False)
    dense = minimise(everywhere, DENSE_OUTER, DENSE_INNER, 0.0, say=say)
    yield from _ratios(made, dense.state, 0.05, "at the start, every column observed without error")


def twin_run(model: str, ne: int, nlev: int, devices: int) -> Simulation:
    """The run of a model at a size, one step a call, three hours a whole number of them."""
    step = EVERY / np.ceil(EVERY * ne / STEP_AT_NE1)
    config = preset(model).with_options(ne=ne, tstep=float(step), backend="jax", **SETTINGS[model].options)
    table: dict = {"backend": {"devices": devices}}
    if model != "shallow_water":
        table["vertical"] = {"table": {"family": "even_pressure", "nlev": nlev, "eta_top": 0.02}}
    return simulation(config.with_table(table))


def experiment(run: Simulation, setting: Setting, seed: int, say: Callable[[str], None]) -> Experiment:
    """Truth and background."""
    rng = np.random.default_rng(seed)
    say(f"truth: {setting.days:g} days of {setting.options['case']}")
    truth = run.dycore.run(run.state, round(setting.days * DAY / run.dt_remap))
    say("background errors")
    covariance = background_error(run, setting.errors, SAMPLES)
    background = _perturbed(run.dycore, covariance, truth, covariance.white(rng))
    return Experiment(run, truth, background, covariance, setting, rng)


def twin_window(made: Experiment, there: np.ndarray, kinds: dict, noisy: bool) -> Window:
    """The window of columns that are seen there (time, column) [1], with errors or without; one program for any."""
    points = points_at_columns(made.run, np.arange(there.shape[1]))
    observations = [observation(points, what, deviation) for what, deviation in kinds.items()]
    values = []
    for o, exact in zip(observations, observed(made.run, made.truth, observations, TIMES, EVERY)):
        seen = exact + (o.error * made.rng.standard_normal(exact.shape) if noisy else 0.0)
        values.append(np.where(_beside_levels(there, exact.ndim), seen, np.nan))
    return window(made.run, made.background, made.covariance, observations, values, EVERY, checkpoint=False)


def _columns_seen(made: Experiment, share: float, sites: str) -> np.ndarray:
    """(time, column) whether a column is seen: a share of them, of moving sites others each time."""
    columns = made.covariance.nodes.count
    number, there = round(share * columns), np.zeros((TIMES, columns), bool)
    if sites == "moving":
        return np.stack([made.rng.permutation(columns) < number for _ in there])
    there[:, made.rng.permutation(columns)[:number]] = True
    return there


def _beside_levels(there: np.ndarray, ndim: int) -> np.ndarray:
    """(time, column) as (time, ..., column, 1)."""
    return there.reshape(len(there), *(1,) * (ndim - 3), -1, 1)


def sigmas(errors: Any) -> list[float]:
    """The deviations of the variables that have one, in their order."""
    return [e.sigma for e in (getattr(errors, name) for name in errors._children) if e is not None]


def control_size(covariance: BackgroundError) -> int:
    """How many numbers the control vector has."""
    return sum(x.size for x in jax.tree_util.tree_leaves(covariance.zeros()))


@jax.jit
def _perturbed(dycore: Any, covariance: BackgroundError, state: ModelState, white: Any) -> ModelState:
    return displaced(dycore, state, covariance.root(white, dycore.grid))


def _gates(problem: Window, direction: Any) -> Iterator[Figure]:
    """Whether gradient and adjoint are exact, before they are used."""
    start = problem.covariance.zeros()
    test = taylor_test(problem, start, direction, STEPS)
    yield within("Taylor slope of J over three decades", 2.0, 0.05, test.slope)
    yield at_most("least |(J(v + s h) - J(v - s h)) / (2 s g.h) - 1|", 1e-7, test.misfit)
    yield at_most("<G h, G h> against <h, G^T G h>, relative", 1e-11, adjoint_misfit(problem, start, direction))


def _of_minimisation(analysis: Analysis) -> Iterator[Figure]:
    costs = [(i.outer, i.cost) for i in analysis.iterations]
    rises = [b - a for (outer, a), (same, b) in pairwise(costs) if outer == same]
    yield at_most(
        "|grad J| of the analysis over that of the background", 1e-3, analysis.gradients[1] / analysis.gradients[0]
    )
    yield at_most("inner iterations for it", 40, sum(i.inner > 0 for i in analysis.iterations))
    yield at_most("largest rise of J in an inner iteration", 0.0, max(rises))
    yield within("2 J / N at the minimum", 1.0, 0.1, analysis.chi_squared)


def _of_errors(made: Experiment, analysis: ModelState) -> Iterator[Figure]:
    yield from _ratios(made, analysis, 0.5, "at the start")
    calls = round(DAY / made.run.dt_remap)
    ahead = [made.run.dycore.run(state, calls) for state in (made.truth, made.background, analysis)]
    yield from _ratios(made, ahead[2], 0.5, "of the forecast for 24 hours", ahead[0], ahead[1])


def _ratios(made: Experiment, found: ModelState, limit: float, when: str, *other: ModelState) -> Iterator[Figure]:
    """The error of a state over that of the background, of each variable; other: truth and background then."""
    truth, background = other or (made.truth, made.background)
    errors, before = (rms_difference(made.run.dycore, s, truth) for s in (found, background))
    for name in errors._children:
        if getattr(errors, name) is not None and getattr(made.setting.errors, name) is not None:
            ratio = float(getattr(errors, name)) / float(getattr(before, name))
            yield at_most(f"error of {name} {when}, analysis over background", limit, ratio)
