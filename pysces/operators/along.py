"""Sums along one direction of every element, each node's with weights of its own: what all derivatives are made of.

They are written out over slices in index order, so that Fortran without contraction gives the same bits. What jax would
make of a slice on the way back is an array of zeros around it; said here, the transpose is such a sum again.

HOMME: derivative_mod, the sums over Dvv and mp at the heart of gradient_sphere, divergence_sphere_wk and their kin
"""

from __future__ import annotations

from ..arrays.backend import Array
from ..arrays.compiler import stored
from ..arrays.derivatives import linear_map


def along_i(q: Array, weights: Array) -> Array:
    """sum_k weights[i, k] q[k, j] at every node of q (..., i, j, lev) [U], with weights (i, i) [1]; like q."""
    return linear_map(_along_i, _back_along_i, q, weights)


def along_j(q: Array, weights: Array) -> Array:
    """sum_k weights[j, k] q[i, k] at every node of q (..., i, j, lev) [U], with weights (j, j) [1]; like q."""
    return linear_map(_along_j, _back_along_j, q, weights)


def _along_i(q: Array, weights: Array) -> Array:
    total = weights[:, 0].reshape(-1, 1, 1) * q[..., 0:1, :, :]
    for k in range(1, q.shape[-3]):
        total = total + weights[:, k].reshape(-1, 1, 1) * q[..., k : k + 1, :, :]
    return total


def _along_j(q: Array, weights: Array) -> Array:
    total = weights[:, 0].reshape(-1, 1) * q[..., 0:1, :]
    for k in range(1, q.shape[-2]):
        total = total + weights[:, k].reshape(-1, 1) * q[..., k : k + 1, :]
    return total


def _back_along_i(q: Array, weights: Array) -> Array:
    return stored(_along_i, q, weights.T)


def _back_along_j(q: Array, weights: Array) -> Array:
    return stored(_along_j, q, weights.T)
