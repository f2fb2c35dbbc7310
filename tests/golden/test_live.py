"""Every registered kernel against live Fortran on generated inputs, through the same code as ``pysces-verify run``.

NumPy for all, in both precisions; JAX, without FMA and in single precision, for those that claim bits there, a twelfth
of them every day. ci/verify.sh runs every configuration of all.
"""

import pytest
from pysces_harness.judging import plan, verify
from pysces_harness.judging.compare import BITWISE
from pysces_harness.kernels.catalogue import registry
from pysces_harness.running.configurations import CONFIGURATIONS, FORTRAN

from tests.daily import share

NOFMA = "jax-cpu-f64-nofma"
NUMPY = ("numpy-f64", "numpy-f32")
KERNELS = [kernel.name for kernel in registry().values() if kernel.cases and kernel.fortran]
QUICK = share([name for name in KERNELS if NOFMA in registry()[name].bitwise], 12)  # compiled in seconds


@pytest.fixture(scope="session")
def results():
    if FORTRAN["r8_strict"].missing():
        pytest.skip(FORTRAN["r8_strict"].missing())
    everything = verify.verify(plan.live_checks(KERNELS), [CONFIGURATIONS[name] for name in NUMPY])
    jax = [CONFIGURATIONS[name] for name in (NOFMA, "jax-cpu-f32")]
    return everything + verify.verify([check for check in plan.live_checks(QUICK) if _compiled(check)], jax)


def _compiled(check):
    """A mesh of another size is compiled again: beside the cubed sphere, where sums are all that matters."""
    return check.case.grid is None or check.case.grid.ne or check.kernel.name == "dss"


@pytest.mark.parametrize("kernel", KERNELS)
def test_port_agrees_with_fortran(kernel, results):
    mine = [r for r in results if r.kernel == kernel]
    twins = [name for name in NUMPY if not registry()[kernel].only or name in registry()[kernel].only]
    expected = {*twins, *((NOFMA, "jax-cpu-f32") if kernel in QUICK else ())}
    assert {r.configuration for r in mine} == expected
    failed = [f"{r.case}, {r.configuration}: {r.verdict} {r.reason}" for r in mine if not r.ok]
    assert not failed, "\n".join(failed)
    declared = registry()[kernel].bitwise
    assert all(r.verdict == BITWISE for r in mine if r.configuration in declared)
