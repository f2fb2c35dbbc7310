"""Assembly over several devices: the bits of one device, forwards and backwards."""

import sys
from pathlib import Path

import numpy as np
import pytest

jax = pytest.importorskip("jax")

from pysces.arrays.backend import Backend
from pysces.geometry.grid import cubed_sphere_grid
from pysces.operators.dss import dss
from pysces.topology.assembly_sharded import shard_elements

sys.path.append(str(Path(__file__).parents[1] / "parallel"))

from refined import refined_grid


@pytest.fixture(scope="module")
def host():
    return cubed_sphere_grid(3)  # 54 elements: 2 and 3 devices divide them, 4 do not


@pytest.fixture(params=[1, 2, 3, 4])
def sharded(request, host):
    return on_devices(host, request.param)


def on_devices(grid, count):
    Backend("jax")
    if len(jax.devices("cpu")) < count:
        pytest.skip(f"needs {count} devices, found {len(jax.devices('cpu'))}")
    sharding = shard_elements(grid, jax.devices("cpu")[:count])
    return sharding, sharding.put(grid)


def rough(grid, lead, seed=0):
    return np.random.default_rng(seed).standard_normal((*lead, grid.nelem, 4, 4, 3))


def test_sums_over_shared_nodes_are_bitwise_those_of_one_device(sharded, host):
    sharding, grid = sharded
    tree = {"vector": rough(host, (2,)), "scalar": rough(host, (), 1)}
    ours = sharding.get(jax.jit(lambda g, t: g.assembly.assemble(t))(grid, sharding.put(tree)))
    theirs = host.assembly.assemble(tree)
    assert all(np.array_equal(ours[name], theirs[name]) for name in tree)


def test_sums_on_a_refined_mesh_are_bitwise_those_of_one_device():
    """44 elements on 3 devices; 3 to 8 of them meet at a vertex."""
    host = refined_grid()
    sharding, grid = on_devices(host, 3)
    field = rough(host, (2,))
    ours = sharding.get(jax.jit(lambda g, x: g.assembly.assemble(x))(grid, sharding.put(field)))
    assert np.array_equal(ours, host.assembly.assemble(field))
    q, x = field[..., :1, :1, :], sharding.put(field)
    assert np.array_equal(sharding.get(grid.assembly.neighbour_min(sharding.put(q))), host.assembly.neighbour_min(q))
    assert np.array_equal(np.asarray(grid.assembly.sum(x)), host.assembly.sum(field))


def test_neighbour_extremes_and_global_reductions_are_bitwise_those_of_one_device(sharded, host):
    sharding, grid = sharded
    field = rough(host, (2,), 2)
    extremes = field.min(axis=(-3, -2), keepdims=True)
    x, q = sharding.put(field), sharding.put(extremes)
    assert np.array_equal(sharding.get(grid.assembly.neighbour_min(q)), host.assembly.neighbour_min(extremes))
    assert np.array_equal(sharding.get(grid.assembly.neighbour_max(q)), host.assembly.neighbour_max(extremes))
    for name in ("sum", "min", "max"):
        assert np.array_equal(np.asarray(getattr(grid.assembly, name)(x)), getattr(host.assembly, name)(field))


def test_floats_that_jax_would_halve_are_refused(sharded, host):
    sharding, _ = sharded
    with jax.enable_x64(False), pytest.raises(ValueError, match="would halve these 64 bits"):
        sharding.put(rough(host, ()))


def test_gradient_through_the_exchange_is_that_of_one_device(sharded, host):
    """Also where elements are repeated to fill a device: a repeated element sends nothing back."""
    sharding, grid = sharded
    field, weight = rough(host, (), 3), rough(host, (), 4)

    def J(x, w, g):
        return g.assembly.sum(w * dss(x, g) ** 2).sum()

    def both(x, w, g):
        """The gradient, and the derivative of J along w by forward mode."""
        return jax.grad(J)(x, w, g), jax.jvp(lambda y: J(y, w, g), (x,), (w,))[1]

    gradient, slope = sharding.get(jax.jit(both)(sharding.put(field), sharding.put(weight), grid))
    expected = [np.asarray(x) for x in jax.jit(both)(*Backend("jax").asarray((field, weight, host)))]
    assert np.allclose(gradient, expected[0], rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose([slope, (gradient * weight).sum()], expected[1], rtol=1e-12)
