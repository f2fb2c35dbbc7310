"""What streams cost: wall time of a run that writes ten fields every hour over that of the same run without them.

python benchmarks/output_cost.py --backend numpy jax --ne 8 --nlev 30 --pairs 40

One run marches on by turns of --hours, with and without writing, so that other processes beside it hit both alike, and
both use the same memory: the loop of pysces run, without its looks at the state. A turn ends when its records lie on
the disk, so that none is written in the other's time; in a run only the last one is waited for. One row for each
backend: the median over pairs of (with - without) / without, of wall time and of processor time of all threads, and
between which figures 95 of 100 medians of pairs drawn anew lie. The first turns, which compile, do not count. Turns
without writing stop every hour, too; what that costs is a row of its own.

--parts measures on a machine that does other things, too: the median processor time of computing a record, of writing
it, and of the hour of the run between two, each alone.
"""

import argparse
import itertools
import statistics
import tempfile
import time
import warnings
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from pysces.arrays.backend import to_numpy
from pysces.config.presets import preset
from pysces.diagnostics.watch import is_sound
from pysces.driver.kept_memory import keep_freed_memory
from pysces.driver.request import levels_of_nlev
from pysces.driver.simulation import simulation
from pysces.driver.stream_files import StreamFile
from pysces.driver.streams import Recording, column_nodes

FIELDS = ["PS", "T", "U", "V", "OMEGA", "Z3", "TH", "VOR", "DIV", "PMID"]
DRAWN, LIKELY = 2000, (2.5, 97.5)  # medians of pairs drawn anew, and the percentiles of them that are printed


def configuration(options, backend, stream):
    """A dry baroclinic wave with the step that a run chooses for its mesh."""
    vertical = {name: value for (_, name), value in levels_of_nlev(options.nlev).items()}
    config = preset("theta_l").with_options(ne=options.ne, ndays=1e3, every_hours=1.0, backend=backend)
    return config.with_table({"vertical": vertical, "output": {"stream": stream}})


class Marching:
    """A run on its way, with every due record."""

    def __init__(self, config, held):
        self.run = simulation(config)
        self.recording = Recording(self.run, None)
        self.recording.open(None, held)
        self.state, self.calls = self.run.state, 0

    def advance(self, hours, writing, at_once=1):
        """So many hours in chunks of at_once, until records of them lie on the disk: wall and processor time [s]."""
        wall, processor = time.perf_counter(), time.process_time()
        for _ in range(hours // at_once):
            n = at_once * self.run.config.calls_per_record
            self.state = self.recording.advance(self.state, n)
            if not is_sound(self.state.dynamics):
                raise ValueError("the run that is measured blew up")
            self.calls += n
            if writing:
                self.recording.write(self.state, self.calls)
        self.recording.settle()
        return np.array([time.perf_counter() - wall, time.process_time() - processor])


def shares(options, backend, folder):
    """(pair, 2) shares of wall and processor time that streams take, then that stops do; seconds of the run alone."""
    stream = {"file": str(Path(folder) / f"{backend}.nc"), "every_hours": 1.0, "fields": FIELDS}
    stream["precision"] = options.precision
    with ExitStack() as held:
        run = Marching(configuration(options, backend, [stream]), held)
        turns = [(False, 1), (True, 1), (False, options.hours)]  # writing, hours at once
        for turn in turns:
            run.advance(options.hours, *turn)
        found = []
        for pair in range(options.pairs):
            order = (0, 1, 2) if pair % 2 else (2, 1, 0)
            took = {turn: run.advance(options.hours, *turns[turn]) for turn in order}
            found.append([took[0], took[1], took[2]])
    stopping, streaming, at_once = np.moveaxis(np.array(found), 1, 0)
    return (streaming - stopping) / stopping, (stopping - at_once) / at_once, stopping


def row(of_pairs):
    """A median of shares in percent, and where medians of pairs drawn anew lie."""
    drawn = np.random.default_rng(1).integers(0, len(of_pairs), (DRAWN, len(of_pairs)))
    low, high = np.percentile(np.median(of_pairs[drawn], axis=1), LIKELY)
    return f"{100.0 * np.median(of_pairs):.1f} % ({100.0 * low:.1f} to {100.0 * high:.1f})"


def parts(options, backend, folder):
    """Milliseconds of processor time: an hour of the run, computing the fields of a record, writing it."""
    stream = {"file": str(Path(folder) / f"{backend}.nc"), "every_hours": 1.0, "fields": FIELDS}
    run = simulation(configuration(options, backend, [stream | {"precision": options.precision}]))
    (stream,) = run.streams
    file, calls = StreamFile(run, stream), itertools.count(0, stream.records.every)
    node = column_nodes(run)
    whole = to_numpy(stream.seen.on_columns(run.dycore, run.state, node))

    def write():
        file.write(next(calls), lambda: whole, None)
        file.settle()

    hour = processor_time(lambda: to_numpy(run.dycore.run(run.state, stream.records.every)), 8)
    seen = processor_time(lambda: to_numpy(stream.seen.on_columns(run.dycore, run.state, node)), 2 * options.pairs)
    written = processor_time(write, 2 * options.pairs)
    file.close()
    return hour, seen, written


def row_of_parts(backend, hour, seen, written):
    """What is printed of them."""
    record = f"{seen:.1f} ms to compute a record, {written:.1f} ms to write it, {hour:.0f} ms for the hour between"
    return f"{backend}: {record}: {100.0 * (seen + written) / hour:.1f} % of processor time"


def processor_time(work, times):
    """Median of all threads [ms]; the first time, which compiles, does not count."""
    work()
    found = []
    for _ in range(times):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return 1e3 * statistics.median(found)


def main():
    """Print a row for each backend."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--backend", nargs="+", default=["numpy", "jax"])
    parser.add_argument("--ne", type=int, default=8)
    parser.add_argument("--nlev", type=int, default=30)
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("--hours", type=int, default=6, help="of each turn")
    parser.add_argument("--precision", type=int, default=64, help="of the numbers in the file: 64 or 32 bits")
    parser.add_argument("--parts", action="store_true", help="processor time of each part alone, on a busy machine too")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    keep_freed_memory()  # as pysces run does
    with tempfile.TemporaryDirectory() as folder:
        for backend in options.backend:
            if options.parts:
                print(row_of_parts(backend, *parts(options, backend, folder)))
                continue
            streams, stops, seconds = shares(options, backend, folder)
            for what, found in (("ten fields every hour", streams), ("a stop every hour", stops)):
                print(f"{backend}: {what}: {row(found[:, 0])} of wall time, {row(found[:, 1])} of processor time")
            wall = np.median(seconds[:, 0]) / options.hours
            print(f"{backend}: an hour of the run alone: {1e3 * wall:.0f} ms; {options.pairs} pairs")


if __name__ == "__main__":
    main()
