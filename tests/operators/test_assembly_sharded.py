"""Assembly over several devices: the bits of one device, forwards and backwards."""

import numpy as np
import pytest

jax = pytest.importorskip("jax")

from pysces.arrays import Backend  # noqa: E402
from pysces.geometry.grid import cubed_sphere_grid  # noqa: E402
from pysces.operators.assembly_sharded import shard_elements  # noqa: E402
from pysces.operators.sphere import dss  # noqa: E402


@pytest.fixture(scope="module")
def host():
    return cubed_sphere_grid(3)  # 54 elements: 2 and 3 devices divide them, 4 do not


@pytest.fixture(params=[1, 2, 3, 4])
def sharded(request, host):
    Backend("jax")
    if len(jax.devices("cpu")) < request.param:
        pytest.skip(f"needs {request.param} devices, found {len(jax.devices('cpu'))}")
    sharding = shard_elements(host, jax.devices("cpu")[: request.param])
    return sharding, sharding.put(host)


def rough(grid, lead, seed=0):
    return np.random.default_rng(seed).standard_normal((*lead, grid.nelem, 4, 4, 3))


def test_sums_over_shared_nodes_are_bitwise_those_of_one_device(sharded, host):
    sharding, grid = sharded
    tree = {"vector": rough(host, (2,)), "scalar": rough(host, (), 1)}
    ours = sharding.get(jax.jit(lambda g, t: g.assembly.assemble(t))(grid, sharding.put(tree)))
    theirs = host.assembly.assemble(tree)
    assert all(np.array_equal(ours[name], theirs[name]) for name in tree)


def test_neighbour_extremes_and_global_reductions_are_bitwise_those_of_one_device(sharded, host):
    sharding, grid = sharded
    field = rough(host, (2,), 2)
    extremes = field.min(axis=(-3, -2), keepdims=True)
    x, q = sharding.put(field), sharding.put(extremes)
    assert np.array_equal(sharding.get(grid.assembly.neighbour_min(q)), host.assembly.neighbour_min(extremes))
    assert np.array_equal(sharding.get(grid.assembly.neighbour_max(q)), host.assembly.neighbour_max(extremes))
    for name in ("sum", "min", "max"):
        assert np.array_equal(np.asarray(getattr(grid.assembly, name)(x)), getattr(host.assembly, name)(field))


def test_gradient_through_the_exchange_is_that_of_one_device(sharded, host):
    """Also where elements are repeated to fill a device: a repeated element sends nothing back."""
    sharding, grid = sharded
    field, weight = rough(host, (), 3), rough(host, (), 4)

    def J(x, w, g):
        return (w * dss(x, g) ** 2).sum()

    ours = sharding.get(jax.jit(jax.grad(J))(sharding.put(field), sharding.put(weight), grid))
    one = Backend("jax").asarray((field, weight, host))
    assert np.allclose(ours, np.asarray(jax.jit(jax.grad(J))(*one)), rtol=1e-13, atol=1e-13)
