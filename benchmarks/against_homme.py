"""A step of pysces beside one of the real HOMME: the same runs by turns on the same cores, and the same results.

    python benchmarks/against_homme.py --homme build/src/theta-l/theta-l --levels E3SM/components/homme/test/vcoord
    python benchmarks/against_homme.py --homme ... --levels ... hydrostatic nonhydrostatic --kernels native --ne 16

docs/verify/performance.md says how HOMME is built. Runs are those of ``harness/measuring/waves.py`` from the wave that
both start alike, jw_baroclinic, and HOMME gets the namelist that pysces writes of its configuration. In each turn HOMME
runs twice, and the difference of the two lengths is the time of the steps between, without its set-up and its prints;
pysces makes the same steps from the same state. Wall time of HOMME is that of its own timer of its loop over steps;
processor time is of all processes and threads, and processes of MPI that wait for each other use it too. Times are the
least of all turns, a ratio is the median over turns with its bootstrap interval.

Surface pressure and tracers, lowest and highest after six steps, must be the same to a relative 1e-12, or there is no
ratio: two programs that do other work are not compared.
"""

import argparse
import os
import shlex
import sys
import tempfile
from pathlib import Path

import jax
import numpy as np
from pysces_harness.errors import BadInput
from pysces_harness.measuring import real_homme
from pysces_harness.measuring.perf import interval
from pysces_harness.measuring.waves import started
from step_cost import CLOCKS, Marching

from pysces.arrays.backend import Backend, to_numpy
from pysces.driver.kept_memory import keep_freed_memory

RUNS = ("hydrostatic", "hydrostatic, 10 tracers", "nonhydrostatic")
WANTED = {"hydrostatic": 0.6, "hydrostatic, 10 tracers": 0.9}  # issue 19, of HOMME's step
SAME = 1e-12  # HOMME prints 15 digits, and six steps let round-off grow to a few of the last ones
HOMME = "HOMME"
FEWEST = 3  # turns


class Ours(Marching):
    """The same steps in each turn: from those that HOMME's shorter run ends with to the end of its longer one."""

    def __init__(self, name, ne, kernels, pair):
        super().__init__(name, ne, *Backend("jax", kernels=kernels).asarray(pair))
        self.kernels = kernels
        for _ in range(real_homme.PRINTED // self.steps):
            self.state = self.dycore.run(self.state, 1)
        self.early = self.state

    def turn(self, steps):
        """Seconds of a step on each clock."""
        self.state = self.early
        return np.mean([self.seconds() for _ in range(steps // self.steps)], axis=0)


def homme_turn(homme, config, steps):
    """Seconds of a step on each clock, of the steps after the first six."""
    short, long = homme.run(config, real_homme.PRINTED), homme.run(config, real_homme.PRINTED + steps)
    seconds = np.array([(long.processor - short.processor) / steps, (long.wall - short.wall) / steps])
    if not (seconds > 0).all():
        raise BadInput(
            f"HOMME took no longer for {steps} steps more, found {1e3 * seconds[1]:.1f} ms a step on the clock; the "
            "machine is too busy: wait for quiet, or give more --steps."
        )
    return seconds


def built(homme, name, options):
    """A run's configuration, and it with each kind of kernels; refused where it is not HOMME's."""
    config = real_homme.homme_wave(name, options.ne, options.levels)
    first = homme.run(config, real_homme.PRINTED)
    real_homme.check_cores(first.processes, sorted(os.sched_getaffinity(0)))
    runs = [Ours(name, options.ne, kernels, started(config)) for kernels in options.kernels]
    for run in runs:
        off = real_homme.difference(real_homme.extremes(*to_numpy((run.dycore, run.state))), first.extremes)
        if not off <= SAME:
            raise BadInput(
                f"{name}, kernels {run.kernels}: pressure or tracers after six steps are {off:.1e} off HOMME's, where "
                f"{SAME:.0e} is expected; the two do other work, and their times are not compared."
            )
        print(f"{name}, kernels {run.kernels}: after six steps {off:.1e} from HOMME's extremes")
        run.turn(run.steps)
    return config, runs


def compared(taken, base):
    """The median ratio and its interval in words; taken and base: (turn,)."""
    ratios = taken / base
    low, high = interval(ratios)
    return f"{np.median(ratios):.2f} ({low:.2f} - {high:.2f})"


def print_beside_homme(taken, kernels):
    """taken: {run: {HOMME or kernels: (turn, clock)}}."""
    print("\n| run | kernels | HOMME, wall ms | pysces | wall, pysces / HOMME | wanted | processor, pysces / HOMME |")
    print("|---|---|---|---|---|---|---|")
    for name, sides in taken.items():
        for kind in kernels:
            least = [f"{1e3 * sides[side][:, CLOCKS.index('wall')].min():.1f}" for side in (HOMME, kind)]
            processor, wall = (compared(sides[kind][:, n], sides[HOMME][:, n]) for n in range(len(CLOCKS)))
            cells = [name, kind, *least, wall, str(WANTED.get(name, "")), processor]
            print(f"| {' | '.join(cells)} |")


def print_beside_the_first(taken):
    """What each side pays for more than the first run, on the wall clock."""
    first, *more = taken
    sides, wall = list(taken[first]), CLOCKS.index("wall")
    print(f"\n| over its own step of {first} | {' | '.join(sides)} |")
    print(f"|---|{'---|' * len(sides)}")
    for name in more:
        cells = [compared(taken[name][side][:, wall], taken[first][side][:, wall]) for side in sides]
        print(f"| {name} | {' | '.join(cells)} |")


def measure(options, folder):
    homme = real_homme.Homme(options.homme, tuple(shlex.split(options.launcher)), Path(folder))
    runs = {name: built(homme, name, options) for name in options.runs}
    turns = {name: {side: [] for side in (HOMME, *options.kernels)} for name in runs}
    for _ in range(options.turns):
        for name, (config, ours) in runs.items():
            turns[name][HOMME].append(homme_turn(homme, config, options.steps))
            for run in ours:
                turns[name][run.kernels].append(run.turn(options.steps))
    return {name: {side: np.array(values) for side, values in sides.items()} for name, sides in turns.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="*", default=list(RUNS))
    parser.add_argument("--homme", type=Path, required=True, help="HOMME's program theta-l")
    parser.add_argument("--levels", type=Path, required=True, help="the folder of cami-30.ascii and camm-30.ascii")
    parser.add_argument("--launcher", default="mpiexec -n 2", help="of HOMME's own MPI, as many processes as cores")
    parser.add_argument("--ne", type=int, default=8)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--steps", type=int, default=24, help="that are timed in a turn")
    parser.add_argument("--kernels", nargs="+", choices=("xla", "native"), default=["native", "xla"])
    options = parser.parse_args()
    if options.steps < 3 or options.steps % 3:
        parser.error(f"--steps {options.steps} is no multiple of three, and every third step ends with a remap.")
    if options.turns < FEWEST:
        parser.error(f"--turns {options.turns} makes no interval; {FEWEST} are the fewest.")
    keep_freed_memory()
    try:
        with tempfile.TemporaryDirectory() as folder:
            taken = measure(options, folder)
    except BadInput as wrong:
        sys.exit(str(wrong))
    cores = len(os.sched_getaffinity(0))
    print(f"\nne{options.ne} L30, {options.turns} turns of {options.steps} steps, {cores} cores, jax {jax.__version__}")
    print_beside_homme(taken, options.kernels)
    if len(taken) > 1:
        print_beside_the_first(taken)


if __name__ == "__main__":
    main()
