"""What commands with verdicts share: the configurations asked for, results that come while one watches, how it ends."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..errors import LONGEST, BadInput, brief
from ..judging import verify
from ..judging.compare import NOT_RUN
from ..judging.results import Result
from ..report.material import Material
from ..report.progress import Progress
from ..report.publish import publish
from ..running.configurations import DEFAULT, Configuration, configuration

BAD_INPUT = 2
MOST_SAID = 3  # records that cannot be used, in the terminal


def chosen_configurations(options: argparse.Namespace, usual: Iterable[str] = DEFAULT) -> list[Configuration]:
    """The configurations asked for, or the usual ones; builds of reference_fortran are what these commands judge by."""
    return [_of_pysces(options.name, name) for name in options.config or usual]


def _of_pysces(command: str, name: str) -> Configuration:
    one = configuration(name)
    if one.side == "fortran":
        remedy = "golden judges r8_strict unasked, and perf times r8_fast"
        raise BadInput(f"{name} is a build of reference_fortran, no configuration that {command} judges; {remedy}.")
    return one


def followed(options: argparse.Namespace, checks: list, mutation: bool = False, **more: Any) -> list[Result]:
    """Verdicts on pysces in the chosen configurations; what takes long says how far it is."""
    progress = Progress(options.name)
    results = verify.verify(checks, chosen_configurations(options), mutation, progress, **more)
    progress.end()
    return results


def finish(options: argparse.Namespace, results: list, refused: Mapping[Path, str] | None = None) -> int:
    """Reports and exit status of a list of results; records that cannot be used are NOT-RUN beside the others.

    Status 2 if all others hold: what was wrong is the input.
    """
    results += [_row(path, said) for path, said in (refused or {}).items()]
    status = publish(options, Material(results))
    unusable = list(dict.fromkeys(r.reason for r in results if r.unusable))
    for reason in unusable[:MOST_SAID]:
        print(f"pysces-verify: {brief(reason, LONGEST)}", file=sys.stderr)
    if len(unusable) > MOST_SAID:
        print(
            f"pysces-verify: {len(unusable) - MOST_SAID} more records cannot be used; --json lists them.",
            file=sys.stderr,
        )
    return BAD_INPUT if unusable and all(r.ok or r.unusable for r in results) else status


def _row(path: Path, said: str) -> Result:
    """The result of a record that cannot be used."""
    reason = said if said.startswith(str(path)) else f"{path}: {said}"
    return Result(
        "unusable",
        path.stem,
        "port",
        reference="golden",
        configuration="record",
        mesh="golden",
        producer=path.parent.name,
        verdict=NOT_RUN,
        reason=reason,
        source=str(path),
    )
