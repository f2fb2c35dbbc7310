"""What a check is held to: the reference's measured round-off, documented bounds, whether every bit is demanded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import numpy as np

from ..running.configurations import Configuration
from ..running.spread import Spread
from ..running.worker import Answer
from . import compare, known_differences, provenance
from .compare import Judgement, Rule
from .desk import Wanted
from .plan import Check

Judge = Callable[..., list[Judgement]]  # (outputs, only: a field or None)


def bounds(check: Check, configuration: Configuration, names: Iterable[str] | None = None) -> dict:
    """The documented bounds of those fields that have one."""
    return known_differences.bounds(
        (check.reference or ()) if names is None else names,
        settings=check.case.settings,
        kernels=check.kernel.name,
        producers=check.producer,
        meshes=check.mesh,
        sides=configuration.side,
        configurations=configuration.name,
    )


def spread_of(one: Wanted, answers: Mapping) -> tuple[dict | None, str]:
    """The measured spread of the configuration's precision and which side it was measured on."""
    check, configuration = one.check, one.configuration
    for name in (configuration.fortran, f"spread-numpy-f{configuration.precision}"):
        answer = answers.get(name, {}).get(one.number)
        if answer is not None and answer.spread:
            return _about(check, configuration, answer, answer.spread), name.removeprefix("spread-")
    return None, ""


def _about(check: Check, configuration: Configuration, twin: Answer, measured: Mapping[str, Spread]) -> dict:
    """The twin's spread about the reference: a single-precision twin lies beside a golden record, which is double."""
    spread = check.arranged_spread(measured)
    if check.reference is None:
        return spread
    # A record's model adds up in an order of its own: an ulp of the sum.
    sums = {
        n: np.finfo(configuration.dtype).eps * np.abs(check.reference[n]) for n in check.kernel.totals if n in spread
    }
    spread |= {n: replace(spread[n], size=np.maximum(spread[n].size, ulp)) for n, ulp in sums.items()}
    if configuration.precision == 64:
        return spread
    centre, reference = check.arranged(twin.outputs), check.reference
    return {n: replace(s, size=np.hypot(s.size, centre[n] - reference[n])) for n, s in spread.items()}


def _exact(check: Check, configuration: Configuration) -> bool:
    """Whether every bit is demanded: of parts of a mesh, and where a kernel declares it of this configuration."""
    kernel = check.kernel
    if configuration.serial:
        return True
    if configuration.name not in (*kernel.bitwise, *(("r8_strict",) if kernel.bitwise else ())):
        return False
    if check.reference is None:
        return True
    same_arithmetic = check.producer in kernel.bitwise_records and provenance.strict(check.provenance)
    return same_arithmetic and (check.mesh == "golden" or provenance.records_library())


def rule_of(check: Check, configuration: Configuration, reference: Mapping, spread: Mapping | None) -> Rule:
    """The check's own rule for outputs with the names of a reference."""
    exact = _exact(check, configuration)
    return Rule(
        reference,
        spread,
        exact,
        bounds={} if exact else bounds(check, configuration, reference),
        separate=check.separate,
        hollow={} if exact else check.hollow(reference),
        dtype=configuration.dtype,
        partial=configuration.port is not None,
    )


def judge_of(check: Check, configuration: Configuration, reference: Mapping, spread: Mapping | None) -> Judge:
    """Judges outputs by the check's own rule, all fields or only one and the totals."""
    rule = rule_of(check, configuration, reference, spread)

    def judge(outputs: Mapping[str, np.ndarray], only: str | None = None) -> list[Judgement]:
        asked = {n: a for n, a in reference.items() if only is None or n in (only, *check.kernel.totals)}
        return compare.judge(as_compared(check, outputs), replace(rule, reference=asked))

    return judge


def as_compared(check: Check, outputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Outputs as the reference has them, with the kernel's totals where it has some."""
    if not set(check.reference or check.kernel.totals).isdisjoint(check.kernel.totals):
        outputs = check.kernel.with_totals(outputs, check.case.settings, check.case.grid)
    return check.arranged(outputs)
