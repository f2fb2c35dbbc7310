"""Golden records of test_data, through the same code as ``pysces-verify golden``: port and reference_fortran.

Whole runs (kernels declared ``long``) are left to ci/verify.sh, which judges them by the same code.
"""

import pytest
from pysces_harness import golden, plan, verify
from pysces_harness.configurations import CONFIGURATIONS
from pysces_harness.registry import registry

CHECKED = ("numpy-f64", "jax-cpu-f64")
RECORDED = sorted({row["kernel"] for row in golden.manifest(golden.test_data().resolve()).values()})
KERNELS = [name for name in RECORDED if name not in registry() or not registry()[name].long]


@pytest.fixture(scope="session")
def results():
    checks = [check for check in plan.golden_checks() if check.kernel.name in KERNELS]
    return verify.verify(checks, [CONFIGURATIONS[name] for name in CHECKED])


@pytest.mark.parametrize("kernel", KERNELS)
def test_record_agrees(kernel, results):
    mine = [r for r in results if r.kernel == kernel]
    assert mine
    failed = [
        f"{r.producer}/{r.case} {r.mesh} mesh, {r.configuration}: {r.verdict} {r.reason}" for r in mine if not r.ok
    ]
    assert not failed, "\n".join(failed)
