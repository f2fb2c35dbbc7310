"""``pysces-verify golden``, ``run``, ``matrix``, ``spread`` and ``mutate``: the commands that judge kernels."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..errors import BadInput
from ..foreign import options as foreign
from ..golden import convert as golden_convert
from ..golden import store
from ..guards import targets
from ..judging import detection, plan, sample, verify
from ..judging.levels import SIZE, Blind
from ..judging.results import Result
from ..kernels import operators
from ..kernels.catalogue import lookup, registry
from ..report import smallest_defects as document
from ..report import terminal
from ..report.material import Material
from ..report.progress import Progress
from ..report.publish import publish
from ..running.configurations import CONFIGURATIONS, with_serial
from . import many_seeds
from .verdicts import chosen_configurations, finish, followed

OPERATORS = tuple(kernel.name for kernel in operators.KERNELS)


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
        return many_seeds.run(options, names)
    offered = foreign.offered(options)
    lacking = [] if offered is None else [name for name in names if name not in offered]
    checks = plan.live_checks(name for name in names if name not in lacking) if len(lacking) < len(names) else []
    return judged(options, checks, lacking=lacking)


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


def matrix_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``matrix`` takes beside the common options."""
    parser.add_argument(
        "--sample",
        action="store_true",
        help="judge only what the main job has time for; the report names what is left to --deep",
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
    chosen = chosen_configurations(options, sample.MAIN_JOB if options.sample else CONFIGURATIONS)
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
    rows, numbers = detection.by_kernel(results), detection.by_number(results)
    if options.document:
        before = options.document.read_text(errors="replace") if options.document.is_file() else ""
        targets.text(options.document, document.page(rows, numbers, before, list(registry())))
    if options.json:
        targets.text(options.json, json.dumps([*rows, *numbers], indent=1))
    terminal.detection(rows)
    terminal.weaknesses([*detection.weaknesses(results), *detection.weak_numbers(numbers)])
    options.json = None  # written: it holds kernels, the other files hold every check
    return publish(options, Material(results, detection=rows))


def run_spread(options: argparse.Namespace) -> int:
    """The round-off of the reference: R of every check, largest first."""
    results = followed(options, plan.live_checks(options.words))
    results.sort(key=lambda r: -(r.r_point or 0.0))
    options.all = True
    return finish(options, results)
