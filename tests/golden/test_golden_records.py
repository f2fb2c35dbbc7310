"""Golden records of test_data, through the same code as ``pysces-verify golden``: port and reference_fortran.

NumPy and reference_fortran judge all of them every day, JAX, which compiles for minutes, those of a tenth of the
kernels, others every day. Whole runs (kernels declared ``long``) are left to ci/verify.sh, which judges them by the
same code.
"""

import pytest
from pysces_harness.golden import record as golden
from pysces_harness.judging import plan, provenance, verify
from pysces_harness.kernels import operators
from pysces_harness.kernels.catalogue import registry
from pysces_harness.running.configurations import CONFIGURATIONS

from tests.daily import DAY, share

RECORDED = sorted({row["kernel"] for row in golden.manifest(golden.test_data().resolve()).values()})
KERNELS = [name for name in RECORDED if name not in registry() or not registry()[name].long]
SHARES = 10  # days until JAX has judged every kernel's records
COMPILED = share(KERNELS, SHARES)


@pytest.fixture(scope="session")
def results():
    checks = [check for check in plan.golden_checks() if check.kernel.name in KERNELS]
    today, others = ([c for c in checks if (c.kernel.name in COMPILED) == chosen] for chosen in (True, False))
    numpy, jax = (CONFIGURATIONS[name] for name in ("numpy-f64", "jax-cpu-f64"))
    return verify.verify_together([(today, [numpy, jax], False), (others, [numpy], False)])


def test_jax_judges_every_kernel_in_turn(results):
    assert sorted(name for day in range(SHARES) for name in share(KERNELS, SHARES, DAY + day)) == sorted(KERNELS)
    compiled = {r.kernel for r in results if r.configuration == "jax-cpu-f64"}
    assert compiled and compiled <= set(COMPILED), f"PYSCES_SAMPLE={DAY}"


@pytest.mark.parametrize("kernel", KERNELS)
def test_record_agrees(kernel, results):
    mine = [r for r in results if r.kernel == kernel]
    assert mine
    failed = [
        f"{r.producer}/{r.case} {r.mesh} mesh, {r.configuration}: {r.verdict} {r.reason}" for r in mine if not r.ok
    ]
    assert not failed, "\n".join(failed)


def test_own_mesh_and_operators_on_it_are_hommes_bit_for_bit(results):
    """By verdict: with the C library of the records they are judged bit by bit, with another by its last bits."""
    names = {kernel.name for kernel in operators.KERNELS}
    own = [r for r in results if r.mesh == "own" and r.producer == "homme" and r.configuration == "numpy-f64"]
    judged = {(r.kernel, r.case): r.verdict for r in own if r.kernel in names}
    assert len(judged) > 30 and {name for name, _ in judged} >= {"mesh", "vbiharmonic_wk"}
    assert set(judged.values()) <= ({"BITWISE"} if provenance.records_library() else {"BITWISE", "ROUNDOFF"}), judged


def test_own_mesh_is_the_models_own(results):
    """HOMME's come out bit for bit with the C library of the records, CAM-SE's, whose nodes are rounded, to 4e-16."""
    meshes = [r for r in results if r.kernel == "mesh"]
    assert {r.producer for r in meshes} == {"homme", "cam_se"}
    for r in meshes:
        assert r.max_abs_error <= 1e-15 * r.scale, (r.case, r.worst)


def test_operators_on_the_own_mesh_reproduce_the_records(results):
    """To 1e-13 of scale. NumPy's arithmetic only: fused multiply-adds alone make 1.6e-13 in the biharmonic operator."""
    names = {kernel.name for kernel in operators.KERNELS} - {"mesh"}
    own = [r for r in results if r.mesh == "own" and r.kernel in names and r.configuration == "numpy-f64"]
    assert {"gradient_sphere", "vbiharmonic_wk"} <= {r.kernel for r in own}
    for r in own:
        assert all(f["max_abs_error"] <= 1e-13 * f["scale"] for f in r.fields), (r.kernel, r.case, r.configuration)
