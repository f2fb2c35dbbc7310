"""``pysces-verify golden``, ``run``, ``matrix``, ``spread`` and ``mutate``: the commands that judge kernels."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import LONGEST, BadInput, brief
from ..foreign import options as foreign
from ..golden import convert as golden_convert
from ..golden import store
from ..guards import targets
from ..inputs import seeds
from ..judging import detection, plan, sample, verify
from ..judging.compare import NOT_RUN
from ..judging.levels import SIZE, Blind
from ..judging.results import Result
from ..kernels import operators
from ..kernels.catalogue import lookup, registry
from ..report import smallest_defects as document
from ..report import terminal
from ..report.material import Material
from ..report.progress import Progress
from ..report.publish import publish
from ..running.configurations import CONFIGURATIONS, DEFAULT, Configuration, configuration, with_serial

BAD_INPUT = 2
OPERATORS = tuple(kernel.name for kernel in operators.KERNELS)
MOST_SAID = 3  # records that cannot be used, in the terminal


def chosen_configurations(options: argparse.Namespace) -> list[Configuration]:
    """The configurations asked for; Fortran builds are sides of their own and not ports."""
    return [configuration(name) for name in options.config or DEFAULT]


def golden_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``golden`` takes beside the common options."""
    foreign.arguments(parser)
    golden_convert.arguments(parser)
    parser.add_argument(
        "--levels",
        type=float,
        nargs="?",
        const=SIZE,
        metavar="SIZE",
        help=f"take each level of each output times 1 + SIZE ({SIZE:g}) and list those that are not noticed",
    )


def mutate_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``mutate`` takes beside the common options."""
    parser.add_argument("--document", type=Path, metavar="FILE", help="the page docs/evidence/smallest_defects.md")


def live_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``run`` takes beside the common options."""
    foreign.arguments(parser)
    parser.add_argument(
        "--seeds", type=int, metavar="N", help="seeds 1 to N of inputs and ensembles, and how often they alarm"
    )


def run_golden(options: argparse.Namespace) -> int:
    """Golden records against pysces and reference_fortran; ``golden add PATH...`` takes records into test_data;
    ``golden convert FILE --mapping FILE -o FILE`` makes a record of your own run's output."""
    if options.words[:1] == ["convert"]:
        return golden_convert.run(options)
    foreign.refuse(options)
    for name in ("mapping", "overwrite"):
        if getattr(options, name) and not (name == "overwrite" and options.words[:1] == ["add"]):
            raise BadInput(f"--{name} belongs to golden convert; leave it out.")
    if options.words[:1] == ["add"]:
        if not options.words[1:]:
            raise BadInput("golden add needs the path of at least one record.")
        for path in store.add(options.words[1:], options.overwrite):
            print(path)
        return 0
    refused: dict[Path, str] = {}
    return judged(options, plan.golden_checks(options.words, options.deep, refused), refused)


def run_live(options: argparse.Namespace) -> int:
    """pysces, or your --port, against live Fortran on generated inputs."""
    names = [kernel.name for kernel in map(lookup, options.words)] or [k.name for k in registry().values() if k.cases]
    if options.seeds:
        return _run_seeds(options, names)
    offered = foreign.offered(options)
    lacking = [] if offered is None else [name for name in names if name not in offered]
    checks = plan.live_checks(name for name in names if name not in lacking) if len(lacking) < len(names) else []
    return judged(options, checks, lacking=lacking)


def _run_seeds(options: argparse.Namespace, names: list[str]) -> int:
    """Every check with so many seeds; what alarms of a port that is right is a false alarm."""
    if options.port is not None:
        raise BadInput("--seeds is for pysces; leave --port out, or --seeds.")
    results = []
    for seed in range(1, options.seeds + 1):
        seeds.use(seed)
        found = verify.verify(plan.live_checks(names), chosen_configurations(options))
        results += [replace(r, case=f"{r.case}, seed {seed}") for r in found]
    status = finish(options, results)
    judged_ones = [r for r in results if r.verdict != NOT_RUN]
    alarms = sum(not r.ok for r in judged_ones)
    share = 100.0 * alarms / max(len(judged_ones), 1)
    print(f"{options.seeds} seeds: {alarms} of {len(judged_ones)} checks alarm, {share:.2f} %")
    return status


def judged(
    options: argparse.Namespace, checks: list, refused: Mapping[Path, str] | None = None, lacking: Sequence[str] = ()
) -> int:
    """Verdicts on pysces in the chosen configurations, or on functions of the user's (--port).

    lacking : kernels that these do not have.
    """
    foreign.refuse(options)
    if options.port is None:
        size = getattr(options, "levels", None) or 0.0
        results = followed(options, checks, levels=size)
        if size:
            _blind(results, size)
        return finish(options, results, refused)
    if refused and not checks:
        raise BadInput(next(iter(refused.values())))
    return finish(options, foreign.judged(options, checks, lacking), refused)


def followed(options: argparse.Namespace, checks: list, mutation: bool = False, **more: Any) -> list[Result]:
    """Verdicts on pysces in the chosen configurations; what takes long says how far it is."""
    progress = Progress(options.name)
    results = verify.verify(checks, chosen_configurations(options), mutation, progress, **more)
    progress.end()
    return results


def matrix_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``matrix`` takes beside the common options."""
    parser.add_argument(
        "--sample", action="store_true", help="what the main job has time for; the report names what is left to --deep"
    )


def _blind(results: list[Result], size: float) -> None:
    """The levels that may be off by a factor 1 + size, by check."""
    print(f"levels times 1 + {size:g}:")
    for r in results:
        counts = Counter(row["why"] for row in r.blind)
        for row in r.blind:
            print(f"  {r.kernel}/{r.case} ({r.configuration}) {Blind(**row)}")
        if counts:
            print(f"  {r.kernel}/{r.case} ({r.configuration}): {counts[''] or 'none'} not noticed without a reason")


def run_matrix(options: argparse.Namespace) -> int:
    """Golden and live checks of every kernel under every configuration that this machine can run.

    Meshes cut into parts are held to one process on generated inputs; on golden records too with --deep. The operators
    come first, and their verdicts are shown as soon as NumPy and Fortran have them.
    """
    if options.sample and options.deep:
        raise BadInput("--sample leaves out what --deep adds; give one of them.")
    every = sample.MAIN_JOB if options.sample else CONFIGURATIONS
    chosen = [configuration(name) for name in options.config or every]
    names = [lookup(name).name for name in options.words]
    refused: dict[Path, str] = {}
    recorded = [
        c for c in plan.golden_checks(deep=options.deep, refused=refused) if not names or c.kernel.name in names
    ]
    live = plan.live_checks(names)
    if options.sample:
        recorded, live = sample.recorded(recorded), sample.live(live)
    whole = chosen if options.deep else [c for c in with_serial(chosen) if not c.serial]
    batches = [
        (part, configurations, mutation)
        for first in (True, False)
        for checks, configurations, mutation in ((recorded, whole, False), (live, chosen, True))
        if (part := [check for check in checks if (check.kernel.name in OPERATORS) == first])
    ]
    progress = Progress("matrix", first=None if names else (OPERATORS, terminal.first))
    results = verify.verify_together(batches, progress)
    progress.end()
    climbed = [r for r in results if r.reference != "golden"]
    terminal.detection(detection.by_kernel(climbed))  # golden checks plant one gross defect only, against vacuity
    terminal.weaknesses(detection.weaknesses(climbed))
    return finish(options, results, refused)


def run_mutate(options: argparse.Namespace) -> int:
    """How small a planted defect each check notices, on generated inputs or else on golden records; whole runs with
    --deep, or when they are named."""
    every = [kernel.name for kernel in registry().values() if options.deep or kernel.cases or not kernel.long]
    names = [lookup(name).name for name in options.words] or every
    generated = [name for name in names if registry()[name].cases]
    checks = plan.live_checks(generated) if generated else []
    recorded = [name for name in names if not registry()[name].cases]
    found = plan.golden_checks(deep=options.deep or bool(options.words)) if recorded else []
    checks += [c for c in found if c.kernel.name in recorded]
    results = followed(options, checks, mutation=True, named=True)
    rows = detection.by_kernel(results)
    if options.document:
        targets.text(options.document, document.page(rows, detection.by_number(results)))
    if options.json:
        targets.text(options.json, json.dumps(rows, indent=1))
    terminal.detection(rows)
    terminal.weaknesses(detection.weaknesses(results))
    options.json = None  # written: it holds kernels, the other files hold every check
    return publish(options, Material(results, detection=rows))


def run_spread(options: argparse.Namespace) -> int:
    """The round-off of the reference: R of every check, largest first."""
    results = followed(options, plan.live_checks(options.words))
    results.sort(key=lambda r: -(r.r_point or 0.0))
    options.all = True
    return finish(options, results)


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
