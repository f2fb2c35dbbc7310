"""The space that states are sought in: fields with one value at each distinct node.

Storage of a spectral-element field repeats the nodes on edges, so that a gradient with respect to it is not unique.
Here every node counts once; the Riesz map divides a gradient by the mass matrix, which makes of it a field that does
not depend on how fine the mesh is: d J = integral of (Riesz gradient) * (change of the field).

Riesz map: Schwedes, Ham, Funke & Piggott (2017), Mesh Dependence in PDE-Constrained Optimisation
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from ..arrays.backend import Array
from ..arrays.fields import field
from ..arrays.pytree import Tree, pytree, static
from ..driver.simulation import Simulation
from ..geometry.columns import columns_of
from ..geometry.grid import Grid


@pytree
class UniqueNodes(Tree):
    """The distinct nodes of a run's grid; fields on them are (..., column, lev), in the order of columns_of.

    values, gradient, x, one and other : (..., column, lev) [U].   nodal : the same, stored as (..., elem, i, j, lev).
    """

    number: Array = field("1", "which column each node is", shape="(elem, i, j, 1)")
    mass: Array = field("1", "assembled mass matrix, area on the unit sphere", shape="(column, 1)")
    node_mass: Array = field("1", "mass matrix of elements", shape="(elem, i, j, 1)")
    count: int = static()

    def spread(self, values: Array) -> Array:
        """(..., column, lev) on all copies of the nodes (..., elem, i, j, lev)."""
        return jnp.take(values, self.number[..., 0], axis=-2)

    def summed(self, nodal: Array) -> Array:
        """(..., elem, i, j, lev) summed over the copies of each node (..., column, lev): the transpose of spread."""
        *lead, nelem, n, _, nlev = nodal.shape
        total = jnp.zeros((*lead, self.count, nlev), nodal.dtype)
        return total.at[..., self.number.reshape(-1), :].add(nodal.reshape(*lead, nelem * n * n, nlev))

    def gathered(self, nodal: Array) -> Array:
        """(..., elem, i, j, lev) as (..., column, lev): the mass-weighted mean of copies; undoes spread."""
        return self.summed(nodal * self.node_mass) / self.mass

    def riesz(self, gradient: Array) -> Array:
        """A gradient with respect to values (..., column, lev) as a field of density on the unit sphere [U sr-1]."""
        return gradient / self.mass

    def beside(self, x: Array) -> Array:
        """x where these nodes lie: for an array that lies nowhere in particular jax compiles every program again."""
        return _beside(x, self.mass)

    def inner(self, one: Array, other: Array) -> Array:
        """Integral over the unit sphere of the product of two fields, summed over all else: a number [U2 sr]."""
        return jnp.sum(one * other * self.mass)


@jax.jit
def _beside(x: Array, mass: Array) -> Array:
    return x + 0.0 * mass[0, 0]


def refuse_plane(grid: Grid) -> None:
    """Refuse a plane, where latitudes, lengths of correlations and areas of the unit sphere mean nothing."""
    if grid.on_plane:
        raise ValueError("Assimilation works on the sphere, found a run on a plane; set [grid] geometry = 'sphere'.")


def unique_nodes(run: Simulation) -> UniqueNodes:
    """The distinct nodes of a run on the sphere, laid out as the run is; ValueError on a plane."""
    grid = run.host.grid
    refuse_plane(grid)
    columns = columns_of(grid)
    mass = columns.summed(np.asarray(grid.mass_matrix)[..., 0])[:, None]
    nodes = UniqueNodes(columns.number[..., None], mass, np.asarray(grid.mass_matrix), columns.count)
    return run.layout.put(nodes)
