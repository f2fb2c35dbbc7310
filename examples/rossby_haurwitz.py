# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
# ---

# %% [markdown]
# # Does the wave keep its shape? Williamson's case 6
#
# A wave of four crests, which should move east at a steady speed for a week or two: its amplitude and its place near
# 45 N, and what grows in waves of other numbers. `EXAMPLE_NE=8` and `EXAMPLE_DAYS=14` are what docs/evidence shows.

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

from pysces import march, preset, simulation
from pysces.cases.shallow_water.wave_four import zonal_wave

NE = int(os.environ.get("EXAMPLE_NE", 8))
DAYS = float(os.environ.get("EXAMPLE_DAYS", 14))
BACKEND = os.environ.get("EXAMPLE_BACKEND", "jax")
OTHERS = [number for number in range(1, 13) if number % 4]

# %%
every = 24.0 * min(DAYS, 1.0)
config = preset("shallow_water").with_options(case="williamson6", ne=NE, ndays=DAYS, every_hours=every, backend=BACKEND)
run = simulation(config)
grid, equations = run.host.grid, run.host.equations

# %%
days, waves, moved = [], [], 0.0
for moment in march(run):
    height = equations.layer_mass(moment.state.dynamics) / equations.constants.gravity
    wave = zonal_wave(height, grid)
    power = sum(zonal_wave(height, grid, number).amplitude ** 2 for number in OTHERS) / wave.amplitude**2
    step = wave.phase - (waves[-1].phase if waves else 0.0)
    moved += (step + 45.0) % 90.0 - 45.0
    days.append(moment.days)
    waves.append(wave)
    print(f"day {moment.days:6.2f}  amplitude {wave.amplitude:7.2f} m  moved {moved:7.2f} degrees  others {power:.0e}")

# %% [markdown]
# The crest moves about 11.3 degrees a day; without divergence it would be 12.2.

# %%
figure, axes = plt.subplots(figsize=(8, 3.5), layout="constrained")
axes.plot(days, [wave.amplitude for wave in waves], "k.-")
axes.set(xlabel="day", ylabel="m", title=f"amplitude of the wave of four crests near 45 N, ne{NE}")
axes.set(ylim=(0.0, 1.2 * np.max([wave.amplitude for wave in waves])))
axes.grid(alpha=0.3)
figure.savefig("rossby_haurwitz.png", dpi=120)
