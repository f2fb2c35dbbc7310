"""Colours of a picture: which values they span, and bars that say what they mean.

Our own design.
"""

from __future__ import annotations

from typing import Any

import numpy as np

FEW = 1e-12  # of its size, by which a field must vary to be coloured by its own range
BOTH_SIGNS = 0.1  # of its largest value, that a field must have on the other side of zero to be coloured around it


def scale(least: float, most: float) -> dict[str, Any]:
    """Colour map and limits of a field: around zero where it has both signs, else from its least to its most."""
    if not np.isfinite([least, most]).all():
        return {"cmap": "RdYlBu_r", "vmin": 0.0, "vmax": 1.0}
    if most - least <= FEW * max(abs(most), abs(least)):
        room = 0.01 * abs(most) or 1.0
        return {"cmap": "RdYlBu_r", "vmin": least - room, "vmax": most + room}
    widest = max(-least, most)
    if min(-least, most) > BOTH_SIGNS * widest:
        return {"cmap": "RdBu_r", "vmin": -widest, "vmax": widest}
    return {"cmap": "RdYlBu_r", "vmin": least, "vmax": most}


def scale_of(values: np.ndarray) -> dict[str, Any]:
    """The same of those values, of any shape [any unit], that are numbers."""
    known = values[np.isfinite(values)]
    return scale(known.min(), known.max()) if known.size else scale(np.nan, np.nan)


def bar(figure: Any, picture: Any, axes: Any, units: str, **options: Any) -> Any:
    """A colour bar with its unit and whole numbers: no offset, no power of ten above it."""
    from matplotlib.ticker import FuncFormatter

    return figure.colorbar(picture, ax=axes, label=f"[{units}]", format=FuncFormatter(lambda x, _: plain(x)), **options)


def plain(x: float) -> str:
    """A number as a tick says it: 1013.25, 0.0005, 2e-05."""
    return f"{0.0 if abs(x) < 1e-300 else x:.6g}".replace("-", "\N{MINUS SIGN}")
