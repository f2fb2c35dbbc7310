"""The tables of docs/use/gradients.md: how well each linearisation tells what a remap, or a limiter, makes of a change.

python tests/vertical/remap/tangents.py
"""

from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np

from pysces.arrays.backend import Backend
from pysces.mesh.quadrature import gauss_lobatto
from pysces.transport.euler_stages import QUASI_MONOTONE, _limited
from pysces.transport.eulerian import TracerTransport
from pysces.transport.limiters import element_bounds
from pysces.vertical.remap.fv_profiles import SCALAR
from pysces.vertical.remap.fv_remap import map1_ppm
from pysces.vertical.remap.linearisation import LINEARISATIONS
from pysces.vertical.remap.remap import Remap

NLEV, COLUMNS, SIZES = 12, 200, (1.0, 0.1, 0.01, 1e-3)
BY_MASS = {"PPM": 10, "monotone spline": 0, "spline": -1}
BY_FV3 = {"kord 9": 9, "kord 4": 4, "kord 17": 17}


def columns(seed=0, count=COLUMNS):
    """Layers to come from and to go to, profiles by name, and a change of about 1 K."""
    rng = np.random.default_rng(seed)
    source = 1e5 / NLEV * (1 + 0.1 * rng.uniform(-1, 1, (count, NLEV)))
    target = np.broadcast_to(source.sum(-1, keepdims=True) / NLEV, source.shape)
    z = (np.arange(NLEV) + 0.5) / NLEV
    wave = 300 + 30 * np.sin(3 * z) + rng.normal(size=(count, 1)) * np.cos(5 * z) + 0.5 * rng.normal(size=source.shape)
    change = np.cos(4 * z) * rng.normal(size=(count, 1)) + 0.2 * rng.normal(size=source.shape)
    return (source, target), {"wave": wave, "uniform": np.full_like(wave, 300.0)}, change


def remapped(name, layers, linearisation):
    """Profiles (column, lev) on the target layers, as a function of those on the source layers."""
    source, target = (jnp.asarray(x) for x in layers)
    if name in BY_MASS:
        return lambda q: Remap(source, target, linearisation)(q * source, BY_MASS[name]) / target
    source_i, target_i = (jnp.pad(jnp.cumsum(x, axis=-1), ((0, 0), (1, 0))) for x in (source, target))
    source_i = source_i.at[:, -1].set(target_i[:, -1])
    return lambda q: map1_ppm(q, source_i, target_i, BY_FV3[name], SCALAR, linearisation)


def elements(seed=0, count=COLUMNS):
    """Profiles (elem, i, j, lev) by name, a change of them, and what advection adds that a limiter undoes."""
    rng = np.random.default_rng(seed)
    x = np.linspace(-1.0, 1.0, 4)
    shape = (count, 4, 4, 1)
    wave = 0.5 + 0.2 * np.sin(2.0 * x[:, None] + x)[None, ..., None] + 0.05 * rng.normal(size=shape)
    return {"wave": wave, "uniform": np.full(shape, 0.5)}, 0.03 * rng.normal(size=shape), 0.05 * rng.normal(size=shape)


def limited(option, overshoot, linearisation):
    """Mixing ratios of elements after a step that overshoots and a limiter, as a function of those before."""
    weights = jnp.asarray(gauss_lobatto(4).node_weights[:, :, None])
    transport = TracerTransport(1.0, limiter_option=option, linearisation=linearisation)
    mass = jnp.ones_like(jnp.asarray(overshoot))
    grid = SimpleNamespace(mass_matrix=weights)
    return lambda q: _limited(q + overshoot, mass, element_bounds(q), transport, grid)[0]


def errors(function, start, change):
    """Of the tangent, over the change of the result, for changes of each size."""
    function = jax.jit(function)
    before, tangent = jax.jvp(function, (start,), (change,))
    after = [function(start + size * change) for size in SIZES]
    norm = jnp.linalg.norm
    return [float(norm(a - before - size * tangent) / norm(a - before)) for a, size in zip(after, SIZES)]


def main():
    Backend("jax")
    layers, profiles, change = columns()
    for profile, start in profiles.items():
        for name in (*BY_MASS, *BY_FV3):
            found = {how: errors(remapped(name, layers, how), start, change) for how in LINEARISATIONS}
            _tell(profile, name, found)
    profiles, change, overshoot = elements()
    for profile, start in profiles.items():
        for option in QUASI_MONOTONE:
            found = {how: errors(limited(option, overshoot, how), start, change) for how in LINEARISATIONS}
            _tell(profile, f"limiter {option}", found)


def _tell(profile, name, found):
    told = (f"{how} " + " ".join(f"{e:.1e}" for e in row) for how, row in found.items())
    print(f"{profile:8s} {name:16s}", *told, flush=True)


if __name__ == "__main__":
    main()
