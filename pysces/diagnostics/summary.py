"""A history in numbers: ranges and means of its fields, and how far what should stay has drifted.

Our own design.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np

from ..io.classic import Header
from ..io.history import read_history
from .drawable import fields_of, head
from .selection import Opened, Selection, opened, read_known

HEAD = f"{'field':24s} {'unit':12s} {'least':>12s} {'most':>12s} {'mean, first':>14s} {'mean, last':>14s}"


@dataclass(frozen=True)
class FieldSummary:
    """Range of a field over all records, and its mean over the sphere in the first and the last."""

    name: str
    units: str
    least: float
    most: float
    first: float
    last: float

    def line(self) -> str:
        """For people."""
        numbers = f"{self.least:12.5g} {self.most:12.5g} {self.first:14.7g} {self.last:14.7g}"
        return f"{self.name:24s} {self.units:12s} {numbers}"


def summary(path: str | os.PathLike) -> str:
    """A history as a table: means weighted by area, over levels by what the layers weigh over 1000 hPa."""
    fields = fields_of(head(os.fspath(path))[0])
    history = opened(Selection(os.fspath(path), fields[0]))
    header, days = history.header, history.days
    every = f"{days.size} records, days {days[0]:.6g} to {days[-1]:.6g}"
    nodes = f"{history.lon.shape[0]} elements of {history.lon.shape[1]} x {history.lon.shape[2]} nodes"
    lines = [f"{path}: {every}; {nodes}{_count_levels(header)}", "", HEAD]
    lines += [_field(history, name).line() for name in fields]
    curves = [v.name for v in header.records if v.dimensions == ("time",) and v.name != "time"]
    return "\n".join([*lines, "", *(_curve(path, name, header) for name in curves)])


def _count_levels(header: Header) -> str:
    size = header.dimensions.get("lev", 0)
    return f", {size} levels" if size else ""


def _field(history: Opened, name: str) -> FieldSummary:
    """One record in memory at a time."""
    path, last = history.chosen.path, len(history.days) - 1
    (area,) = read_history(path, "area")
    ranges, means = [], {}
    for record in range(last + 1):
        values, about = read_known(os.fspath(path), name, record)
        ranges.append((np.nanmin(values), np.nanmax(values)))
        if record in (0, last):
            means[record] = mean(values, area, _thickness(history, values))
    least, most = np.array(ranges).T
    return FieldSummary(name, about["units"], least.min(), most.max(), means[0], means[last])


def mean(values: np.ndarray, area: np.ndarray, thickness: np.ndarray | None) -> float:
    """Over the sphere, of values (elem, i, j) [U], or (elem, i, j, lev) over levels too; nan counts for nothing.

    area : (elem, i, j) weights of nodes.   thickness : (lev,) weights of levels, None where there are none.
    """
    weights = area if thickness is None else area[..., None] * thickness
    known = np.isfinite(values)
    return float((np.where(known, values, 0.0) * weights).sum() / (known * weights).sum())


def _thickness(history: Opened, values: np.ndarray) -> np.ndarray | None:
    """(lev,) relative weights of the levels: those of the layers over a surface at p0, else all alike."""
    if values.ndim == 3:
        return None
    if not any(v.name == "hyai" for v in history.header.fixed):
        return np.ones(values.shape[-1])
    hyai, hybi = read_history(history.chosen.path, "hyai", "hybi")
    layers = np.diff(hyai + hybi)
    return layers if layers.size == values.shape[-1] else np.ones(values.shape[-1])


def _curve(path: str | os.PathLike, name: str, header: Header) -> str:
    """A number in time: its first and last value, and how far that is, relative to the first."""
    (values,) = read_history(path, name)
    units = next(v for v in header.records if v.name == name).attributes.get("units", "")
    same_sign = values[0] * values[-1] > 0.0  # else it is zero to round-off, and no share of it says anything
    drift = f"{values[-1] / values[0] - 1.0:12.3e} of it" if same_sign else f"{values[-1] - values[0]:12.3e}"
    return f"{name:24s} {units:12s} {values[0]:16.9g} to {values[-1]:16.9g}, changed by {drift}"
