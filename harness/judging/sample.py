"""What the main job judges in each configuration, and what it leaves to ``--deep``, by name and with the reason.

NumPy judges everything. A program that must be compiled is worth its time where it can show what NumPy cannot: every
generated case once on JAX against live Fortran, and a record of each kernel that has none; every bit that is claimed
without fused multiplication, every kernel once in single precision, and on parts of a mesh what crosses their borders.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from .plan import Check

JAX, NO_FMA, SINGLE = "jax-cpu-f64", "jax-cpu-f64-nofma", "jax-cpu-f32"
SHARDED = "sharded-2"
PARTS = ("mpi-2", SHARDED)
CROSSING = ("dss", "theta_l_wave", "cam_se_wave")  # kernels that the main job cuts into parts
MAIN_JOB = ("numpy-f64", JAX, NO_FMA, SINGLE, *PARTS)  # its configurations

_GENERATED = "numpy-f64 judges the kernel's golden records here, this configuration its generated cases"
_ONE_RECORD = "numpy-f64 judges every golden record here, this configuration the first of the kernel"
_NO_RECORD = "golden records are judged in numpy-f64 here, this configuration by live Fortran"
_NO_CLAIM = "bit for bit is not claimed of this kernel; jax-cpu-f64 judges it here"
_ONE_CASE = "single precision judges the first case of each kernel here"
_OTHER_MESH = "NumPy judges the kernel on meshes that are no cubed sphere here, each of which is compiled again"
_NO_PARTS = "what crosses borders of parts is judged here by sums over shared nodes and both models' waves"


def recorded(checks: Iterable[Check]) -> list[Check]:
    """Golden checks, with what the main job leaves out of each."""
    first: dict[str, str] = {}
    found = []
    for check in checks:
        later = dict.fromkeys((NO_FMA, SINGLE), _NO_RECORD)
        if check.kernel.cases:
            later[JAX] = _GENERATED
        elif first.setdefault(check.kernel.name, check.source) != check.source:
            later[JAX] = _ONE_RECORD
        found.append(replace(check, deferred=later))
    return found


def live(checks: Iterable[Check]) -> list[Check]:
    """Checks on generated inputs, with what the main job leaves out of each."""
    seen: set[str] = set()
    found = []
    for check in checks:
        name = check.kernel.name
        later = {} if name in CROSSING else dict.fromkeys(PARTS, _NO_PARTS)
        later |= dict.fromkeys(_costly(check), _OTHER_MESH)
        if NO_FMA not in check.kernel.bitwise:
            later[NO_FMA] = _NO_CLAIM
        if name in seen:
            later[SINGLE] = _ONE_CASE
        seen.add(name)
        found.append(replace(check, deferred=later))
    return found


def _costly(check: Check) -> tuple[str, ...]:
    """Configurations that leave a mesh of a file to others: all that compile, but for sums and, once, operators."""
    if check.case.grid is None or check.case.grid.ne:
        return ()
    exact = NO_FMA in check.kernel.bitwise
    if check.kernel.name in CROSSING:
        return () if exact else (JAX, NO_FMA, SHARDED)
    return (NO_FMA,) if exact else (JAX, NO_FMA)
