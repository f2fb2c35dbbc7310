"""What a field that is DIFFERENT looks like: the end of its reason."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..guessing.patterns import confined, pattern
from ..guessing.suppositions import Suppositions
from .compare import DIFFERENT
from .plan import Check
from .results import Result


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
            if not said and foreign and not check.kernel.deep:
                said = suppositions.looks(name, got - expected)
            row["looks"] = said or confined(got - expected)
    looks = {row["field"]: row["looks"] for row in result.fields if row.get("looks")}
    same = {text: [n for n, t in looks.items() if t == text] for text in looks.values()}
    if looks:
        result.reason += "; looks like this: " + "; ".join(
            f"{', '.join(names)}: {text}" for text, names in same.items()
        )
