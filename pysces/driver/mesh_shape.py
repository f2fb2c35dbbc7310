"""What ``pysces mesh`` says of a mesh's shape: as numbers, and in words."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..constants import E3SM
from ..mesh.quality import mesh_quality

KILOMETRES = E3SM.radius / 1000.0


def shape_report(points: np.ndarray, vertices: np.ndarray) -> dict[str, Any]:
    """The shape of a mesh, JSON-ready: {word: number, [smallest, largest] or, for valences, {elements: vertices}}.

    points : (3, vertex) on the unit sphere [1].   vertices : (elem, 4) corners, counterclockwise.
    """
    quality = mesh_quality(points, vertices)
    valence, count = np.unique(quality.valences, return_counts=True)
    return {
        "elements": len(vertices),
        "vertices": points.shape[1],
        "valences": {str(v): int(n) for v, n in zip(valence, count)},
        "sides_km": _ends(quality.sides * KILOMETRES),
        "angles_degree": _ends(quality.angles),
        "aspect": float(quality.aspects.max()),
        "neighbour_ratio": quality.ratio,
        "equivalent_ne": _ends(np.sqrt(4 * np.pi / (6 * quality.areas))),
        "area_misfit": float(quality.areas.sum() / (4 * np.pi) - 1),
        "defects": quality.defects,
    }


def shape_lines(report: dict[str, Any]) -> str:
    """A shape report for people."""
    valences = ", ".join(f"{n} of {v}" for v, n in report["valences"].items())
    return "\n".join(
        [
            f"{report['elements']} elements, {report['vertices']} vertices by their number of elements: {valences}",
            f"sides {span(report['sides_km'])} km, elements as large as those of ne {span(report['equivalent_ne'])}",
            f"angles {span(report['angles_degree'])} degrees, aspect at most {report['aspect']:.3g}, neighbours at "
            f"most {report['neighbour_ratio']:.3g} times as large",
            f"areas sum to 4 pi (1 {report['area_misfit']:+.1e})",
            *(f"not good: {defect}" for defect in report["defects"]),
        ]
    )


def _ends(values: np.ndarray) -> list[float]:
    return [float(values.min()), float(values.max())]


def span(ends: list[float]) -> str:
    """Two numbers as a range."""
    return f"{ends[0]:.4g} to {ends[1]:.4g}"
