"""Learning without the dycore: what forecasts lack after one lead, taken as the tendency at their start.

The targets are increments: what was seen after the lead less what the dycore made of the same start. A network learns
to push the start by them at once, so that no derivative of the dycore is needed; what the push becomes on the way to
the end of the lead is left out, which training through rollouts mends.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..arrays.placing import beside
from .rollout import forecast, pushed, with_network_alone
from .training import Lesson
from .windows import Windows, air_of


def offline_lesson(lesson: Lesson) -> Lesson:
    """A lesson of increments over the first lead, in place of forecasts."""
    windows, validation = (_increments(lesson, w) for w in (lesson.windows, lesson.validation))
    return replace(lesson, windows=windows, validation=validation, advance=pushed, insert=with_network_alone)


def _increments(lesson: Lesson, windows: Windows) -> Windows:
    """Windows whose only lead is the start plus what a forecast to the first lead lacks."""
    wind, temperature = (np.empty_like(x[:, :1]) for x in (windows.wind, windows.temperature))
    for n in range(windows.count):
        state = beside(lesson.dycore, windows.start(n))
        before, after = (air_of(lesson.dycore, s) for s in (state, forecast(lesson.dycore, state, lesson.calls)))
        wind[n] = before.wind + windows.wind[n, :1] - after.wind
        temperature[n] = before.temperature + windows.temperature[n, :1] - after.temperature
    return Windows(windows.state, wind, temperature)
