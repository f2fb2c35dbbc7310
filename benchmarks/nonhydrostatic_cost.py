"""What the nonhydrostatic form costs: its step over the hydrostatic one's, in one process, turn by turn.

python benchmarks/nonhydrostatic_cost.py [--ne 8] [--nlev 30] [--turns 9] [--tstep-type 9]

Both march the baroclinic wave with the same time step and viscosity, the hydrostatic one by tstep_type 5. Times are of
all threads of the process together, so that other processes beside it matter little; the ratio is the median over
turns. HOMME's ratio, on 2 ranks: 1.9.
"""

import argparse
import time

import jax
import numpy as np

from pysces.config.presets import preset
from pysces.driver.simulation import simulation
from pysces.models.theta_l.implicit import newton_steps


def run_of(options, hydrostatic):
    """A simulation in either form."""
    levels = {"vertical": {"table": {"family": "even_pressure", "nlev": options.nlev, "eta_top": 0.02}}}
    config = preset("theta_l").with_options(ne=options.ne, backend="jax").with_table(levels)
    if not hydrostatic:
        form = {"dynamics": {"theta_hydrostatic_mode": False}, "time": {"tstep_type": options.tstep_type}}
        config = config.with_table(form)
    return simulation(config)


def step_of(run):
    """A dynamics step, compiled, of a state some calls on."""
    dycore, state = run.dycore, run.dycore.run(run.state, 2).dynamics
    program = jax.jit(lambda d, s: d.dynamics_step(d.equations, s))
    return lambda: jax.block_until_ready(program(dycore, state))


def call_of(run):
    """A call of several steps and the remap, of a state some calls on."""
    dycore, state = run.dycore, run.dycore.run(run.state, 2)
    return lambda: jax.block_until_ready(dycore.step(state))


def seconds(step):
    """Processor time and wall time of one step."""
    processor, wall = time.process_time(), time.perf_counter()
    step()
    return time.process_time() - processor, time.perf_counter() - wall


def counted(run):
    """Least, mean and largest number over elements, in a stage of half a step."""
    dycore, state = run.dycore, run.dycore.run(run.state, 2).dynamics
    steps = np.asarray(jax.jit(lambda d, s: newton_steps(d.equations.fast_column(s, d.dt / 2)))(dycore, state))
    return steps.min(), steps.mean(), steps.max()


def main():
    parser = argparse.ArgumentParser()
    for name, default in (("ne", 8), ("nlev", 30), ("turns", 9), ("tstep-type", 9)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    runs = [run_of(options, hydrostatic) for hydrostatic in (True, False)]
    programs = [program for run in runs for program in (step_of(run), call_of(run))]
    for program in programs:
        program()
    taken = np.array([[seconds(program) for program in programs] for _ in range(options.turns)])
    print(f"ne{options.ne} L{options.nlev}, tstep_type 5 and {options.tstep_type}, {options.turns} turns")
    print("| what | clock | hydrostatic, s | nonhydrostatic, s | ratio |\n|---|---|---|---|---|")
    for n, what in enumerate(("dynamics step", "call of 3 steps and remap")):
        for m, clock in enumerate(("processor", "wall")):
            still, moving = taken[:, n, m], taken[:, n + 2, m]
            print(f"| {what} | {clock} | {min(still):.3f} | {min(moving):.3f} | {np.median(moving / still):.2f} |")
    least, mean, most = counted(runs[1])
    print(f"Newton steps of an element: {least:.0f} at least, {mean:.2f} in the mean, {most:.0f} at most")


if __name__ == "__main__":
    main()
