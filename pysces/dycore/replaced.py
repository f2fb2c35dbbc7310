"""What may not be changed in one part of a dycore alone, because other parts were built from it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays.backend import is_traced
from ..arrays.pytree import tree_leaves
from ..stepping.imex import ImexTableau

PARTS = ("grid", "equations", "remap", "dissipation")
SHARED = ("constants", "coordinate", "phis", "gradphis", "radius", "inverse_radius")
TOGETHER = "species"  # of equations and remap, which must be the same


def refuse_half_changes(before: Any, after: Any) -> None:
    """ValueError where a part was replaced by one of its kind that holds another shared number."""
    for part in PARTS:
        old, new = getattr(before, part), getattr(after, part)
        if old is new or type(old) is not type(new):
            continue
        for name in SHARED:
            if not _same(getattr(old, name, None), getattr(new, name, None)):
                raise ValueError(
                    f"{part}.{name} was replaced, and other parts of the dycore were built from it too: the run would "
                    "be half changed, and its derivative half; use pysces.dycore.parameters.with_parameters."
                )
    _refuse_two_airs(before, after)
    _refuse_two_steppers(after)


def _refuse_two_airs(before: Any, after: Any) -> None:
    """The species of equations and remap change together."""
    (old, old_remapped), (new, remapped) = (
        [getattr(part, TOGETHER, None) for part in (dycore.equations, dycore.remap)] for dycore in (before, after)
    )
    changed = not (_same(old, new) and _same(old_remapped, remapped))
    if changed and new is not None and remapped is not None and not _same(new, remapped):
        raise ValueError("equations.species and remap.species differ; replace both by the same ones.")


def _refuse_two_steppers(dycore: Any) -> None:
    """Fast terms are stepped by the tendency or by implicit stages, not by both and not by neither."""
    fast = getattr(dycore.equations, "fast_terms", None)
    if fast is not None and fast == isinstance(dycore.scheme, ImexTableau):
        both = "the tendency has them, and the scheme solves for them too" if fast else "neither of the two steps them"
        raise ValueError(f"equations.fast_terms = {fast} and scheme {dycore.scheme.name!r}: {both}; replace both.")


def _same(a: Any, b: Any) -> bool:
    """Whether two trees have the same leaves, or numbers that are equal."""
    one, other = tree_leaves(a), tree_leaves(b)
    return len(one) == len(other) and all(_equal(x, y) for x, y in zip(one, other))


def _equal(x: Any, y: Any) -> bool:
    return x is y or (not is_traced((x, y)) and np.array_equal(x, y))
