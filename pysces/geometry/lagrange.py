"""The basis of an element along one axis: Lagrange's polynomials of the Gauss-Lobatto nodes.

HOMME: quadrature_mod, for the nodes; Lagrange's product of differences in place of Legendre's polynomials: own design
"""

from __future__ import annotations

import numpy as np

from ..mesh.quadrature import gauss_lobatto


def basis(at: np.ndarray, npts: int = 4) -> np.ndarray:
    """(point, node) values [1] at the places ``at`` (point,), from -1 to 1."""
    nodes, away = gauss_lobatto(npts).nodes, _without_each(npts)
    return np.stack([np.prod((at[:, None] - nodes[o]) / (nodes[k] - nodes[o]), axis=1) for k, o in away], axis=1)


def _without_each(npts: int) -> list[tuple[int, np.ndarray]]:
    """Each node's number, and those of all others."""
    return [(k, np.delete(np.arange(npts), k)) for k in range(npts)]
