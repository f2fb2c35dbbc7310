# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
# ---

# %% [markdown]
# # A baroclinic wave on the native mesh
#
# Ullrich et al. (2014): a balanced jet, a gust of 1 m/s at 20 E 40 N, and ten days later a train of lows. Here with
# HOMME's hydrostatic theta-l equations; `cam_se(...)` for `homme(...)` runs the moist wave on layers of dry mass.

# %%
import os

import numpy as np

from pysces.config.presets import homme
from pysces.diagnostics.plots import draw_run
from pysces.driver.simulation import march, simulation

NE = int(os.environ.get("EXAMPLE_NE", 8))
DAYS = float(os.environ.get("EXAMPLE_DAYS", 10))
BACKEND = os.environ.get("EXAMPLE_BACKEND", "jax")

# %%
run = simulation(homme(ne=NE, ndays=DAYS, every_hours=24.0 * min(DAYS, 1.0), backend=BACKEND))
print(run.report)

# %%
days, ps_min = [], []
for moment in march(run):
    days.append(moment.days)
    ps_min.append(moment.ps_min)
    print(f"day {moment.days:5.2f}: lowest pressure {moment.ps_min / 100:8.3f} hPa")

# %% [markdown]
# The last state and the curve of the lowest pressure, drawn from the model's own nodes.

# %%
grid = run.host.grid
ps = next(f.values for f in run.model.fields(run.host, moment.state) if f.name == "ps")
longitude, latitude = np.degrees(grid.lon[..., 0]), np.degrees(grid.lat[..., 0])
title = f"surface pressure, day {days[-1]:g}"
draw_run("baroclinic_wave.png", longitude, latitude, {title: ps}, {"lowest": (days, ps_min)})
