"""Whether a comparison that holds proves anything."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np


def vacuous(inputs: Mapping[str, np.ndarray], outputs: Mapping[str, np.ndarray]) -> str:
    """Why a comparison of these outputs would prove nothing; empty if it proves something."""
    values = [np.asarray(v) for v in outputs.values()]
    if not any(v.size for v in values):
        return "no points were compared"
    if not any(np.any(v) for v in values):
        return "every output is zero"
    frozen = [name for name, v in outputs.items() if _frozen(np.asarray(v), inputs)]
    if frozen:
        return f"{', '.join(frozen)}: as it was given"
    empty = max((_untouched(v) for v in values if v.ndim >= 4 and np.any(v)), default=0.0)
    return "a whole output element is zero in more than half of the domain" if empty > 0.5 else ""


def _frozen(output: np.ndarray, inputs: Mapping[str, np.ndarray]) -> bool:
    return any(output.shape == np.shape(x) and np.array_equal(output, x) for x in inputs.values())


def _untouched(field: np.ndarray) -> float:
    """Fraction of elements in which a field (..., elem, i, j, lev) is zero throughout."""
    touched = np.any(field != 0, axis=tuple(a for a in range(field.ndim) if a != field.ndim - 4))
    return 1.0 - float(touched.mean())
