"""What streams cost: wall time of a run that writes ten fields every hour over that of the same run without them.

python benchmarks/output_cost.py --backend numpy jax --ne 8 --nlev 30 --hours 600

One run marches on hour by hour, the loop of pysces run without its looks at the state, and a coin says after which
hours it writes a record, so that whatever else the machine does hits hours with and without one alike. Nothing waits
for a record but the next one. What a record adds to its own hour and to the one after it, in which it is computed and
written, is found by least squares, less the noise that an hour shares with the last; hours five times as far from the
median one as the median of them do not count. One row for each backend: that sum over an hour without any, of wall time
and of processor time of all threads, and between which figures 95 of 100 sums lie where blocks of ten hours are drawn
anew. The first hours, which compile, do not count.

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
DRAWN, LIKELY = 1000, (2.5, 97.5)  # sums drawn anew, and the percentiles of them that are printed
PARTS = 24  # times that each part is measured
LAGS, BLOCK, FAR = 2, 10, 5.0  # hours that a record may cost; hours drawn together; times the median distance


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

    def hour(self, writing):
        """An hour, and a record at its end or none: wall and processor time [s]."""
        wall, processor = time.perf_counter(), time.process_time()
        self.state = self.recording.advance(self.state, self.run.config.calls_per_record)
        if not is_sound(self.state.dynamics):
            raise ValueError("the run that is measured blew up")
        self.calls += self.run.config.calls_per_record
        if writing:
            self.recording.write(self.state, self.calls)
        return np.array([time.perf_counter() - wall, time.process_time() - processor])


def hours_of_a_run(options, backend, folder):
    """Whether hours (hour,) ended with a record, and what they took (hour, 2): wall and processor time [s]."""
    stream = {"file": str(Path(folder) / f"{backend}.nc"), "every_hours": 1.0, "fields": FIELDS}
    stream["precision"] = options.precision
    written = np.random.default_rng(0).random(options.hours) < 0.5
    with ExitStack() as held:
        run = Marching(configuration(options, backend, [stream]), held)
        for _ in range(3):
            run.hour(True)
        return written, np.array([run.hour(writing) for writing in written])


def steadied(written, took):
    """Terms (hour, 1 + LAGS) of what an hour takes, and what it took, less what an hour's noise shares with the last.

    The terms are 1, and whether a record was written after it and after the hours before it.
    """
    terms = np.stack([np.ones(len(took)), *(np.roll(written, lag) for lag in range(LAGS))], axis=1)
    terms[:LAGS, 1:] = 1.0  # the first hours were written
    noise = took - terms @ np.linalg.lstsq(terms, took)[0]
    alike = noise[1:] @ noise[:-1] / (noise @ noise)
    terms, took = terms[1:] - alike * terms[:-1], took[1:] - alike * took[:-1]
    apart = abs(took - np.median(took))
    usual = apart < FAR * np.median(apart)
    return terms[usual], took[usual]


def share(terms, took):
    """The sum of what a record adds, by least squares, over the time without."""
    found = np.linalg.lstsq(terms, took)[0]
    return found[1:].sum() / found[0]


def row(written, took):
    """That share in percent, and where shares of blocks of hours drawn anew lie."""
    terms, took = steadied(written, took)
    blocks = np.arange(len(took) // BLOCK * BLOCK).reshape(-1, BLOCK)
    rng = np.random.default_rng(1)
    drawn = (blocks[rng.integers(0, len(blocks), len(blocks))].ravel() for _ in range(DRAWN))
    low, high = np.percentile([share(terms[hours], took[hours]) for hours in drawn], LIKELY)
    return f"{100.0 * share(terms, took):.1f} % ({100.0 * low:.1f} to {100.0 * high:.1f})"


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
    seen = processor_time(lambda: to_numpy(stream.seen.on_columns(run.dycore, run.state, node)), PARTS)
    written = processor_time(write, PARTS)
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
    parser.add_argument("--hours", type=int, default=600)
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
            written, took = hours_of_a_run(options, backend, folder)
            wall, processor = (row(written, took[:, n]) for n in range(2))
            print(f"{backend}: ten fields every hour: {wall} of wall time, {processor} of processor time")
            hour = 1e3 * np.median(took[:, 0])
            print(f"{backend}: an hour: {hour:.0f} ms; {written.sum()} records in {len(took)} hours")


if __name__ == "__main__":
    main()
