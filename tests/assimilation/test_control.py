"""Every node counts once: spread and summed are transposes, and a Riesz gradient is a field."""

import numpy as np
import pytest

jnp = pytest.importorskip("jax.numpy")
import jax

from pysces.assimilation.control import unique_nodes
from pysces.assimilation.observations import points_at
from pysces.config.presets import preset
from pysces.driver.simulation import simulation


def test_spread_and_summed_are_transposes_and_gathered_undoes_spread(water):
    nodes, rng = unique_nodes(water), np.random.default_rng(0)
    values = jnp.asarray(rng.standard_normal((2, nodes.count, 3)))
    nodal = jnp.asarray(rng.standard_normal((2, *water.host.grid.lat.shape[:-1], 3)))
    spread = nodes.spread(values)
    assert spread.shape == nodal.shape
    assert jnp.vdot(spread, nodal) == pytest.approx(float(jnp.vdot(values, nodes.summed(nodal))), rel=1e-13)
    assert np.allclose(nodes.gathered(spread), values, rtol=0.0, atol=1e-14)
    assert nodes.count == 6 * 2**2 * 9 + 2


def test_riesz_gradient_of_a_square_is_the_field_whatever_the_mesh(water):
    """J = integral of f^2 / 2 over the elements has the gradient f, though copies of nodes differ in number."""
    nodes = unique_nodes(water)
    f = jnp.asarray(np.random.default_rng(1).standard_normal((nodes.count, 1)))
    gradient = jax.grad(lambda f: jnp.sum(nodes.spread(f) ** 2 * water.dycore.grid.mass_matrix) / 2)(f)
    assert np.allclose(nodes.riesz(gradient), f, rtol=1e-13)
    assert nodes.inner(jnp.ones_like(f), jnp.ones_like(f)) == pytest.approx(4 * np.pi, rel=1e-12)


@pytest.mark.parametrize("use", [unique_nodes, lambda run: points_at(run, 0.0, 0.0)], ids=["nodes", "points"])
def test_planes_are_refused(use):
    plane = {"grid": {"geometry": "plane", "ne_x": 3, "ne_y": 3}, "case": {"name": "plane_vortex"}}
    with pytest.raises(ValueError, match="works on the sphere, found a run on a plane"):
        use(simulation(preset("shallow_water").with_table(plane)))
