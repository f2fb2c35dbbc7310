"""Direct stiffness summation: fields made continuous."""

from __future__ import annotations

from typing import Any

from ..arrays.pytree import tree_map
from ..geometry.grid import Grid
from ..topology.assembly import assemble_times, assemble_times_later


def dss(tree: Any, grid: Grid) -> Any:
    """Nodal fields made continuous: mass-weighted mean over the copies of each node. HOMME: make_C0, edgeVpack."""
    return dss_wk(tree_map(lambda f: f * grid.mass_matrix, tree), grid)


def dss_wk(tree: Any, grid: Grid) -> Any:
    """Weak fields, mass matrix included, assembled and divided by the assembled mass matrix."""
    return assemble_times(grid.assembly, tree, grid.inverse_mass_matrix)


def dss_wk_later(tree: Any, grid: Grid) -> Any:
    """dss_wk, for an element-local function that takes ``made`` of it: with native kernels it begins with the sums."""
    return assemble_times_later(grid.assembly, tree, grid.inverse_mass_matrix)
