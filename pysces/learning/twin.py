"""The twin experiment of ``pysces twin hybrid``: a network learns the physics that the truth has and the model lacks.

The truth is Held and Suarez' atmosphere with one more heating and stronger friction, the model is theirs alone. The
network is shown the truth's history; docs/use/learning.md says what is wanted and what comes out.

Equations: Held & Suarez (1994), doi:10.1175/1520-0477(1994)075<1825:APFTIO>2.0.CO;2; the rest is own design
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..arrays.backend import Array, namespace
from ..arrays.checksum import checksum
from ..config.run import RunConfig
from ..diagnostics.watch import BadState
from ..diagnostics.zonal import zonal_climate
from ..driver.figures import Figure, at_least, at_most
from ..driver.forced import forced_config
from ..driver.kept_run import kept_folder, kept_run
from ..driver.simulation import Simulation, simulation
from ..physics.suite import Air, Tendency, suites
from ..topology.assembly_sharded import devices_of_each_process
from .evaluation import BANDS, correlation, errors, zonal_tendency
from .network import ColumnNetwork, untrained
from .offline import offline_lesson
from .rollout import size
from .training import Lesson, Stage, train
from .windows import Recorded, Windows, column_scales, recorded

DAY = 86400.0
HEATING, FRICTION = 1.0 / DAY, 0.3  # K s-1; of k_f, both beyond what the model has
SPIN_UP = 0.25  # of the truth, before it is recorded
LEARNED, HELD_OUT = 2.0 / 3.0, 0.75  # of the history: windows to learn from end before, those to test start after
LEAD, LEADS, LATER = 6.0, 4, 5  # hours; of windows to learn from; days of those held out
VALIDATED, TESTED = 4, 8  # windows at most: between those to learn from and those to test
SETTLING = 0.2  # of a free run, before its climate is taken
OFFLINE = Stage(1, 600, 8, 2e-3)
RATES = {1: 1e-3, 2: 5e-4, 4: 2.5e-4}  # by leads: a rate that suits the first stage stirs up what the others refine
HALF, SIMILAR = 0.5, 0.9


@dataclass(frozen=True)
class Setting:
    """The model, what it lacks, and windows of the truth.

    held_out : 24 h after 24 h, to test with.
    """

    run: Simulation
    hidden: Any
    truth: Recorded
    lesson: Lesson
    held_out: Windows

    @property
    def calls_a_day(self) -> int:
        """Of the dycore."""
        return round(DAY / self.run.dt_remap)


def hybrid(
    ne: int, days: float, windows: int, steps: int, batch: int, devices: int, seed: int, say: Callable[[str], None]
) -> Iterator[Figure]:
    """The figures of the experiment, beside what is wanted of them; say takes lines of progress."""
    devices_of_each_process(devices, None)  # said before jax looks for devices
    folder = kept_folder()
    made = setting(ne, days, windows, devices, seed, folder, say)
    # As many steps as cost the same in every stage.
    stages = tuple(Stage(leads, LEADS // leads * steps, batch, rate) for leads, rate in RATES.items())
    offline, online = networks(made, stages, folder, say)
    yield from forecast_figures(made, offline, online)
    yield from tendency_figures(made, online)
    yield from climate_figures(made, online, folder, say)


def setting(
    ne: int, days: float, windows: int, devices: int, seed: int, folder: Path, say: Callable[[str], None]
) -> Setting:
    """The truth of so many days, marched or found in folder, and windows of it."""
    spin_up, days = SPIN_UP * days, (1.0 - SPIN_UP) * days
    taught = starts(windows, 0.0, LEARNED * days - 1.0)
    validated = starts_at_most(VALIDATED, LEARNED * days, HELD_OUT * days - 1.0)
    tested = starts_at_most(TESTED, HELD_OUT * days, days - LATER)
    run = simulation(forced_config(ne, 1.0))
    base = run.dycore.forcing.suite
    hidden = hidden_physics(base)
    true = suites(base, hidden)
    start = kept_run(forced_config(ne, spin_up), f"hybrid_spin_up_ne{ne}", folder, true, say=say).run.state
    kept = kept_run(forced_config(ne, days, LEAD), f"hybrid_truth_ne{ne}", folder, true, start, True, say)
    truth = recorded(kept.history, run)
    learned, validation = (truth.windows(at, LEAD, LEADS) for at in (taught, validated))
    lesson = Lesson(run.dycore, round(LEAD * 3600.0 / run.dt_remap), learned, validation, devices=devices, seed=seed)
    return Setting(run, hidden, truth, lesson, truth.windows(tested, 24.0, LATER))


def starts_at_most(number: int, first: float, last: float) -> np.ndarray:
    """As starts (window,) [day], fewer where the time is too short for so many."""
    return starts(min(number, 1 + int((last - first) * 24.0 / LEAD)), first, last)


def starts(number: int, first: float, last: float) -> np.ndarray:
    """So many times (window,) [day] from first on, evenly apart by whole leads, none after last.

    Raises
    ------
    ValueError where the time is too short for them.
    """
    begin = np.ceil(first * 24.0 / LEAD)
    apart = np.floor((last * 24.0 / LEAD - begin) / max(number - 1, 1))
    if number < 1 or apart < min(number - 1, 1):
        raise ValueError(
            f"{max(number, 1)} windows do not fit between day {first:g} and day {last:g} recorded; give more days, "
            "or fewer windows."
        )
    return (begin + apart * np.arange(number)) * LEAD / 24.0


def hidden_physics(base: Any) -> Any:
    """What the truth has beside Held and Suarez: a heating over the equator, and more friction near the ground."""
    return suites(base.replace(k_f=FRICTION * base.k_f, k_a=0.0 * base.k_a, k_s=0.0 * base.k_s), hidden_heating)


def hidden_heating(air: Air, time: Array) -> Tendency:
    """1 K a day, cos^2 of latitude, sin of pi sigma: (elem, i, j, lev) [K s-1] at any time; our own."""
    xp = namespace(air.p)
    sigma = air.p / air.p_i[..., -1:]
    return Tendency(temperature=HEATING * xp.cos(air.lat) ** 2 * xp.sin(np.pi * sigma))


def networks(
    made: Setting, stages: tuple[Stage, ...], folder: Path, say: Callable[[str], None]
) -> tuple[ColumnNetwork, ColumnNetwork]:
    """One that is trained offline, and the same when it has learned through rollouts too."""
    lesson = made.lesson
    network = untrained(column_scales(lesson.windows, lesson.dycore), seed=lesson.seed)
    say(f"{size(network)} numbers to train, {lesson.windows.count} windows; offline first, on increments of {LEAD:g} h")
    offline = _trained("hybrid_offline", network, offline_lesson(lesson), (OFFLINE,), folder, say)
    say("through rollouts of 6, 12 and 24 hours")
    return offline, _trained("hybrid_online", offline, lesson, stages, folder, say)


def _trained(
    name: str,
    network: ColumnNetwork,
    lesson: Lesson,
    stages: tuple[Stage, ...],
    folder: Path,
    say: Callable[[str], None],
) -> ColumnNetwork:
    """The network after the stages, kept in folder."""
    path = folder / f"{name}-{checksum(f'{stages} {lesson.checksum}', (network,))}.npz"
    return train(network, lesson, stages, path, say).network


def forecast_figures(made: Setting, offline: ColumnNetwork, online: ColumnNetwork) -> Iterator[Figure]:
    """Errors of forecasts from days that nothing was learned from."""

    def of(network: ColumnNetwork | None) -> np.ndarray:
        return errors(made.run.dycore, network, made.held_out, online.scales, made.calls_a_day)

    without, regressed, learned = of(None), of(offline), of(online)
    yield at_most("24 h error, hybrid / model", HALF, learned[0] / without[0])
    yield at_most(f"{LATER} day error, hybrid / model", 1.0, learned[-1] / without[-1])
    yield at_most("24 h error, trained online / offline", 1.0, learned[0] / regressed[0])


def tendency_figures(made: Setting, network: ColumnNetwork) -> Iterator[Figure]:
    """What was learned beside what was hidden, as zonal means."""
    found, true = (zonal_tendency(made.run.dycore, s, made.held_out) for s in (network, made.hidden))
    weights = np.cos(np.radians(BANDS))
    for n, name in enumerate(("acceleration", "heating")):
        yield at_least(f"zonal-mean {name}: correlation", SIMILAR, correlation(found[n], true[n], weights))


def climate_figures(
    made: Setting, network: ColumnNetwork, folder: Path, say: Callable[[str], None]
) -> Iterator[Figure]:
    """A third of the history's length run freely from its second third's end, with the network and without."""
    ne, whole = made.run.config.grid.ne, float(made.truth.days[-1])
    start = np.round(LEARNED * whole * 24.0 / LEAD) * LEAD / 24.0
    days, first = float(whole - start), made.truth.state(start)
    config, base = forced_config(ne, days, 24.0), made.run.dycore.forcing.suite
    free = [
        free_run(config, f"hybrid_free_ne{ne}", folder, suite, first, say) for suite in (base, suites(base, network))
    ]
    yield at_least("free run: days", days, free[1].days, free[1].ended)
    bias = "bias of zonal-mean temperature, hybrid / model"
    if any(run.ended for run in free):
        yield at_most(bias, HALF, np.nan, "a free run blew up")
        return
    true = zonal_climate(made.truth.path, start + SETTLING * days).temperature
    plain, learned = (zonal_climate(f.history, SETTLING * days).temperature - true for f in free)
    yield at_most(bias, HALF, _size(learned) / _size(plain))


@dataclass(frozen=True)
class FreeRun:
    """A free run's history, how many days it reached, and why it ended before its time; empty where it did not."""

    history: Path
    days: float
    ended: str


def free_run(config: RunConfig, name: str, folder: Path, suite: Any, start: Any, say: Callable[[str], None]) -> FreeRun:
    """A free run from a state, kept in folder; one that blows up has reached the day of its first bad state."""
    try:
        kept = kept_run(config, name, folder, suite, start, True, say)
    except BadState as error:
        return FreeRun(Path(), error.days, str(error))
    return FreeRun(kept.history, kept.run.calls * kept.run.dt_remap / DAY, "")


def _size(bias: np.ndarray) -> float:
    """Root of the mean square over latitude and levels."""
    weights = np.cos(np.radians(np.linspace(-87.5, 87.5, bias.shape[0])))[:, None] * np.isfinite(bias)
    return float(np.sqrt(np.sum(weights * np.nan_to_num(bias) ** 2) / weights.sum()))
