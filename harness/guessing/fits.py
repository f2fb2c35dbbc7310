"""One field fitted by others: how large a multiple, and how much is left over."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

EXPLAINED, NEARLY = 1e-4, 0.1  # of the difference may be left over; nonlinear steps leave some
SINGLE = 2.0**-24  # half an ulp of single precision
DOUBLE = 2.0**-45  # where a factor is told from round-off


def factor(difference: np.ndarray, part: np.ndarray) -> tuple[float, float]:
    """c of difference = c part by least squares, and the share of the difference that is left over."""
    scale = np.abs(part).max()
    unit, d = part / scale, difference / np.abs(difference).max()
    c = float((unit * d).sum() / (unit * unit).sum())
    left = float(np.linalg.norm(d - c * unit) / np.linalg.norm(d))
    return c * float(np.abs(difference).max()) / scale, left


def multiple(difference: np.ndarray, parts: Mapping[str, np.ndarray], tolerance: float) -> str:
    """The part that the difference is a multiple of, in words; empty where none fits."""
    part, c, left = best(difference, parts)
    if left > tolerance:
        return ""
    about, digits = ("", 6) if left < EXPLAINED else ("about ", 2)
    meant = "" if part.startswith("a shift") else meaning(c)
    return f"the difference is {about}{c:.{digits}g} times {part}{meant}"


def best(difference: np.ndarray, parts: Mapping[str, np.ndarray]) -> tuple[str, float, float]:
    """(name, c, share left over) of the part that fits best; one that fits with c = 1 before others that fit too."""
    fits = [(name, *factor(difference, field)) for name, field in parts.items() if np.any(field)]
    fits = [fit for fit in fits if np.isfinite(fit[2])]
    order = lambda fit: (fit[2] > EXPLAINED, fit[2] <= EXPLAINED and abs(fit[1] - 1.0) > 1e-3, fit[2])  # noqa: E731
    return min(fits, key=order, default=("", 0.0, np.inf))


def meaning(c: float) -> str:
    """What it usually means that a term is wrong by c of itself."""
    for known, meant in {-2: "its sign is wrong", -1: "it is missing", 1: "it is there twice"}.items():
        if abs(c - known) < 1e-3:
            return f": {meant}"
    if DOUBLE < abs(c) <= 2 * SINGLE:
        return ": a factor of single precision"
    return ": a wrong factor"
