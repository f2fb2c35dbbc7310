"""What a port makes of planted defects: outputs to judge, a refusal in a sentence, or a crash; kept apart."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field

import numpy as np

from ..errors import BadInput, brief
from ..registry import Case, Kernel
from . import mutate
from .mutate import Defect

Evaluate = Callable[..., dict[str, np.ndarray]]  # (kernel, inputs, grid, settings)


@dataclass
class Harvest:
    """By defect: the outputs, what was said where it was refused, what was said where it ended the port otherwise."""

    outputs: dict[Defect, dict[str, np.ndarray]] = field(default_factory=dict)
    refused: dict[Defect, str] = field(default_factory=dict)
    crashed: dict[Defect, str] = field(default_factory=dict)


def sow(evaluate: Evaluate, kernel: Kernel, case: Case, defects: Iterable[Defect], before: Mapping) -> Harvest:
    """Every defect that the kernel reacts to; before : its outputs without one."""
    found = Harvest()
    idle: set[str] = set()  # numbers whose largest defect changed no bit: smaller ones change none either
    for defect in defects:
        if defect.place in idle:
            continue
        if not _reacts(evaluate, kernel, case, defect, before, found) and defect.kind == "named":
            idle.add(defect.place)
    return found


def _reacts(evaluate: Evaluate, kernel: Kernel, case: Case, defect: Defect, before: Mapping, found: Harvest) -> bool:
    """Add what comes of a defect; whether anything does."""
    planted = mutate.plant(defect, kernel, case.inputs, case.grid, case.settings)
    if planted is None:
        return False
    try:
        outputs = _with_defect(evaluate, kernel, planted, defect)
    except Exception as error:
        _still_runs(evaluate, kernel, case, before, error)
        ended = found.refused if refuses(error) else found.crashed
        ended[defect] = f"{type(error).__name__}: {brief(error, 200)}"
        return True
    if same(outputs, before):
        return False
    found.outputs[defect] = outputs
    return True


def _with_defect(evaluate: Evaluate, kernel: Kernel, planted: tuple, defect: Defect) -> dict[str, np.ndarray]:
    """The outputs with a defect."""
    exchange = mutate.exchange(defect)
    with mutate.constant_off(defect) if defect.kind == "named" else nullcontext():
        found = evaluate(kernel, *planted) if exchange is None else evaluate(kernel, *planted, exchange=exchange)
    return found if defect.kind == "named" else mutate.spoil(defect, found)


def _still_runs(evaluate: Evaluate, kernel: Kernel, case: Case, before: Mapping, error: Exception) -> None:
    """Without the defect the port must give the same bits as before, or the defect is not why it ended."""
    try:
        stands = same(evaluate(kernel, case.inputs, case.grid, case.settings), before)
    except Exception:
        stands = False
    if not stands:
        said = f"{type(error).__name__}: {brief(error)}"
        raise BadInput(f"After a planted defect made it fail ({said}), the port no longer gives its earlier bits.")


def refuses(error: Exception) -> bool:
    """Whether an exception is a word on what was given, raised on purpose, and not an accident on the way."""
    if isinstance(error, (BadInput, NotImplementedError)):
        return True
    last = traceback.extract_tb(error.__traceback__)[-1]
    return isinstance(error, ValueError) and (last.line or "").startswith("raise ")


def same(found: Mapping, expected: Mapping) -> bool:
    """Whether all that is expected is found, bit for bit."""
    return all(name in found and np.array_equal(found[name], expected[name], equal_nan=True) for name in expected)
