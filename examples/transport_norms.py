# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
# ---

# %% [markdown]
# # How good is the transport? Norms beside recorded ones
#
# DCMIP2012 1-2 and 1-1 with the settings of HOMME's transport mini-app, whose README records its norms at ne8 and ne30
# (`pysces.cases.transport.transport_norms`); a smooth bell for the order of the scheme; correlated tracers for what it
# mixes.
# 1-1 takes twelve days of model time, several minutes at ne8; with `EXAMPLE_DAYS=1` it is left out.

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

from pysces.arrays.backend import Backend, to_numpy
from pysces.cases.transport import nair_lauritzen as nl
from pysces.cases.transport.prescribed_transport import DAY, DCMIP, PrescribedTransport
from pysces.cases.transport.solid_body_transport import SolidBodyRotation, gaussian_bell
from pysces.cases.transport.transport_norms import RECORDED, mini_app_norms, run_mini_app, run_orography
from pysces.diagnostics.zonal import zonal_mean
from pysces.geometry.grid import cubed_sphere_grid
from pysces.operators.integrals import error_norms
from pysces.transport.eulerian import TracerTransport

NE = int(os.environ.get("EXAMPLE_NE", 8))
DAYS = float(os.environ.get("EXAMPLE_DAYS", 12))
BACKEND = Backend(os.environ.get("EXAMPLE_BACKEND", "jax"))


def numbers(norms):
    return "  ".join(f"{name} {float(getattr(norms, name)):8.5f}" for name in ("l1", "l2", "linf"))


# %%
outcomes = {}
for name in ("1-2", "1-1") if DAYS >= 12 else ("1-2",):
    outcome = run_mini_app(name, NE, BACKEND)
    outcomes[name] = outcome
    print(f"DCMIP2012 {name}, ne{NE}: {numbers(mini_app_norms(outcome))}  mass {outcome.mass_drift:+.0e}")
    if (name, NE) in RECORDED:
        print(f"       HOMME records: {numbers(RECORDED[name, NE])}")
    print(f"  standard norms      {numbers(error_norms(outcome.after, outcome.before, outcome.grid))}")


# %% [markdown]
# DCMIP2012 1-3, clouds over mountains, for which nobody records norms. Levels follow the terrain, the flow does not:
# what clouds lose, they lose to remapping (at ne4 over flat ground 0.75 of their top is left, over mountains 0.12).

# %%
if DAYS >= 12:
    grid, before, after = run_orography(NE, BACKEND, steps=108 * NE)
    for n, name in enumerate(("clouds at 3 km", "at 5 km", "at 8 km", "all three")):
        found = error_norms(after[n], before[n], grid)
        print(f"DCMIP2012 1-3, ne{NE}, {name:14s} {numbers(found)}  largest {after[n].max():.3f}")


# %% [markdown]
# Once around the sphere in one layer. Cubic elements promise fourth order; `spec` values of the advective form are
# 5.9e-2, 1.94e-3 and 6.7e-5 at ne 4, 8, 16, HOMME's conservative flux form errs by about twice as much.


# %%
def one_layer(ne, flow, tracers, limiter_option):
    """Mixing ratios at the start and after twelve days."""
    grid, transport = cubed_sphere_grid(ne, DCMIP), TracerTransport(np.array([1e3]), limiter_option=limiter_option)
    start, dt = tracers(grid.lon, grid.lat), 7200.0 / ne
    run = PrescribedTransport(grid, flow, transport, np.float64(dt))
    end, _ = to_numpy(BACKEND.asarray(run).run(BACKEND.asarray(start), round(12 * DAY / dt)))
    return grid, start, end


previous = None
for ne in (NE // 2, NE) if NE > 3 else (NE,):
    grid, start, end = one_layer(ne, SolidBodyRotation(DCMIP.radius), gaussian_bell, 0)
    l2 = float(error_norms(end[0], start[0], grid).l2)
    print(f"smooth bell, ne{ne}: l2 {l2:.2e}", "" if previous is None else f" order {np.log2(previous / l2):.1f}")
    previous = l2


# %% [markdown]
# Mixing (Lauritzen & Thuburn 2012): overshoots are zero for a scheme that keeps shapes; real mixing is what air does.


# %%
def pair(lon, lat):
    bells = nl.cosine_bells(lon, lat)
    return np.stack([bells, nl.correlated(bells)])


for limiter_option in (0, 8, 9):
    grid, start, end = one_layer(NE, nl.NairLauritzen(DCMIP.radius), pair, limiter_option)
    m, l2 = nl.mixing(*end, grid.mass_matrix), float(error_norms(end[0], start[0], grid).l2)
    mixed = f"real {m.real:.2e}  range-preserving {m.range_preserving:.2e}  overshooting {m.overshooting:.2e}"
    print(f"correlated bells, ne{NE}, limiter {limiter_option}: l2 {l2:.3f}  mixing: {mixed}")

# %%
layer = outcomes["1-2"]
figure, axes = plt.subplots(1, 2, figsize=(10, 3), sharey=True)
bands, height = np.arange(-87.5, 90.0, 5.0), np.linspace(12.0, 0.0, layer.before.shape[-1])
for axis, field, title in ((axes[0], layer.before, "start"), (axes[1], layer.after, "after a day")):
    lat, area = np.degrees(layer.grid.lat[..., 0]), layer.grid.mass_matrix[..., 0]
    shading = axis.contourf(bands, height, zonal_mean(field, lat, area, bands).T, np.linspace(-0.05, 1.05, 12))
    axis.set(title=f"DCMIP2012 1-2, {title}", xlabel="latitude", ylabel="km")
    figure.colorbar(shading, ax=axis)
figure.savefig("transport_norms.png")
