"""``pysces-verify gradient``: whether derivatives of whole runs are slopes, and the same in both modes."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from ..errors import BadInput
from ..guards import targets
from ..judging.results import finite
from ..report import gradients
from ..whole_runs.gradient.check import Cell
from ..whole_runs.gradient.parameters import numbers
from .gradient_tasks import own_suite, results, tasks


def arguments(parser: argparse.ArgumentParser) -> None:
    """What ``gradient`` takes beside the common options."""
    parser.add_argument("--ne", type=int, default=2, help="elements along a cube edge (default: 2)")
    parser.add_argument(
        "--jobs", type=int, default=1, help="configurations at a time, each in its own process (default: 1)"
    )
    parser.add_argument(
        "--suite",
        metavar="MODULE:NAME",
        help="your own physics or network in place of the configurations' (air models)",
    )


def run(options: argparse.Namespace) -> int:
    """Check derivatives of small runs by every parameter: slopes, forward against reverse; --deep: all runs."""
    if not 2 <= options.ne <= 8:
        raise BadInput(f"gradient takes --ne of 2 to 8, found {options.ne}.")
    work = tasks(options.words, options.deep, options.ne, options.suite or "")
    if options.suite:
        if not numbers(own_suite(options.suite)):
            print(
                f"{options.suite} shows no numbers of its own, so there is no row for the parameter suite; "
                "a @pytree class shows its fields.",
                flush=True,
            )
    print(f"{'model':14s}{'configuration':26s}{'parameter':15s}{'slope':>7s}{'dot':>9s}  verdict", flush=True)
    found: list[Cell] = []
    for cell in results(work, options.jobs):
        found.append(cell)
        print(_line(cell), flush=True)
        if options.json and not _at_the_end(options.json):  # so that cells stay when the run is stopped
            _write(options.json, found)
    red = sum(not cell.ok for cell in found)
    print(f"{gradients.markdown(_rows(found))}\n\n{len(found)} cells, {red} red")
    if options.json:
        _write(options.json, found)
    return 1 if red or not found else 0


def _rows(found: list[Cell]) -> list[dict]:
    return finite([asdict(cell) for cell in found])


def _at_the_end(path: Path) -> bool:
    """Whether a second text would follow the first one: on devices and pipes."""
    return path.exists() and not path.is_file()


def _write(path: Path, found: list[Cell]) -> None:
    targets.text(path, json.dumps(_rows(found), indent=1))


def _line(cell: Cell) -> str:
    slope = "-" if cell.slope is None else f"{cell.slope:.2f}"
    said = ("ok" if cell.ok else "RED") + (f": {cell.reason}" if cell.reason else "")
    return f"{cell.model:14s}{cell.configuration:26s}{cell.parameter:15s}{slope:>7s}{cell.dot:9.1e}  {said}"
