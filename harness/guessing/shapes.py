"""What an array of the wrong shape looks like."""

from __future__ import annotations

from itertools import permutations

MOST_AXES = 6
NAMES = ("elem", "i", "j", "lev")


def axes_hint(got: tuple[int, ...], expected: tuple[int, ...]) -> str:
    """The end of a sentence that says what became of the axes; empty where it cannot be told."""
    names = _names(expected)
    if len(got) == len(expected) <= MOST_AXES and sorted(got) == sorted(expected):
        found = [p for p in permutations(range(len(got))) if all(got[n] == expected[p[n]] for n in range(len(got)))]
        either = " (or with i and j exchanged)" if len(found) > 1 else ""
        return f": its axes are {_listed([names[n] for n in found[0]])}{either}, wanted {_listed(names)}"
    if got == tuple(n for n in expected if n != 1):
        return f": an axis of one {_listed([name for name, n in zip(names, expected) if n == 1])} is wanted too"
    if len(got) == len(expected):
        wrong = [f"{have} {name} in place of {n}" for name, have, n in zip(names, got, expected) if have != n]
        return f": {', '.join(wrong)}"
    return f": wanted are {_listed(names)}"


def _names(shape: tuple[int, ...]) -> list[str]:
    """Names of the axes (..., elem, i, j, lev), as far as there are that many."""
    if len(shape) < len(NAMES):
        return [f"axis {n}" for n in range(len(shape))]
    extra = len(shape) - len(NAMES)
    return [*(["component"] if extra == 1 and shape[0] in (2, 3) else [f"axis {n}" for n in range(extra)]), *NAMES]


def _listed(names: list[str]) -> str:
    return f"({', '.join(names)})"
