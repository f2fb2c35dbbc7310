"""Fixtures shared by all tests. Compiled JAX programs are kept between runs in $PYSCES_COMPILATION_CACHE."""

import os
from pathlib import Path

import pytest

from pysces.arrays import Backend, use_compilation_cache

CACHE = Path(os.environ.setdefault("PYSCES_COMPILATION_CACHE", str(Path.home() / ".cache" / "pysces" / "jax")))


@pytest.fixture(params=["numpy", "jax"])
def backend(request):
    """Every kernel test runs on numpy and on jax, in double precision."""
    if request.param == "jax":
        pytest.importorskip("jax")
        use_compilation_cache(CACHE / "tests")
    return Backend(request.param)
