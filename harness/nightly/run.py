"""Run a night, piece by piece, and say how it ended.

    python -m pysces_harness.nightly                             # everything; hours
    python -m pysces_harness.nightly --only seeds --only levels  # parts of it
    python -m pysces_harness.nightly --only seeds --match "theta_l*jax*"     # pieces whose names are like that
    python -m pysces_harness.nightly --hours 6                   # what can be begun in six hours
    python -m pysces_harness.nightly --pages docs/evidence       # and write the pages that its results are

What a night that was cut off had done is not done again, unless sources have changed; --fresh begins anew. At its end,
or where it is interrupted, a table says of each part how many pieces hold. Exit status 0: every piece is done and
holds; 1: one does not, or is left because time was up; 2: the input cannot be used; 130: interrupted.
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ..errors import BadInput
from . import pages
from .diary import FINISHED, Diary
from .pieces import PARTS, Piece, pieces

FOLDER = Path("results/nightly")
INTERRUPTED = 130
TABLE = "{:10s}{:>8}{:>8}{:>8}{:>10}{:>8}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit status."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except BadInput as error:
        print(f"pysces_harness.nightly: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("pysces_harness.nightly: Interrupted; the same command continues from here.", file=sys.stderr)
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pysces_harness.nightly", description=__doc__.splitlines()[0])
    parser.add_argument("--only", action="append", choices=list(PARTS), help="this part (repeatable; default: all)")
    parser.add_argument("--match", default="*", metavar="PATTERN", help="pieces whose names match, such as 'dss*'")
    parser.add_argument("--seeds", type=int, default=10, help="how many (default: %(default)s)")
    parser.add_argument("--hours", type=float, metavar="H", help="begin no piece after so long (default: do all)")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="of results (default: %(default)s)")
    parser.add_argument("--fresh", action="store_true", help="forget what was done before")
    parser.add_argument("--pages", type=Path, metavar="DIR", help="write the pages of those parts there")
    return parser


def _run(options: argparse.Namespace) -> int:
    if options.seeds < 1:
        raise BadInput(f"--seeds takes 1 or more, found {options.seeds}.")
    if options.hours is not None and not options.hours > 0:
        raise BadInput(f"--hours takes more than 0, found {options.hours:g}.")
    if options.pages and not options.pages.is_dir():
        raise BadInput(f"--pages {options.pages} is not a folder; name one that exists, such as docs/evidence.")
    wanted = pieces(options.only or list(PARTS), options.seeds, options.match)
    if not wanted:
        raise BadInput(f"--match {options.match} is the name of no piece; pieces are called as in {options.folder}.")
    diary = Diary(options.folder)
    options.folder.mkdir(parents=True, exist_ok=True)
    if not options.fresh and (stale := diary.read()):
        print(f"{stale} pieces were done with other sources; they are done again.", flush=True)
    statuses: list[int] = []
    try:
        _march(wanted, diary, statuses, options.hours)
    finally:
        _end(wanted, statuses, options)
    return 1 if any(statuses) or len(statuses) < len(wanted) else 0


def _march(wanted: Sequence[Piece], diary: Diary, statuses: list[int], hours: float | None) -> None:
    """Add the status of one piece after another, until all are done or time is up."""
    began = time.monotonic()
    for n, piece in enumerate(wanted, 1):
        late = hours is not None and time.monotonic() - began > 3600.0 * hours
        if late and shlex.join(piece.words(diary.folder)) not in diary.done:
            return
        statuses.append(_one(piece, n, wanted, diary))


def _one(piece: Piece, n: int, wanted: Sequence[Piece], diary: Diary) -> int:
    """The exit status of a piece, done now or before."""
    words = shlex.join(piece.words(diary.folder))
    if words in diary.done:
        return diary.done[words][0]
    piece.results(diary.folder).parent.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    said = piece.results(diary.folder).with_suffix(".txt")
    with open(said, "w") as file:
        status = subprocess.run(piece.words(diary.folder), stdout=file, stderr=subprocess.STDOUT).returncode
    diary.add(words, status, time.monotonic() - began)
    print(
        f"{time.strftime('%H:%M:%S')}  {n} of {len(wanted)}  {_line(piece, status, said)}{_left(n, wanted, diary)}",
        flush=True,
    )
    return status


def _line(piece: Piece, status: int, said: Path) -> str:
    how = {0: "holds", 1: f"DOES NOT HOLD: {said}"}.get(status, f"NOT DONE, status {status}: {said}")
    return f"{piece.part} {piece.name}: {how}"


def _left(n: int, wanted: Sequence[Piece], diary: Diary) -> str:
    """How long the rest takes if pieces to come take as long as those of their part did."""
    spent = {
        part: [
            diary.done[w][1]
            for p in wanted
            if p.part == part and (w := shlex.join(p.words(diary.folder))) in diary.done
        ]
        for part in PARTS
    }
    everything = [s for times in spent.values() for s in times] or [0.0]
    rest = (spent[piece.part] or everything for piece in wanted[n:])
    return f"; about {sum(sum(times) / len(times) for times in rest) / 60:.0f} min left"


def _end(wanted: Sequence[Piece], statuses: Sequence[int], options: argparse.Namespace) -> None:
    print(TABLE.format("part", "pieces", "hold", "do not", "not done", "left"))
    for part, pieces_of_part in Counter(piece.part for piece in wanted).items():
        of_part = [status for piece, status in zip(wanted, statuses) if piece.part == part]
        hold, broken = of_part.count(0), sum(status not in FINISHED for status in of_part)
        failed, left = len(of_part) - hold - broken, pieces_of_part - len(of_part)
        print(TABLE.format(part, pieces_of_part, hold, failed, broken, left))
    if left := len(wanted) - len(statuses):
        print(f"{left} of {len(wanted)} pieces are left; the same command continues from here.")
    done = [piece for piece, status in zip(wanted, statuses) if status in FINISHED]
    seeds = [p.results(options.folder) for p in done if p.part == "seeds"]
    if seeds:
        print(f"{options.seeds} seeds: {pages.rate(pages.of_seeds(seeds))}")
    for path in pages.write(options.folder, done, options.pages, options.seeds) if options.pages else []:
        print(path)
