"""The command ``pysces climate``: the jets and temperatures of a Held-Suarez run."""

from __future__ import annotations

import argparse
import json
import sys


def add_climate(parser: argparse.ArgumentParser) -> None:
    """The words of the command."""
    parser.add_argument("history", help="NetCDF file written by pysces run")
    parser.add_argument("--after", type=float, default=0.0, metavar="DAY", help="leave out the spin-up until this day")
    parser.set_defaults(command=_climate)


def _climate(options: argparse.Namespace) -> int:
    from ..diagnostics.zonal import held_suarez_report, zonal_climate

    _check_held_suarez(options.history)
    print(held_suarez_report(zonal_climate(options.history, options.after)))
    return 0


def _check_held_suarez(history: str) -> None:
    """Refuse a history whose run was neither started nor forced as Held and Suarez say."""
    from ..io.history import history_head

    try:
        config = json.loads(history_head(history)[0].attributes["config"])
        case, suite = config["case"]["name"], config.get("physics", {}).get("suite", "none")
    except (KeyError, TypeError, json.JSONDecodeError):
        raise ValueError(f"{history} does not say its configuration; give a history written by pysces run.") from None
    if "held_suarez" not in (case, suite):
        raise ValueError(
            f"{history} is of case {case!r} with suite {suite!r}, found no 'held_suarez'; give a history of "
            "`pysces run --case held_suarez --set physics.suite=held_suarez`."
        )
    if suite != "held_suarez":
        print(f"pysces: the run has suite {suite!r}, so its climate is not that of Held and Suarez.", file=sys.stderr)
