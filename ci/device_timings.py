"""Seconds of a dynamics step on a device: forms, tracers, CAM-SE, precisions, gradient; for ``device_check.py``."""

import statistics
import time

from harness.measuring.waves import RUNS, SINGLE, wave

GRADIENT = "hydrostatic, value and gradient of 8 calls"
CALLS = 8  # of a run that is differentiated


def timings(meshes: list[int]) -> list[dict]:
    """A row for every run on every mesh, and the gradient on the first one."""
    rows = []
    for ne in meshes:
        for name in RUNS:
            for precision in (64, 32) if name in SINGLE else (64,):
                rows.append(_stepping(name, ne, precision))
                print(_said(rows[-1]), flush=True)
    rows += [_gradient(ne) for ne in meshes[:1]]
    print(*map(_said, rows[len(rows) - len(meshes[:1]) :]), sep="\n", flush=True)
    return rows


def _said(row: dict) -> str:
    return f"{row['run']:45s} ne{row['ne']:<4d} f{row['precision']}  {1e3 * row['seconds_per_step']:8.3f} ms a step"


def _stepping(name: str, ne: int, precision: int, calls: int = 10, repeats: int = 5) -> dict:
    """A step with its share of a remap; compile time apart."""
    import jax

    from pysces.arrays.backend import Backend

    dycore, state = Backend("jax", precision).asarray(wave(name, ne))
    start = time.perf_counter()
    state = jax.block_until_ready(dycore.run(state, 1))
    first, seconds = time.perf_counter() - start, []
    for _ in range(repeats):
        start = time.perf_counter()
        jax.block_until_ready(dycore.run(state, calls))
        seconds.append((time.perf_counter() - start) / (calls * dycore.rsplit * dycore.qsplit))
    return _row(name, ne, state, precision, seconds, first)


def _gradient(ne: int, repeats: int = 5) -> dict:
    """Of the energy of the wind after some calls by the state at their start, over the steps of one run forward."""
    import jax

    from pysces.arrays.backend import Backend

    dycore, state = Backend("jax", 64).asarray(wave("hydrostatic", ne))

    @jax.jit
    def differentiated(dycore, start):
        energy = lambda dynamics: (dycore.run(start.replace(dynamics=dynamics), CALLS).dynamics.wind ** 2).sum()  # noqa: E731
        return jax.value_and_grad(energy)(start.dynamics)

    start = time.perf_counter()
    jax.block_until_ready(differentiated(dycore, state))
    first, seconds = time.perf_counter() - start, []
    for _ in range(repeats):
        start = time.perf_counter()
        jax.block_until_ready(differentiated(dycore, state))
        seconds.append((time.perf_counter() - start) / (CALLS * dycore.rsplit))
    return _row(GRADIENT, ne, state, 64, seconds, first)


def _row(name: str, ne: int, state, precision: int, seconds: list[float], first: float) -> dict:
    return {
        "run": name,
        "ne": ne,
        "nlev": state.dynamics.wind.shape[-1],
        "precision": precision,
        "seconds_per_step": statistics.median(seconds),
        "fastest": min(seconds),
        "first_call_seconds": first,
    }
