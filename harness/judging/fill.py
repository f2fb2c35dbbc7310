"""The numbers of judgements into a result: the worst field, how much was compared, who computed each side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

import numpy as np

from ..running.configurations import CONFIGURATIONS, Configuration
from . import compare, provenance
from .compare import Judgement, Rule
from .diagnostics import diagnose
from .nodes import live_axes, place
from .plan import Check
from .results import Result


def fill(result: Result, check: Check, judgements: list[Judgement], reference: Mapping) -> None:
    """The numbers of the worst field into the result, all fields below."""
    worst = compare.worst_of(judgements)
    result.verdict, result.reason = worst.verdict, f"{worst.field}: {worst.reason}" if worst.reason else ""
    result.max_abs_error, result.scale = worst.max_abs_error, worst.scale
    for name in ("r_global", "r_level", "r_point"):
        values = [getattr(j, name) for j in judgements if getattr(j, name) is not None]
        setattr(result, name, max(values, default=None))
    counted = [(j.bitwise_fraction, j.points) for j in judgements if j.bitwise_fraction is not None]
    if counted:
        result.bitwise_fraction = sum(share * n for share, n in counted) / sum(n for _, n in counted)
    axes = _axes(check, reference)
    result.compared = compared(judgements, axes, reference)
    places = {j.field: place(j.worst_index, axes.get(j.field, ()), check.case.grid) for j in judgements}
    result.worst = places[worst.field]
    result.fields = [{**asdict(j), "worst": places[j.field]} for j in judgements]


def _axes(check: Check, reference: Mapping) -> dict[str, tuple[str, ...]]:
    return {name: check.axes.get(name) or live_axes(np.ndim(reference[name])) for name in reference}


def compared(judgements: list[Judgement], axes: Mapping, reference: Mapping) -> dict[str, int]:
    """How much was compared; times are the days of a record or its stages."""
    days = [np.shape(reference[name])[0] for name, names in axes.items() if names[:1] == ("day",)]
    stages = len({name.rpartition("/")[0] for name in reference})
    return {
        "fields": sum(j.points > 0 for j in judgements),
        "points": sum(j.points for j in judgements),
        "levels": max((j.levels for j in judgements), default=0),
        "times": max([stages, *days]),
    }


def add_diagnostics(result: Result, check: Check, outputs: Mapping, reference: Mapping, spread: Mapping | None) -> None:
    """Level profiles, ulps and worst columns of every field that could be compared and is not equal bit by bit."""
    outputs, axes = check.arranged(outputs), _axes(check, reference)
    for row in result.fields:
        name = row["field"]
        if row["bitwise_fraction"] not in (None, 1.0):
            rule = Rule(reference, spread, separate=check.separate, hollow=check.hollow(reference))
            comparison = rule.comparison(name, outputs[name])
            row["diagnostics"] = diagnose(comparison, axes[name], check.case.grid)


def provenance_of(check: Check, configuration: Configuration, device: str) -> dict[str, str]:
    """What computed each side, and where; the device where that is recorded."""
    if configuration.serial:
        reference = provenance.side(CONFIGURATIONS[configuration.serial])
    else:
        reference = check.provenance if check.reference is not None else provenance.fortran(configuration.fortran)
    found = {"side": provenance.side(configuration), "reference": reference, **provenance.machine()}
    return found | ({"device": device} if device else {})
