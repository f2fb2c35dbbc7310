"""What instruments see of a state: a quantity of it, interpolated to points; linear in it, with an exact adjoint.

A horizontal field is interpolated by the basis of its element, exactly as the model represents it.

Our own design: what is observed are quantities that history files of HOMME and CAM-SE hold too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from ..arrays.backend import Array
from ..arrays.fields import field
from ..arrays.pytree import Tree, pytree, static
from ..driver.simulation import Simulation
from ..dycore.dycore import Dycore, ModelState
from ..geometry.columns import columns_of, unit_vectors
from ..geometry.gll_interpolation import scattered_points
from ..models.grids import configured_elements
from ..operators.integrals import column_integral
from .control import refuse_plane
from .variables import change_of_variables

Quantity = Callable[[ModelState, Dycore], Array]  # (..., elem, i, j, lev) of a state; the user's own is one too


@pytree
class Points(Tree):
    """Places on the sphere as weights of the nodes of one element each."""

    element: Array = field("1", "where the element lies along its axis", shape="(point,)")
    weights: Array = field("1", "values of the basis functions", shape="(point, i, j)")

    def __call__(self, nodal: Array) -> Array:
        """A nodal field (..., elem, i, j, lev) [U] at the points (..., point, lev)."""
        near = jnp.take(nodal, self.element, axis=-4)
        return jnp.einsum("pij,...pijk->...pk", self.weights, near, precision="highest")


@pytree
class Observation(Tree):
    """One kind of observation at some points, with independent errors.

    quantity : what is seen of a state; one function for the life of the program.
    error : standard deviation in its unit, a number, (lev,) or (point, lev).
    levels : numbers of the levels that are seen, from the top; None sees all.
    """

    points: Points
    error: Array
    quantity: Quantity = static()
    levels: tuple[int, ...] | None = static(default=None)

    def __call__(self, state: ModelState, dycore: Dycore) -> Array:
        """What is seen of a state, (..., point, lev) [as quantity has it], without error."""
        seen = self.points(self._nodal(state, dycore))
        return seen if self.levels is None else seen[..., np.array(self.levels)]

    def _nodal(self, state: ModelState, dycore: Dycore) -> Array:
        field, nodes = self.quantity(state, dycore), dycore.grid.mass_matrix.shape[:3]
        if field.ndim < 4 or field.shape[-4:-1] != nodes:
            raise ValueError(
                f"{self.quantity.__name__} returned shape {field.shape}, expected (..., {', '.join(map(str, nodes))}, "
                "lev) with one level where there are none; keepdims=True keeps the axis of a sum over levels."
            )
        return field


def points_at(run: Simulation, lat: ArrayLike, lon: ArrayLike) -> Points:
    """The points at latitudes lat and longitudes lon (point,) [degree] of a run's grid; ValueError on a plane."""
    grid, options = run.host.grid, run.config.grid
    refuse_plane(grid)
    places = unit_vectors(*(np.atleast_1d(np.radians(np.asarray(x, np.float64))) for x in (lat, lon)))
    return _placed(run, *scattered_points(configured_elements(options), options.cubed_sphere_map, places.T, grid.npts))


def points_at_columns(run: Simulation, columns: ArrayLike) -> Points:
    """The points at some of the grid's own nodes, by columns (point,) [1], their numbers in files."""
    nodes = columns_of(run.host.grid)
    npts = run.host.grid.npts
    element, node = np.divmod(nodes.node[np.asarray(columns, int)], npts * npts)
    return _placed(run, element, np.eye(npts * npts)[node].reshape(-1, npts, npts))


def _placed(run: Simulation, element: np.ndarray, weights: np.ndarray) -> Points:
    return Points(jnp.asarray(run.layout.addresses(element)), jnp.asarray(weights, run.layout.host.dtype))


def temperature(state: ModelState, dycore: Dycore) -> Array:
    """Temperature (elem, i, j, lev) [K]."""
    return change_of_variables(dycore).fields(state).temperature


def wind(state: ModelState, dycore: Dycore) -> Array:
    """Eastward and northward wind (2, elem, i, j, lev) [m s-1]."""
    return change_of_variables(dycore).fields(state).wind


def surface_pressure(state: ModelState, dycore: Dycore) -> Array:
    """Surface pressure (elem, i, j, 1) [Pa]."""
    return change_of_variables(dycore).fields(state).ps


def thickness(state: ModelState, dycore: Dycore) -> Array:
    """Thickness of shallow water (elem, i, j, 1) [m]."""
    return change_of_variables(dycore).fields(state).thickness


def column_vapor(state: ModelState, dycore: Dycore) -> Array:
    """Water vapor of the column (elem, i, j, 1) [kg m-2]; ValueError where a run carries none."""
    if state.tracer_mass is None or change_of_variables(dycore).fields(state).vapor is None:
        raise ValueError("This run carries no water vapor to observe; set [case] tracers and moisture = true.")
    return column_integral(state.tracer_mass[0]) / dycore.equations.constants.gravity


def observation(points: Points, quantity: Quantity, error: Any, levels: Any = None) -> Observation:
    """An observation whose error has a deviation above 0; any other raises ValueError."""
    if not np.all(np.asarray(error) > 0.0):
        raise ValueError(f"An observation's error must be above 0, found {np.min(error)}; give its deviation.")
    return Observation(points, jnp.asarray(error), quantity, None if levels is None else tuple(levels))
