"""Elements made squarer by moving vertices: the distortion of corners is minimised, the worst corners count most.

The distortion of a corner with sides a and b is (|a|^2 + |b|^2) / (2 n . (a x b)): 1 in a square, infinite where an
element degenerates, so that none can turn over. Its sixth power is summed over corners and made smaller by steepest
descent, every vertex with a step in proportion to its own spacing; a step that makes the sum larger is halved.

Equations: Knupp (2001), doi:10.1137/S1064827500371499 (condition number of the Jacobian matrix)
"""

from __future__ import annotations

import numpy as np

POWER = 6
MOST_STEPS = 400
ENOUGH = 1e-5  # relative gain of a step that is not worth another
FIRST_STEP, LONGEST_MOVE = 0.05, 0.1  # of the square of the shortest side at a vertex, of that side


def smoothed(points: np.ndarray, vertices: np.ndarray, free: np.ndarray) -> np.ndarray:
    """Points whose free ones have moved so that corners are less distorted.

    Parameters
    ----------
    points : (3, vertex) on the unit sphere [1].   vertices : (elem, 4) corners, counterclockwise, every element convex.
    free : (vertex,) which may move.

    Returns
    -------
    (3, vertex) on the unit sphere; the others are where they were.
    """
    near = vertices[free[vertices].any(axis=1)]  # nothing else changes
    place = points.T
    total, slope = _distortion(place, near, free)
    step = FIRST_STEP
    for _ in range(MOST_STEPS):
        moved = _moved(place, slope, step, near)
        new, new_slope = _distortion(moved, near, free)
        if not new < total:
            step /= 2
            if step < FIRST_STEP / 2**10:
                break
            continue
        gain = (total - new) / total
        place, total, slope, step = moved, new, new_slope, 1.3 * step
        if gain < ENOUGH:
            break
    return place.T


def widened(chosen: np.ndarray, vertices: np.ndarray, rings: int) -> np.ndarray:
    """(vertex,) true [1] at the corners of chosen elements (elem,) and of so many rings of elements around them.

    vertices : (elem, 4) numbers of the corners of every element.
    """
    marked = np.zeros(vertices.max() + 1, bool)
    marked[vertices[chosen]] = True
    for _ in range(rings):
        marked[vertices[marked[vertices].any(axis=1)]] = True
    return marked


def _distortion(place: np.ndarray, vertices: np.ndarray, free: np.ndarray) -> tuple[float, np.ndarray]:
    """The sum over corners, infinite where one is not convex, and its tangential gradient (vertex, 3) at free ones."""
    normal = place[vertices]
    a, b = (np.roll(normal, shift, axis=1) - normal for shift in (-1, 1))
    area = (normal * np.cross(a, b)).sum(axis=-1)
    if not (area > 0).all():
        return np.inf, np.zeros_like(place)
    kappa = ((a**2).sum(axis=-1) + (b**2).sum(axis=-1)) / (2 * area)
    weight = (POWER * kappa ** (POWER - 1) / area)[..., None]
    of_a = weight * (a - kappa[..., None] * np.cross(b, normal))
    of_b = weight * (b - kappa[..., None] * np.cross(normal, a))
    slope = np.zeros_like(place)
    for share, shift in ((of_a, -1), (of_b, 1), (-of_a - of_b, 0)):
        np.add.at(slope, np.roll(vertices, shift, axis=1), share)
    slope -= (slope * place).sum(axis=-1, keepdims=True) * place
    return float((kappa**POWER).sum()), np.where(free[:, None], slope, 0.0)


def _moved(place: np.ndarray, slope: np.ndarray, step: float, vertices: np.ndarray) -> np.ndarray:
    side = np.sqrt(((place[vertices] - place[np.roll(vertices, -1, axis=1)]) ** 2).sum(axis=-1))
    shortest = np.full(len(place), np.inf)
    for shift in (0, -1):
        np.minimum.at(shortest, np.roll(vertices, shift, axis=1), side)
    shortest = np.where(np.isfinite(shortest), shortest, 0.0)[:, None]
    move = -step * shortest**2 * slope
    length = np.sqrt((move**2).sum(axis=-1, keepdims=True))
    move *= np.minimum(1.0, LONGEST_MOVE * shortest / np.maximum(length, 1e-300))
    new = place + move
    return np.where(length > 0, new / np.sqrt((new**2).sum(axis=-1, keepdims=True)), place)
