"""Mesh, horizontal operators, DSS and biharmonics of HOMME and CAM-SE."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from pysces import operators as op
from pysces.arrays.backend import Array
from pysces.arrays.compiler import stored
from pysces.geometry.grid import Grid
from pysces.mesh.libm import libm

from ..inputs.fields import PATCH, everywhere, on_sphere, scalar_field, several, vector_field, viscosity_tensor
from ..registry import EXACT, MESH_FIELDS, Case, Fields, Kernel, Settings
from ..sides.adapters import AxisOrder, Fortran, matrix, scalar, vector
from ..sides.fortran.whole_runs import make_mesh

_LAYOUT = {"s": scalar, "v": vector}


def _operator(name: str, source: str, result: str, shape: AxisOrder, unit: str) -> Kernel:
    """A Kernel for an operator with one input field and one output field."""
    return Kernel(
        name,
        port=partial(_port, getattr(op, name), source, result),
        fortran=partial(_fortran, name, source, result, shape),
        outputs={result: unit},
        cases=everywhere(s=scalar_field) if source == "s" else everywhere(v=vector_field),
        bitwise=EXACT,
        bitwise_records=("homme",),
        own_mesh=True,
    )


def _port(operator: Callable, source: str, result: str, x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    return {result: operator(x[source], grid)}


def _fortran(
    routine: str, source: str, result: str, shape: AxisOrder, x: Fields, fortran: Fortran, settings: Settings
) -> dict[str, np.ndarray]:
    return {result: shape.back(fortran(f"sphere_operators:{routine}", _LAYOUT[source](x[source])))}


def _ugradv(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    return {"ugradv": op.ugradv_sphere(x["u"], x["v"], grid)}


def _ugradv_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    return {"ugradv": vector.back(fortran("sphere_operators:ugradv_sphere", vector(x["u"]), vector(x["v"])))}


def _laplace(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    return {"laplace": op.laplace_sphere_wk(x["s"], grid, x.get("tensorVisc"))}


def _laplace_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    routine, tensor = _with_tensor("laplace_sphere_wk", x)
    return {"laplace": scalar.back(fortran(f"sphere_operators:{routine}", scalar(x["s"]), *tensor))}


def _with_tensor(routine: str, x: Fields) -> tuple[str, list]:
    """Fortran has two routines where Python has an optional tensor."""
    return (f"{routine}_tensor", [matrix(x["tensorVisc"])]) if "tensorVisc" in x else (routine, [])


def _vlaplace_options(x: Fields, settings: Settings) -> tuple[bool, float, bool]:
    """(Cartesian form?, nu_ratio, damp solid-body rotation?); CAM-SE takes the Cartesian form where it has a tensor."""
    cartesian = settings.get("form", "cartesian" if "tensorVisc" in x else "contra") == "cartesian"
    return cartesian, settings.get("nu_ratio", 1.0), not settings.get("undamprrcart", True)


def _vlaplace(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    cartesian, nu_ratio, damp = _vlaplace_options(x, settings)
    if cartesian:
        return {"laplace": op.vlaplace_sphere_wk_cartesian(x["v"], grid, x.get("tensorVisc"), damp)}
    return {"laplace": op.vlaplace_sphere_wk_contra(x["v"], grid, nu_ratio, damp)}


def _vlaplace_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    cartesian, nu_ratio, damp = _vlaplace_options(x, settings)
    routine, extra = (
        _with_tensor("vlaplace_sphere_wk_cartesian", x) if cartesian else ("vlaplace_sphere_wk_contra", [nu_ratio])
    )
    with fortran.rotation(damped=damp):
        return {"laplace": vector.back(fortran(f"sphere_operators:{routine}", vector(x["v"]), *extra))}


def _biharmonic(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    biharmonic = op.biharmonic_wk(x["s"], grid, x.get("tensorVisc"))
    return {
        "laplace_dss": op.dss_wk(op.laplace_sphere_wk(x["s"], grid), grid),
        "biharmonic_wk": biharmonic,
        "biharmonic_dss": op.dss_wk(biharmonic, grid),
    }


def _biharmonic_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    routine, tensor = _with_tensor("biharmonic_wk", x)
    laplace, biharmonic = fortran(f"biharmonic:{routine}", scalar(x["s"]), *tensor)
    return {
        "laplace_dss": scalar.back(laplace),
        "biharmonic_wk": scalar.back(biharmonic),
        "biharmonic_dss": scalar.back(fortran("assembly:dss_wk", biharmonic)),
    }


def _vbiharmonic(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    nu_ratio = settings.get("nu_ratio", 1.0)
    return {
        "laplace_dss": op.dss_wk(stored(op.vlaplace_sphere_wk_contra, x["v"], grid, nu_ratio), grid),
        "biharmonic_wk": op.vbiharmonic_wk(x["v"], grid, nu_ratio, x.get("tensorVisc")),
    }


def _vbiharmonic_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    routine, tensor = _with_tensor("vbiharmonic_wk", x)
    laplace, biharmonic = fortran(f"biharmonic:{routine}", vector(x["v"]), settings.get("nu_ratio", 1.0), *tensor)
    return {"laplace_dss": vector.back(laplace), "biharmonic_wk": vector.back(biharmonic)}


def _dss(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    """Every input made continuous; the plain sum too where ``<name>_sum`` is wanted."""
    means = {name: op.dss(field, grid) for name, field in x.items()}
    return means | {n: grid.assembly.assemble(x[n.removesuffix("_sum")]) for n in _sums(settings)}


def _dss_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    """On the grid that is loaded or, where the settings name an own_mesh, on the one that Fortran makes and numbers."""
    if settings.get("own_mesh"):
        make_mesh(fortran, settings["own_mesh"])
    means = {name: _componentwise(fortran, "assembly:dss", field) for name, field in x.items()}
    return means | {n: _componentwise(fortran, "assembly:assemble", x[n.removesuffix("_sum")]) for n in _sums(settings)}


def _dss_cases(**size: int) -> list[Case]:
    """Smooth fields on pysces' mesh; rough ones, which feel any wrong copy, on that which Fortran makes and numbers."""
    smooth, rough, patch = everywhere(s=scalar_field, v=vector_field)(**size)
    own = (replace(rough, settings={"own_mesh": size.get("ne", 3)}), replace(patch, settings={"own_mesh": PATCH}))
    return [smooth, *own]


def _sums(settings: Settings) -> list[str]:
    return [name for name in settings["outputs"] if name.endswith("_sum")]


def _componentwise(fortran: Fortran, routine: str, field: np.ndarray) -> np.ndarray:
    """A routine for scalars applied to a scalar or to each component of a vector."""
    if field.ndim == 4:
        return scalar.back(fortran(routine, scalar(field)))
    return np.stack([_componentwise(fortran, routine, component) for component in field])


def mesh(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    """A grid's fields by their golden names; the harness had pysces build the grid from the record's settings."""
    fields = {theirs: getattr(grid, ours) for ours, theirs in MESH_FIELDS.items() if getattr(grid, ours) is not None}
    return fields | {
        "vec_sphere2cart": np.concatenate([grid.sphere_to_cartesian, _up(grid)[:, None]], axis=1),
        "mp": np.broadcast_to(grid.node_weights, grid.jacobian.shape),
        "Dvv": grid.derivative_matrix.T,
        "gll_points": grid.gll_nodes,
        "gll_weights": grid.gll_weights,
        "gdofP": grid.global_id[..., None].astype(float),
        "dx_short": grid.dx_short,
        "dx_long": grid.dx_long,
        "normDinv": grid.norm_inverse,
        "area": _area(grid.mass_matrix[..., 0]),
    }


def _area(mass: np.ndarray) -> np.ndarray:
    """(elem,): the mass of each element, i fastest, as HOMME sums it."""
    return mass.transpose(0, 2, 1).reshape(len(mass), -1).cumsum(axis=1)[:, -1]


def _up(grid: Grid) -> np.ndarray:
    """The third unit vector, which pysces does not keep."""
    cos_lat = libm("cos", grid.lat)
    return np.stack([cos_lat * libm("cos", grid.lon), cos_lat * libm("sin", grid.lon), libm("sin", grid.lat)])


def numbered(ids: np.ndarray) -> np.ndarray:
    """Node numbers replaced by the order of their first occurrence: who shares a node matters, not its number."""
    _, first, inverse = np.unique(ids, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse].reshape(ids.shape).astype(float)


NOT_IN_THE_GRID = {
    "sfc_local_id": "order of elements on one rank; pysces' sums do not depend on it",
    "met": "D^T D; pysces keeps its inverse only",
    "tensorVisc_raw": "before DSS and bilinear projection; pysces keeps the result only",
    "tensorVisc_2_raw": "before DSS and bilinear projection; pysces keeps the result only",
    "alpha": "reference coordinates on the cube face; pysces does not keep them",
    "beta": "reference coordinates on the cube face; pysces does not keep them",
}

MESH = Kernel(
    "mesh",
    port=mesh,
    outputs={},
    coefficient=None,
    bitwise=("numpy-f64",),
    bitwise_records=("homme",),
    only=("numpy-f64",),
    not_compared=NOT_IN_THE_GRID,
    canonical={"gdofP": numbered},
)
KERNELS = [
    _operator("gradient_sphere", "s", "ds", vector, "m-1"),
    _operator("curl_sphere", "s", "ds", vector, "m-1"),
    _operator("divergence_sphere", "v", "div", scalar, "s-1"),
    _operator("vorticity_sphere", "v", "vort", scalar, "s-1"),
    _operator("divergence_sphere_wk", "v", "div", scalar, "s-1"),
    _operator("gradient_sphere_wk_testcov", "s", "ds", vector, "m-1"),
    _operator("gradient_sphere_wk_testcontra", "s", "ds", vector, "m-1"),
    _operator("curl_sphere_wk_testcov", "s", "ds", vector, "m-1"),
    Kernel(
        "ugradv_sphere",
        port=_ugradv,
        fortran=_ugradv_fortran,
        outputs={"ugradv": "m s-2"},
        cases=everywhere(u=vector_field, v=vector_field),
        bitwise=EXACT,
        bitwise_records=("homme",),
        own_mesh=True,
    ),
    Kernel(
        "laplace_sphere_wk",
        port=_laplace,
        fortran=_laplace_fortran,
        outputs={"laplace": "m-2"},
        cases=several(
            on_sphere(s=scalar_field),
            on_sphere(label="_tensor", s=scalar_field, tensorVisc=viscosity_tensor),
            on_sphere(label="_tensor", mesh=PATCH, s=scalar_field, tensorVisc=viscosity_tensor),
        ),
        bitwise=EXACT,
        bitwise_records=("homme",),
        own_mesh=True,
    ),
    Kernel(
        "vlaplace_sphere_wk",
        port=_vlaplace,
        fortran=_vlaplace_fortran,
        outputs={"laplace": "m-1 s-1"},
        cases=several(
            on_sphere(v=vector_field),
            on_sphere(label="_nu_ratio", settings={"nu_ratio": 2.5}, v=vector_field),
            on_sphere(label="_damped_rotation", settings={"undamprrcart": False}, v=vector_field),
            on_sphere(label="_cartesian", settings={"form": "cartesian"}, v=vector_field),
            on_sphere(label="_tensor", v=vector_field, tensorVisc=viscosity_tensor),
            on_sphere(label="_tensor", mesh=PATCH, v=vector_field, tensorVisc=viscosity_tensor),
        ),
        bitwise=EXACT,
        bitwise_records=("homme",),
        own_mesh=True,
    ),
    Kernel(
        "biharmonic_wk",
        port=_biharmonic,
        fortran=_biharmonic_fortran,
        outputs={"laplace_dss": "m-2", "biharmonic_wk": "m-4", "biharmonic_dss": "m-4"},
        cases=several(
            on_sphere(s=scalar_field),
            on_sphere(label="_tensor", s=scalar_field, tensorVisc=viscosity_tensor),
            on_sphere(label="_tensor", mesh=PATCH, s=scalar_field, tensorVisc=viscosity_tensor),
        ),
        bitwise=EXACT,
        bitwise_records=("homme",),
        own_mesh=True,
    ),
    Kernel(
        "vbiharmonic_wk",
        port=_vbiharmonic,
        fortran=_vbiharmonic_fortran,
        outputs={"laplace_dss": "m-1 s-1", "biharmonic_wk": "m-3 s-1"},
        cases=several(
            on_sphere(v=vector_field),
            on_sphere(label="_tensor", settings={"nu_ratio": 2.5}, v=vector_field, tensorVisc=viscosity_tensor),
            on_sphere(mesh=PATCH, v=vector_field),
        ),
        bitwise=EXACT,
        bitwise_records=("homme",),
        own_mesh=True,
    ),
    Kernel(
        "dss",
        port=_dss,
        fortran=_dss_fortran,
        outputs={"s": "1", "v": "m s-1", "s_sum": "1"},
        cases=_dss_cases,
        bitwise=EXACT,
        bitwise_records=("homme",),
        coefficient="grid.inverse_mass_matrix",
        own_mesh=True,
    ),
    MESH,
]
