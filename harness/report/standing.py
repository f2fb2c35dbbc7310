"""Whether everything holds that should: the title of the page, the exit status, and what fails beside the checks."""

from __future__ import annotations

from dataclasses import dataclass

from ..judging.compare import DIFFERENT, NOT_OFFERED
from ..judging.compare import NOT_RUN as NO_VERDICT
from . import growth
from .material import Material
from .steps import NOT_RUN, SKIPPED

WRONG = ("DIFFERENT", "VACUOUS", "NOT-RUN")


@dataclass(frozen=True)
class Failure:
    """Something that does not hold and is no check of a kernel."""

    what: str
    verdict: str
    reason: str


def compared(material: Material) -> bool:
    """Whether anything was compared at all."""
    if material.results and not any(r.compared.get("points") for r in material.results):
        return False
    m = material
    return any((m.results, m.cases, m.growth, m.conservation, m.gradients, m.perf, m.scaling, m.located, m.detection))


def failing(material: Material) -> bool:
    """Whether anything does not hold, was not run without excuse, or cannot be vouched for."""
    steps = any(step.state == NOT_RUN for step in material.steps)
    return steps or bool(material.problems or beside(material)) or not all(r.ok for r in material.results)


def beside(material: Material) -> list[Failure]:
    """What does not hold in whole runs, timings, masses and walks."""
    found = [
        Failure(f"{row['kernel']}, {row.get('case', '')}, {row['configuration']}, day {row['day']:g}", DIFFERENT, "")
        for row in material.cases
        if row["verdict"] in WRONG
    ]
    found += [
        Failure(f"growth of {row['field']}, {row['configuration']}", row["verdict"], row["reason"])
        for row in material.growth
        if row["verdict"] in WRONG
    ]
    found += [
        Failure(f"mass in {row['configuration']}, ne{row['ne']}, day {row['day']:g}", DIFFERENT, "it is not conserved")
        for row in material.conservation
        if not growth.conserved(row)
    ]
    found += [
        Failure(f"gradient of {row['model']}, {row['configuration']}, by {row['parameter']}", DIFFERENT, row["reason"])
        for row in material.gradients
        if not row["ok"]
    ]
    found += [
        Failure(f"{row['kernel']}, timed in {row['configuration']}", DIFFERENT, "the timed results differ")
        for row in material.perf
        if not row["agrees"]
    ]
    walks = [walk for walk in material.located if walk["culprit"]]
    return found + [Failure(f"walk of {w['configuration']}", DIFFERENT, w["sentence"]) for w in walks]


def title(material: Material) -> str:
    """The verdict on everything, in one line; "All ... hold" only where all that was planned was done."""
    results, missing = material.results, _steps(material, NOT_RUN, "did not run")
    others = len(beside(material)) + len(material.problems)
    failed = sum(not r.ok for r in results)
    parts = [f"{failed} of {len(results):,} checks do not hold"] if failed else []
    parts += [f"{others} {'other result does' if others == 1 else 'other results do'} not hold"] if others else []
    if parts or missing:
        return "; ".join([*parts, *missing])
    return _good(material)


def _good(material: Material) -> str:
    results = material.results
    if not compared(material):
        return "Nothing was compared"
    excused = sum(r.verdict == NO_VERDICT for r in results)
    lacking = sum(r.verdict == NOT_OFFERED for r in results)
    left = [f"{excused} were excused"] if excused else []
    left += [f"{lacking} are not offered"] if lacking else []
    left += _steps(material, SKIPPED, "left out")
    if not results:
        return "; ".join(["Measurements", *left])
    done = len(results) - excused - lacking
    head = f"All {len(results):,} checks hold" if not left else f"{done:,} checks were run and hold"
    return "; ".join([head, *left])


def _steps(material: Material, state: str, words: str) -> list[str]:
    names = [step.name for step in material.steps if step.state == state]
    counted = f"{len(names)} of {len(material.steps)} step{'s' if len(material.steps) > 1 else ''} {words}"
    return [counted] if names else []
