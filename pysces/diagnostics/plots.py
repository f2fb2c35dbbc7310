"""Pictures of native output: triangles between the nodes of every element, nothing interpolated."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from ..io.classic import read_header
from ..io.durable import open_regular
from ..io.history import history_head, read_history
from ..io.restart import SOURCE as OF_RESTARTS


def triangles(lon: np.ndarray, lat: np.ndarray) -> Any:
    """Nodes and triangles that draw a native field on a map.

    Parameters
    ----------
    lon, lat : (elem, i, j) in degrees.

    Returns
    -------
    lon, lat (node,) and triangles (n, 3). Longitudes are continuous inside an element, so some lie beyond 0 ... 360:
    draw everything again shifted by 360 and cut at the edges.
    """
    ni, nj = lon.shape[1:]
    node = np.arange(lon.size).reshape(lon.shape)
    centre = lon[:, ni // 2, nj // 2][:, None, None]
    lon = centre + (lon - centre + 180.0) % 360.0 - 180.0
    sw, se, ne, nw = (c.reshape(-1) for c in (node[:, :-1, :-1], node[:, 1:, :-1], node[:, 1:, 1:], node[:, :-1, 1:]))
    corners = np.concatenate([np.stack([sw, se, ne], axis=1), np.stack([sw, ne, nw], axis=1)])
    spread = np.ptp(lon.reshape(-1)[corners], axis=1)
    return lon.reshape(-1), lat.reshape(-1), corners[spread < 180.0]


def draw_map(axes: Any, lon: np.ndarray, lat: np.ndarray, values: np.ndarray, label: str, **options: Any) -> Any:
    """A native field (elem, i, j) on a longitude-latitude map; returns what a colour bar needs."""
    x, y, corners = triangles(lon, lat)
    options = {"cmap": "RdYlBu_r", "shading": "gouraud", "vmin": values.min(), "vmax": values.max()} | options
    for shift in (-360.0, 0.0, 360.0):
        picture = axes.tripcolor(x + shift, y, corners, values.reshape(-1), **options)
    axes.set(xlim=(0, 360), ylim=(-90, 90), xlabel="longitude", ylabel="latitude", title=label)
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


def check_drawable(path: str | os.PathLike) -> None:
    """Refuse in one sentence what plot_history cannot draw."""
    if not os.path.exists(path):
        raise ValueError(f"There is no history {path}; give the --output of a run.")
    if _is_restart(path):
        raise ValueError(f"{path} is a restart, which holds one state; give the history that lies beside it.")
    header, days = history_head(path)
    fields = [v.name for v in header.records if v.name != "time"]
    if "ps" not in fields:
        found = f"{path} has no surface pressure ps, which alone is drawn, but {', '.join(fields)}"
        raise ValueError(f"{found}; open it with xarray.")
    if not days.size:
        raise ValueError(f"{path} has no record yet; draw it after its first.")


def _is_restart(path: str | os.PathLike) -> bool:
    try:
        with open_regular(path) as file:
            return read_header(file).attributes.get("source") == OF_RESTARTS
    except (OSError, ValueError):
        return False


def plot_history(path: str | os.PathLike, image: str | os.PathLike) -> str:
    """The last surface pressure of a history file and its minimum in time."""
    lon, lat, days, ps = read_history(path, "lon", "lat", "time", "ps")
    maps = {f"surface pressure, day {days[-1]:g}": ps[-1]}
    return draw_run(image, lon, lat, maps, {"pysces": (days, ps.min(axis=(1, 2, 3)))})
