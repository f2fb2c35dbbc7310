"""A page about somebody else's port: what agrees, what is DIFFERENT and what that looks like, what is not offered.

``python -m pysces_harness.foreign MODULE:NAME [--package NAME] [-o PAGE.md]`` judges every kernel of the port on
generated inputs and on the records of test_data. A dict NOTES in the module, {kernel: text}, adds what somebody found
by reading the source; the page keeps it apart from what the harness says.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ..errors import printable
from ..judging import plan
from ..judging.compare import DIFFERENT, NOT_OFFERED, VACUOUS
from ..judging.guess import LOOKS
from ..judging.results import Result
from ..kernels.catalogue import registry
from . import options as foreign
from .explain import records_of
from .port import parts


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge a port and write its page; 0 whatever the verdicts are."""
    parser = argparse.ArgumentParser(prog="python -m pysces_harness.foreign", description=__doc__.splitlines()[0])
    parser.add_argument("port", metavar="MODULE:NAME", help="a dict {kernel: function}")
    parser.add_argument("--package", default="", help="the package whose version stands in the title")
    parser.add_argument("-o", "--page", type=Path, metavar="FILE", help="where to write it; default: the terminal")
    chosen = parser.parse_args(arguments)
    results = judged(chosen.port)
    notes = getattr(importlib.import_module(parts(chosen.port)[0]), "NOTES", {})
    text = page(results, chosen.port, chosen.package, notes)
    if chosen.page:
        chosen.page.write_text(text)
    else:
        print(text)
    return 0


def judged(where: str) -> list[Result]:
    """The verdicts on every kernel of a dict of functions, live and by records, whole runs left out."""
    asked = argparse.Namespace(port=where, precision=64, case=[], output=[])
    offered = foreign.offered(asked) or []
    checks = plan.live_checks(name for name in offered if registry()[name].cases)
    records = [path for name in offered for path in records_of(name)]
    checks += plan.golden_checks(records) if records else []
    lacking = [kernel.name for kernel in registry().values() if kernel.name not in offered and not kernel.long]
    return [r for r in foreign.judged(asked, checks, lacking) if r.side == "port"]


def page(results: list[Result], where: str, package: str, notes: Mapping[str, str]) -> str:
    """The page as text."""
    version = f" {importlib.metadata.version(package)}" if package else ""
    wrong = [r for r in results if r.verdict in (DIFFERENT, VACUOUS)]
    lines = [
        f"# {package or where}{version}, verified",
        "",
        f"Written by `python -m pysces_harness.foreign {where}{f' --package {package}' if package else ''} -o ...`;",
        "do not edit. The port is judged on generated inputs, by our Fortran, and on numbers of the real HOMME and",
        "CAM-SE (golden). R is an error over the reference's own round-off: 1 is honest, above 3 over a field is not.",
        "The harness fits what a difference *looks like* and knows nothing about the port's source; how that",
        "works: [harness_for_your_port.md](../verify/harness_for_your_port.md#reading-a-different).",
        "",
        f"**{_counted(results)}.**",
        "",
        "## What agrees",
        "",
        "| kernel | checks that hold | largest error / scale | largest R |",
        "|---|---|---|---|",
        *_agreeing(results),
        "",
        "## What is different",
        "",
        *(_different(wrong, where, notes) if wrong else ["Nothing."]),
        "",
        "## What is not offered",
        "",
        "These adapters leave it out, whether or not the port behind them has it.",
        "",
        *_not_offered(results),
    ]
    return "\n".join(lines) + "\n"


def _counted(results: list[Result]) -> str:
    verdicts = dict.fromkeys(r.verdict for r in results)
    return f"{len(results)} checks: " + ", ".join(f"{sum(r.verdict == v for r in results)} {v}" for v in verdicts)


def _agreeing(results: list[Result]) -> Iterator[str]:
    for kernel in dict.fromkeys(r.kernel for r in results):
        holds = [r for r in results if r.kernel == kernel and r.ok and r.verdict != NOT_OFFERED]
        done = [r for r in results if r.kernel == kernel and r.verdict != NOT_OFFERED]
        if holds:
            errors = [r.max_abs_error / r.scale for r in holds if r.max_abs_error is not None and r.scale]
            ratios = [r.r_global for r in holds if r.r_global is not None]
            cells = (f"{max(errors, default=0.0):.0e}", f"{max(ratios, default=0.0):.2g}")
            yield f"| `{kernel}` | {len(holds)} of {len(done)} | {' | '.join(cells)} |"


def _different(wrong: list[Result], where: str, notes: Mapping[str, str]) -> Iterator[str]:
    for kernel in dict.fromkeys(r.kernel for r in wrong):
        mine = [r for r in wrong if r.kernel == kernel]
        yield f"### {kernel}"
        yield ""
        yield "| against | case | error / scale | R | looks like |"
        yield "|---|---|---|---|---|"
        for r in mine:
            against = f"golden, {r.producer}" if r.reference == "golden" else "Fortran"
            error = "" if r.max_abs_error is None or not r.scale else f"{r.max_abs_error / r.scale:.1e}"
            ratio = "" if r.r_global is None else f"{r.r_global:.1e}"
            yield f"| {against} | {r.case} | {error} | {ratio} | {_cell(_looks(r))} |"
        if kernel in notes:
            yield f"\nFrom reading the source, not from the harness: {notes[kernel]}"
        case = mine[0].case
        if mine[0].reference != "golden":
            yield f"\nAgain: `pysces-verify run {kernel} --port {where} --case {case} --report page`."
        yield ""


def _looks(r: Result) -> str:
    """What it looks like; else the verdict's own reason, which says how large R is."""
    _, found, looks = r.reason.partition(LOOKS)
    return looks if found else f"no familiar mistake ({r.reason})"


def _cell(text: str) -> str:
    return printable(" ".join(text.split())).replace("|", "\\|").replace("<", "&lt;")


def _not_offered(results: list[Result]) -> Iterator[str]:
    reasons: dict[str, dict[str, None]] = {}
    outputs: dict[str, dict[str, None]] = {}
    for r in results:
        if r.verdict == NOT_OFFERED:
            name = f"`{r.kernel}`" if r.case == "all" else f"`{r.kernel}` {r.case}"
            reasons.setdefault(r.reason, {}).update({name: None})
        lacking = {f["field"]: None for f in r.fields if f["verdict"] == NOT_OFFERED}
        outputs.setdefault(r.kernel, {}).update(lacking)
    for reason, names in reasons.items():
        yield f"* {_cell(reason)}: {', '.join(names)}"
    for kernel, fields in outputs.items():
        if fields:
            yield f"* outputs of `{kernel}` that it does not return: {', '.join(fields)}"
