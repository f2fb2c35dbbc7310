"""The numbers that a run is made of, and the dycore of other ones, rebuilt inside the program that uses them.

    numbers = parameters_of(run.dycore)
    faster = with_parameters(run.dycore, omega=1.1 * numbers["omega"])
    jax.grad(lambda numbers: cost(with_parameters(run.dycore, **numbers)))(numbers)

A number acts in several parts: rotation in the grid's Coriolis parameter, levels in equations, remap, reference
profiles and suite. Every part moves what it keeps of them (vertical.basis), so that a derivative is whole.
"""

from __future__ import annotations

from typing import Any, TypeVar

from ..arrays.backend import Array, is_traced
from ..arrays.pytree import Tree
from ..constants import Constants
from ..geometry.grid import Grid
from ..vertical.basis import Basis, moved
from ..vertical.coordinate import VerticalCoordinate
from .substeps import refuse_unstable_substeps

D = TypeVar("D", bound=Any)  # a Dycore
LEVELS = ("hyai", "hybi")
OWNING = ("dissipation", "transport", "mixing")  # parts with coefficients of viscosity
MOVING = ("equations", "dissipation", "remap", "transport", "forcing", "mixing")
FOLLOW = {
    "kappa": "it is R_dry / cp; change one of these",
    "hyam": "midpoints follow the interfaces; change hyai",
    "hybm": "midpoints follow the interfaces; change hybi",
    "coriolis_parameter": "it follows omega; change that",
}


def parameters_of(dycore: Any) -> dict[str, Any]:
    """{name: value} of all that with_parameters takes for this dycore, a pytree to differentiate by.

    Constants of planet and air, hyai, hybi, phis, coefficients of dissipation and tracers, dt, and the physics suite as
    one pytree.

    Raises
    ------
    ValueError for equations without constants of a planet.
    """
    basis = _basis(dycore)
    found: dict[str, Any] = {name: getattr(basis.constants, name) for name in _acting(dycore.equations)}
    if basis.coordinate is not None:
        found |= {name: getattr(basis.coordinate, name) for name in LEVELS}
    if basis.phis is not None:
        found["phis"] = basis.phis
    for part in OWNING:
        owner = getattr(dycore, part)
        found |= {name: getattr(owner, name) for name in getattr(owner, "coefficients", ())}
    found["dt"] = dycore.dt
    if getattr(dycore.forcing, "suite", None) is not None:
        found["suite"] = dycore.forcing.suite
    return found


def with_parameters(dycore: D, **changes: Any) -> D:
    """The dycore with other numbers, each wherever it acts; those that parameters_of names. The state stays as it is.

    Differentiable in all of them. Numbers given as they are leave every bit as it is.

    Raises
    ------
    ValueError in one sentence for a name that this dycore has not, a number that nothing tells how to change, and a
    viscosity that is unstable in the substeps of the set-up.
    """
    _refuse_unknown(dycore, changes)
    before = _basis(dycore)
    after = _changed(before, changes)
    parts = {name: moved(getattr(dycore, name), before, after) for name in MOVING}
    for name in OWNING:
        parts[name] = _with_coefficients(parts[name], changes)
    if "suite" in changes:
        forcing = dycore.forcing.replace(suite=changes["suite"])
        parts["forcing"] = moved(forcing, before, after)
    made = Tree.replace(dycore, grid=after.grid, dt=changes.get("dt", dycore.dt), **parts)
    refuse_unstable_substeps(made)
    return made


def _basis(dycore: Any) -> Basis:
    equations = dycore.equations
    constants = getattr(equations, "constants", None)
    if constants is None or not hasattr(equations, "moved"):
        raise ValueError("These equations have no parameters that other parts follow; change the parts themselves.")
    coordinate, phis = getattr(equations, "coordinate", None), getattr(equations, "phis", None)
    return Basis(dycore.grid, constants, coordinate, phis)


def _acting(equations: Any) -> tuple[str, ...]:
    """The constants that act in a model, all unless its equations say which."""
    return tuple(getattr(equations, "acting", vars(equations.constants)))


def _refuse_unknown(dycore: Any, changes: dict[str, Any]) -> None:
    known = parameters_of(dycore)
    for name in changes:
        if name in FOLLOW:
            raise ValueError(f"{name} is not a parameter of its own: {FOLLOW[name]}.")
        if name not in known:
            raise ValueError(
                f"{name} is not a parameter of this run, or is switched off in it; it has {', '.join(known)}."
            )


def _changed(before: Basis, changes: dict[str, Any]) -> Basis:
    """What parts are built from, after the changes."""
    own = {name: changes[name] for name in vars(before.constants) if name in changes}
    constants = before.constants.replace(**own)
    grid = before.grid
    if "omega" in changes:
        grid = _turning(grid, before.constants, constants.omega)
    if "radius" in changes:
        grid = _resized(grid, constants.radius, constants.radius / before.constants.radius)
    coordinate = _with_levels(before.coordinate, changes, constants.p0 / before.constants.p0)
    return Basis(grid, constants, coordinate, changes.get("phis", before.phis))


def _turning(grid: Grid, constants: Constants, omega: Array) -> Grid:
    if not is_traced(constants.omega) and float(constants.omega) == 0.0:
        raise ValueError("omega scales the rotation, and this planet does not turn; build the run with [grid] omega.")
    return grid.replace(coriolis_parameter=grid.coriolis_parameter * (omega / constants.omega))


def _resized(grid: Grid, radius: Array, factor: Array) -> Grid:
    """The grid of a sphere of this radius, so many times that of its own; node spacings and tensors go along."""
    if grid.viscosity_factor is not None:
        raise ValueError("radius is not differentiable with hypervis_power, whose factor the set-up made of spacings.")
    if not is_traced(grid.rigid_rotation_factor) and grid.on_plane:
        raise ValueError("radius is not a parameter of a plane, which has none; build another one.")
    powers = {"viscosity_tensor": 4, "sponge_tensor": 2}
    tensors = {name: getattr(grid, name) * factor**n for name, n in powers.items() if getattr(grid, name) is not None}
    return grid.replace(
        radius=grid.radius * factor,
        inverse_radius=grid.inverse_radius / factor,
        rigid_rotation_factor=grid.rigid_rotation_factor / factor,
        dx_short=grid.dx_short * factor,
        dx_long=grid.dx_long * factor,
        **tensors,
    )


def _with_levels(coordinate: Any, changes: dict[str, Any], pressure: Array) -> VerticalCoordinate | None:
    """Midpoints move as the means of their interfaces; pressure is the factor of p0."""
    if coordinate is None or not changes.keys() & {*LEVELS, "p0"}:
        return coordinate
    made = {"p0": coordinate.p0 * pressure}
    for name, mid in (("hyai", "hyam"), ("hybi", "hybm")):
        if name in changes:
            step = changes[name] - getattr(coordinate, name)
            made |= {name: changes[name], mid: getattr(coordinate, mid) + 0.5 * (step[1:] + step[:-1])}
    return coordinate.replace(**made)


def _with_coefficients(part: Any, changes: dict[str, Any]) -> Any:
    own = {name: changes[name] for name in getattr(part, "coefficients", ()) if name in changes}
    return part.replace(**own) if own else part
