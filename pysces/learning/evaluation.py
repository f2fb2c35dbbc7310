"""How good forecasts are with a network and without: errors of windows, and what a network has learned, zonally.

What is weighed is our own design.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..arrays.backend import Array
from ..arrays.pytree import pytree, static
from ..diagnostics.zonal import zonal_mean
from ..physics.suite import Air, Tendency
from .network import ColumnNetwork, ColumnScales
from .rollout import forecast, misfits, with_network
from .windows import Windows

BANDS = np.arange(-85.0, 90.0, 10.0)  # degrees of latitude


def errors(
    dycore: Any, network: ColumnNetwork | None, windows: Windows, scales: ColumnScales, calls: int
) -> np.ndarray:
    """(lead,) root of the mean square error over windows, levels, wind and temperature, in deviations of weather [1].

    network : beside the dycore's own physics; None is the dycore as it is.   calls : between leads.
    """
    found = misfits(with_network(dycore, network), forecast, windows, scales, calls)
    return np.sqrt(np.mean(found, axis=(0, 2)))


@pytree
class _Probe:
    """A suite that answers as another and keeps what it saw."""

    suite: Any
    keep: Callable = static()

    def __call__(self, air: Air, time: Array) -> Tendency:
        tendency = self.suite(air, time)
        self.keep((air, tendency))
        return tendency


def tendencies(dycore: Any, suite: Any, state: Any) -> Tendency:
    """What a suite answers to a state, coupled as the dycore's own physics is."""
    kept: list = []
    probed = dycore.replace(forcing=dycore.forcing.replace(suite=_Probe(suite, kept.append)))
    probed.forcing.split(state, probed.dt_remap, probed)
    return kept[0][1]


def zonal_tendency(dycore: Any, suite: Any, windows: Windows) -> np.ndarray:
    """(2, band, lev) zonal means of what a suite answers to windows' starts: eastward [m s-2], heating [K s-1]."""
    grid = dycore.grid
    lat, area = np.degrees(np.asarray(grid.lat)[..., 0]), np.asarray(grid.mass_matrix)[..., 0]
    total = np.zeros(())
    for n in range(windows.count):
        found = tendencies(dycore, suite, windows.start(n))
        eastward = None if found.wind is None else found.wind[0]
        total = total + np.stack(np.broadcast_arrays(*(_banded(x, lat, area) for x in (eastward, found.temperature))))
    return total / windows.count


def _banded(x: Array | None, lat: np.ndarray, area: np.ndarray) -> np.ndarray | float:
    """Means over bands of latitude; zero where a suite does not answer."""
    return 0.0 if x is None else zonal_mean(np.asarray(x), lat, area, BANDS)


def correlation(one: np.ndarray, other: np.ndarray, weights: np.ndarray) -> float:
    """Of one and the other field (band, lev) [U], with weights (band,) [1]; bands without a node are left out."""
    there = np.isfinite(one).all(axis=1) & np.isfinite(other).all(axis=1)
    w = np.broadcast_to(weights[there, None], one[there].shape)
    a, b = (x[there] - np.average(x[there], weights=w) for x in (one, other))
    return float(np.sum(w * a * b) / np.sqrt(np.sum(w * a * a) * np.sum(w * b * b)))
