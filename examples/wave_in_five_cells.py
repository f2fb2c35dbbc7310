# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
# ---

# %% [markdown]
# # A baroclinic wave in five cells
#
# Ullrich et al. (2014): a balanced jet and a gust of 1 m/s at 20 E 40 N. Within nine days the jet has become a train of
# highs and lows. `cam_se(...)` in place of `homme(...)` runs CAM-SE's equations.

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

from pysces import homme, march, simulation
from pysces.diagnostics.plots import draw_map

NE = int(os.environ.get("EXAMPLE_NE", 8))  # elements along the edge of a cube
DAYS = float(os.environ.get("EXAMPLE_DAYS", 9))
BACKEND = os.environ.get("EXAMPLE_BACKEND", "jax")

# %%
levels = {"vertical": {"table": {"family": "even_pressure", "nlev": 10, "eta_top": 0.02}}}
hours = 24.0 * min(DAYS / 3, 1.0)
run = simulation(homme(ne=NE, ndays=DAYS, every_hours=hours, backend=BACKEND).with_table(levels))
print(run.report)

# %%
moments = list(march(run))
for moment in moments:
    print(f"day {moment.days:5.2f}: lowest surface pressure {moment.ps_min / 100:7.2f} hPa")

# %%
grid = run.host.grid
longitude, latitude = np.degrees(grid.lon[..., 0]), np.degrees(grid.lat[..., 0])
fields = {field.name: field.values for field in run.model.fields(run.host, moments[-1].state)}
figure, axes = plt.subplots(2, 1, figsize=(8, 7), layout="constrained")
maps = (
    ("ps", fields["ps"] / 100, "surface pressure", "hPa"),
    ("T", fields["Tv"][..., -2], "temperature near 850 hPa", "K"),
)
for ax, (_, values, title, units) in zip(axes, maps):
    picture = draw_map(ax, longitude, latitude, values, f"{title}, day {moments[-1].days:g}", cmap="RdYlBu_r")
    figure.colorbar(picture, ax=ax, label=units)
figure.savefig("wave_maps.png", dpi=100)

# %%
figure, ax = plt.subplots(figsize=(8, 2.5), layout="constrained")
ax.plot([moment.days for moment in moments], [moment.ps_min / 100 for moment in moments], "k.-")
ax.set(xlabel="day", ylabel="hPa", title="lowest surface pressure")
figure.savefig("wave_curve.png", dpi=100)
