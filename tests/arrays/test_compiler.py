"""What XLA must not do: add the levels of a column in less than the precision of their fields."""

import numpy as np
import pytest

from pysces.arrays.backend import Backend, to_numpy
from pysces.arrays.compiler import cumulative_sum


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize(("precision", "error"), [(64, 1e-15), (32, 5e-7)])  # 4 ulp of a sum of 30 alike
def test_running_sums_have_the_precision_of_what_they_add(precision, error, reverse):
    pytest.importorskip("jax")
    x = np.random.default_rng(3).uniform(0.5, 1.5, (5, 30))
    found = to_numpy(cumulative_sum(Backend("jax", precision).asarray(x), reverse))
    expected = cumulative_sum(x, reverse)
    assert found.dtype == f"float{precision}" and np.abs(found / expected - 1.0).max() < error


@pytest.mark.parametrize("reverse", [False, True])
def test_running_sums_refuse_an_accelerators_short_products(reverse):
    """A CPU would not show it: tensor cores round what they multiply to 10 bits unless they are told not to."""
    jax = pytest.importorskip("jax")
    program = jax.make_jaxpr(lambda x: cumulative_sum(x, reverse))(np.ones((2, 5), np.float32))
    (product,) = (equation for equation in program.eqns if equation.primitive.name == "dot_general")
    assert product.params["precision"] == (jax.lax.Precision.HIGHEST, jax.lax.Precision.HIGHEST)
