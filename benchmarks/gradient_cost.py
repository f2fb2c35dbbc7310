"""What derivatives of a run cost: processor time over that of the run, and memory in sizes of the state.

python benchmarks/gradient_cost.py --model theta_l cam_se --ne 4 8 --calls 4 16 64 --keep blocks stages

A Markdown table, one row for each model, mesh, number of calls and choice of what is kept: the run itself, its jvp, its
value and gradient by the initial state. Times are of all threads of this process together, the least of a few tries
taken in turn, so that other processes beside it matter little. Memory is what the compiled programs say they need
beside arguments and results; what reverse mode keeps of one call is counted by tests/dycore/test_kept.py.
"""

import argparse
import os
import time

import jax

from pysces.arrays.pytree import tree_leaves
from pysces.config.presets import preset
from pysces.driver.simulation import simulation

LEVELS = {"vertical": {"table": {"family": "even_pressure", "nlev": 10, "eta_top": 0.02}}}
RAIN = {"case": {"tracers": True, "options": {"moist": True}}, "physics": {"suite": "kessler"}}
CHECKPOINT = {"blocks": True, "stages": "stages", "everything": False}
HEAD = """\
| model | ne | calls | kept | run, s | jvp / run | gradient / run (wanted: 4) | states: run | jvp | gradient |
|---|---|---|---|---|---|---|---|---|---|"""


def programs(run, calls, keep):
    """The run, its jvp and a gradient for each choice of what is kept, of (dynamics, dycore, state), compiled."""

    def end(dynamics, dycore, state, kept="blocks"):
        return dycore.run(state.replace(dynamics=dynamics), calls, checkpoint=CHECKPOINT[kept]).dynamics

    def cost(*args):
        return sum((x**2).sum() for x in tree_leaves(end(*args)))

    def tangent(dynamics, *place):
        return jax.jvp(lambda d: end(d, *place), (dynamics,), (dynamics,))

    place = (run.state.dynamics, run.dycore, run.state)
    gradients = {kept: jax.value_and_grad(lambda *args, kept=kept: cost(*args, kept)) for kept in keep}
    named = {"run": end, "jvp": tangent, **gradients}
    return {name: jax.jit(f).lower(*place).compile() for name, f in named.items()}, place


def least_seconds(compiled, place, tries):
    """Least processor time of a call of each, after one that is not counted."""
    taken = {name: [] for name in compiled}
    for _ in range(tries + 1):
        for name, program in compiled.items():
            before = time.process_time()
            jax.block_until_ready(program(*place))
            taken[name].append(time.process_time() - before)
    return {name: min(seconds[1:]) for name, seconds in taken.items()}


def built(model, ne, tables):
    config = preset(model).with_options(ne=ne, backend="jax")
    return simulation(config if model == "shallow_water" else config.with_table(LEVELS).with_table(tables))


def rows(model, ne, run, calls, options):
    size = sum(x.nbytes for x in tree_leaves(run.state))
    compiled, place = programs(run, calls, options.keep)
    took = least_seconds(compiled, place, options.tries)
    states = {name: program.memory_analysis().temp_size_in_bytes / size for name, program in compiled.items()}
    for kept in options.keep:
        ratios = f"{took['run']:.3g} | {took['jvp'] / took['run']:.2f} | {took[kept] / took['run']:.2f}"
        needs = " | ".join(f"{states[name]:.0f}" for name in ("run", "jvp", kept))
        yield f"| {model} | {ne} | {calls} | {kept} | {ratios} | {needs} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", nargs="+", default=["theta_l"])
    parser.add_argument("--ne", type=int, nargs="+", default=[4])
    parser.add_argument("--calls", type=int, nargs="+", default=[4, 16, 64])
    parser.add_argument("--tries", type=int, default=3)
    parser.add_argument("--rain", action="store_true", help="with Kessler's rain (theta_l, cam_se)")
    parser.add_argument("--keep", nargs="+", choices=CHECKPOINT, default=["blocks"], help="for the way back")
    options = parser.parse_args()
    print(f"load at the start {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, jax {jax.__version__}\n\n{HEAD}")
    for model in options.model:
        for ne in options.ne:
            run = built(model, ne, RAIN if options.rain else {})
            for calls in options.calls:
                print(*rows(model, ne, run, calls, options), sep="\n", flush=True)


if __name__ == "__main__":
    main()
