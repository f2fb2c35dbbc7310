"""Pictures of a run on maps: of its history, and of fields that a program hands over.

Our own design.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from ..io.history import history_head, read_history
from .colours import bar, scale
from .projections import FLAT, PLANE, VIEWS, draw_flat, map_axes
from .selection import Opened, Selection, Shown, opened, opened_sphere, shown

OF_CURVES = {"ps": "ps_min", "PS": "ps_min", "h": "depth_min", "H": "depth_min", "dp": "dp_min"}  # of histories
SQUARE = 7.5  # inches, the width of a figure whose map is as wide as it is high


def draw_map(axes: Any, lon: np.ndarray, lat: np.ndarray, values: np.ndarray, label: str, **options: Any) -> Any:
    """Native values (elem, i, j) [U] at lon, lat [degree] on a map; returns what a colour bar needs."""
    picture = draw_flat(axes, lon, lat, values, **options)
    axes.set(title=label)
    return picture


def draw_curves(axes: Any, curves: dict) -> None:
    """{label: (days, minimum surface pressure in Pa)} as curves; the first is drawn on top."""
    for k, (label, (days, ps_min)) in enumerate(curves.items()):
        axes.plot(days, np.asarray(ps_min) / 100.0, "o-" if k else "k.-", label=label, zorder=10 - k, alpha=0.8)
    axes.set(xlabel="day", ylabel="hPa", title="minimum surface pressure")
    axes.grid(alpha=0.3)
    axes.legend()


def draw_run(image: str | os.PathLike, lon: np.ndarray, lat: np.ndarray, maps: dict, curves: dict) -> str:
    """Maps {title: surface pressure (elem, i, j) [Pa]} at lon, lat, and curves of its minimum, into an image file."""
    figure = canvas(11, 3.6 * (len(maps) + 1))
    axes = figure.subplots(len(maps) + 1, 1)
    least, most = (f([f(m) for m in maps.values()]) / 100.0 for f in (np.min, np.max))
    for ax, (title, values) in zip(axes, maps.items()):
        picture = draw_map(ax, lon, lat, values / 100.0, title, **scale(least, most))
        bar(figure, picture, ax, "hPa")
    draw_curves(axes[-1], curves)
    figure.savefig(image, dpi=120)
    return os.fspath(image)


def canvas(width: float, height: float) -> Any:
    """A figure of this width and height [inch] that needs no screen, and leaves room for every label."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def plot_history(chosen: Selection, image: str, projection: str = FLAT) -> str:
    """A field of a history on a map, and below it the curve of its minimum where the history has one."""
    history = opened(chosen) if projection == FLAT else opened_sphere(chosen, f"--projection {projection}")
    curve = lowest(history)
    wide = projection not in VIEWS and not history.on_plane
    figure = canvas(11 if wide else SQUARE, 8 if curve else 5.2)
    places = figure.add_gridspec(2 if curve else 1, 1, height_ratios=[3, 1.2] if curve else [1])
    frame = MapFrame(figure, places[0], history, projection)
    frame.draw(history.flat(history.record))
    if curve:
        _draw_curve(figure.add_subplot(places[1]), curve, history.days[history.record])
    figure.savefig(image, dpi=120)
    return image


class MapFrame:
    """A map in a figure, drawn once or again and again; colours : limits that stay, else each drawing's own."""

    def __init__(self, figure: Any, place: Any, history: Opened, projection: str, colours: dict | None = None) -> None:
        self._figure, self._history, self._colours = figure, history, colours or {}
        self._axes, self._draw = map_axes(figure, place, PLANE if history.on_plane else projection)
        self._bar: Any = None

    def draw(self, found: Shown) -> None:
        """A field in place of the one before."""
        for old in list(self._axes.collections):
            old.remove()
        picture = self._draw(self._axes, self._history.lon, self._history.lat, found.values, **self._colours)
        self._axes.set_title(found.title, pad=12)
        if self._bar is None:
            self._bar = bar(self._figure, picture, self._axes, found.units, shrink=0.9)


def lowest(history: Opened) -> tuple:
    """(days, values, title, unit) of the curve of a field's minimum; nothing where it has none, or one record."""
    path, days = history.chosen.path, history.days
    header, _ = history_head(path)
    name = OF_CURVES.get(history.chosen.field, "")
    if name not in [v.name for v in header.records] or days.size < 2:
        return ()
    about = next(v for v in header.records if v.name == name).attributes
    factor, units = shown(about["units"])
    return days, read_history(path, name)[0] * factor, about["long_name"], units


def _draw_curve(axes: Any, curve: tuple, day: float) -> None:
    days, values, title, units = curve
    axes.plot(days, values, "k.-")
    axes.axvline(day, color="tab:red", linewidth=0.8)
    axes.set(xlabel="day", ylabel=f"[{units}]", title=title)
    axes.grid(alpha=0.3)
    axes.ticklabel_format(axis="y", useOffset=False, style="plain")
