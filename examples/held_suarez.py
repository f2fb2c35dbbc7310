# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
# ---

# %% [markdown]
# # Held-Suarez: a climate from relaxation and friction
#
# Held & Suarez (1994) replace all of physics by two linear terms; the dry circulation that results is the standard test
# of a dynamical core's climate. 200 days spin it up, a thousand more make its statistics:
#
#     EXAMPLE_DAYS=1200 python examples/held_suarez.py
#
# The run keeps a restart file: started again, with more days if you like, it goes on where it stopped. On the command
# line the same is `pysces run --case held_suarez --set physics.suite=held_suarez ...` and `pysces climate`.

# %%
import os
from pathlib import Path

import matplotlib.pyplot as plt

from pysces.config.presets import homme
from pysces.diagnostics.zonal import held_suarez_report, zonal_climate
from pysces.driver.session import run_with_output
from pysces.io.restart import read_restart

NE = int(os.environ.get("EXAMPLE_NE", 8))
DAYS = float(os.environ.get("EXAMPLE_DAYS", 400))
BACKEND = os.environ.get("EXAMPLE_BACKEND", "jax")
SPIN_UP = min(200.0, DAYS / 2)
HISTORY, RESTART = "held_suarez.nc", "held_suarez.restart.nc"
LEVELS = {"vertical": {"table": {"family": "even_pressure", "nlev": 20, "eta_top": 0.02}}}

# %%
config = homme(
    ne=NE,
    ndays=DAYS,
    backend=BACKEND,
    case="held_suarez",
    suite="held_suarez",
    output=HISTORY,
    restart=RESTART,
    every_hours=24.0 * min(1.0, DAYS / 4),
).with_table(LEVELS)
status = run_with_output(config, read_restart(RESTART) if Path(RESTART).exists() else None)
if status:
    raise SystemExit(status)

# %% [markdown]
# Means after the spin-up, each beside the band in which climates of 200 days and more at one degree lie: jets of
# 30 +- 3 m/s at 45 +- 5 degrees, hemispheres that agree to 10 %.

# %%
climate = zonal_climate(HISTORY, after=SPIN_UP)
print(held_suarez_report(climate))

# %%
figure, axes = plt.subplots(1, 2, figsize=(11, 4), sharey=True)
fields = ((climate.wind, "zonal wind [m/s]"), (climate.temperature, "temperature [K]"))
for axis, (field, name) in zip(axes, fields):
    shading = axis.contourf(climate.lat, climate.eta, field.T, 20)
    figure.colorbar(shading, ax=axis)
    axis.set(title=name, xlabel="latitude", ylabel="eta", ylim=(1.0, 0.0))
figure.savefig("held_suarez.png")
