"""Fixtures shared by all tests."""

import pytest

from pysces.arrays import Backend


@pytest.fixture(params=["numpy", "jax"])
def backend(request):
    """Every kernel test runs on numpy and on jax, in double precision."""
    if request.param == "jax":
        pytest.importorskip("jax")
    return Backend(request.param)
