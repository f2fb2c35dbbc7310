"""Our Fortran against the real models: every operator, DSS and biharmonic record, on the record's own metric terms.

Records are found by their ``kernel`` attribute. HOMME's must come out bit by bit, CAM-SE's, whose factors associate
differently, within a few roundings; numpy and Fortran must agree bit by bit on all of them.
"""

from functools import cache

import numpy as np
import pytest

reference = pytest.importorskip("pysces_reference")
if "r8_strict" not in reference.available():
    pytest.skip("reference_fortran is not built here", allow_module_level=True)

from pysces_harness.golden import meshes
from pysces_harness.golden import record as golden
from pysces_harness.sides.adapters import Fortran, matrix, scalar, vector

from pysces import operators
from tests import records

LAYOUT = {"s": scalar, "v": vector}


def _operator(name, source, result, shape):
    def run(x, settings, fortran, grid):
        live = shape.back(fortran(f"sphere_operators:{name}", LAYOUT[source](x[source])))
        return {result: (live, getattr(operators, name)(x[source], grid))}

    return run


def _ugradv(x, settings, fortran, grid):
    live = vector.back(fortran("sphere_operators:ugradv_sphere", vector(x["u"]), vector(x["v"])))
    return {"ugradv": (live, operators.ugradv_sphere(x["u"], x["v"], grid))}


def _laplace(x, settings, fortran, grid):
    tensor = x.get("tensorVisc")
    name, more = ("laplace_sphere_wk", ()) if tensor is None else ("laplace_sphere_wk_tensor", (matrix(tensor),))
    live = scalar.back(fortran(f"sphere_operators:{name}", scalar(x["s"]), *more))
    return {"laplace": (live, operators.laplace_sphere_wk(x["s"], grid, tensor))}


def _vlaplace(x, settings, fortran, grid):
    v, tensor, nu_ratio = x["v"], x.get("tensorVisc"), settings.get("nu_ratio", 1.0)
    damp = not settings.get("undamprrcart", True)
    fortran.library.element_data.rigid_factor = 0.0 if damp else grid.rigid_rotation_factor
    if settings.get("form", "cartesian" if tensor is not None else "contra") == "contra":
        live = fortran("sphere_operators:vlaplace_sphere_wk_contra", vector(v), nu_ratio)
        return {"laplace": (vector.back(live), operators.vlaplace_sphere_wk_contra(v, grid, nu_ratio, damp))}
    name, more = ("_cartesian", ()) if tensor is None else ("_cartesian_tensor", (matrix(tensor),))
    live = fortran(f"sphere_operators:vlaplace_sphere_wk{name}", vector(v), *more)
    return {"laplace": (vector.back(live), operators.vlaplace_sphere_wk_cartesian(v, grid, tensor, damp))}


def _biharmonic(x, settings, fortran, grid):
    s, tensor = x["s"], x.get("tensorVisc")
    name, more = ("biharmonic_wk", ()) if tensor is None else ("biharmonic_wk_tensor", (matrix(tensor),))
    laplace, weak = fortran(f"biharmonic:{name}", scalar(s), *more)
    port = operators.biharmonic_wk(s, grid, tensor)
    return {
        "laplace_dss": (scalar.back(laplace), operators.dss_wk(operators.laplace_sphere_wk(s, grid), grid)),
        "biharmonic_wk": (scalar.back(weak), port),
        "biharmonic_dss": (scalar.back(fortran("assembly:dss_wk", weak)), operators.dss_wk(port, grid)),
    }


def _vbiharmonic(x, settings, fortran, grid):
    v, nu_ratio = x["v"], settings.get("nu_ratio", 1.0)
    laplace, weak = fortran("biharmonic:vbiharmonic_wk", vector(v), nu_ratio)
    port = operators.dss_wk(operators.vlaplace_sphere_wk_contra(v, grid, nu_ratio), grid)
    return {
        "laplace_dss": (vector.back(laplace), port),
        "biharmonic_wk": (vector.back(weak), operators.vbiharmonic_wk(v, grid, nu_ratio)),
    }


def _dss(x, settings, fortran, grid):
    out = {"s": (scalar.back(fortran("assembly:dss", scalar(x["s"]))), operators.dss(x["s"], grid))}
    out["s_sum"] = (scalar.back(fortran("assembly:assemble", scalar(x["s"]))), grid.assembly.assemble(x["s"]))
    if "v" in x:
        v = vector(x["v"])
        live = fortran("assembly:dss", v.reshape(4, 4, -1, v.shape[-1], order="F")).reshape(v.shape, order="F")
        out["v"] = (vector.back(live), operators.dss(x["v"], grid))
    return out


KERNELS = {
    "gradient_sphere": _operator("gradient_sphere", "s", "ds", vector),
    "curl_sphere": _operator("curl_sphere", "s", "ds", vector),
    "divergence_sphere": _operator("divergence_sphere", "v", "div", scalar),
    "vorticity_sphere": _operator("vorticity_sphere", "v", "vort", scalar),
    "divergence_sphere_wk": _operator("divergence_sphere_wk", "v", "div", scalar),
    "gradient_sphere_wk_testcov": _operator("gradient_sphere_wk_testcov", "s", "ds", vector),
    "gradient_sphere_wk_testcontra": _operator("gradient_sphere_wk_testcontra", "s", "ds", vector),
    "curl_sphere_wk_testcov": _operator("curl_sphere_wk_testcov", "s", "ds", vector),
    "ugradv_sphere": _ugradv,
    "laplace_sphere_wk": _laplace,
    "vlaplace_sphere_wk": _vlaplace,
    "biharmonic_wk": _biharmonic,
    "vbiharmonic_wk": _vbiharmonic,
    "dss": _dss,
}

BOUND = {"homme": 0.0, "cam_se": 1e-15}  # largest error as a fraction of the field's maximum


@cache
def _compared(path):
    """{output: (Fortran, port, record)} of one record."""
    record = golden.read(path)
    grid = meshes.golden_grid(record)
    fortran = Fortran("r8_strict")
    fortran.set_grid(grid)
    x = {name: f.values for name, f in record.inputs.items()}
    results = KERNELS[record.kernel](x, record.settings, fortran, grid)
    return {name: (*results[name], f.values) for name, f in record.outputs.items()}


@pytest.fixture(params=records.of(*KERNELS), ids=lambda r: f"{r.producer}-{r.kernel}-{r.case}")
def record(request):
    return request.param


def test_fortran_operator_reproduces_golden_record(record):
    for name, (live, _, truth) in _compared(record.path).items():
        error = np.abs(live - truth).max() / np.abs(truth).max()
        print(f"{record.producer:7} {record.kernel:30} {record.case:26} {name:15} {error:.1e}")
        assert error <= BOUND[record.producer], f"{name}: {error:.1e} of its maximum"


def test_fortran_operator_equals_numpy_bit_by_bit(record):
    for name, (live, port, _) in _compared(record.path).items():
        np.testing.assert_array_equal(live, port, err_msg=name, strict=True)
