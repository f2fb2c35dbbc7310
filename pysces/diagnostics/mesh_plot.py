"""Pictures of meshes: both half spheres seen from afar, elements coloured by the spacing of their nodes."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from ..geometry.grid import Grid
from ..mesh.cubed_sphere import Elements

SHARPNESS = 8
ALONG_A_SIDE = 6  # points that draw a great circle


def draw_mesh(
    image: str | os.PathLike, elements: Elements, grid: Grid, title: str, centre: list[float] | None = None
) -> str:
    """Draw a mesh into an image file.

    Parameters
    ----------
    elements, grid : the mesh, and the grid made of it.   title : what stands above.
    centre : latitude and longitude [degree] that the left half is seen from; None takes where elements are small.

    Returns
    -------
    The name of the image.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.colors import LogNorm
    from matplotlib.figure import Figure

    spacing = np.sqrt(np.asarray(grid.dx_short) * np.asarray(grid.dx_long))
    view = _direction(*centre) if centre else _finest(elements, spacing)
    outlines = _outlines(np.moveaxis(elements.corners, 0, -1))
    figure = Figure(figsize=(11, 6), layout="constrained")
    FigureCanvasAgg(figure)
    ticks = np.geomspace(spacing.min(), spacing.max(), 5)
    norm = LogNorm(ticks[0], ticks[-1])
    for axes, towards in zip(figure.subplots(1, 2), (view, -view)):
        picture = _half(axes, outlines, spacing, towards, norm)
    bar = figure.colorbar(picture, ax=figure.axes, orientation="horizontal", shrink=0.6)
    bar.set_label("spacing of nodes [km]")
    bar.set_ticks(list(ticks), labels=[f"{tick:.3g}" for tick in ticks], minor=False)
    bar.minorticks_off()
    figure.suptitle(title)
    figure.savefig(image, dpi=130)
    return os.fspath(image)


def _finest(elements: Elements, spacing: np.ndarray) -> np.ndarray:
    """The middle of where elements are small: their centres, the small ones weighing most."""
    weights = (spacing.min() / spacing) ** SHARPNESS
    middle = (elements.corners.sum(axis=-1) * weights).sum(axis=-1)
    length = np.sqrt((middle**2).sum())
    return middle / length if length > 1e-6 * weights.sum() else np.array([1.0, 0.0, 0.0])


def _direction(lat: float, lon: float) -> np.ndarray:
    phi, lam = np.radians(lat), np.radians(lon)
    return np.array([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])


def _outlines(corners: np.ndarray) -> np.ndarray:
    """(elem, 4 n, 3) points on the sides, which are great circles."""
    share = (np.arange(ALONG_A_SIDE) / ALONG_A_SIDE)[:, None]
    points = corners[:, :, None] * (1 - share) + np.roll(corners, -1, axis=1)[:, :, None] * share
    points = points.reshape(len(corners), -1, 3)
    return points / np.sqrt((points**2).sum(axis=-1, keepdims=True))


def _half(axes: Any, outlines: np.ndarray, spacing: np.ndarray, view: np.ndarray, norm: Any) -> Any:
    """The elements that are seen from a direction; those at the rim are cut off at it."""
    from matplotlib.collections import PolyCollection
    from matplotlib.patches import Circle

    east, north = _axes_of(view)
    depth = outlines @ view
    seen = depth.max(axis=1) > 0
    flat = np.stack([outlines[seen] @ east, outlines[seen] @ north], axis=-1)
    behind = (depth[seen] < 0)[..., None]
    flat = np.where(behind, flat / np.maximum(np.sqrt((flat**2).sum(axis=-1, keepdims=True)), 1e-9), flat)
    width = 0.5 if len(spacing) < 3000 else 0.2
    picture = PolyCollection(
        list(flat), array=spacing[seen], norm=norm, cmap="RdYlBu", edgecolors="black", linewidths=width
    )
    axes.add_collection(picture)
    axes.add_patch(Circle((0, 0), 1.0, fill=False, color="black", linewidth=0.8))
    lat, lon = np.degrees(np.arcsin(np.clip(view[2], -1, 1))), np.degrees(np.arctan2(view[1], view[0])) % 360
    axes.set(
        xlim=(-1.02, 1.02),
        ylim=(-1.02, 1.02),
        aspect="equal",
        title=f"seen from {abs(lat):.0f}{'S' if lat < 0 else 'N'} {lon:.0f}E",
    )
    axes.axis("off")
    return picture


def _axes_of(view: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """East and north at the centre of a view; at a pole, east is along the meridian 90E."""
    east = np.array([-view[1], view[0], 0.0])
    length = np.sqrt((east**2).sum())
    east = east / length if length > 1e-9 else np.array([0.0, 1.0, 0.0])
    return east, np.cross(view, east)
