"""Who is to blame: the first savepoint whose teacher-forced R is too large, and what its difference looks like."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ..guessing.fits import EXPLAINED, NEARLY, multiple
from ..guessing.patterns import confined, pattern
from ..judging.compare import DIFFERENT
from ..judging.comparison import LIMITS
from .savepoint import Finding, Inspection

LIMIT = LIMITS["r_point"]


@dataclass(frozen=True)
class Blame:
    """The culprit and what its difference looks like; empty looks where nothing fits."""

    finding: Finding
    looks: str

    @property
    def sentence(self) -> str:
        """Where the culprit is, how large the difference, what it looks like."""
        visit, judgement = self.finding.visit, self.finding.judgement
        where = _where(self.finding.worst)
        below = "every savepoint below it holds on the same inputs"
        text = (
            f"Culprit: step {visit.step}, {visit.stage}, {visit.savepoint.title} ({visit.savepoint.name}), "
            f"field {judgement.field}: R = {self.finding.r_forced:.3g} fed with the reference's inputs, "
            f"|difference| {judgement.max_abs_error or np.nan:.3g} of {judgement.scale or np.nan:.3g}; "
            f"{where}; {below}."
        )
        return text + (f" It looks like this: {self.looks}." if self.looks else "")


def _where(worst: dict | None) -> str:
    if not worst or worst["elem"] is None:
        return "no single point"
    at = f"worst at element {worst['elem']}, i {worst['i']}, j {worst['j']}, level {worst['lev']}"
    return at + (f" ({worst['lat']:.1f} N, {worst['lon']:.1f} E, {worst['node_class']})" if worst["node_class"] else "")


def culprit(findings: Iterable[Finding]) -> Finding | None:
    """The first that does not hold when it is fed with the reference's inputs."""
    return next((f for f in findings if not f.ok), None)


def acquittal(findings: list[Finding]) -> str:
    """The sentence for a walk without a culprit."""
    forced = max(findings, key=lambda f: f.r_forced)
    free = max(findings, key=lambda f: np.nan_to_num(f.r_free))
    text = (
        f"No culprit: all {len({f.visit.savepoint.name for f in findings})} savepoints hold on the reference's inputs "
        f"in {len(findings)} visits; largest R {forced.r_forced:.3g} at step {forced.visit.step}, "
        f"{forced.visit.stage}, {forced.visit.savepoint.name}."
    )
    if free.r_free > LIMIT:
        text += (
            f" The port's own run is {free.r_free:.3g} times the spread of the reference's at step {free.visit.step}, "
            f"{free.visit.stage}, {free.visit.savepoint.name}: amplification of round-off, not a defect."
        )
    return text


def blame(finding: Finding, inspection: Inspection) -> Blame:
    """The culprit with what the difference of each of its wrong fields looks like."""
    wrong = [j.field for j in finding.judgements if j.verdict == DIFFERENT]
    parts = _parts(finding, inspection) if wrong else {}
    looks = {}
    for name in wrong:
        if name in finding.outputs and finding.outputs[name].shape == finding.reference[name].shape:
            got, expected = (np.asarray(f[name], float) for f in (finding.outputs, finding.reference))
            looks[name] = _looks(got, expected, parts.get(name, {}))
    same = {text: [n for n, t in looks.items() if t == text] for text in looks.values() if text}
    return Blame(finding, "; ".join(f"{', '.join(names)}: {text}" for text, names in same.items()))


def _parts(finding: Finding, inspection: Inspection) -> dict:
    visit = finding.visit
    if visit.savepoint.parts is None:
        return {}
    return visit.savepoint.parts(dict(visit.x), inspection.fortran.fortran, visit.settings)


def _looks(got: np.ndarray, expected: np.ndarray, parts: dict[str, np.ndarray]) -> str:
    """The most telling description that fits; empty if none does."""
    difference = got - expected
    exact = multiple(difference, parts, EXPLAINED) or pattern(got, expected)
    return exact or multiple(difference, parts, NEARLY) or confined(difference)
