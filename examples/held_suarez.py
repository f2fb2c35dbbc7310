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
# Means are taken over the days after `SPIN_UP`. The same run with files and restarts is `pysces run` with
# `[physics] suite = "held_suarez"` and `[case] name = "held_suarez"`.

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

from pysces.presets import homme
from pysces.simulation import march, simulation

NE = int(os.environ.get("EXAMPLE_NE", 8))
DAYS = float(os.environ.get("EXAMPLE_DAYS", 1200))
BACKEND = os.environ.get("EXAMPLE_BACKEND", "jax")
SPIN_UP = min(200.0, DAYS / 2)
LEVELS = {"vertical": {"table": {"family": "even_pressure", "nlev": 20, "eta_top": 0.02}}}
BANDS = np.radians(np.arange(-87.5, 90.0, 5.0))

# %%
options = {"case": "held_suarez", "suite": "held_suarez", "every_hours": 24.0 * min(1.0, DAYS / 4)}
run = simulation(homme(ne=NE, ndays=DAYS, backend=BACKEND, **options).with_table(LEVELS))
print(run.report)


# %%
def zonal_mean(x):
    """(lat, lev): means over bands of latitude, weighted by area."""
    grid = run.host.grid
    lat, area = grid.lat.ravel(), grid.mass_matrix.ravel()
    columns = x.reshape(-1, x.shape[-1])
    means = np.full((len(BANDS), x.shape[-1]), np.nan)
    for n, band in enumerate(BANDS):
        inside = np.abs(lat - band) <= np.radians(2.5)
        if inside.any():
            means[n] = np.average(columns[inside], axis=0, weights=area[inside])
    return means


# %%
means, first = [], None
for moment in march(run):
    first = first or moment
    fields = {f.name: f.values for f in run.model.fields(run.host, moment.state)}
    if moment.days >= SPIN_UP:
        means.append((zonal_mean(fields["u"]), zonal_mean(fields["Tv"])))
    fastest, drift = np.abs(fields["u"]).max(), moment.mass / first.mass - 1
    print(f"day {moment.days:7.2f}: fastest {fastest:6.2f} m/s, mass {drift:+.1e}", flush=True)

# %% [markdown]
# From means of more than 200 days at ne15, jets of 30 +- 3 m/s belong at 45 +- 5 degrees, and the hemispheres agree to
# 10 %.

# %%
u, T = (np.mean(field, axis=0) for field in zip(*means))
for name, half in (("south", BANDS < 0), ("north", BANDS > 0)):
    strength = np.where(half[:, None], u, -np.inf)
    band, level = np.unravel_index(np.nanargmax(strength), u.shape)
    print(f"{name} jet: {u[band, level]:5.1f} m/s at {np.degrees(BANDS[band]):5.1f} degrees, level {level}")
print(f"lowest level: {np.nanmax(T[:, -1]):.1f} K at most, {np.nanmin(T[:, -1]):.1f} K at least")

# %%
figure, axes = plt.subplots(1, 2, figsize=(11, 4), sharey=True)
pressure = run.host.equations.coordinate.etam * 1000.0
for axis, field, name in ((axes[0], u, "zonal wind [m/s]"), (axes[1], T, "temperature [K]")):
    shading = axis.contourf(np.degrees(BANDS), pressure, field.T, 20)
    figure.colorbar(shading, ax=axis)
    axis.set(title=name, xlabel="latitude", ylabel="pressure [hPa]", ylim=(1000.0, 0.0))
figure.savefig("held_suarez.png")
