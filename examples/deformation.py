# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
# ---

# %% [markdown]
# # Tracers in a given flow: DCMIP2012 1-1
#
# Two bells, a tracer that lies on a curve with them, slotted ellipses and their complement are stretched by a
# three-dimensional flow and, after twelve days, brought back: with `returning=True`, where trajectories close. The flow
# as published leaves half of the air more than 57 km from where it started; its norms contain the flow's own error.
#
#     EXAMPLE_NE=15 python examples/deformation.py

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

from pysces.arrays.backend import Backend, to_numpy
from pysces.cases.transport.dcmip2012_deformation import Z_TOP, DeformationFlow, tracers
from pysces.cases.transport.prescribed_transport import DAY, DCMIP, PrescribedTransport
from pysces.geometry.grid import cubed_sphere_grid
from pysces.operators.integrals import error_norms
from pysces.transport.eulerian import TracerTransport
from pysces.vertical.coordinate import even_height

NE = int(os.environ.get("EXAMPLE_NE", 8))
DAYS = float(os.environ.get("EXAMPLE_DAYS", 12))
BACKEND = Backend(os.environ.get("EXAMPLE_BACKEND", "jax"))
NAMES = ("bells", "correlated", "slotted", "complement", "one")

# %% [markdown]
# Winds reach 100 m/s. From ne4 the mesh resolves the flow; a run of fewer days stops on the way.

# %%
grid, coordinate = cubed_sphere_grid(NE, DCMIP), even_height(30, Z_TOP, constants=DCMIP)
steps = int(np.ceil(DAYS * DAY * NE / 7200.0))
flow = DeformationFlow(DCMIP.radius, returning=True)
transport = TracerTransport(coordinate.dp_ref(1e5), limiter_option=8)
experiment = PrescribedTransport(grid, flow, transport, np.float64(DAYS * DAY / steps), coordinate)
start = tracers(grid.lon, grid.lat, coordinate.p_mid(1e5))
start = np.concatenate([start, np.ones_like(start[:1])])

# %%
end, dp = to_numpy(BACKEND.asarray(experiment).run(BACKEND.asarray(start), steps))
print(f"ne{NE}, {coordinate.nlev} levels, {steps} steps of {DAYS * DAY / steps:.0f} s")
for name, before, after in zip(NAMES, start, end):
    n, mass = error_norms(after, before, grid), (after * dp * grid.mass_matrix).sum()
    drift = mass / (before * experiment.start() * grid.mass_matrix).sum() - 1.0
    norms = f"l1 {n.l1:.2e}  l2 {n.l2:.2e}  linf {n.linf:.2e}"
    print(f"{name:10}  {norms}  range [{after.min():.4f}, {after.max():.4f}]  mass {drift:+.0e}")

# %%
level = int(np.argmin(np.abs(coordinate.p_mid(1e5).ravel() - 56000.0)))
figure, axes = plt.subplots(1, 2, figsize=(11, 3), sharey=True)
for axis, field, title in ((axes[0], start, "start"), (axes[1], end, "end")):
    lon, lat = np.degrees(grid.lon.ravel()), np.degrees(grid.lat.ravel())
    dots = axis.scatter(lon, lat, c=field[2][..., level].ravel(), s=4)
    axis.set(title=f"slotted ellipses near 5 km, {title}", xlabel="longitude", ylabel="latitude")
    figure.colorbar(dots, ax=axis)
figure.savefig("deformation.png")
