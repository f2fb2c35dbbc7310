"""The grid that a configuration asks for: a cubed sphere, the mesh of a file, or a plane.

HOMME: prim_driver_base (prim_init1), mesh_mod
"""

from __future__ import annotations

from pathlib import Path

from ..config.plane import plane_of
from ..config.sections import GridOptions
from ..constants import Constants
from ..geometry.grid import Grid, cubed_sphere_grid, plane_grid, unstructured_grid
from ..io.mesh_file import count_elements, read_mesh
from ..mesh.cubed_sphere import Elements, cubed_sphere_elements
from ..mesh.quadrilaterals import elements_from_corners


def configured_grid(
    options: GridOptions,
    constants: Constants,
    hypervis_scaling: float = 0.0,
    laplace_scaling: float = 0.0,
    area_correction: bool = True,
) -> Grid:
    """The grid of [grid] on a planet; the scalings are those of its tensors, and so that areas add up to the sphere's.

    Raises
    ------
    ValueError in one sentence where the mesh's file is not there, or is no closed mesh of convex quadrilaterals.
    """
    if plane := plane_of(options):
        return plane_grid(plane.ne_x, plane.ne_y, plane.lx, plane.ly, plane.fcor, hypervis_scaling)
    scalings = (hypervis_scaling, laplace_scaling)
    if not options.mesh:
        return cubed_sphere_grid(options.ne, constants, options.cubed_sphere_map, *scalings, area_correction)
    return unstructured_grid(*read_mesh(options.mesh), constants, *scalings)


def configured_elements(options: GridOptions) -> Elements:
    """The elements of [grid]."""
    return elements_from_corners(*read_mesh(options.mesh)) if options.mesh else cubed_sphere_elements(options.ne)


def described_grid(grid: Grid) -> str:
    """Elements, distinct nodes, and smallest and largest node spacing, in words."""
    nodes, shortest, longest = int(grid.global_id.max()) + 1, float(grid.dx_short.min()), float(grid.dx_long.max())
    return f"{grid.nelem} elements, {nodes} nodes, spacing {shortest:.4g} to {longest:.4g} km"


def element_count(options: GridOptions) -> int:
    """Elements of the grid, before it is made; a mesh's file is opened, not read."""
    if plane := plane_of(options):
        return plane.ne_x * plane.ne_y
    return count_elements(options.mesh) if options.mesh else 6 * options.ne**2


def named_mesh(options: GridOptions) -> str:
    """A mesh in a word, such as ne30, plane 12 x 12, or the name of its file."""
    if plane := plane_of(options):
        return f"plane {plane.ne_x} x {plane.ne_y}"
    return Path(options.mesh).name or f"ne{options.ne}"
