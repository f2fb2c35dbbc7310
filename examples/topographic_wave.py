# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
# ---

# %% [markdown]
# # Waves behind two ridges, on a mesh drawn together over them
#
# Hughes & Jablonowski (2023): a balanced jet meets two ridges of 2 km. A low forms in the lee of each, and a train of
# waves behind it. Here on a Schmidt-stretched cubed sphere, twice as fine over the ridges and twice as coarse on the
# other side of the globe, with the tensor of hyperviscosity that follows the spacing. EXAMPLE_NE=30 is the mesh from
# ne60 to ne15; coarser meshes get wider ridges, which they can resolve. On the command line: topographic_wave.toml.

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

from pysces.cases.topographic_wave import ACROSS
from pysces.config.presets import homme
from pysces.diagnostics.plots import draw_map
from pysces.driver.simulation import march, simulation
from pysces.io.mesh_writer import write_exodus
from pysces.mesh.made import stretched_mesh

NE = int(os.environ.get("EXAMPLE_NE", 8))
DAYS = float(os.environ.get("EXAMPLE_DAYS", 6))
BACKEND = os.environ.get("EXAMPLE_BACKEND", "jax")
MESH, FACTOR, FOCUS = "topographic_wave.g", 2.0, (45.0, 106.0)  # between the ridges

# %%
write_exodus(MESH, *stretched_mesh(NE, FACTOR, *FOCUS), f"ne{NE}, stretched by {FACTOR:g} at {FOCUS}")
ridges = {"across": max(ACROSS, 60.0 / NE)}
config = homme(
    case="topographic_wave",
    case_options=ridges,
    mesh=MESH,
    hypervis_scaling=3.0,
    ndays=DAYS,
    every_hours=24.0 * min(DAYS, 1.0),
    backend=BACKEND,
)
run = simulation(config)
print(run.report)

# %%
pressures = []
for moment in march(run):
    pressures += [next(f.values for f in run.model.fields(run.host, moment.state) if f.name == "ps")]
    print(f"day {moment.days:5.2f}: mass {moment.mass:.12f} kg/m2, lowest pressure {moment.ps_min / 100:8.3f} hPa")

# %% [markdown]
# How much surface pressure has changed, and the spacing of nodes.

# %%
grid = run.host.grid
longitude, latitude = np.degrees(grid.lon[..., 0]), np.degrees(grid.lat[..., 0])
change = (pressures[-1] - pressures[0]) / 100.0
spacing = np.broadcast_to(grid.dx_short[:, None, None], longitude.shape)
figure, axes = plt.subplots(2, 1, figsize=(9, 9), layout="constrained")
scale = max(float(np.abs(change).max()), 1e-6)
shading = draw_map(
    axes[0], longitude, latitude, change, f"change of surface pressure, day {moment.days:g}", vmin=-scale, vmax=scale
)
figure.colorbar(shading, ax=axes[0], label="hPa")
heights = np.asarray(run.host.equations.phis)[..., 0]
axes[0].tricontour(longitude.ravel(), latitude.ravel(), heights.ravel(), levels=[heights.max() / 2], colors="k")
figure.colorbar(draw_map(axes[1], longitude, latitude, spacing, "shortest node spacing"), ax=axes[1], label="km")
figure.savefig("topographic_wave.png", dpi=120)
