"""What a kernel is given and must return, in words, with one filled example: what somebody needs to write a port."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import cache
from typing import Any

import numpy as np

from pysces import operators
from pysces.arrays.fields import units
from pysces.cases.initial_fields import InitialFields
from pysces.geometry.grid import Grid
from pysces.models.cam_se.hyperviscosity import CamSeHyperviscosity
from pysces.vertical.coordinate import VerticalCoordinate

from ..errors import BadInput
from ..golden import record as golden
from ..judging import plan
from ..judging.plan import Check
from ..kernels.catalogue import lookup, registry
from ..registry import MESH_FIELDS, Kernel
from ..running.configurations import CONFIGURATIONS, FORTRAN
from ..running.worker import FortranSide, PortSide

SHOWN = 4  # nodes or levels of the example along each axis
WIDEST = 12  # settings in a list are not longer
OTHERS = {  # inputs that are no field of pysces
    **{"qwater": "1", "inv_cp_full": "K kg J-1", "nu_scale_top": "1"},
    **dict.fromkeys(("nu_lev", "nu_t_lev", "nu_div_lev"), "m4 s-1"),
}
LIVE = ("elem", "i", "j", "lev")


def explained(name: str) -> Iterator[str]:
    """The lines about a kernel; BadInput where there is no such kernel, or nothing to fill an example with."""
    kernel = lookup(name)
    check, others = _example(kernel)
    outputs, source = _outputs(check)
    yield f"{kernel.name}{_meaning(kernel)}"
    yield ""
    yield "A port is a function (x, grid, settings) -> {output: array}; NumPy arrays, in the precision that is given."
    yield from _table("x: the inputs", check.case.inputs, check)
    yield from _table("to return: the outputs", outputs, check)
    yield from _settings(check.case.settings)
    yield from _conventions(check, outputs)
    yield from _call(kernel, check, outputs)
    yield f"\nExample: case {check.case.name!r}, outputs by {source}"
    for fields_of in (check.case.inputs, outputs):
        for field, a in fields_of.items():
            yield from _sample(field, np.asarray(a), _axes(field, np.asarray(a), check))
    yield f"\nCases: {others}"


def _example(kernel: Kernel) -> tuple[Check, str]:
    """The first generated case, else the first record; and the names of all."""
    generated = plan.live_checks([kernel.name]) if kernel.cases else []
    records = records_of(kernel.name)
    named = [f"{check.case.name}" for check in generated]
    said = ([f"generated {', '.join(named)}"] if named else []) + (
        [f"{len(records)} golden record{'s' if len(records) > 1 else ''}"] if records else []
    )
    if generated:
        return generated[0], "; ".join(said)
    if not records:
        raise BadInput(f"{kernel.name} has no generated case, and its records are not here: set PYSCES_TEST_DATA.")
    return plan.golden_checks(records[:1])[0], "; ".join(said)


@cache
def records_of(kernel: str) -> tuple:
    """The paths of a kernel's records in test_data, where that is at hand: folders are named for kernels."""
    place = golden.own_records()
    paths = golden.find([place]) if place is not None else []
    return tuple(path for path in paths if path.parent.name == kernel or path.stem.startswith(kernel))


def _outputs(check: Check) -> tuple[dict[str, np.ndarray], str]:
    """What is right on the example, and who says so."""
    if check.reference is not None:
        return dict(check.reference), f"the golden record {check.source}"
    case = check.case
    strict = FORTRAN["r8_strict"]
    side: Any = FortranSide(strict) if not strict.missing() else PortSide(CONFIGURATIONS["numpy-f64"])
    found = side(check.kernel, case.inputs, case.grid, case.settings)
    wanted = {name: found[name] for name in case.settings["outputs"] if name in found}
    return wanted, "our Fortran" if isinstance(side, FortranSide) else "pysces, for want of a Fortran compiler"


def _meaning(kernel: Kernel) -> str:
    text = getattr(operators, kernel.name, None).__doc__ if hasattr(operators, kernel.name) else ""
    return f": {text.strip().splitlines()[0]}" if text else ""


def _table(title: str, found: Mapping[str, Any], check: Check) -> Iterator[str]:
    rows = [(n, np.asarray(a)) for n, a in found.items()]
    yield f"\n{title}"
    width = max((len(n) for n, _ in rows), default=0)
    for name, a in rows:
        axes = f"({', '.join(_axes(name, a, check))})"
        extent = f"{a.min():.4g} .. {a.max():.4g}" if a.size else "empty"
        yield f"  {name:{width}}  [{_unit(name, check.kernel)}]  {axes} = {a.shape}, {extent}"


def _axes(name: str, a: np.ndarray, check: Check) -> tuple[str, ...]:
    """Names of the axes as the records have them, else by what pysces' fields are like."""
    names = _recorded(check.kernel.name).get(name, ((), ""))[0]
    if len(names) != a.ndim or (check.case.grid is not None and a.ndim >= 4):
        names = _guessed(a, check.case.grid, name in check.case.tracers)
    return tuple("lev" if name == "one_level" else name for name in names)


def _guessed(a: np.ndarray, grid: Grid | None, tracers: bool) -> tuple[str, ...]:
    if grid is not None and a.shape[-4:-1] == grid.lat.shape[:-1]:
        first = {0: (), 1: ("tracer" if tracers else "component",), 2: ("row", "component")}.get(a.ndim - 4, ())
        return (*first, *LIVE) if len(first) == a.ndim - 4 else tuple(f"axis {n}" for n in range(a.ndim))
    single = {0: (), 1: ("lev",), 2: ("sample", "lev"), 3: ("tracer" if tracers else "component", "sample", "lev")}
    return single.get(a.ndim, LIVE if a.ndim == 4 else tuple(f"axis {n}" for n in range(a.ndim)))


@cache
def _recorded(kernel: str) -> dict[str, tuple[tuple[str, ...], str]]:
    """{field: (axes, unit)} of the kernel's first record; nothing without one."""
    if not (paths := records_of(kernel)):
        return {}
    record = golden.read(paths[0])
    return {name: (f.axes, f.units) for name, f in {**record.outputs, **record.inputs}.items()}


def _unit(name: str, kernel: Kernel) -> str:
    """Of the kernel's outputs or records, else of any kernel's output or pysces' field of that name."""
    known = kernel.outputs.get(name) or _recorded(kernel.name).get(name, ((), ""))[1]
    return known or _units().get(name, "?")


@cache
def _units() -> dict[str, str]:
    found = {f.metadata.get("homme", ""): f.metadata.get("units", "") for f in fields(VerticalCoordinate)}
    found |= units(InitialFields, "homme") | units(CamSeHyperviscosity, "cam") | OTHERS
    found |= {MESH_FIELDS[f.name]: f.metadata["units"] for f in fields(Grid) if f.name in MESH_FIELDS}
    for kernel in registry().values():
        found = {**{name.rpartition("/")[2]: unit for name, unit in kernel.outputs.items()}, **found}
    return found


def _settings(settings: Mapping[str, Any]) -> Iterator[str]:
    yield "\nsettings"
    for name, value in settings.items():
        if np.size(value) <= WIDEST:
            yield f"  {name} = {value!r}"


def _conventions(check: Check, outputs: Mapping[str, np.ndarray]) -> Iterator[str]:
    """Read off the example where they can be."""
    yield "\nconventions"
    grid = check.case.grid
    if grid is None:
        yield "  no mesh: every sample is a column, or an element, by itself; grid is None"
    else:
        D = grid.contra_to_sphere
        area = D[0, 0] * D[1, 1] - D[0, 1] * D[1, 0]
        hand = "right-handed" if (area > 0).all() else "left-handed" if (area < 0).all() else "of both hands"
        size = f"{grid.nelem} of {grid.npts} x {grid.npts} nodes"
        yield f"  elements as HOMME numbers them, {size}; shared nodes are there once for each element"
        yield f"  (i, j) seen from above is {hand}; a left-handed port goes through pysces_harness.foreign.adapters"
        yield "  components of winds and gradients are (eastward, northward), physical, not contravariant"
        radius = float(grid.radius)
        yield f"  grid: metric terms of the unit sphere, radius {radius:g} m; help(pysces.geometry.grid.Grid)"
        yield "  sphere_to_contra is (2 along i, j; 2 eastward, northward; elem, i, j, 1), contra_to_sphere its inverse"
    yield "  the last axis is the level, 0 at the top; a field without levels has one; SI units"
    if any(name.endswith("_i") or a.shape[-1:] == (_levels(check) + 1,) for name, a in outputs.items()):
        yield "  fields at interfaces have one level more than those at midpoints"


def _levels(check: Check) -> int:
    return min((np.shape(a)[-1] for a in check.case.inputs.values() if np.ndim(a) >= 2), default=0)


def _call(kernel: Kernel, check: Check, outputs: Mapping[str, np.ndarray]) -> Iterator[str]:
    yield "\nA port to fill in (my_port.py)\n"
    yield f"    def {kernel.name}(x, grid, settings):"
    for name in check.case.inputs:
        yield f'        {name} = x["{name}"]'
    yield "        ...  # what this kernel cannot do: raise NotImplementedError, or return fewer outputs"
    names = [name.replace("/", "_") for name in outputs]
    yield "        return {" + ", ".join(f'"{name}": {word}' for name, word in zip(outputs, names)) + "}"
    yield "\nto be judged by"
    yield f"\n    pysces-verify run {kernel.name} --port my_port:{kernel.name}" if kernel.cases else ""
    if records_of(kernel.name):
        yield f"    pysces-verify golden {records_of(kernel.name)[0].parent} --port my_port:{kernel.name}"
    if kernel.cases:
        yield "\nor to be called by hand\n"
        yield "    from pysces_harness.kernels.catalogue import lookup"
        yield f'    case = list(lookup("{kernel.name}").cases())[0]'
        yield f"    {kernel.name}(case.inputs, case.grid, case.settings)"


def _sample(name: str, a: np.ndarray, axes: tuple[str, ...]) -> Iterator[str]:
    """A few numbers: the nodes of element 0 on level 0, or the first levels of the first column."""
    if a.ndim == 0 or not a.size:
        yield f"  {name} = {a}"
        return
    if axes[-4:] == LIVE and a.shape[-3] > 1:
        first: tuple[int, ...] = (0,) * (a.ndim - 4)
        yield f"  {name}[{', '.join(map(str, first))}{', ' if first else ''}0, :, :, 0], i down, j across"
        rows = a[first][0, :SHOWN, :SHOWN, 0]
    else:
        first = (0,) * (a.ndim - 1)
        yield f"  {name}[{', '.join(map(str, first))}{', ' if first else ''}:{min(SHOWN, a.shape[-1])}]"
        rows = a[first][:SHOWN][None]
    for row in np.atleast_2d(rows):
        yield "    " + "  ".join(f"{value:14.7g}" for value in row)
