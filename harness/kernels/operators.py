"""Mesh, horizontal operators, DSS and biharmonics of HOMME and CAM-SE."""

from __future__ import annotations

from functools import partial

from pysces.operators import sphere as op

from ..adapters import matrix, scalar, vector
from ..inputs import on_sphere, scalar_field, vector_field
from ..registry import EXACT, Kernel

_LAYOUT = {"s": scalar, "v": vector}


def _port(operator, source, result, x, grid, settings):
    """An operator of one field: the input and the output by their golden names."""
    return {result: operator(x[source], grid)}


def _fortran(routine, source, result, shape, x, fortran, settings):
    return {result: shape.back(fortran(f"sphere_operators:{routine}", _LAYOUT[source](x[source])))}


def _operator(name: str, source: str, result: str, shape, unit: str) -> Kernel:
    """A Kernel for an operator with one input field and one output field."""
    return Kernel(
        name,
        port=partial(_port, getattr(op, name), source, result),
        fortran=partial(_fortran, name, source, result, shape),
        outputs={result: unit},
        cases=on_sphere(**{source: scalar_field if source == "s" else vector_field}),
        bitwise=EXACT,
        own_mesh=True,
    )


def _ugradv(x, grid, settings):
    return {"ugradv": op.ugradv_sphere(x["u"], x["v"], grid)}


def _ugradv_fortran(x, fortran, settings):
    return {"ugradv": vector.back(fortran("sphere_operators:ugradv_sphere", vector(x["u"]), vector(x["v"])))}


def _laplace(x, grid, settings):
    return {"laplace": op.laplace_sphere_wk(x["s"], grid, x.get("tensorVisc"))}


def _laplace_fortran(x, fortran, settings):
    if "tensorVisc" in x:
        out = fortran("sphere_operators:laplace_sphere_wk_tensor", scalar(x["s"]), matrix(x["tensorVisc"]))
    else:
        out = fortran("sphere_operators:laplace_sphere_wk", scalar(x["s"]))
    return {"laplace": scalar.back(out)}


def _vlaplace_options(x, settings) -> tuple[bool, float, bool]:
    """(Cartesian form?, nu_ratio, damp solid-body rotation?); CAM-SE takes the Cartesian form where there is a tensor."""
    cartesian = settings.get("form", "cartesian" if "tensorVisc" in x else "contra") == "cartesian"
    return cartesian, settings.get("nu_ratio", 1.0), not settings.get("undamprrcart", True)


def _vlaplace(x, grid, settings):
    cartesian, nu_ratio, damp = _vlaplace_options(x, settings)
    if cartesian:
        return {"laplace": op.vlaplace_sphere_wk_cartesian(x["v"], grid, x.get("tensorVisc"), damp)}
    return {"laplace": op.vlaplace_sphere_wk_contra(x["v"], grid, nu_ratio, damp)}


def _biharmonic(x, grid, settings):
    tensor = x.get("tensorVisc")
    twice = op.biharmonic_wk(x["s"], grid, tensor)
    return {
        "laplace_dss": op.dss_wk(op.laplace_sphere_wk(x["s"], grid), grid),
        "biharmonic_wk": twice,
        "biharmonic_dss": op.dss_wk(twice, grid),
    }


def _vbiharmonic(x, grid, settings):
    nu_ratio = settings.get("nu_ratio", 1.0)
    return {
        "laplace_dss": op.dss_wk(op.vlaplace_sphere_wk_contra(x["v"], grid, nu_ratio), grid),
        "biharmonic_wk": op.vbiharmonic_wk(x["v"], grid, nu_ratio, x.get("tensorVisc")),
    }


def _dss(x, grid, settings):
    """Every input field made continuous; plain sums where the record has them (``s_sum``)."""
    wanted = settings.get("outputs", tuple(x))
    means = {name: op.dss(x[name], grid) for name in x}
    sums = {name: grid.assembly.assemble(x[name.removesuffix("_sum")]) for name in wanted if name.endswith("_sum")}
    return {**means, **sums}


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
        cases=on_sphere(u=vector_field, v=vector_field),
        bitwise=EXACT,
        own_mesh=True,
    ),
]
