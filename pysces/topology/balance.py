"""Which element goes to which part on any mesh: along a space-filling curve, or by bisection, whichever cuts less.

The curve passes through the six sectors of the cube, as fine as needed, and takes elements as it passes their centres:
short on cubed spheres and refinements of them. Bisection cuts the widest extent of the centres in two, again and again:
short on any mesh. Both give every part as many elements as any other, or one more.

Equations: Dennis (2003), doi:10.1109/IPDPS.2003.1213487; Berger & Bokhari (1987), doi:10.1109/TC.1987.1676942
HOMME: spacecurve_mod, mesh_mod (mesh_init_sfc_from_centroids)
"""

from __future__ import annotations

import numpy as np

from ..mesh.cubed_sphere import FACE_CENTRE, FACE_X, FACE_Y
from ..mesh.quadrilaterals import sector
from .assembly import LocalAssembly, Meshed
from .partition import cubed_sphere_curve, partition

FINENESS = 20  # times that the curve is halved: cells of 10 m on the Earth
_PLACE_OF_FACE = np.array([0, 1, 5, 3, 4, 2])


def default_curve(grid: Meshed, parts: int) -> np.ndarray:
    """(elem,) element numbers [1] in the order in which so many parts take them, each a contiguous piece."""
    if grid.ne:
        return cubed_sphere_curve(grid.ne)
    ways = [sphere_curve(grid.centres), bisected(grid.centres, parts)]
    return min(ways, key=lambda curve: edge_cut(grid.assembly, curve, parts))


def edge_cut(assembly: LocalAssembly, curve: np.ndarray, parts: int) -> int:
    """How many edges lie between two parts, which share out a curve (elem,) of element numbers [1]."""
    owner = np.empty(len(curve), dtype=np.int64)
    for part, piece in enumerate(partition(len(curve), parts)):
        owner[curve[piece]] = part
    copies = np.asarray(assembly.copies)[0]
    beside = copies[:, [1, -1, 1, 0], [0, 1, -1, 1]]  # the first inner node of edges S, E, N, W
    across = (beside - 1) // copies[0].size
    return int((owner[across] != owner[:, None]).sum()) // 2


def bisected(centres: np.ndarray, parts: int) -> np.ndarray:
    """(elem,) element numbers [1] in an order whose contiguous pieces are boxes.

    The widest extent of the centres (3, elem), in any one unit, is halved until there are as many as parts.
    """
    ends = np.array([piece.stop for piece in partition(centres.shape[1], parts)])
    pieces, order = [(0, parts)], np.arange(centres.shape[1])
    while pieces:
        first, last = pieces.pop()
        if last - first < 2:
            continue
        middle, start, stop = (first + last) // 2, 0 if not first else ends[first - 1], ends[last - 1]
        here = order[start:stop]
        axis = np.ptp(centres[:, here], axis=1).argmax()
        order[start:stop] = here[np.argsort(centres[axis, here], kind="stable")]
        pieces += [(first, middle), (middle, last)]
    return order


def sphere_curve(centres: np.ndarray) -> np.ndarray:
    """(elem,) element numbers [1] in the order in which one curve over the sphere passes their centres (3, elem)."""
    face, cells = sector(centres), 1 << FINENESS
    i, j = _cell(centres, face, cells)
    i, j = _turned(face, i, j, cells - 1)
    return np.lexsort((_along_hilbert(i, j), _PLACE_OF_FACE[face]))


def _cell(centres: np.ndarray, face: np.ndarray, cells: int) -> list[np.ndarray]:
    """The cells, of so many along a cube's edge, that centres lie in."""
    x, y, depth = (np.einsum("ec,ce->e", axes[face], centres) for axes in (FACE_X, FACE_Y, FACE_CENTRE))
    equiangular = (np.arctan2(along, depth) / (np.pi / 2) + 0.5 for along in (x, y))
    return [(along * cells).astype(np.int64).clip(0, cells - 1) for along in equiangular]


def _turned(face: np.ndarray, i: np.ndarray, j: np.ndarray, last: int) -> tuple[np.ndarray, np.ndarray]:
    """Cells of a face as its curve sees them: turned so that each face begins where the one before it ended."""
    ways = [(i, j), (j, i), (last - i, j), (last - j, last - i), (last - j, i), (last - i, j)]
    return np.choose(face, [way[0] for way in ways]), np.choose(face, [way[1] for way in ways])


def _along_hilbert(i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """The place of cells on Hilbert's curve that begins at (0, 0) and ends where i is greatest and j is 0."""
    place, side = np.zeros_like(i), 1 << (FINENESS - 1)
    while side:
        right, up = (i & side) > 0, (j & side) > 0
        place += side * side * ((3 * right) ^ up)
        i, j = ((side - 1) & np.where(right & ~up, ~along, along) for along in (i, j))
        i, j = np.where(up, i, j), np.where(up, j, i)
        side >>= 1
    return place
