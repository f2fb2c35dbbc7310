"""What derivatives of a run cost: processor time over that of the run, and memory in sizes of the state.

python benchmarks/gradient_cost.py --model theta_l --ne 4 --calls 4 16 64 [--keep-everything]

One row for each number of calls: the run itself, its jvp, its value and gradient by the initial state. Times are of all
threads of the process together, the least of a few tries, so that other processes beside it matter little. Memory is
what the compiled program says it needs beside arguments and results.
"""

import argparse
import time

import jax

from pysces.arrays.pytree import tree_leaves
from pysces.config.presets import preset
from pysces.driver.simulation import simulation

LEVELS = {"vertical": {"table": {"family": "even_pressure", "nlev": 10, "eta_top": 0.02}}}


def programs(run, calls, checkpoint):
    """The three by name, of (dynamics, dycore, state), compiled."""

    def end(dynamics, dycore, state):
        return dycore.run(state.replace(dynamics=dynamics), calls, checkpoint=checkpoint).dynamics

    def cost(*args):
        return sum((x**2).sum() for x in tree_leaves(end(*args)))

    def tangent(dynamics, *place):
        return jax.jvp(lambda d: end(d, *place), (dynamics,), (dynamics,))

    place = (run.state.dynamics, run.dycore, run.state)
    named = {"run": end, "jvp": tangent, "gradient": jax.value_and_grad(cost)}
    return {name: jax.jit(f).lower(*place).compile() for name, f in named.items()}, place


def processor_seconds(program, place, tries):
    """Least processor time of a call."""
    taken = []
    for _ in range(tries + 1):
        before = time.process_time()
        jax.block_until_ready(program(*place))
        taken.append(time.process_time() - before)
    return min(taken[1:])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default="theta_l")
    parser.add_argument("--ne", type=int, default=4)
    parser.add_argument("--calls", type=int, nargs="+", default=[4, 16, 64])
    parser.add_argument("--tries", type=int, default=3)
    parser.add_argument("--keep-everything", action="store_true", help="checkpoint=False")
    options = parser.parse_args()
    config = preset(options.model).with_options(ne=options.ne, backend="jax")
    run = simulation(config if options.model == "shallow_water" else config.with_table(LEVELS))
    size = sum(x.nbytes for x in tree_leaves(run.state))
    print(f"{options.model} ne{options.ne}, state of {size / 1e6:.2f} MB")
    print(
        "| calls | run, s | jvp / run | gradient / run | states: run | jvp | gradient |\n|---|---|---|---|---|---|---|"
    )
    for calls in options.calls:
        compiled, place = programs(run, calls, not options.keep_everything)
        took = {name: processor_seconds(program, place, options.tries) for name, program in compiled.items()}
        states = {name: program.memory_analysis().temp_size_in_bytes / size for name, program in compiled.items()}
        ratios = f"{took['run']:.3g} | {took['jvp'] / took['run']:.2f} | {took['gradient'] / took['run']:.2f}"
        print(f"| {calls} | {ratios} | " + " | ".join(f"{states[name]:.0f}" for name in compiled) + " |", flush=True)


if __name__ == "__main__":
    main()
