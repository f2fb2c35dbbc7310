# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
# ---

# %% [markdown]
# # Tuning: two viscosities found from a day of weather
#
# Galewsky's jet breaks into eddies within days, and hyperviscosity takes away what gets too small. A truth with known
# viscosities of wind and of height is looked at for a day, with errors, and both are found from four times too much.
# Gauss-Newton differentiates the whole run by them; the posterior says how well the day determines them.
#
#     EXAMPLE_NE=8 EXAMPLE_DAYS=4 python examples/tuning.py

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

from pysces.config.presets import preset
from pysces.driver.simulation import simulation
from pysces.operators.strong import vorticity_sphere
from pysces.tuning.distinct import once
from pysces.tuning.fits import gauss_newton
from pysces.tuning.parameters import Parameter, with_number
from pysces.tuning.posterior import posterior
from pysces.tuning.problem import Problem, Window, observed

NE = int(os.environ.get("EXAMPLE_NE", 4))
DAYS = float(os.environ.get("EXAMPLE_DAYS", 4))
TRUE = 8e16 * (8 / NE) ** 4  # m4 s-1
LOOKS = 4  # at the window's weather
ERRORS = {"height": 1.0, "vorticity": 1e-6}  # m, s-1

# %% [markdown]
# The run is set up with more viscosity than will be tried, so that its substeps are short enough for all of it. Every
# number of a dycore has a dotted name, by which it can be changed and tuned.

# %%
run = simulation(
    preset("shallow_water").with_options(ne=NE, case="galewsky", nu=6 * TRUE, tstep=7200 / NE, backend="jax")
)
truth = run.dycore
for place in ("dissipation.nu", "dissipation.nu_s"):
    truth = with_number(truth, place, TRUE)
every = max(1, round(DAYS / 4 * 86400 / run.dt_remap / LOOKS))
state = truth.run(run.state, round(DAYS * 86400 / run.dt_remap))


def seen(dycore, state):
    """What is observed at every node: height of the surface and vorticity."""
    height = dycore.equations.layer_mass(state.dynamics) / dycore.equations.constants.gravity
    return {"height": height, "vorticity": vorticity_sphere(state.dynamics.wind, dycore.grid)}


rng = np.random.default_rng(0)
data = observed(truth, state, seen, LOOKS * every, every)
data = {name: x + ERRORS[name] * rng.normal(size=x.shape) for name, x in data.items()}

# %%
parameters = (
    Parameter("nu of the wind", 4 * TRUE, ("dissipation.nu",), units="m4 s-1"),
    Parameter("nu of the height", 4 * TRUE, ("dissipation.nu_s",), units="m4 s-1"),
)
deviation = {name: once(error, run.host.grid) for name, error in ERRORS.items()}
problem = Problem(parameters, truth, Window(state, data, deviation, seen, LOOKS * every, every))
fit = gauss_newton(problem)
known = posterior(fit)
print(known.report())
print({name: f"{value / TRUE:.4f} of the truth" for name, value in fit.values.items()})

# %% [markdown]
# The search, and the posterior: what one standard deviation of both leaves open, in per cent of the truth.

# %%
figure, (search, ellipse) = plt.subplots(1, 2, figsize=(10, 4))
search.semilogy(fit.costs, "k.-")
search.set(title="half the sum of squares", xlabel="step of Gauss-Newton")
angle = np.linspace(0.0, 2.0 * np.pi, 200)
around = known.combinations @ (np.stack([np.cos(angle), np.sin(angle)]) / np.sqrt(known.eigenvalues)[:, None])
percent = 100.0 * (np.exp(fit.z[:, None] + around) / TRUE - 1.0)
ellipse.plot(*percent, "k")
ellipse.plot(0.0, 0.0, "r+")
ellipse.set(title="posterior, and the truth", xlabel="wind: nu off by %", ylabel="height: nu off by %")
figure.savefig("tuning.png")
