"""``pysces-verify assembled``: what ``pysces run`` makes of records' settings, end to end."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

from ..errors import BadInput
from ..running.configurations import Configuration, configuration
from ..whole_runs.assembled import check, live, made_up
from .verdicts import finish

CONFIGURATIONS = ("numpy-f64", "jax-cpu-f64", "mpi-2")
OF_MADE_UP = ("numpy-f64", "mpi-2")  # jax compiles each of them for longer than it runs; name it to have it


def run(options: argparse.Namespace) -> int:
    """What `pysces run` makes of records' settings, with its own mesh, constants, state, loop and files, against the
    records; made-up settings too, against live Fortran."""
    refused: dict[Path, str] = {}
    chosen, of_made_up = (_chosen(options.config or names) for names in (CONFIGURATIONS, OF_MADE_UP))
    paths = [word for word in options.words if word != made_up.WORD]
    results = [] if options.words and not paths else check.judge(_recorded(options, paths, refused), chosen)
    if made_up.WORD in options.words or not options.words:
        results += live.judge(made_up.runs(), of_made_up)
    return finish(options, results, refused)


def _recorded(options: argparse.Namespace, paths: list[str], refused: dict[Path, str]) -> list[check.Assembled]:
    """Records as runs; those that are not named end at their first outputs."""
    thorough, runs = options.deep or bool(paths), []
    for record in check.records(paths, refused):
        try:
            runs.append(check.assembled(record, thorough))
        except BadInput as error:
            refused[record.path] = str(error)
    return runs


def _chosen(names: Iterable[str]) -> list[Configuration]:
    chosen = [configuration(name) for name in names]
    for one in chosen:
        if one.side == "fortran" or one.precision != 64:
            raise BadInput(f"assembled runs pysces in double precision, found {one.name}; name such a configuration.")
    return chosen
