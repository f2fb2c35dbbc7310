"""Fixtures shared by all tests. Compiled JAX programs are kept between runs in $PYSCES_COMPILATION_CACHE."""

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

from pysces.arrays.backend import Backend, use_compilation_cache

CACHE = Path(os.environ.setdefault("PYSCES_COMPILATION_CACHE", str(Path.home() / ".cache" / "pysces" / "jax")))


def pytest_configure():
    """Several JAX devices on the CPU, for the tests of sharding; must be said before JAX looks for devices."""
    if find_spec("jax"):
        import jax

        jax.config.update("jax_num_cpu_devices", 4)
        use_compilation_cache(CACHE / "tests")


@pytest.fixture(params=["numpy", "jax"])
def backend(request):
    """Every kernel test runs on numpy and on jax, in double precision."""
    if request.param == "jax":
        pytest.importorskip("jax")
    return Backend(request.param)


@pytest.fixture
def quick_compilation():
    """Programs of jax that run slowly and are there soon."""
    jax = pytest.importorskip("jax")
    jax.config.update("jax_disable_most_optimizations", True)
    yield
    jax.config.update("jax_disable_most_optimizations", False)
    jax.clear_caches()  # or others would run the slow ones


LONGEST = ("parallel/test_sharded_gradients", "golden/", "whole_runs/", "dycore/", "models/", "driver/test_launch")


def pytest_collection_modifyitems(items):
    """Files with the longest tests come first, so that two workers end together."""
    places = {item: next((n for n, part in enumerate(LONGEST) if part in item.nodeid), len(LONGEST)) for item in items}
    items.sort(key=places.__getitem__)
