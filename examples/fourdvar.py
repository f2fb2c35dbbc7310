# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
# ---

# %% [markdown]
# # 4D-Var: the state that explains a background and twelve hours of observations
#
# A truth is known: the jet of Galewsky et al. (2004), once it has rolled up. The background is the truth with errors of
# 2 m/s and 20 m that are correlated over 1000 km. A tenth of the columns is observed every three hours, with errors of
# 1 m/s and 10 m. Incremental 4D-Var looks for the state at the start; its adjoint is that of the model, made by jax.
# Then both states are forecast for a day. docs/use/assimilation.md says what each part is.
#
#     EXAMPLE_NE=8 EXAMPLE_DAYS=4 python examples/fourdvar.py

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

from pysces import preset, simulation
from pysces.assimilation.background import Error, background_error
from pysces.assimilation.ensemble import drawn
from pysces.assimilation.minimise import minimise
from pysces.assimilation.observations import observation, points_at, thickness, wind
from pysces.assimilation.scores import rms_difference
from pysces.assimilation.variables import WaterFields, change_of_variables
from pysces.assimilation.window import observed, window

NE = int(os.environ.get("EXAMPLE_NE", 4))
DAYS = float(os.environ.get("EXAMPLE_DAYS", 4.0))
HOUR, DAY = 3600.0, 86400.0
run = simulation(preset("shallow_water").with_options(ne=NE, tstep=7200.0 / NE, case="galewsky", backend="jax"))
truth = run.dycore.run(run.state, round(DAYS * DAY / run.dt_remap))

# %% [markdown]
# What the background errs by, as a covariance; one draw of it, added to the truth, is the background. In a real
# analysis the background is a forecast, and this covariance is what is believed of its errors.

# %%
rng = np.random.default_rng(1)
length = 1.0e6 * max(1.0, 4.0 / NE)
covariance = background_error(run, WaterFields(wind=Error(2.0, length), thickness=Error(20.0, length)))
pair = drawn(run, truth, covariance, rng, members=2)
background = pair.map(lambda x: x[0])

# %% [markdown]
# Who sees what, where, and how well: points anywhere on the sphere. A function of your own in place of `wind` would do.

# %%
count = covariance.nodes.count // 10
points = points_at(run, np.degrees(np.arcsin(rng.uniform(-1.0, 1.0, count))), rng.uniform(0.0, 360.0, count))
instruments = [observation(points, wind, error=1.0), observation(points, thickness, error=10.0)]
exact = observed(run, truth, instruments, times=5, every=3 * HOUR)
values = [y + o.error * rng.standard_normal(y.shape) for o, y in zip(instruments, exact)]

# %%
problem = window(run, background, covariance, instruments, values, every=3 * HOUR, checkpoint=False)
analysis = minimise(problem, outer=2, inner=15, reduction=1e-2, say=print)
print(f"J {analysis.first.total:.0f} -> {analysis.last.total:.0f}")
print(f"2 J / N = {analysis.chi_squared:.2f} with N = {problem.count} observations")

# %% [markdown]
# How far both are from the truth, at the start and a day later.

# %%
names, ratios = ("wind", "thickness"), {}
for hours in (0, 24):
    calls = round(hours * HOUR / run.dt_remap)
    then = [run.dycore.run(state, calls) for state in (truth, background, analysis.state)]
    before, after = (rms_difference(run.dycore, state, then[0]) for state in then[1:])
    ratios[hours] = {name: float(getattr(after, name) / getattr(before, name)) for name in names}
    print(f"after {hours:2d} h, error of the analysis over that of the background: {ratios[hours]}")

# %%
figure, axes = plt.subplots(1, 3, figsize=(13, 3.2), layout="constrained")
lat, lon = (np.degrees(np.asarray(x)).ravel() for x in (run.host.grid.lat, run.host.grid.lon))
fields = [change_of_variables(run.dycore).fields(state).thickness for state in (truth, background, analysis.state)]
for axis, field, name in zip(axes, fields[1:], ("background", "analysis")):
    error = np.asarray(field - fields[0]).ravel()
    colours = axis.tricontourf(lon, lat, error, np.linspace(-60.0, 60.0, 13), cmap="RdBu_r", extend="both")
    axis.set(title=f"error of the {name}'s thickness [m]", xlabel="longitude", ylabel="latitude")
figure.colorbar(colours, ax=axes[:2])
for outer in (1, 2):
    steps = [(n, i.gradient) for n, i in enumerate(analysis.iterations) if i.outer == outer]
    axes[2].semilogy(*zip(*steps), ".-", label=f"outer loop {outer}")
axes[2].set(title="norm of the gradient", xlabel="inner iterations")
axes[2].legend()
figure.savefig("fourdvar.png")
