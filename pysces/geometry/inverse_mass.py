"""An inverse mass matrix rounded so that assembling a field neither makes nor loses mass.

The node of mass W whose inverse is stored as R multiplies what passes through it by W R, an ulp or less from one. Over
the mesh those errors do not cancel: rounding every R to nearest, as CAM-SE and HOMME do, gains or loses up to 2e-17 of
a tracer in every assembly, several 1e-14 in ten days of steps. Here one R in fourteen is rounded the other way,
wherever the excess collected along the numbering of the nodes would pass half an ulp of a node's mass, so that it
cancels over each neighbourhood.
"""

from __future__ import annotations

import numpy as np

from .grid import Grid

_EXTENDED = np.finfo(np.longdouble).eps < 1e-18  # else W R - 1 cannot be seen, and every inverse stays the nearest


def mass_keeping(grid: Grid) -> Grid:
    """The grid (on the host, whole) with inverses of the assembled mass within an ulp whose errors cancel."""
    if not _EXTENDED:
        return grid
    exact = grid.assembly.assemble(grid.mass_matrix.astype(np.longdouble)).ravel()
    ids = grid.global_id.ravel()
    first = np.sort(np.unique(ids, return_index=True)[1])
    by_id = np.empty(first.size)
    by_id[ids[first]] = _balanced(grid.inverse_mass_matrix.ravel()[first], exact[first])
    return grid.replace(inverse_mass_matrix=by_id[grid.global_id][..., None])


def _balanced(nearest: np.ndarray, exact: np.ndarray) -> np.ndarray:
    """The inverses of the distinct nodes, in the order in which their excess of mass is added up."""
    too_large = exact * nearest > 1.0
    other = np.nextafter(nearest, np.where(too_large, 0.0, np.inf))
    excess, excess_of_other = (np.asarray(exact * (exact * inverse - 1.0), np.float64) for inverse in (nearest, other))
    most = 0.5 * np.finfo(np.float64).eps * float(exact.max())
    total, turned = 0.0, np.zeros(nearest.size, dtype=bool)
    for n, (a, b) in enumerate(zip(excess.tolist(), excess_of_other.tolist())):
        turned[n] = abs(total + a) > most and abs(total + b) < abs(total + a)
        total += b if turned[n] else a
    return np.where(turned, other, nearest)
