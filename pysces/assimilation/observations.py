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
        return seen if self.levels is None else seen[..., self._levels_of(seen.shape[-1])]

    def _levels_of(self, nlev: int) -> np.ndarray:
        numbers = np.array(self.levels)
        if not numbers.size or numbers.min() < -nlev or numbers.max() >= nlev:
            raise ValueError(
                f"{self.quantity.__name__} has levels 0 to {nlev - 1}, found {numbers.tolist()}; give some of these."
            )
        return numbers

    def _nodal(self, state: ModelState, dycore: Dycore) -> Array:
        field, nodes = self.quantity(state, dycore), dycore.grid.mass_matrix.shape[:3]
        if field.ndim < 4 or field.shape[-4:-1] != nodes:
            raise ValueError(
                f"{self.quantity.__name__} returned shape {field.shape}, expected (..., {', '.join(map(str, nodes))}, "
                "lev) with one level where there are none; keepdims=True keeps the axis of a sum over levels."
            )
        return field


def points_at(run: Simulation, lat: ArrayLike, lon: ArrayLike) -> Points:
    """The points at latitudes lat and longitudes lon (point,) [degree] of a run's grid.

    Raises
    ------
    ValueError on a plane, and where there are no such places.
    """
    grid, options = run.host.grid, run.config.grid
    refuse_plane(grid)
    there = _checked(*(np.atleast_1d(np.asarray(x, np.float64)) for x in (lat, lon)))
    places = unit_vectors(*np.radians(there))
    return _placed(run, *scattered_points(configured_elements(options), options.cubed_sphere_map, places.T, grid.npts))


def points_at_columns(run: Simulation, columns: ArrayLike) -> Points:
    """The points at some of the grid's own nodes, by columns (point,) [1], their numbers in files, from 0.

    Raises
    ------
    ValueError where there are no such columns.
    """
    nodes, numbers = columns_of(run.host.grid), np.atleast_1d(np.asarray(columns))
    if not numbers.size or numbers.dtype.kind not in "iu" or numbers.min() < 0 or numbers.max() >= nodes.count:
        raise ValueError(f"Columns have the numbers 0 to {nodes.count - 1}, found {numbers}; give some of these.")
    npts = run.host.grid.npts
    element, node = np.divmod(nodes.node[numbers], npts * npts)
    return _placed(run, element, np.eye(npts * npts)[node].reshape(-1, npts, npts))


def _checked(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Both as (2, point), if they are places."""
    if lat.shape != lon.shape or lat.ndim != 1 or not lat.size:
        raise ValueError(f"Points need a latitude and a longitude each, found shapes {lat.shape} and {lon.shape}.")
    for n in np.flatnonzero(~((np.abs(lat) <= 90.0) & np.isfinite(lon)))[:1]:
        raise ValueError(
            f"Point {n} is at latitude {lat[n]:g} and longitude {lon[n]:g}; give -90 to 90 and a number, in degrees."
        )
    return np.stack([lat, lon])


def _placed(run: Simulation, element: np.ndarray, weights: np.ndarray) -> Points:
    return Points(jnp.asarray(run.layout.addresses(element)), jnp.asarray(weights, run.layout.host.dtype))


def temperature(state: ModelState, dycore: Dycore) -> Array:
    """Temperature (elem, i, j, lev) [K]."""
    return _field(state, dycore, "temperature")


def wind(state: ModelState, dycore: Dycore) -> Array:
    """Eastward and northward wind (2, elem, i, j, lev) [m s-1]."""
    return _field(state, dycore, "wind")


def surface_pressure(state: ModelState, dycore: Dycore) -> Array:
    """Surface pressure (elem, i, j, 1) [Pa]."""
    return _field(state, dycore, "ps")


def thickness(state: ModelState, dycore: Dycore) -> Array:
    """Thickness of shallow water (elem, i, j, 1) [m]."""
    return _field(state, dycore, "thickness")


def _field(state: ModelState, dycore: Dycore, name: str) -> Array:
    fields = change_of_variables(dycore).fields(state)
    if name not in fields._children:
        raise ValueError(f"This model has no {name} to observe; choose among {', '.join(fields._children)}.")
    return getattr(fields, name)


def column_vapor(state: ModelState, dycore: Dycore) -> Array:
    """Water vapor of the column (elem, i, j, 1) [kg m-2]; ValueError where a run carries none."""
    if state.tracer_mass is None or change_of_variables(dycore).fields(state).vapor is None:
        raise ValueError("This run carries no water vapor to observe; set [case] tracers and moisture = true.")
    return column_integral(state.tracer_mass[0]) / dycore.equations.constants.gravity


def observation(points: Points, quantity: Quantity, error: Any, levels: Any = None) -> Observation:
    """An observation of a function of (state, dycore) whose error has a deviation above 0; others raise ValueError."""
    if not callable(quantity):
        raise ValueError(f"What is observed is a function of (state, dycore), found {quantity!r}; give one, as wind.")
    if not np.all(np.asarray(error) > 0.0):
        raise ValueError(f"An observation's error must be above 0, found {np.min(error)}; give its deviation.")
    return Observation(
        points, jnp.asarray(error), quantity, None if levels is None else tuple(np.atleast_1d(levels).tolist())
    )
