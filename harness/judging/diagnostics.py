"""What a field's difference looks like: by level, in ulps, and where on the sphere its largest values lie.

Only for fields that are not equal bit by bit, and rounded to three digits: reports draw them, no verdict rests on them.
"""

from __future__ import annotations

import numpy as np

from pysces.geometry.grid import Grid

from .comparison import Comparison
from .nodes import node_classes

POINTS = 40
ULPS = (0, 1, 2, 4, 8, 16, 64, 256, 1024, 4096)  # upper ends of the histogram's bins; one more bin holds the rest


def diagnose(comparison: Comparison, axes: tuple[str, ...], grid: Grid | None) -> dict:
    """{levels: {error, r}, ulp: counts, points: [[lon, lat, lev, ratio, position in nodes.CLASSES], ...], by}.

    by : what ratio is: R of a point, or error / scale where no spread is known.
    """
    ratio = comparison.relative_error() if comparison.spread is None else comparison.r_point()
    return {
        "levels": {
            "error": _rounded(comparison.relative().max(axis=0)),
            "r": [] if comparison.spread is None else _rounded(comparison.r_level().max(axis=0)),
        },
        "ulp": ulp_counts(comparison),
        "points": worst_points(ratio.reshape(comparison.shape), axes, grid),
        "by": "error / scale" if comparison.spread is None else "R",
    }


def ulp_counts(comparison: Comparison) -> list[int]:
    """How many points lie within each distance of ULPS, counted in ulps of the reference in the port's precision."""
    ulp = np.spacing(np.abs(comparison.expected).astype(comparison.got.dtype))
    with np.errstate(over="ignore"):  # an error beside zero is more ulps than there are numbers
        distance = comparison.error.reshape(comparison.shape) / ulp
    return np.bincount(np.searchsorted(ULPS, distance.ravel()), minlength=len(ULPS) + 1).tolist()


def worst_points(ratio: np.ndarray, axes: tuple[str, ...], grid: Grid | None) -> list[list]:
    """The columns with the largest ratio, largest first; none where the field does not lie on the sphere."""
    if grid is None or not {"elem", "i", "j"} <= set(axes):
        return []
    columns = np.moveaxis(ratio, [axes.index(name) for name in ("elem", "i", "j")], (0, 1, 2))
    levels = columns.shape[-1]
    columns = columns.reshape(grid.lat.size, -1)
    top = columns.max(axis=1)
    worst = [n for n in np.argsort(-top, kind="stable")[:POINTS] if top[n] > 0]
    lon, lat = np.degrees(grid.lon).ravel(), np.degrees(grid.lat).ravel()
    classes = node_classes(grid).ravel()
    level = columns.argmax(axis=1) % levels
    return [
        [round(float(lon[n]), 2), round(float(lat[n]), 2), int(level[n]), _digits(top[n]), int(classes[n])]
        for n in worst
    ]


def _rounded(values: np.ndarray) -> list[float]:
    return [_digits(v) for v in values]


def _digits(value: float) -> float:
    """Three significant digits: what a picture shows."""
    return float(f"{value:.3g}")
