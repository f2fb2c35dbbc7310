"""Golden records for tests of single functions: read, arranged and compared by level as the harness does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from pysces_harness.golden import record as golden
from pysces_harness.judging import comparison, plan


@dataclass(frozen=True)
class Recorded:
    """A record as the harness judges it: inputs x in pysces' axis order, settings, the grid of its mesh, outputs."""

    check: plan.Check
    prefix: str = ""
    x = property(lambda self: self.check.case.inputs)
    settings = property(lambda self: self.check.case.settings)
    grid = property(lambda self: self.check.case.grid)

    @property
    def outputs(self) -> dict[str, np.ndarray]:
        """What the Fortran found, levels last; of a record with stages by names like phys1/T; no totals made of it."""
        own = self.check.reference.keys() - self.check.kernel.totals.keys()
        mine = {n: field for n, field in self.check.reference.items() if n in own and n.startswith(self.prefix)}
        return {name.removeprefix(self.prefix): field for name, field in mine.items()}

    def after(self, stage: str) -> Recorded:
        """The same record with the outputs of one of its stages, by names like T; KeyError for one it does not have."""
        found = replace(self, prefix=f"{stage}/")
        if not found.outputs:
            raise KeyError(f"{self.check.case.name} has no output of a stage {stage!r}")
        return found

    def stored(self, found: Mapping[str, Any]) -> dict[str, np.ndarray]:
        """Found fields as the record holds them, some levels only; KeyError for an output that was not found."""
        ours = self.check.arranged({self.prefix + name: np.asarray(found[name]) for name in self.outputs})
        return {name.removeprefix(self.prefix): field for name, field in ours.items()}

    def errors(self, found: Mapping[str, Any]) -> dict[str, float]:
        """The error of every output."""
        return {name: error(value, self.outputs[name]) for name, value in self.stored(found).items()}


def names(kernel: str) -> list[str]:
    """The names of the records of a kernel, which one model has."""
    (folder,) = golden.test_data().glob(f"*/{kernel}")
    return [path.stem for path in golden.find([folder])]


def of(*kernels: str) -> list[golden.Record]:
    """Whole records of test_data of these kernels, after whom their folders are called."""
    found = [golden.read(path) for path in golden.find([golden.test_data()]) if path.parent.name in kernels]
    if lacking := set(kernels) - {record.kernel for record in found}:
        raise LookupError(f"test_data has no record of {', '.join(sorted(lacking))}")
    return found


def waves() -> list[str]:
    """The names of the records of theta_l_run that begin with the baroclinic wave on a cubed sphere."""
    found = [r for r in of("theta_l_run") if r.settings["ne"]]
    return [r.path.stem for r in found if r.settings["initial_condition"] == "dcmip2016_test1"]


def case(kernel: str, name: str) -> Recorded:
    """A record of test_data on the mesh that it names."""
    (folder,) = golden.test_data().glob(f"*/{kernel}")
    checks = plan.golden_checks([folder / f"{name}.nc"])
    return Recorded(next(check for check in checks if check.mesh == "golden"))


def error(found: Any, expected: np.ndarray) -> float:
    """Largest difference over the field's largest value on the same level, whichever level is worst."""
    assert np.shape(found) == np.shape(expected)
    return float(comparison.Comparison(np.asarray(found), expected, None, separate=False).relative().max())
