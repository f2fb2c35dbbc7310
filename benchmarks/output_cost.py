"""What streams cost: wall time of a run that writes ten fields every hour over that of the same run without them.

python benchmarks/output_cost.py --backend numpy jax --ne 8 --nlev 30 --pairs 12

Both runs live in one process and march by turns, six hours each, so that other processes beside them hit both alike.
One row for each backend: the median over pairs of (with - without) / without, of wall time and of processor time of all
threads; the first pair, which compiles, does not count.

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

from pysces.arrays.backend import to_numpy
from pysces.config.presets import preset
from pysces.driver.kept_memory import keep_freed_memory
from pysces.driver.request import levels_of_nlev
from pysces.driver.simulation import march, simulation
from pysces.driver.stream_files import StreamFile
from pysces.driver.streams import Recording

FIELDS = ["PS", "T", "U", "V", "OMEGA", "Z3", "TH", "VOR", "DIV", "PMID"]
HOURS = 6.0  # between looks at a run


def configuration(options, backend, stream):
    """A dry baroclinic wave with the step that a run chooses for its mesh."""
    vertical = {name: value for (_, name), value in levels_of_nlev(options.nlev).items()}
    config = preset("theta_l").with_options(ne=options.ne, ndays=1e3, every_hours=HOURS, backend=backend)
    return config.with_table({"vertical": vertical, "output": {"stream": stream}})


def marching(config, held):
    """An iterator that marches six hours with every step."""
    run = simulation(config)
    recording = Recording(run, None)
    recording.open(None, held)
    return march(run, recording=recording)


def seconds(marching_run):
    """Wall and processor time of the next six hours."""
    wall, processor = time.perf_counter(), time.process_time()
    next(marching_run)
    return time.perf_counter() - wall, time.process_time() - processor


def shares(options, backend, folder):
    """(wall, processor) of every pair: what streams take, as a share of the run without them."""
    stream = {"file": str(Path(folder) / f"{backend}.nc"), "every_hours": 1.0, "fields": FIELDS}
    stream["precision"] = options.precision
    with ExitStack() as held:
        plain, writing = (marching(configuration(options, backend, s), held) for s in ([], [stream]))
        next(plain), next(writing)
        found = []
        for pair in range(options.pairs + 1):
            first, second = (plain, writing) if pair % 2 else (writing, plain)
            took = {id(run): seconds(run) for run in (first, second)}
            without, with_streams = took[id(plain)], took[id(writing)]
            found.append(([(b - a) / a for a, b in zip(without, with_streams)], without))
            print(f"  {backend} pair {pair}: {found[-1]}", flush=True)
    return found[1:]


def parts(options, backend, folder):
    """Milliseconds of processor time: an hour of the run, computing the fields of a record, writing it."""
    stream = {"file": str(Path(folder) / f"{backend}.nc"), "every_hours": 1.0, "fields": FIELDS}
    run = simulation(configuration(options, backend, [stream | {"precision": options.precision}]))
    (stream,) = run.streams
    file, calls = StreamFile(run, stream), itertools.count(0, stream.records.every)
    whole = to_numpy(stream.seen.observed(run.dycore, run.state))

    def write():
        file.write(next(calls), lambda: whole, None)
        file.settle()

    hour = processor_time(lambda: to_numpy(run.dycore.run(run.state, stream.records.every)), 8)
    seen = processor_time(lambda: to_numpy(stream.seen.observed(run.dycore, run.state)), 2 * options.pairs)
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
    parser.add_argument("--pairs", type=int, default=8)
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
            rows, times = zip(*shares(options, backend, folder))
            wall, processor = (100.0 * statistics.median(row[k] for row in rows) for k in (0, 1))
            of_run = statistics.median(t[0] for t in times)
            print(
                f"{backend}: streams take {wall:.1f} % of wall time and {processor:.1f} % of processor time "
                f"({HOURS:g} hours of the run alone: {of_run:.3g} s)"
            )


if __name__ == "__main__":
    main()
