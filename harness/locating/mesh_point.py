"""The first savepoint: the mesh. After it both sides work on pysces' grid; here that is held to the reference's own."""

from __future__ import annotations

import numpy as np

from pysces.arrays.backend import Array
from pysces.arrays.fields import metadata, units
from pysces.geometry.grid import HORIZONTAL, Grid

from ..registry import MESH_FIELDS, Fields, Kernel, Settings
from ..sides.adapters import AxisOrder, Fortran, flat, matrix
from ..sides.fortran.whole_runs import elements_in
from .savepoint import Pair, Savepoint, Walk, visit

# Grid field: the variable of reference_fortran's mesh, as f2py spells it, and its layout.
FIELDS: dict[str, tuple[str, AxisOrder]] = {
    ours: (theirs.lower(), flat if metadata(Grid, ours)["shape"] == HORIZONTAL else matrix)
    for ours, theirs in MESH_FIELDS.items()
    if not ours.endswith("_tensor")
}


def _mesh(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    return {name: np.asarray(getattr(grid, name)) for name in FIELDS} | {"derivative_matrix": grid.derivative_matrix}


def _mesh_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    mesh = fortran.library.mesh
    names = ("map", "hypervis_scaling", "laplace_scaling", "radius", "omega")
    ne, _ = elements_in(fortran, settings["built"]["mesh"])
    mesh.build(ne, *(settings["built"][name] for name in names))
    fields = {name: layout.back(getattr(mesh, theirs)) for name, (theirs, layout) in FIELDS.items()}
    return fields | {"derivative_matrix": np.ascontiguousarray(mesh.dvv.T)}


def built(grid: Grid, ne: int | str, cubed_sphere_map: int, omega: float) -> dict:
    """What a walk's settings say of a mesh that both sides can build; the tensors are the viscosity kernels' matter.

    ne : of a cubed sphere, or the name or file of a mesh of sides.meshes.
    """
    mesh = {"mesh": ne, "map": cubed_sphere_map, "hypervis_scaling": 0.0, "laplace_scaling": 0.0}
    return mesh | {"radius": float(grid.radius), "omega": omega}


MESH_POINT = Savepoint(
    Kernel(
        "mesh/cubed_sphere", port=_mesh, fortran=_mesh_fortran, outputs={name: units(Grid)[name] for name in FIELDS}
    ),
    "mesh",
    "the mesh: nodes, metric terms, mass matrix, derivative matrix",
    on_host=True,
)


def walk(settings: Settings) -> Walk:
    """The visit before all others, where the mesh is one that both sides can build."""
    if "built" in settings:
        nothing: dict = {}
        yield from visit(MESH_POINT, 0, "mesh", Pair(nothing, nothing), {"built": settings["built"]})
