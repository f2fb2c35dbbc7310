"""Whether corner points and quadrilaterals are a mesh of the sphere; what is wrong is said in one sentence.

Elements and points are counted from 1, as in a file of theirs. Each check supposes that those before it have passed.

HOMME: mesh_mod, for what it wants of a file; the checks are our own design
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

FARTHEST_OFF = 1e-5  # of the radius: files of single precision are within 1e-7
SAME_PLACE = 1e-9  # of the radius, 6 mm on the Earth
WHOLE_TURNS = 1e-6  # of a turn
AREA_ROUND_OFF = 1e-9  # of the sphere
SOME_DIRECTION = np.array([0.6123724, 0.5477226, 0.5700877])  # along which few points of a mesh are level


def check_mesh(points: np.ndarray, vertices: np.ndarray, name: str) -> None:
    """Refuse anything but a closed mesh of convex quadrilaterals that covers one sphere once.

    Parameters
    ----------
    points : (3, point) Cartesian, of any one length [any unit].
    vertices : (elem, 4) numbers [1] of the corners of each element from 0, counterclockwise seen from outside.
    name : what the mesh is called in the sentence, such as its file.

    Raises
    ------
    ValueError that names the element, the point or the edge, what was found there, and what to do.
    """
    try:
        _check_numbers(points, vertices)
        unit = points / _length(points)
        _check_places(unit)
        corners = unit[:, vertices]
        angles = _check_corners(corners, vertices)
        partner = _check_edges(vertices)
        _check_rings(vertices, partner, angles)
        _check_surface(vertices)
        _check_area(corners)
    except ValueError as error:
        raise ValueError(f"Mesh {name}: {error}") from None


def _check_numbers(points: np.ndarray, vertices: np.ndarray) -> None:
    """Points that are used, finite and on one sphere; elements of four of them."""
    count = points.shape[1]
    if not len(vertices):
        raise ValueError("it has no elements; give one that covers the sphere.")
    _refuse(
        (vertices < 0) | (vertices >= count),
        lambda e, c: (
            f"element {e} has point {vertices[e - 1, c - 1] + 1} at corner {c}, but the points are 1 to "
            f"{count}; correct its corners."
        ),
    )
    twice = np.sort(vertices, axis=1)
    _refuse(
        (twice[:, 1:] == twice[:, :-1]).any(axis=1),
        lambda e: (
            f"element {e} has one point at two of its corners, {_listed(vertices[e - 1])}, which makes it a "
            "triangle or less; give quadrilaterals."
        ),
    )
    _refuse(
        np.bincount(vertices.ravel(), minlength=count) == 0,
        lambda p: f"point {p} belongs to no element; remove it.",
    )
    _refuse(
        ~np.isfinite(points).all(axis=0),
        lambda p: f"point {p} has the coordinates {_place(points[:, p - 1])}; give finite ones.",
    )
    _check_radius(_length(points))


def _check_radius(radius: np.ndarray) -> None:
    usual = float(np.median(radius))
    if not 0.0 < usual < np.inf:
        raise ValueError(f"its points lie {usual:g} from the centre; give them on a sphere of some usual size.")
    _refuse(
        ~(np.abs(radius - usual) <= FARTHEST_OFF * usual),
        lambda p: (
            f"point {p} lies {radius[p - 1]:.9g} from the centre, most others {usual:.9g}; put all of them on "
            "one sphere."
        ),
    )


def _check_places(unit: np.ndarray) -> None:
    """No two points at one place: sorted along some direction, points at one place stand side by side."""
    order = np.argsort(SOME_DIRECTION @ unit)
    along = unit[:, order]
    for step in range(1, len(order)):
        apart = along[:, step:] - along[:, :-step]
        together = np.flatnonzero(np.abs(apart).max(axis=0) < SAME_PLACE)
        if together.size:
            first, second = sorted(int(order[k]) + 1 for k in (together[0], together[0] + step))
            raise ValueError(
                f"points {first} and {second} are at one place, {_place(unit[:, first - 1])}; give it one number."
            )
        if (SOME_DIRECTION @ apart).min() > 2.0 * SAME_PLACE:
            return


def _check_corners(corners: np.ndarray, vertices: np.ndarray) -> np.ndarray:
    """(elem, 4) angles at the corners (3, elem, 4) of convex elements that run counterclockwise."""
    before, after = np.roll(corners, 1, axis=-1), np.roll(corners, -1, axis=-1)
    left = (np.cross(after, before, axis=0) * corners).sum(axis=0)
    _refuse(
        (left < 0).all(axis=1),
        lambda e: (
            f"element {e} ({_listed(vertices[e - 1])}) runs clockwise seen from outside; list its corners "
            "counterclockwise."
        ),
    )
    _refuse(
        ~(left > 0),
        lambda e, c: (
            f"element {e} is not convex at its corner {c} (point {vertices[e - 1, c - 1] + 1}); move it, or "
            "list the corners in order."
        ),
    )
    ahead = (before * after).sum(axis=0) - (before * corners).sum(axis=0) * (after * corners).sum(axis=0)
    return np.arctan2(left, ahead)


def _check_edges(vertices: np.ndarray) -> np.ndarray:
    """(elem, 4) element * 4 + edge on the other side of the edge from each corner to the next."""
    start, end = vertices, np.roll(vertices, -1, axis=1)
    key = (np.minimum(start, end) * (vertices.max() + 1) + np.maximum(start, end)).ravel()
    order = np.argsort(key, kind="stable")
    first, count = np.unique(key[order], return_index=True, return_counts=True)[1:]
    if (count != 2).any():
        wrong = int(np.argmax(count != 2))
        here = order[first[wrong] : first[wrong] + count[wrong]]
        one, other = start.ravel()[here[0]] + 1, end.ravel()[here[0]] + 1
        remedy = "close the mesh there" if len(here) == 1 else "leave one on each side of it"
        raise ValueError(
            f"the edge between points {one} and {other} belongs to {len(here)} element(s) ({_listed(here // 4)}) and "
            f"must belong to two; {remedy}."
        )
    partner = np.empty(len(key), dtype=np.int64)
    partner[order[first]], partner[order[first + 1]] = order[first + 1], order[first]
    _refuse(
        start.ravel() == start.ravel()[partner],
        lambda k: (
            f"elements {(k - 1) // 4 + 1} and {partner[k - 1] // 4 + 1} run along their common edge in the same "
            "direction; list the corners of every element counterclockwise seen from outside."
        ),
    )
    return partner.reshape(-1, 4)


def _check_rings(vertices: np.ndarray, partner: np.ndarray, angles: np.ndarray) -> None:
    """The elements at every point make one ring, once around it."""
    corner, meeting = vertices.ravel(), np.bincount(vertices.ravel())
    _refuse(
        meeting < 3,
        lambda p: f"point {p} belongs to only {meeting[p - 1]} elements; it takes three to surround it.",
    )
    following = (partner // 4 * 4 + (partner + 1) % 4).ravel()
    met, length = following.copy(), np.ones(len(corner), dtype=np.int64)
    while (open_yet := met != np.arange(len(corner))).any():
        length[open_yet] += 1
        met = np.where(open_yet, following[met], met)
    _refuse(
        length != meeting[corner],
        lambda k: (
            f"the elements at point {corner[k - 1] + 1} make more than one ring around it; give each ring a "
            "point of its own."
        ),
    )
    turns = np.bincount(corner, angles.ravel()) / (2.0 * np.pi)
    _refuse(
        np.abs(turns - 1.0) > WHOLE_TURNS,
        lambda p: f"the elements at point {p} go {turns[p - 1]:.4g} times around it; they must not overlap.",
    )


def _check_surface(vertices: np.ndarray) -> None:
    """One sphere: points - edges + elements = 2, where every point is used and every edge is two elements'."""
    characteristic = int(vertices.max()) + 1 - len(vertices)
    if characteristic != 2:
        raise ValueError(
            f"it has {vertices.max() + 1} points and {len(vertices)} elements, a closed sphere of so many elements has "
            f"{len(vertices) + 2} points; give one closed surface."
        )


def _check_area(corners: np.ndarray) -> None:
    a, b, c, d = np.moveaxis(corners, -1, 0)
    share = float((_triangle(a, b, c) + _triangle(a, c, d)).sum() / (4.0 * np.pi))
    if not abs(share - 1.0) < AREA_ROUND_OFF:
        raise ValueError(f"its elements cover {share:.12g} of the sphere; they must cover it once.")


def _triangle(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    """Areas of spherical triangles of unit vectors (3, ...).  Equations: Van Oosterom & Strackee (1983)"""
    volume = (a * np.cross(b, c, axis=0)).sum(axis=0)
    return 2.0 * np.arctan2(volume, 1.0 + (a * b).sum(axis=0) + (b * c).sum(axis=0) + (c * a).sum(axis=0))


def _length(points: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore", under="ignore"):
        return np.sqrt((points**2).sum(axis=0))


def _refuse(bad: np.ndarray, sentence: Callable[..., str]) -> None:
    """Raise what a sentence says of the first place, counted from 1, where something is bad."""
    if bad.any():
        raise ValueError(sentence(*(int(k) + 1 for k in np.argwhere(bad)[0])))


def _listed(numbers: np.ndarray) -> str:
    return ", ".join(str(int(n) + 1) for n in numbers)


def _place(point: np.ndarray) -> str:
    return "({:.9g}, {:.9g}, {:.9g})".format(*point)
