"""What a step costs: by form, model, number of tracers and mesh, over the hydrostatic one without tracers.

    python benchmarks/step_cost.py                                    # every run of the harness, ne8 L30
    python benchmarks/step_cost.py hydrostatic nonhydrostatic --kernels native
    python benchmarks/step_cost.py hydrostatic "hydrostatic, 10 tracers" "hydrostatic, 40 tracers"
    python benchmarks/step_cost.py hydrostatic --ne 4 8 16 30         # is the cost of an element's level flat?

Runs are those of ``harness/measuring/waves.py``: the baroclinic wave, 30 levels, two hyperviscosity subcycles, remap
every third step; a step is a third of a call. All of a mesh march by turns in one process, and so do the meshes. Times
are the least of all turns, on the clock and of all threads of the process together; a ratio is the median over turns
with its bootstrap interval. HOMME's, in one run on 2 ranks: 1.9 nonhydrostatic, 1.13 with 4 tracers, 1.75 with 10.
"""

import argparse
import time

import jax
import numpy as np
from pysces_harness.measuring.perf import interval
from pysces_harness.measuring.waves import RUNS, wave

from pysces.arrays.backend import Backend
from pysces.driver.kept_memory import keep_freed_memory
from pysces.models.theta_l.implicit import newton_steps

CLOCKS = ("processor", "wall")


class Marching:
    """A run that goes on by a call each time, and how many steps and values of a field that is."""

    def __init__(self, name, ne, dycore, state):
        self.name, self.ne, self.dycore, self.state = name, ne, dycore, state
        self.steps = self.dycore.rsplit * self.dycore.qsplit
        elements, *_, self.nlev = self.state.dynamics.wind.shape[1:]
        self.points = elements * self.nlev

    def seconds(self):
        """Processor time and wall time of a step."""
        processor, wall = time.process_time(), time.perf_counter()
        self.state = jax.block_until_ready(self.dycore.run(self.state, 1))
        return (time.process_time() - processor) / self.steps, (time.perf_counter() - wall) / self.steps

    def newton(self):
        """Least, mean and largest number of Newton steps of an element, in a stage of half a step."""
        column = jax.jit(lambda d, s: newton_steps(d.equations.fast_column(s, d.dt / 2)))
        steps = np.asarray(column(self.dycore, self.state.dynamics))
        return (
            f"Newton steps of an element: {steps.min():.0f} at least, {steps.mean():.2f} in the mean, {steps.max():.0f}"
        )


def row(run, taken, base):
    """A line of the table; taken and base: (turn, clock)."""
    cells = [run.name, f"ne{run.ne}"]
    for n in range(len(CLOCKS)):
        least = taken[:, n].min()
        cells += [f"{1e3 * least:.1f}", f"{1e6 * least / run.points:.2f}"]
    for n in range(len(CLOCKS)):
        ratios = taken[:, n] / base[:, n]
        cells.append(f"{np.median(ratios):.2f} ({interval(ratios)[0]:.2f} - {interval(ratios)[1]:.2f})")
    return f"| {' | '.join(cells)} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="*", default=list(RUNS))
    parser.add_argument("--ne", type=int, nargs="+", default=[8])
    parser.add_argument("--turns", type=int, default=9)
    parser.add_argument("--kernels", choices=("xla", "native"), default="xla")
    options = parser.parse_args()
    keep_freed_memory()
    backend = Backend("jax", kernels=options.kernels)
    runs = [Marching(name, ne, *backend.asarray(wave(name, ne))) for ne in options.ne for name in options.runs]
    for run in runs:
        run.seconds()
    taken = np.array([[run.seconds() for run in runs] for _ in range(options.turns)])
    print(f"kernels = {options.kernels}, {options.turns} turns, {len(jax.devices())} device, jax {jax.__version__}")
    print("| run | mesh | processor, ms | us a level | wall, ms | us | processor over first | wall over first |")
    print("|---|---|---|---|---|---|---|---|")
    for n, run in enumerate(runs):
        print(row(run, taken[:, n], taken[:, n - n % len(options.runs)]))
    for run in runs:
        if hasattr(run.dycore.equations, "fast_column"):
            print(run.newton(), "at most")


if __name__ == "__main__":
    main()
