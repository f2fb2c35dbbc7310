"""The pytest plugin, in test runs of its own: as a user's project sees it."""

import os
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
USERS = """
import numpy as np
from pysces.geometry.grid import cubed_sphere_grid

def test_gradient_of_a_constant_vanishes(pysces_config):
    grid = cubed_sphere_grid(2)
    s = np.full((24, 4, 4, 1), 300.0)
    ds = pysces_config.evaluate("gradient_sphere", {"s": s}, grid)["ds"]
    assert ds.dtype == pysces_config.dtype and np.abs(ds).max() * grid.radius < 1e4 * pysces_config.eps

def test_something_else():
    assert True
"""
SILENT = """
import sys

def test_nothing_was_imported():
    heavy = {"numpy", "jax", "netCDF4", "rich", "pysces", "pysces_harness.running.configurations"}
    assert "pysces_harness.pytest_plugin" in sys.modules and not heavy & set(sys.modules)
"""


def run(folder, source, *words):
    """pytest with this plugin and no other, on a project that is not ours."""
    (folder / "test_users.py").write_text(source)
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-v",
        "-rs",
        "-p",
        "pysces_harness.pytest_plugin",
        "-p",
        "no:cacheprovider",
    ]
    ended = subprocess.run([*command, *words], cwd=folder, env=environment, capture_output=True, text=True)
    return ended.returncode, ended.stdout + ended.stderr


def test_a_test_is_run_in_every_configuration_named(tmp_path):
    status, said = run(tmp_path, USERS, "--pysces-config", "numpy-f64", "--pysces-config", "numpy-f32")
    assert status == 0, said
    assert "vanishes[numpy-f64] PASSED" in said and "vanishes[numpy-f32] PASSED" in said
    assert said.count("test_something_else PASSED") == 1


def test_without_the_option_a_test_runs_on_numpy(tmp_path):
    status, said = run(tmp_path, USERS)
    assert status == 0 and "vanishes[numpy-f64] PASSED" in said and "2 passed" in said


def test_what_a_machine_lacks_is_skipped_with_the_reason(tmp_path):
    pytest.importorskip("jax")
    import pysces_harness.running.configurations as known

    reason = known.configuration("jax-gpu-f64").missing()
    if not reason:
        pytest.skip("this machine has a GPU")
    status, said = run(tmp_path, USERS, "--pysces-config", "jax-gpu-f64")
    assert status == 0 and "1 passed, 1 skipped" in said and reason in said


def test_an_unknown_configuration_is_refused_with_those_that_exist(tmp_path):
    status, said = run(tmp_path, USERS, "--pysces-config", "numpy-f16")
    assert status != 0 and "'numpy-f16' is unknown" in said and "numpy-f32" in said


def test_a_kernel_that_stops_fails_the_test_by_name(tmp_path):
    wrong = USERS.replace('{"s": s}', '{"t": s}')
    status, said = run(tmp_path, wrong)
    assert status == 1 and "gradient_sphere in numpy-f64: input or setting 's' is missing" in said


def test_a_run_that_does_not_use_it_imports_nothing(tmp_path):
    status, said = run(tmp_path, SILENT)
    assert status == 0, said


def test_it_is_registered_with_pytest():
    entry = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["pytest11"]["pysces"]
    assert hasattr(import_module(entry), "pytest_addoption")


def test_verdicts_are_to_be_had_in_a_test_too():
    pytest.importorskip("pysces_reference")
    from pysces_harness.pytest_plugin import PyscesConfig
    from pysces_harness.running.configurations import configuration

    results = PyscesConfig(configuration("numpy-f64")).verify("divergence_sphere")
    assert [r.verdict for r in results] == ["BITWISE"] * 3
