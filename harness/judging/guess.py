"""What a field that is DIFFERENT looks like: the end of its reason."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..guessing.patterns import confined, pattern
from ..guessing.suppositions import Suppositions
from .compare import DIFFERENT
from .plan import Check
from .results import Result

LOOKS = "; looks like this: "  # what comes after it in a reason is the guess
SMALL = 4096.0  # ulps of a level's largest value: a sum over a column, and the differences that undo it, lose these


def _round_off(row: dict, got: np.ndarray) -> str:
    """Of what no mistake explains: whether it is so small that it may be none."""
    relative = row["max_abs_error"] / row["scale"] if row["scale"] else np.inf
    if got.dtype.kind != "f" or relative > SMALL * np.finfo(got.dtype).eps:
        return ""
    return f"at most {relative:.1e} of the largest value: the same formula in an order that loses more digits"


def _single(got: np.ndarray, expected: np.ndarray) -> str:
    """Of numbers in double precision: whether they have no digits beyond those of single precision."""
    got_is, wanted_is = (np.array_equal(a, np.asarray(a, np.float32)) for a in (got, expected))
    single = got.dtype == np.float64 and got_is and not wanted_is
    return "every number has the digits of single precision alone" if single else ""


def guess(result: Result, check: Check, outputs: Mapping, reference: Mapping, foreign: bool) -> None:
    """Adds to the result's reason, and to the row of each wrong field as ``looks``, which familiar mistake fits it.

    foreign : also what pysces would give with something left out or otherwise (somebody else's port is judged).
    """
    outputs = check.arranged(outputs)
    suppositions = Suppositions(check.kernel, check.case, check.arranged)
    for row in result.fields:
        name = row["field"]
        if row["verdict"] == DIFFERENT and row["max_abs_error"] is not None:
            got, expected = (np.asarray(f[name], float) for f in (outputs, reference))
            said = pattern(got, expected, check.case.grid)
            if not said and foreign and not check.kernel.long:
                said = suppositions.looks(name, got - expected)
            plain = np.asarray(outputs[name])
            row["looks"] = said or _round_off(row, plain) or _single(plain, expected) or confined(got - expected)
    looks = {row["field"]: row["looks"] for row in result.fields if row.get("looks")}
    same = {text: [n for n, t in looks.items() if t == text] for text in looks.values()}
    if looks:
        result.reason += LOOKS + "; ".join(f"{', '.join(names)}: {text}" for text, names in same.items())
