# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
# ---

# %% [markdown]
# # Physics that learns: a small network trained through the dynamical core
#
# A truth run is heated by something its model does not know. The model gets a network of one hidden layer that looks at
# every node alone, wind, temperature and pressure there, sine and cosine of latitude, and answers with a heating.
# It is trained on the forecast: the loss is the misfit of the state after a few calls of the core, dynamics, viscosity
# and remap included, and its gradient runs back through all of them. Nothing but jax is needed.
#
#     EXAMPLE_NE=4 EXAMPLE_DAYS=0.25 EXAMPLE_STEPS=40 python examples/learned_physics.py

# %%
import os
from typing import Any

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np

from pysces.arrays.backend import Backend, namespace, to_numpy
from pysces.arrays.pytree import pytree
from pysces.config.presets import homme
from pysces.diagnostics.zonal import zonal_mean
from pysces.driver.simulation import simulation
from pysces.models.theta_l.physics import homme_air, homme_physics
from pysces.physics.held_suarez import HeldSuarez
from pysces.physics.suite import Tendency, suites

NE = int(os.environ.get("EXAMPLE_NE", 2))
DAYS = float(os.environ.get("EXAMPLE_DAYS", 0.0625))
STEPS = int(os.environ.get("EXAMPLE_STEPS", 12))
HIDDEN, LEARNING_RATE, DAY = 16, 0.03, 86400.0
LEVELS = {"vertical": {"table": {"family": "even_pressure", "nlev": 8, "eta_top": 0.05}}}


# %% [markdown]
# A suite whose numbers are to be learned is a `@pytree` with `__call__`; its arrays are the parameters. The last layer
# starts at zero, so that the untrained model is the core without it.


# %%
@pytree
class LearnedHeating:
    """Heating in K per day from what a node knows."""

    weights: Any
    bias: Any
    out: Any

    def __call__(self, air, time):
        xp = namespace(air.temperature)
        like = xp.ones_like(air.temperature)
        seen = [air.wind[0] / 20.0, air.wind[1] / 20.0, (air.temperature - 260.0) / 30.0, air.p / 5e4 - 1.0]
        seen = xp.stack([*seen, xp.sin(air.lat) * like, xp.cos(air.lat) ** 2 * like], axis=-1)
        return Tendency(temperature=xp.tanh(seen @ self.weights + self.bias) @ self.out / DAY)


def untrained(rng):
    return LearnedHeating(rng.normal(size=(6, HIDDEN)) / np.sqrt(6.0), np.zeros(HIDDEN), np.zeros(HIDDEN))


def hidden_heating(air, time):
    """What the truth has and the model lacks: 5 K a day over the equator, in the middle of the air."""
    xp = namespace(air.p)
    return Tendency(temperature=5.0 / DAY * xp.cos(air.lat) ** 2 * xp.sin(np.pi * air.p / 1e5))


# %% [markdown]
# Plugged in like any other suite; here beside Held-Suarez forcing, which both the truth and the model have.

# %%
run = simulation(homme(ne=NE, ndays=DAYS, backend="jax", case="baroclinic_wave", rsplit=1).with_table(LEVELS))
dycore, start, calls = run.dycore, run.state, run.calls_in_all
sigma = Backend("jax").asarray(run.host.equations.coordinate.etam)


def forecast(suite, dycore, state):
    return dycore.replace(forcing=homme_physics(suites(HeldSuarez(sigma), suite))).run(state, calls)


truth = jax.jit(lambda dycore, state: forecast(hidden_heating, dycore, state))(dycore, start)


# %%
def loss(network, dycore, start, truth):
    """Mean square of the error in potential temperature, in units of what one kelvin makes."""
    error = forecast(network, dycore, start).dynamics.vtheta_dp - truth.dynamics.vtheta_dp
    return jnp.sum((error / truth.dynamics.dp) ** 2 * dycore.grid.mass_matrix) / error.shape[-1]


step = jax.jit(jax.value_and_grad(loss))
network = Backend("jax").asarray(untrained(np.random.default_rng(0)))
mean, square, losses = 0.0 * network, (0.0 * network).map(jnp.abs), []
for n in range(1, STEPS + 1):  # Adam: Kingma & Ba (2015)
    misfit, slope = step(network, dycore, start, truth)
    losses.append(float(misfit))
    mean, square = 0.9 * mean + 0.1 * slope, 0.99 * square + 0.01 * slope.map(jnp.square)
    scaled = mean.map(lambda m, s, n=n: m / (1 - 0.9**n) / (jnp.sqrt(s / (1 - 0.99**n)) + 1e-12), square)
    network = network - LEARNING_RATE * scaled
    print(f"step {n:3d}: misfit {losses[-1]:.4e}", flush=True)
print(f"misfit {losses[-1] / losses[0]:.2f} of that without a network")

# %% [markdown]
# What it has learned, beside what was hidden: zonal means of the heating at the start.

# %%
host = run.host.grid
air = homme_air(start.dynamics, None, dycore, dycore.dt, moist=False)
bands = np.arange(-85.0, 90.0, 10.0)
figure, axes = plt.subplots(1, 3, figsize=(12, 3))
axes[0].semilogy(losses, "k.-")
axes[0].set(title="misfit of the forecast", xlabel="step")
for axis, suite, name in ((axes[1], hidden_heating, "hidden"), (axes[2], network, "learned")):
    heating = to_numpy(suite(air, 0.0).temperature) * DAY
    means = zonal_mean(heating, np.degrees(host.lat[..., 0]), host.mass_matrix[..., 0], bands)
    shading = axis.contourf(bands, run.host.equations.coordinate.etam, means.T, np.linspace(-1.0, 6.0, 15))
    axis.set(title=f"{name} heating [K/day]", xlabel="latitude", ylim=(1.0, 0.0))
    figure.colorbar(shading, ax=axis)
figure.savefig("learned_physics.png")
