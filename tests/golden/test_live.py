"""Every registered kernel against live Fortran on generated inputs, through the same code as ``pysces-verify run``."""

import pytest
from pysces_harness import plan, verify
from pysces_harness.compare import BITWISE
from pysces_harness.configurations import CONFIGURATIONS, FORTRAN
from pysces_harness.registry import registry

CHECKED = ("numpy-f64", "jax-cpu-f64-nofma", "jax-cpu-f32")
KERNELS = [kernel.name for kernel in registry().values() if kernel.cases and kernel.fortran]


@pytest.fixture(scope="session")
def results():
    if FORTRAN["r8_strict"].missing():
        pytest.skip(FORTRAN["r8_strict"].missing())
    return verify.verify(plan.live_checks(KERNELS), [CONFIGURATIONS[name] for name in CHECKED])


@pytest.mark.parametrize("kernel", KERNELS)
def test_port_agrees_with_fortran(kernel, results):
    mine = [r for r in results if r.kernel == kernel]
    assert {r.configuration for r in mine} == set(CHECKED)
    failed = [f"{r.case}, {r.configuration}: {r.verdict} {r.reason}" for r in mine if not r.ok]
    assert not failed, "\n".join(failed)
    declared = registry()[kernel].bitwise
    assert all(r.verdict == BITWISE for r in mine if r.configuration in declared)
