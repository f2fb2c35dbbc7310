"""Pictures of native output: triangles between the nodes of every element, nothing interpolated."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np

from ..io.classic import read_header
from ..io.durable import open_regular
from ..io.history import history_head, read_history, read_record
from ..io.restart import SOURCE as OF_RESTARTS
from .facets import cells, facets

SURFACES = ("ps", "zs")  # drawn where no field is named


def draw_map(axes: Any, lon: np.ndarray, lat: np.ndarray, values: np.ndarray, label: str, **options: Any) -> Any:
    """A native field (elem, i, j) on a longitude-latitude map; returns what a colour bar needs."""
    shape = facets(lon, lat)
    corners = np.arange(shape.lon.size).reshape(-1, 3)
    options = {"cmap": "RdYlBu_r", "shading": "gouraud", "vmin": values.min(), "vmax": values.max()} | options
    for shift in (-360.0, 0.0, 360.0):
        x, y, z = shape.lon.reshape(-1) + shift, shape.lat.reshape(-1), shape.values(values).reshape(-1)
        picture = axes.tripcolor(x, y, corners, z, **options)
    axes.set(xlim=(0, 360), ylim=(-90, 90), xlabel="longitude [degrees east]", ylabel="latitude [degrees north]")
    axes.set(title=label, xticks=range(0, 361, 60), yticks=range(-90, 91, 30))
    return picture


def draw_plane(axes: Any, x: np.ndarray, y: np.ndarray, values: np.ndarray, label: str) -> Any:
    """A native field (elem, i, j) on a plane [m]; returns what a colour bar needs."""
    picture = axes.tripcolor(
        x.ravel() / 1e3, y.ravel() / 1e3, cells(x.shape), values.ravel(), cmap="RdYlBu_r", shading="gouraud"
    )
    axes.set(xlabel="x [km]", ylabel="y [km]", title=label, aspect="equal")
    axes.margins(0)
    return picture


def draw_curves(axes: Any, curves: dict) -> None:
    """{label: (days, minimum surface pressure in Pa)} as curves; the first is drawn on top."""
    for k, (label, (days, ps_min)) in enumerate(curves.items()):
        axes.plot(days, np.asarray(ps_min) / 100.0, "o-" if k else "k.-", label=label, zorder=10 - k, alpha=0.8)
    axes.set(xlabel="day", ylabel="hPa", title="minimum surface pressure")
    axes.grid(alpha=0.3)
    axes.legend()


def draw_run(image: str | os.PathLike, lon: np.ndarray, lat: np.ndarray, maps: dict, curves: dict) -> str:
    """Maps {title: surface pressure in Pa} on one scale, and minimum-pressure curves below, into an image file."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 3.6 * (len(maps) + 1)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(len(maps) + 1, 1)
    least, most = (f([f(m) for m in maps.values()]) / 100.0 for f in (np.min, np.max))
    for ax, (title, values) in zip(axes, maps.items()):
        picture = draw_map(ax, lon, lat, values / 100.0, title, vmin=least, vmax=most)
        figure.colorbar(picture, ax=ax, label="hPa")
    draw_curves(axes[-1], curves)
    figure.savefig(image, dpi=120)
    return os.fspath(image)


def check_drawable(path: str | os.PathLike, field: str = "") -> str:
    """The field to draw, where none is named the surface's; refuses in one sentence what plot_history cannot draw."""
    if not os.path.exists(path):
        raise ValueError(f"There is no history {path}; give the --output of a run.")
    if _is_restart(path):
        raise ValueError(f"{path} is a restart, which holds one state; give the history that lies beside it.")
    header, days = history_head(path)
    fields = [v.name for v in header.records if len(v.dimensions) > 1]
    chosen = field or next((name for name in SURFACES if name in fields), "")
    if chosen not in fields:
        raise ValueError(f"{path} has no field {chosen or SURFACES[0]!r} to draw, but {', '.join(fields)}; name one.")
    if not days.size:
        raise ValueError(f"{path} has no record yet; draw it after its first.")
    return chosen


def _is_restart(path: str | os.PathLike) -> bool:
    try:
        with open_regular(path) as file:
            return read_header(file).attributes.get("source") == OF_RESTARTS
    except (OSError, ValueError):
        return False


def plot_history(
    path: str | os.PathLike,
    image: str | os.PathLike,
    field: str = "",
    level: int | None = None,
    day: float | None = None,
) -> str:
    """One field of a history on a map, or on its plane, and below it the curve of what the run printed first.

    Parameters
    ----------
    field : its name in the file; empty for surface pressure, or the height of the surface.
    level : counted from 0 at the top, of fields that have levels; None for the lowest.
    day : the record nearest to it; None for the last.
    """
    field = check_drawable(path, field)
    places = ("x", "y") if _on_plane(path) else ("lon", "lat")
    x, y, days = read_history(path, *places, "time")
    record = len(days) - 1 if day is None else int(np.abs(days - day).argmin())
    values, about = read_record(path, field, record)
    values, of_level = _on_level(values, level, f"{path}: {field}")
    factor, units = _shown(about["units"])
    title = f"{about['long_name']}{of_level}, day {days[record]:g}"
    draw = draw_plane if "x" in places else draw_map
    return _draw_field(image, lambda axes: draw(axes, x, y, values * factor, title), units, _lowest(path, days))


def _on_plane(path: str | os.PathLike) -> bool:
    return any(v.name == "x" for v in history_head(path)[0].fixed)


def _on_level(values: np.ndarray, level: int | None, name: str) -> tuple[np.ndarray, str]:
    """(elem, i, j) of a field, and what a title says of the level."""
    count = values.shape[-1] if values.ndim == 4 else 0
    if level is not None and not 0 <= level < count:
        raise ValueError(f"{name} has no level {level}; {f'give 0 to {count - 1}' if count else 'leave --level out'}.")
    if count <= 1:
        return (values[..., 0] if count else values), ""
    level = count - 1 if level is None else level
    return values[..., level], f", level {level} of {count}"


def _shown(units: str) -> tuple[float, str]:
    """Factor and unit of what a picture shows."""
    return (0.01, "hPa") if units == "Pa" else (1.0, units)


def _lowest(path: str | os.PathLike, days: np.ndarray) -> tuple:
    """(days, values, title, unit) of the curve of a minimum; nothing where the history has none."""
    header, _ = history_head(path)
    name = next((v.name for v in header.records if v.dimensions == ("time",) and v.name.endswith("_min")), "")
    if not name:
        return ()
    about = next(v for v in header.records if v.name == name).attributes
    factor, units = _shown(about["units"])
    return days, read_history(path, name)[0] * factor, about["long_name"], units


def _draw_field(image: str | os.PathLike, draw: Callable[[Any], Any], units: str, curve: tuple) -> str:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import ScalarFormatter

    figure = Figure(figsize=(11, 8 if curve else 5.2), layout="constrained")
    FigureCanvasAgg(figure)
    heights = [3, 1.4] if curve else [1]
    axes = np.atleast_1d(figure.subplots(len(heights), 1, height_ratios=heights))
    picture = draw(axes[0])
    figure.colorbar(picture, ax=axes[0], label=units, format=ScalarFormatter(useOffset=False))
    if curve:
        days, lowest, name, its_units = curve
        axes[1].plot(days, lowest, "k.-")
        axes[1].set(xlabel="day", ylabel=its_units, title=name)
        axes[1].grid(alpha=0.3)
        axes[1].ticklabel_format(axis="y", useOffset=False)
    figure.savefig(image, dpi=120)
    return os.fspath(image)
