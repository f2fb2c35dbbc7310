"""The three builds: how they say what they are, and what must not depend on the build."""

import re

import numpy as np
import pytest

reference = pytest.importorskip("pysces_reference")
if set(reference.available()) != set(reference.BUILDS):
    pytest.skip(f"reference_fortran builds here: {reference.available()}", allow_module_level=True)


@pytest.fixture
def field():
    return np.asfortranarray(np.random.default_rng(3).standard_normal((4, 4, 5, 24)))


def _on_own_mesh(build):
    fortran = reference.load(build)
    fortran.mesh.build(2, 2, 0.0, 0.0, 1.0, 1.0)
    fortran.mesh.install()
    return fortran


def test_strict_builds_are_compiled_for_bitwise_comparison():
    for build in ("r8_strict", "r4_strict"):
        options = reference.compiler_info()[build]["options"]
        assert re.findall(r"-O\w+", options)[-1] == "-O2"
        assert "-ffp-contract=off" in options
        assert not re.search(r"-ffast-math|-Ofast|-march=native|-funsafe", options)


def test_compiler_names_itself():
    assert all(info["version"] for info in reference.compiler_info().values())


def test_unknown_build_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="Expected one of r8_strict, r4_strict, r8_fast, got 'r16'"):
        reference.load("r16")


def test_missing_build_says_how_to_get_it(monkeypatch):
    def absent(name, package):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(reference.importlib, "import_module", absent)
    with pytest.raises(ImportError, match="'r8_fast' is not installed; install gfortran and run: pip install"):
        reference.load("r8_fast")
    assert reference.available() == ()


def test_single_precision_build_works_in_single_precision(field):
    double, single = (_on_own_mesh(b).sphere_operators.laplace_sphere_wk(field) for b in ("r8_strict", "r4_strict"))
    assert single.dtype == np.float32
    error = np.abs(single - double).max() / np.abs(double).max()
    assert 1e-8 < error < 1e-6


def test_number_of_threads_changes_no_bit(field):
    fortran = _on_own_mesh("r8_fast")
    results = []
    for threads in (1, 2):
        assert reference.set_threads(threads, "r8_fast") == threads
        weak, _ = fortran.biharmonic.biharmonic_wk(field)
        results.append(fortran.assembly.dss(weak))
    np.testing.assert_array_equal(*results, strict=True)


def test_strict_builds_use_one_thread():
    assert reference.set_threads(2, "r8_strict") == 1
