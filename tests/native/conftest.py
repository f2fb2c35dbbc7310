"""Kernels in C for the tests of this folder."""

import pytest

from pysces.arrays.backend import Backend
from pysces.arrays.compiler import use_kernels


@pytest.fixture(scope="module", autouse=True)
def kernels(tmp_path_factory):
    """Compiled anew for each module, and XLA again after it."""
    pytest.importorskip("jax")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSCES_CACHE", str(tmp_path_factory.mktemp("native")))
        Backend("jax", kernels="native")
        yield
        use_kernels("xla")
