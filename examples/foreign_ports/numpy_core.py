"""A small spectral-element core in plain NumPy, and how it is verified from end to end:

pysces-verify run --port numpy_core:PORTS      # in this folder
"""

import numpy as np


def d(field, grid, axis):
    """Derivative along i (axis 0) or j (axis 1) of the reference element."""
    return np.einsum(("ai,...eijl->...eajl", "bj,...eijl->...eibl")[axis], grid.derivative_matrix, field)


def gradient(s, grid):
    Di = grid.sphere_to_contra / grid.radius  # (2 along i, j; 2 eastward, northward; elem, i, j, 1)
    return np.stack([Di[0, c] * d(s, grid, 0) + Di[1, c] * d(s, grid, 1) for c in (0, 1)])


def divergence(v, grid):
    flux = [grid.jacobian * (row[0] * v[0] + row[1] * v[1]) for row in grid.sphere_to_contra]
    return (d(flux[0], grid, 0) + d(flux[1], grid, 1)) / (grid.jacobian * grid.radius)


def vorticity(v, grid):
    along = [grid.contra_to_sphere[0, k] * v[0] + grid.contra_to_sphere[1, k] * v[1] for k in (0, 1)]
    return (d(along[1], grid, 0) - d(along[0], grid, 1)) / (grid.jacobian * grid.radius)


def curl(s, grid):
    east, north = gradient(s, grid)
    return np.stack([north, -east])


def weak_divergence(v, grid):
    """- integral of v . grad(each basis function): gradients of the test functions, not of the field."""
    D, w = grid.derivative_matrix, grid.mass_matrix / grid.radius
    flux = [w * (row[0] * v[0] + row[1] * v[1]) for row in grid.sphere_to_contra]
    return -np.einsum("ai,eajl->eijl", D, flux[0]) - np.einsum("bj,eibl->eijl", D, flux[1])


def laplacian(s, grid, tensor=None):
    g = gradient(s, grid)
    return weak_divergence(g if tensor is None else np.einsum("mn...,n...->m...", tensor, g), grid)


def dss(field, grid):
    """The mass-weighted mean over the copies of each node, found by their numbers."""
    node, weight = grid.global_id.ravel(), np.bincount(grid.global_id.ravel(), grid.mass_matrix.ravel())
    rows = np.moveaxis(grid.mass_matrix * field, -1, 0).reshape(field.shape[-1], -1)
    means = [(np.bincount(node, row) / weight)[node].reshape(grid.global_id.shape) for row in rows]
    return np.stack(means, axis=-1)


PORTS = {
    "gradient_sphere": lambda x, grid, settings: {"ds": gradient(x["s"], grid)},
    "divergence_sphere": lambda x, grid, settings: {"div": divergence(x["v"], grid)},
    "vorticity_sphere": lambda x, grid, settings: {"vort": vorticity(x["v"], grid)},
    "curl_sphere": lambda x, grid, settings: {"ds": curl(x["s"], grid)},
    "divergence_sphere_wk": lambda x, grid, settings: {"div": weak_divergence(x["v"], grid)},
    "laplace_sphere_wk": lambda x, grid, settings: {"laplace": laplacian(x["s"], grid, x.get("tensorVisc"))},
    "dss": lambda x, grid, settings: {"s": dss(x["s"], grid), "v": np.stack([dss(v, grid) for v in x["v"]])},
}
