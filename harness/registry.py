"""The registry: each kernel once, with everything the harness needs to run it on every side. It holds no tolerance.

How to add a kernel (domain files: harness/kernels/{operators,vertical,theta_l,cam_se,tracers}.py, each ends in
``KERNELS = [...]``):

    def _divergence(x, grid, settings):                     # the port: arrays by their golden names -> outputs by name
        return {"div": sphere.divergence_sphere(x["v"], grid)}

    def _divergence_fortran(x, fortran, settings):          # the same through reference_fortran; see adapters.Fortran
        return {"div": fortran("sphere_operators:divergence_sphere", vector(x["v"]))}

    Kernel("divergence_sphere", port=_divergence, fortran=_divergence_fortran,
           outputs={"div": "s-1"}, cases=on_sphere(v=vector_field), bitwise=EXACT)

* ``name`` is the ``kernel`` attribute of the golden records; inputs and outputs carry the records' own names (v, dp3d).
  ``x`` maps input names to arrays in pysces' axis order; a field whose axes end in ``i, j`` gets a last axis of one
  level, (elem, i, j) -> (elem, i, j, 1). ``grid`` is a pysces Grid, or None where the record names no mesh.
* ``settings`` is the record's settings as a dict of Python values: read every parameter from it, so that records with
  other settings are judged by the same code. A variant that is not written raises NotImplementedError("why"): NOT-RUN.
* The outputs of a record with several stages are named ``call_10/v``: group ``output_after_call_10``, variable ``v``.
  ``settings["outputs"]`` lists the names wanted of the port.
* Where a record stores some levels only (``lev_index``), the port may return all: the harness picks those stored.
* ``port`` is compiled as it stands on JAX: no numpy calls on arrays, no Python branches on data.
* ``fortran`` gets the same ``x`` and ``settings`` in numpy, in the precision of the build; the grid is already loaded.
* Golden records need nothing more: ``pysces-verify golden add PATH...`` copies them into test_data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from pysces.arrays.backend import Array
from pysces.arrays.fields import metadata, names
from pysces.geometry.grid import Grid

from .sides.adapters import Fortran

Fields = Mapping[str, Array]  # by their golden names, in pysces' axis order
Settings = Mapping[str, Any]  # by their golden names
Port = Callable[[Fields, Grid, Settings], dict[str, Array]]
FortranPort = Callable[[Fields, Fortran, Settings], dict[str, Array]]

EXACT = (
    "numpy-f64",
    "jax-cpu-f64-nofma",
)  # the configurations in which a kernel of + and * can equal Fortran bit by bit


@dataclass(frozen=True)
class Case:
    """One set of inputs of a kernel.

    grid : a pysces Grid (numpy, float64) or None.   settings : parameters by their golden names.
    tracers : names of inputs and outputs whose first axis counts tracers or species (judged one by one).
    """

    name: str
    inputs: dict[str, Array]
    settings: dict[str, Any] = field(default_factory=dict)
    grid: Grid | None = None
    tracers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kernel:
    """One row of the registry.

    name : the golden records' ``kernel``.
    port : (x, grid, settings) -> {output: array}, on numpy or JAX.
    outputs : {output: unit} of the live cases, from ``fields.units`` where a class has them; records bring their own.
    fortran : (x, fortran, settings) -> {output: array}, or None while it is not written.
    cases : () -> cases with generated inputs for ``run``; ``perf`` calls it with (ne=, nlev=) if it takes them.
    bitwise : configurations that must equal Fortran r8_strict bit by bit.
    bitwise_records : producers whose records, compiled as r8_strict is, have these bits too; on pysces' own mesh where
        the C library is that of the records.
    coefficient : what ``mutate`` scales, one or several, each apart: "grid.<field>", "x.<input>" or "settings.<key>";
        None where there is none.
    limited : the output that a limiter has bounded; ``mutate`` breaks its bounds and its mass.
    totals : {name: (outputs, settings, grid) -> array} of what holds though branches flip, such as a column's mass;
        judged like outputs, and where one point is wrong they are wrong too.
    own_mesh : golden records are judged on pysces' own mesh too.
    given : {output, or case:output: reason} of what may come out as it went in, or zero in most elements; any other
        output that does makes a check VACUOUS.
    not_compared : {output of the records: reason} that pysces does not produce.
    canonical : {output: function} applied to both sides before they are compared, such as a renumbering.
    only : the configurations it makes sense in, all if empty.
    long : a whole run; by records it is judged without ensemble, by documented bounds, with gross defects only, and on
        NumPy only if asked for. Generated, it is short, and judged like a step.
    graded : whether ``mutate`` climbs its whole ladder of defects; short runs take every other coefficient defect.
    deep : a run of minutes; only if asked for (--deep, or the record's path on the command line).
    as_user : the port begins where a user does, with words: it has no grid, compiles itself, and settings["backend"]
        are its [backend] options. What its Fortran takes is words too, so that no table is shared.
    timed : cases that ``perf`` takes beside the first.
    iterated : {output: what stops the iteration that makes it, and where what is left is judged}.
    """

    name: str
    port: Port
    outputs: Mapping[str, str]
    fortran: FortranPort | None = None
    cases: Callable[..., Iterable[Case]] | None = None
    bitwise: tuple[str, ...] = ()
    bitwise_records: tuple[str, ...] = ()
    coefficient: str | tuple[str, ...] | None = "grid.derivative_matrix"
    limited: str = ""
    totals: Mapping[str, Callable] = field(default_factory=dict)
    own_mesh: bool = False
    given: Mapping[str, str] = field(default_factory=dict)
    not_compared: Mapping[str, str] = field(default_factory=dict)
    canonical: Mapping[str, Callable] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    graded: bool = True
    long: bool = False
    deep: bool = False
    as_user: bool = False
    timed: tuple[str, ...] = ()
    iterated: Mapping[str, str] = field(default_factory=dict)

    def with_totals(self, outputs: Mapping[str, Any], settings: Mapping, grid: Grid | None = None) -> dict[str, Any]:
        """The outputs and the totals of those that are there."""
        found = dict(outputs)
        for name, total in self.totals.items():
            with suppress(KeyError):  # of an output that is not there
                found[name] = total(outputs, settings, grid)
        return found

    @property
    def coefficients(self) -> tuple[str, ...]:
        """The coefficients as a tuple, empty where there is none."""
        return (self.coefficient,) if isinstance(self.coefficient, str) else tuple(self.coefficient or ())


# Grid field: the mesh records' variable, of everything that both hold as (..., elem, i, j, 1).
MESH_FIELDS = {
    ours: theirs
    for theirs, ours in names(Grid, "homme").items()
    if metadata(Grid, ours)["shape"].endswith("elem, i, j, 1)")
}
