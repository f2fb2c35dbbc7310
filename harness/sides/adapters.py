"""The only place that knows Fortran's axis order: fields to and from reference_fortran, and its grid.

In a Kernel's ``fortran`` function, ``fortran("module:routine", *arguments)`` calls a routine; wrap every array in the
function named for its kind, and every result likewise:

    scalar   (elem, i, j, lev)       <-> (i, j, lev, elem)
    vector   (2, elem, i, j, lev)    <-> (i, j, 2, lev, elem)
    tracers  (q, elem, i, j, lev)    <-> (i, j, lev, q, elem)
    flat     (elem, i, j, 1)         <-> (i, j, elem)
    matrix   (m, n, elem, i, j, 1)   <-> (i, j, m, n, elem)

    ds = fortran("sphere_operators:gradient_sphere", scalar(x["s"]))   # Fortran axes
    return {"ds": vector.back(ds)}                                     # pysces axes
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np

from pysces.geometry.grid import Grid

DTYPES = {"r8_strict": np.float64, "r4_strict": np.float32, "r8_fast": np.float64}


@dataclass(frozen=True)
class AxisOrder:
    """A permutation of axes. ``layout(a)`` gives Fortran's order (and storage), ``layout.back(a)`` pysces'."""

    order: tuple[int, ...]
    flat: bool = False  # the array's last axis is a single level that Fortran does not have

    def __call__(self, a: np.ndarray) -> np.ndarray:
        a = np.asarray(a)
        return np.asfortranarray(np.transpose(a[..., 0] if self.flat else a, self.order))

    def back(self, a: np.ndarray) -> np.ndarray:
        """From Fortran's order to pysces'."""
        a = np.ascontiguousarray(np.transpose(a, np.argsort(self.order)))
        return a[..., None] if self.flat else a


scalar = AxisOrder((1, 2, 3, 0))
vector = AxisOrder((2, 3, 0, 4, 1))
tracers = AxisOrder((2, 3, 4, 0, 1))
flat = AxisOrder((1, 2, 0), flat=True)
matrix = AxisOrder((3, 4, 0, 1, 2), flat=True)


class Fortran:
    """One build of reference_fortran with a grid loaded; ``fortran("module:routine", ...)`` runs a routine."""

    def __init__(self, build: str = "r8_strict") -> None:
        self.build = build
        self.dtype = np.dtype(DTYPES[build])
        self.library = load(build)
        self.seconds = 0.0  # spent in Fortran so far
        self.processor_seconds = 0.0  # of all its threads
        self.grid: Grid | None = None  # the one that is loaded; None too where Fortran has made its own

    def __call__(self, routine: str, *arguments: Any, **keywords: Any) -> Any:
        """The routine's results, in Fortran's axis order; NotImplementedError where there is no such routine."""
        module_name, name = routine.split(":")
        function = getattr(getattr(self.library, module_name, None), name, None)
        if function is None:
            raise NotImplementedError(f"reference_fortran has no {routine}.")
        start, processor = time.perf_counter(), time.process_time()
        results = function(*arguments, **keywords)
        self.seconds += time.perf_counter() - start
        self.processor_seconds += time.process_time() - processor
        return results

    def set_grid(self, grid: Grid) -> None:
        """Load derivative matrix, metric terms and connectivity; float64 is rounded to the build's precision here."""
        cast = lambda a: np.asarray(a, self.dtype)  # noqa: E731
        data = self.library.element_data
        data.set_grid(
            np.asfortranarray(cast(grid.derivative_matrix).T),  # Dvv(basis function, evaluation node)
            np.asfortranarray(cast(grid.node_weights)[..., 0]),
            *(matrix(cast(a)) for a in (grid.contra_to_sphere, grid.sphere_to_contra, grid.metric_inverse)),
            *(
                flat(cast(a))
                for a in (grid.jacobian, grid.inverse_jacobian, grid.mass_matrix, grid.inverse_mass_matrix)
            ),
            flat(cast(grid.coriolis_parameter)),
            matrix(cast(grid.sphere_to_cartesian)),
            *(self.dtype.type(x) for x in (grid.radius, grid.inverse_radius, grid.rigid_rotation_factor)),
        )
        if grid.viscosity_tensor is not None:
            data.set_viscosity_tensor(matrix(cast(grid.viscosity_tensor)))
        if grid.sponge_tensor is not None:
            data.set_sponge_tensor(matrix(cast(grid.sponge_tensor)))
        if grid.viscosity_factor is not None:
            self.library.variable_viscosity.set_viscosity_factor(flat(cast(grid.viscosity_factor)))
        data.set_connectivity(*_connectivity(grid))
        self.grid = grid

    def make_mesh(self, *scalars: float) -> None:
        """Let Fortran make its own mesh and tables and work on them; scalars as mesh:build takes them."""
        self("mesh:build", *scalars)
        self("mesh:install")
        self.grid = None

    @contextmanager
    def rotation(self, damped: bool) -> Iterator[None]:
        """Whether vector Laplacians damp solid-body rotation while the block runs."""
        data = self.library.element_data
        kept = float(data.rigid_factor)
        data.rigid_factor = 0.0 if damped else kept
        try:
            yield
        finally:
            data.rigid_factor = kept


@cache
def load(build: str) -> ModuleType:
    """The compiled module; ImportError, with the way to build it, where there is none."""
    import pysces_reference

    return pysces_reference.load(build)


# Fortran's order of an element's boundary nodes, as (i, j) counted from 0.
_BOUNDARY = ((0, 0), (1, 0), (2, 0), (3, 0), (0, 1), (3, 1), (0, 2), (3, 2), (0, 3), (1, 3), (2, 3), (3, 3))


def _connectivity(grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """Fortran's tables, 1-based, padded with 0: copies of boundary nodes in order of summation, neighbours."""
    table = grid.assembly
    copies = np.stack([table.copies[:, :, i, j].T - 1 for i, j in _BOUNDARY], axis=1)
    neighbours = _without_padding(table.neighbours)
    return np.asfortranarray(_fortran_number(copies).T), np.asfortranarray(neighbours.T)


def _fortran_number(address: np.ndarray) -> np.ndarray:
    """elem*16 + i*4 + j, or -1, to i + 4*(j-1) + 16*(elem-1) from 1, or 0."""
    elem, i, j = address // 16, address % 16 // 4, address % 4
    return np.where(address < 0, 0, 1 + i + 4 * j + 16 * elem).astype(np.int32)


def _without_padding(neighbours: np.ndarray) -> np.ndarray:
    """Neighbour lists are padded with the element itself; Fortran pads with 0."""
    own = np.arange(len(neighbours))[:, None]
    return np.where(neighbours == own, 0, neighbours + 1).astype(np.int32)
