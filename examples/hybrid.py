# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
# ---

# %% [markdown]
# # A hybrid of dynamics and a network
#
# The truth is heated by something that the model does not know. A network that looks at columns is put beside the
# model's physics and trained on the truth's history: first on what a forecast lacks after one lead, without the dycore,
# then on forecasts of one lead and of two, with derivatives through all of it. Trained this way, Kochkov et al. (2024)
# made a model of weather and climate.
#
#     EXAMPLE_DAYS=12 EXAMPLE_STEPS=20 python examples/hybrid.py
#
# is the default; the experiment at full size is `pysces twin hybrid`.

# %%
import os
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from pysces.arrays.backend import namespace
from pysces.driver.forced import forced_config
from pysces.driver.kept_run import kept_run
from pysces.driver.simulation import simulation
from pysces.learning.evaluation import BANDS, errors, zonal_tendency
from pysces.learning.network import untrained
from pysces.learning.offline import offline_lesson
from pysces.learning.training import Lesson, Stage, train
from pysces.learning.windows import column_scales, recorded
from pysces.physics.suite import Tendency, suites

NE = int(os.environ.get("EXAMPLE_NE", 2))
DAYS = float(os.environ.get("EXAMPLE_DAYS", 12))
STEPS = int(os.environ.get("EXAMPLE_STEPS", 20))
SCHEME = int(os.environ.get("EXAMPLE_SCHEME", 5))  # of Runge and Kutta; 1 has the fewest stages to compile
BACKEND = os.environ.get("EXAMPLE_BACKEND", "jax")  # of the truth
HOURS = min(6.0, 8.0 * DAYS)  # between records: a lead
DAY = 86400.0


def hidden(air, time):
    """What the truth has and the model lacks: 3 K a day over the equator, in the middle of the air."""
    xp = namespace(air.p)
    return Tendency(temperature=3.0 / DAY * xp.cos(air.lat) ** 2 * xp.sin(np.pi * air.p / 1e5))


# %% [markdown]
# The truth's history is written once and found again. Any history on the nodes would do, an analysis too. Two thirds of
# it are for learning.

# %%
config = forced_config(NE, DAYS, HOURS).with_options(tstep_type=SCHEME)
model = simulation(config)
physics = model.dycore.forcing.suite
kept = kept_run(config.with_options(backend=BACKEND), "hybrid_truth", Path(), suites(physics, hidden), record=True)
truth = recorded(kept.history, model)
days = truth.days[: len(truth.days) - 2]
first, rest = days[: 2 * len(days) // 3 + 1], days[2 * len(days) // 3 :]
windows, later = (truth.windows(part, HOURS, 2 if len(days) > 2 else 1) for part in (first, rest))
lesson = Lesson(model.dycore, round(HOURS * 3600 / model.dt_remap), windows, later)

# %%
network = untrained(column_scales(windows, model.dycore))
batch = min(4, windows.count)
offline = train(network, offline_lesson(lesson), (Stage(1, 10 * STEPS, batch, 3e-3),)).network
stages = [Stage(leads, STEPS, batch) for leads in range(1, windows.leads + 1)]
online = train(offline, lesson, stages)

# %%
error = {
    name: errors(model.dycore, suite, later, network.scales, lesson.calls)[-1]
    for name, suite in (("model", None), ("trained offline", offline), ("trained online", online.network))
}
print({name: f"{value / error['model']:.3f}" for name, value in error.items()}, "of the model's error")

# %% [markdown]
# What it has learned, beside what was hidden: zonal means over the days that it has not seen.

# %%
figure, axes = plt.subplots(1, 3, figsize=(12, 3))
axes[0].semilogy(online.losses, "k.-")
axes[0].set(title="loss of a batch's forecasts", xlabel="step")
for axis, suite, name in ((axes[1], hidden, "hidden"), (axes[2], online.network, "learned")):
    heating = zonal_tendency(model.dycore, suite, later)[1] * DAY
    shading = axis.contourf(BANDS, model.where.coordinate.etam, heating.T, np.linspace(-1.0, 4.0, 11))
    axis.set(title=f"{name} heating [K/day]", xlabel="latitude", ylim=(1.0, 0.0))
    figure.colorbar(shading, ax=axis)
figure.savefig("hybrid.png")
