"""``pysces-verify report FILE... --report DIR``: one page of everything that commands wrote with ``--json``."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from ..errors import BadInput, brief
from ..ledger import history
from .material import Material, add, load
from .publish import publish
from .standing import failing
from .steps import NOT_RUN, Step, given, planned


def arguments(parser: argparse.ArgumentParser) -> None:
    """What ``report`` takes beside the common options."""
    parser.add_argument("--plan", type=Path, metavar="FILE", help="the steps that should have run (ci/verify.sh)")


def run(options: argparse.Namespace) -> int:
    """One page of files that --json wrote, known by their content; --ledger L adds them to L and draws R over time."""
    if not options.words and options.plan is None:
        raise BadInput("report needs the path of at least one file that --json wrote.")
    if options.ledger and options.ledger.exists():
        history.read(options.ledger)
    steps = given([Path(word) for word in options.words]) + (planned(options.plan) if options.plan else [])
    material = collected(steps)
    for step in material.steps:
        if step.state == NOT_RUN:
            print(f"pysces-verify: NOT-RUN {brief(step.name)}: {brief(step.reason, 300)}", file=sys.stderr)
    return publish(options, material, tables=options.all)


def collected(steps: list[Step]) -> Material:
    """The rows of every step; one without usable rows is NOT-RUN and does not keep the others from the page."""
    material = Material()
    material.steps = [_taken(material, step) for step in steps]
    return material


def _taken(material: Material, step: Step) -> Step:
    if step.path is None:
        return step
    try:
        content, alone = load(step.path), Material()
        add(alone, step.path, content)
    except BadInput as error:
        return replace(step, state=NOT_RUN, reason=str(error))
    add(material, step.path, content)
    if step.status == "1" and not failing(alone):
        return replace(step, state=NOT_RUN, reason="it ended with status 1, though its rows hold: see its own output")
    return step
