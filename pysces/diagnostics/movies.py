"""Movies of a history: one map for every record, all in the same colours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from .colours import scale
from .plots import MapFrame, canvas
from .projections import FLAT
from .selection import Opened, Selection, opened, opened_sphere

ENDINGS = (".gif", ".mp4")


def plot_movie(chosen: Selection, movie: str, projection: str = FLAT, frames_per_second: int = 5) -> str:
    """All records of a field, one after the other, as .gif or, where ffmpeg is there, as .mp4."""
    history = opened(chosen) if projection == FLAT else opened_sphere(chosen, f"--projection {projection}")
    writer = _writer(movie, frames_per_second)
    figure = canvas(9, 5)
    frame = MapFrame(figure, figure.add_gridspec(1, 1)[0], history, projection, _colours(history))
    with writer.saving(figure, movie, dpi=100):
        for found in history.every():
            frame.draw(found)
            writer.grab_frame()
    return movie


def _writer(movie: str, frames_per_second: int) -> Any:
    from matplotlib.animation import FFMpegWriter, PillowWriter

    ending = Path(movie).suffix.lower()
    if ending not in ENDINGS:
        raise ValueError(f"Cannot write movie {movie!r}: its name must end in one of {', '.join(ENDINGS)}.")
    if ending == ".mp4" and not FFMpegWriter.isAvailable():
        raise ValueError(f"Cannot write {movie}: .mp4 needs ffmpeg, which is not there; install it, or name a .gif.")
    return (FFMpegWriter if ending == ".mp4" else PillowWriter)(fps=frames_per_second)


def _colours(history: Opened) -> dict[str, Any]:
    """Limits that hold for every record."""
    limits = [(np.nanmin(found.values), np.nanmax(found.values)) for found in history.every()]
    least, most = np.array(limits).T
    return scale(float(least.min()), float(most.max()))
