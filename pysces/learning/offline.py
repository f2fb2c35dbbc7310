"""Learning without the dycore: what forecasts lack after one lead, taken as the tendency at their start.

The targets are increments: what was seen after the lead less what the dycore made of the same start. A network learns
to push the start by them at once, so that no derivative of the dycore is needed; what the push becomes on the way to
the end of the lead is left out, which training through rollouts mends.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import jax
import numpy as np

from ..arrays.backend import to_numpy
from ..arrays.pytree import tree_map
from ..assimilation.variables import change_of_variables
from .rollout import pushed, with_network_alone
from .training import Lesson
from .windows import Windows


def offline_lesson(lesson: Lesson) -> Lesson:
    """A lesson of increments over the first lead, in place of forecasts."""
    windows, validation = (_increments(lesson, w) for w in (lesson.windows, lesson.validation))
    return replace(lesson, windows=windows, validation=validation, advance=pushed, insert=with_network_alone)


def _increments(lesson: Lesson, windows: Windows) -> Windows:
    """Windows whose only lead is the start plus what a forecast to the first lead lacks."""
    parts = []
    for n in range(windows.count):
        one = windows.chosen(slice(n, n + 1), 1)
        start, end = to_numpy(_start_and_end(tree_map(lambda x: x[0], one.state), lesson.dycore, lesson.calls))
        parts.append((start[0] + one.wind[0, 0] - end[0], start[1] + one.temperature[0, 0] - end[1]))
    wind, temperature = (np.stack([part[k] for part in parts])[:, None] for k in (0, 1))
    return Windows(windows.state, wind, temperature)


@partial(jax.jit, static_argnums=2)
def _start_and_end(state: Any, dycore: Any, calls: int) -> tuple:
    """Wind and temperature before and after so many calls."""
    variables = change_of_variables(dycore)
    before, after = variables.fields(state), variables.fields(dycore.run(state, calls))
    return (before.wind, before.temperature), (after.wind, after.temperature)
