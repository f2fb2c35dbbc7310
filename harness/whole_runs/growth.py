"""``pysces-verify growth``: is a whole run's drift more than round-off grown by the flow?

Judged by an ensemble of Fortran waves one ulp apart: until the envelope reaches 1e-4 of saturation, the port's distance
to the control must stay within a geometric mean of 3 times the members' median and within 4 times the farthest member.
Its mass and energy must stay within 4 times the members' farthest from the first output on.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..judging.compare import BITWISE, DIFFERENT, ROUNDOFF, VACUOUS
from ..running.configurations import Configuration
from .ensemble import BUDGETS, Distances, Ensemble, Flow

MEDIAN_LIMIT, HIGH_LIMIT = 3.0, 4.0
SATURATED = 1e-4  # of saturation: where growth is no longer judged
LEAST_BUDGET = 1e-15  # relative: the global sum's own round-off
LADDER = tuple(10.0**n for n in range(-15, -9))


@dataclass(frozen=True)
class Growth:
    """One curve of the port in its envelope. envelope: rows of day, median, low, high, port.

    ratio_median : geometric mean of port / median.   ratio_high : largest port / high; both while growth is judged.
    horizon_day : from when on it is not, or None.   saturation : None for budgets.
    """

    field: str
    units: str
    verdict: str
    reason: str
    ratio_median: float | None
    ratio_high: float
    saturation: float | None
    horizon_day: float | None
    envelope: list[dict]


def judge(case: Flow, ensemble: Ensemble, members: list[Distances], port: Distances) -> list[Growth]:
    """The curves of all fields, then the budgets."""
    curves = []
    for name, units in case.subject.fields.items():
        stack = np.array([m.fields[name] for m in members])
        saturation = ensemble.saturation(name)
        judged = np.cumprod(stack.max(axis=0) < SATURATED * saturation).astype(bool)
        curves.append(_curve(name, units, case.days, stack, port.fields[name], judged, saturation))
    return curves + [_budget(name, case.days, members, port) for name in BUDGETS]


def _curve(
    name: str, units: str, days: np.ndarray, stack: np.ndarray, port: np.ndarray, judged: np.ndarray, saturation: float
) -> Growth:
    median, high = np.median(stack, axis=0), stack.max(axis=0)
    ratio_median, ratio_high = _ratios(port[judged], median[judged], high[judged])
    over = []
    if ratio_median > MEDIAN_LIMIT:
        over.append(f"{ratio_median:.3g} times the median, at most {MEDIAN_LIMIT:g}")
    if ratio_high > HIGH_LIMIT:
        over.append(f"{ratio_high:.3g} times the farthest member, at most {HIGH_LIMIT:g}")
    verdict = _verdict(port, bool(over), bool(judged.any() and median[judged].any()))
    horizon = None if judged.all() else float(days[judged.sum()])
    rows = _rows(days, stack, port)
    return Growth(name, units, verdict, "; ".join(over), ratio_median, ratio_high, saturation, horizon, rows)


def _ratios(port: np.ndarray, median: np.ndarray, high: np.ndarray) -> tuple[float, float]:
    """Geometric mean of port / median, where the port is not on the control bit by bit, and the largest port / high."""
    if not port.any():
        return 0.0, 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        to_median = np.where(port == 0.0, 1.0, port / median)
        to_high = np.where(port == 0.0, 0.0, port / high)
    return float(np.exp(np.log(to_median).mean())), float(to_high.max())


def _budget(name: str, days: np.ndarray, members: list[Distances], port: Distances) -> Growth:
    """Judged at every output; it has no horizon."""
    stack = np.abs([m.budgets[name] for m in members])
    drift = np.abs(port.budgets[name])
    allowed = np.maximum(stack.max(axis=0), LEAST_BUDGET)
    ratio = float((drift / allowed).max())
    reason = f"{ratio:.3g} times the members' farthest, at most {HIGH_LIMIT:g}" if ratio > HIGH_LIMIT else ""
    return Growth(name, "1", _verdict(drift, bool(reason)), reason, None, ratio, None, None, _rows(days, stack, drift))


def _verdict(port: np.ndarray, over: bool, compared: bool = True) -> str:
    if not np.isfinite(port).all():
        return DIFFERENT
    if not compared:
        return VACUOUS
    return DIFFERENT if over else ROUNDOFF if port.any() else BITWISE


def _rows(days: np.ndarray, stack: np.ndarray, port: np.ndarray) -> list[dict]:
    low, median, high = stack.min(axis=0), np.median(stack, axis=0), stack.max(axis=0)
    columns = {"day": days, "median": median, "low": low, "high": high, "port": port}
    return [{name: float(values[n]) for name, values in columns.items()} for n in range(len(days))]


def passes(curves: list[Growth]) -> bool:
    """Whether every curve stays where it should."""
    return all(curve.verdict in (BITWISE, ROUNDOFF) for curve in curves)


def smallest_detected(case: Flow, ensemble: Ensemble, members: list[Distances], side: Configuration) -> float | None:
    """The smallest defect of the derivative matrix, in decades, that the verdict notices."""
    sizes = LADDER if side.precision == 64 else tuple(1e7 * size for size in LADDER)
    for size in sizes:
        if not passes(judge(case, ensemble, members, ensemble.port(side, size))):
            return size
    return None


def draw(curves: list[Growth], image: Path, title: str) -> str:
    """Envelope and port of every curve on logarithmic axes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 7), layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(title)
    panels = figure.subplots(2, 3).ravel()
    for axes in panels[len(curves) :]:
        axes.axis("off")
    for axes, curve in zip(panels, curves):
        _panel(axes, curve)
    figure.savefig(image, dpi=120)
    return os.fspath(image)


def _panel(axes: Any, curve: Growth) -> None:
    rows = {name: np.array([row[name] for row in curve.envelope]) for name in curve.envelope[0]}
    axes.fill_between(rows["day"], rows["low"], rows["high"], alpha=0.3, label="Fortran, 1 ulp apart")
    axes.plot(rows["day"], rows["median"], label="their median")
    axes.plot(rows["day"], rows["port"], "k.-", label="pysces")
    title = f"{curve.field} [{curve.units}]: {curve.verdict}"
    if curve.saturation:
        axes.set_yscale("log")
        title += f"\n1e-4 of saturation: {SATURATED * curve.saturation:.1e}"
    else:
        title += "\nrelative to the control"
    axes.set(title=title, xlabel="day")
    axes.grid(alpha=0.3)
    axes.legend(fontsize="small")
