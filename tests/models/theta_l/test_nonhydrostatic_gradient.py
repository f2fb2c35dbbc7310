"""The gradient of ten nonhydrostatic steps, through implicit stages, hyperviscosity and remap."""

import numpy as np
import pytest

from pysces.arrays.backend import Backend, to_numpy
from pysces.arrays.pytree import tree_leaves
from pysces.config.presets import preset
from pysces.driver.simulation import simulation
from pysces.dycore.state import ModelState
from pysces.operators.dss import dss
from tests.daily import turn

OPTIONS = {"ne": 2, "tstep": 300.0, "rsplit": 2, "nu": 2e18, "hypervis_subcycle": 2, "vert_remap_q_alg": -1}
FORM = {"dynamics": {"theta_hydrostatic_mode": False}, "time": {"tstep_type": 7}}
LEVELS = {"vertical": {"table": {"family": "even_pressure", "nlev": 4, "eta_top": 0.1}}}
SIZES = {"wind": 1.0, "vtheta_dp": 2e4, "dp": 30.0, "w_i": 0.1, "phi_i": 30.0}


@turn(1, 14)
def test_the_gradient_of_ten_steps_is_that_of_central_differences():
    """To 1e-6, along a continuous change of every field; 3e-9 apart when it was written."""
    jax = pytest.importorskip("jax")
    config = preset("theta_l").with_options(**OPTIONS, backend="jax").with_table(FORM).with_table(LEVELS)
    run = simulation(config)
    dycore, start = run.dycore, run.state.dynamics
    grid, rng = to_numpy(dycore.grid), np.random.default_rng(1)
    change = Backend("jax").asarray(
        type(start)(
            **{name: dss(s * rng.standard_normal(getattr(start, name).shape), grid) for name, s in SIZES.items()}
        )
    )

    def J(dynamics):
        end = dycore.run(ModelState(dynamics, None, run.state.time), 5).dynamics
        air = 1e-3 * (end.wind**2).sum() + 1e-9 * ((end.vtheta_dp / 300) ** 2).sum() + 1e-7 * (end.dp**2).sum()
        return air + (end.w_i**2).sum() + 1e-9 * (end.phi_i**2).sum()

    value = jax.jit(J)
    gradient = jax.jit(jax.grad(J))(start)
    along = sum(float((a * b).sum()) for a, b in zip(tree_leaves(gradient), tree_leaves(change)))
    h = 1e-4  # of the change: kinks of limiters that a step crosses go with its square
    difference = float(value(start + change * h) - value(start - change * h)) / (2 * h)
    assert along == pytest.approx(difference, rel=1e-6)
