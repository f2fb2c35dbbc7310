"""Who is to blame: the first savepoint whose teacher-forced R is too large, and what its difference looks like."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from ..judging.compare import DIFFERENT, LIMITS
from .savepoint import Finding, Inspection

LIMIT = LIMITS["r_point"]
EXPLAINED, NEARLY = 1e-4, 0.1  # of the difference may be left over; nonlinear steps leave some
SINGLE = 2.0**-24  # half an ulp of single precision
DOUBLE = 2.0**-45  # where a factor is told from round-off


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
    exact = _multiple(difference, parts, EXPLAINED) or _pattern(got, expected)
    return exact or _multiple(difference, parts, NEARLY) or _confined(difference)


def _multiple(difference: np.ndarray, parts: dict[str, np.ndarray], tolerance: float) -> str:
    """The part of the savepoint that the difference is a multiple of."""
    fits = [(*_factor(difference, field), part) for part, field in parts.items() if np.any(field)]
    factor, left, part = min(fits, key=lambda fit: fit[1], default=(0.0, 1.0, ""))
    if not np.isfinite(left) or left > tolerance:
        return ""
    about, digits = ("", 6) if left < EXPLAINED else ("about ", 2)
    meaning = "" if part.startswith("a shift") else _meaning(factor)
    return f"the difference is {about}{factor:.{digits}g} times {part}{meaning}"


def _factor(difference: np.ndarray, part: np.ndarray) -> tuple[float, float]:
    """c of difference = c part by least squares, and the share of the difference that is left over."""
    scale = np.abs(part).max()
    unit, d = part / scale, difference / np.abs(difference).max()
    c = float((unit * d).sum() / (unit * unit).sum())
    left = float(np.linalg.norm(d - c * unit) / np.linalg.norm(d))
    return c * float(np.abs(difference).max()) / scale, left


def _meaning(factor: float) -> str:
    """What such a factor usually means."""
    for known, meaning in {-2: "its sign is wrong", -1: "it is missing", 1: "it is there twice"}.items():
        if abs(factor - known) < 1e-3:
            return f": {meaning}"
    if DOUBLE < abs(factor) <= 2 * SINGLE:
        return ": a factor of single precision"
    return ": a wrong factor"


def _pattern(got: np.ndarray, expected: np.ndarray) -> str:
    """A familiar mistake that turns the reference's field into the port's."""
    if not np.isfinite(got).all():
        return "the port holds NaN or infinity"
    factor, left = _factor(got - expected, expected) if np.any(expected) else (0.0, 1.0)
    if left < EXPLAINED:
        return f"the whole field is multiplied by 1 {factor:+.6g}{_meaning(factor)}"
    if (got > 0).all() and (expected > 0).all():
        power, left = _factor(np.log(got / expected), np.log(expected))
        if left < EXPLAINED:
            return f"the whole field is raised to the power 1 {power:+.3g}{_meaning(power)}"
    for what, candidate, inside in _candidates(expected):
        off, left = (np.abs(other[inside] - candidate[inside]).max() for other in (expected, got))
        if left < EXPLAINED * off:
            return what
    return ""


def _candidates(expected: np.ndarray) -> Iterator[tuple[str, np.ndarray, tuple]]:
    everywhere = (Ellipsis,)
    yield "the sign of the field is reversed", -expected, everywhere
    if expected.ndim >= 4 and expected.shape[-3] == expected.shape[-2]:
        yield "i and j are exchanged", np.swapaxes(expected, -3, -2), everywhere
    if expected.ndim == 5 and expected.shape[0] == 2:
        yield "eastward and northward components are exchanged", expected[::-1], everywhere
    if expected.ndim >= 4 and expected.shape[-1] > 2:
        inner = (Ellipsis, slice(1, -1))
        yield "every level holds what belongs one level above", np.roll(expected, 1, -1), inner
        yield "every level holds what belongs one level below", np.roll(expected, -1, -1), inner


def _confined(difference: np.ndarray) -> str:
    """Where a difference that nothing explains is confined to."""
    if difference.ndim < 4 or difference.shape[-3] < 3:
        return ""
    size = np.abs(difference)
    small = 1e-6 * size.max()
    if size[..., 1:-1, 1:-1, :].max() < small:
        return "only nodes on element boundaries differ: assembly, or what precedes it, at shared nodes"
    levels = [k for k in range(size.shape[-1]) if size[..., k].max() > small]
    if len(levels) < size.shape[-1] / 2:
        return f"only levels {', '.join(map(str, levels))} differ"
    return ""
