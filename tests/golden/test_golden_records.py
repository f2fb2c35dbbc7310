"""Every golden record of test_data, through the same code as ``pysces-verify golden``: port and reference_fortran."""

import pytest
from pysces_harness import golden, plan, verify
from pysces_harness.configurations import CONFIGURATIONS

CHECKED = ("numpy-f64", "jax-cpu-f64")
KERNELS = sorted({row["kernel"] for row in golden.manifest(golden.test_data().resolve()).values()})


@pytest.fixture(scope="session")
def results():
    return verify.verify(plan.golden_checks(), [CONFIGURATIONS[name] for name in CHECKED])


@pytest.mark.parametrize("kernel", KERNELS)
def test_record_agrees(kernel, results):
    mine = [r for r in results if r.kernel == kernel]
    assert mine
    failed = [
        f"{r.producer}/{r.case} {r.mesh} mesh, {r.configuration}: {r.verdict} {r.reason}" for r in mine if not r.ok
    ]
    assert not failed, "\n".join(failed)
