"""``pysces-verify run --seeds N``: how often checks alarm that should not."""

from __future__ import annotations

import argparse

from ..errors import BadInput
from ..judging import plan
from ..judging.compare import NOT_RUN
from ..judging.results import Result
from .verdicts import finish, followed


def run(options: argparse.Namespace, names: list[str]) -> int:
    """Every check of the named kernels with so many seeds; what alarms of a port that is right is a false alarm.

    A kernel's seeds go together, so that it is compiled once.
    """
    if options.port is not None:
        raise BadInput("--seeds is for pysces; leave --port out, or --seeds.")
    results: list[Result] = []
    for name in names:
        results += followed(options, plan.seeded_checks(name, options.seeds))
    status = finish(options, results)
    said, alarms = counted(results)
    print(f"{options.seeds} seeds: {alarms} of {said} checks alarm, {100.0 * alarms / max(said, 1):.2f} %")
    return status


def counted(results: list[Result]) -> tuple[int, int]:
    """(checks that came to a verdict, those that alarm)."""
    judged_ones = [r for r in results if r.verdict != NOT_RUN]
    return len(judged_ones), sum(not r.ok for r in judged_ones)
