"""Space-filling curves over the cubed sphere and the pieces of it that ranks or devices own.

Elements that follow one another on the curve share an edge, so a contiguous piece is compact. Faces whose ne is a
product of 2, 3 and 5 get a Hilbert, Peano and Cinco curve nested in one another; other ne take the order of the nearest
cells of the next power of two. How elements are distributed never changes a result, only the amount of communication.

Equations: Dennis (2003), doi:10.1109/IPDPS.2003.1213487
HOMME: spacecurve_mod, metagraph_mod
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from ..mesh.cubed_sphere import FACE_CENTRE, FACE_X, FACE_Y

_FACES_ALONG_CURVE = (0, 1, 5, 3, 4, 2)
_CORNERS = ((0, 0), (1, 0), (1, 1), (0, 1))


def partition(count: int, parts: int) -> list[slice]:
    """Contiguous pieces of a curve of ``count`` elements; the first pieces are one longer where it does not divide.

    Raises
    ------
    ValueError unless there are 1 to ``count`` parts.
    """
    if not 1 <= parts <= count:
        raise ValueError(f"{count} elements can be shared by 1 to {count} parts, found {parts}.")
    ends = np.cumsum([count // parts + (k < count % parts) for k in range(parts)])
    return [slice(int(end - (count // parts + (k < count % parts))), int(end)) for k, end in enumerate(ends)]


def cubed_sphere_curve(ne: int) -> np.ndarray:
    """(elem,) numbers [1] of all 6 ne^2 elements along one curve over all faces."""
    face_curve = curve(ne)
    choices = [
        [ne * ne * face + cells[:, 0] + ne * cells[:, 1] for cells in _orientations(face_curve, ne)]
        for face in _FACES_ALONG_CURVE
    ]
    return np.concatenate(_joined(choices, ne, []) or [c[0] for c in choices])


def vertex_keys(ne: int, number: np.ndarray) -> np.ndarray:
    """(n, 4) one integer [1] per corner SW, SE, NE, NW of elements number (n,), equal where the point is one."""
    face, je, ie = number // ne**2, number // ne % ne, number % ne
    key = np.zeros((len(number), 4), dtype=np.int64)
    for axis in range(3):
        for corner, (di, dj) in enumerate(_CORNERS):
            x, y = 2 * (ie + di) - ne, 2 * (je + dj) - ne
            place = ne * FACE_CENTRE[face, axis] + x * FACE_X[face, axis] + y * FACE_Y[face, axis]
            key[:, corner] = key[:, corner] * (2 * ne + 1) + place + ne
    return key


def _joined(choices: Any, ne: int, path: list) -> list | None:
    """One orientation per face such that each face begins beside the end of the one before; None if there is none."""
    if len(path) == len(choices):
        return path
    for candidate in choices[len(path)]:
        if not path or len(np.intersect1d(*vertex_keys(ne, np.array([path[-1][-1], candidate[0]])))) >= 2:
            found = _joined(choices, ne, [*path, candidate])
            if found:
                return found
    return None


def _orientations(cells: np.ndarray, n: int) -> list[np.ndarray]:
    """The eight rotations and reflections of a curve over n x n cells."""
    i, j = cells.T
    m = n - 1
    images = [(i, j), (m - i, j), (i, m - j), (m - i, m - j), (j, i), (m - j, i), (j, m - i), (m - j, m - i)]
    return [np.stack(image, axis=1) for image in images]


@lru_cache
def curve(n: int) -> np.ndarray:
    """(point, 2) the n^2 cells [1] of a square, in the order of a curve that begins and ends at corners of one side."""
    factors = _factors(n)
    if factors is None:
        return _nearest_cells(n)
    cells = [(0, 0)]
    size = 1
    for factor in factors:
        cells, size = _refine(factor, cells, size)
    return np.array(cells)


def _factors(n: int) -> list[int] | None:
    found = []
    for factor in (2, 3, 5):
        while n % factor == 0:
            n //= factor
            found.append(factor)
    return found if n == 1 else None


def _nearest_cells(n: int) -> np.ndarray:
    """Cells of an n x n square in the order in which the next power-of-two curve passes nearest to them."""
    fine = 1 << (n - 1).bit_length()
    coarse = (curve(fine) * n) // fine
    _, first = np.unique(coarse, axis=0, return_index=True)
    return coarse[np.sort(first)]


def _refine(factor: int, cells: list, size: int) -> tuple[list, int]:
    """A copy of the curve of ``size`` in every cell of the base curve of ``factor``, turned so that the copies join."""
    refined = []
    for (bi, bj), entry, leave in _base_curve(factor):
        turn = _turn(entry, leave, size)
        refined += [(bi * size + i, bj * size + j) for i, j in map(turn, cells)]
    return refined, factor * size


def _turn(entry: Any, leave: Any, size: int) -> Any:
    """The map of a curve from corner (0, 0) to corner (1, 0) onto one from corner entry to corner leave."""
    (ei, ej), (li, lj) = entry, leave
    along, m = (li - ei, lj - ej), size - 1
    across = (1 - 2 * ei if along[0] == 0 else 0, 1 - 2 * ej if along[1] == 0 else 0)
    return lambda cell: (
        ei * m + along[0] * cell[0] + across[0] * cell[1],
        ej * m + along[1] * cell[0] + across[1] * cell[1],
    )


@lru_cache
def _base_curve(n: int) -> list:
    """n x n cells, each with the corners where a nested curve enters and leaves, from (0, 0) to (1, 0)."""
    found = _extend(n, [((0, 0), (0, 0), leave) for leave in ((1, 0), (0, 1))])
    if found is None:
        raise ArithmeticError(f"No space-filling curve over {n} x {n} cells was found.")
    return found


def _extend(n: int, options: list, path: tuple = ()) -> list | None:
    for option in options:
        longer = (*path, option)
        if len(longer) == n * n:
            if option[0] == (n - 1, 0) and option[2] == (1, 0):
                return list(longer)
            continue
        found = _extend(n, _next_cells(n, option, {cell for cell, *_ in longer}), longer)
        if found:
            return found
    return None


def _next_cells(n: int, step: Any, visited: set) -> list:
    """Cells across an edge at the corner where the nested curve left, with every way to go on from there."""
    (i, j), _, (li, lj) = step
    options = []
    for di, dj in ((2 * li - 1, 0), (0, 2 * lj - 1)):
        cell = (i + di, j + dj)
        if min(cell) < 0 or max(cell) >= n or cell in visited:
            continue
        entry = (li if di == 0 else 1 - li, lj if dj == 0 else 1 - lj)
        options += [(cell, entry, leave) for leave in ((1 - entry[0], entry[1]), (entry[0], 1 - entry[1]))]
    return options
