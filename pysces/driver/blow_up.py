"""Where a run blew up: its last chunk marched again call by call, and the bad call step by step.

A run that ends well pays nothing for it. Steps are taken as the dycore takes them between two remaps; tracers and
forcing in pieces may differ there by their splitting, which does not matter to where a state breaks.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..diagnostics.watch import BadState, check_state, is_sound, place
from ..dycore.idle import FloatingLayers


def refuse_blow_up(run: Any, state: Any, calls: int, n: int) -> None:
    """Refuse the first bad state of n calls that follow a good one.

    Raises
    ------
    BadState in one sentence: call, step, field, element, node, level, place, and the wind before.
    """
    good, bad, done = _first_bad(run, run.dycore, state, n)
    steps = run.host.qsplit * max(run.host.rsplit, 1)
    call, step, when = calls + done, (calls + done) * steps, f"call {calls + done}"
    if steps > 1 and run.host.rsplit:
        single = run.dycore.replace(remap=FloatingLayers(), rsplit=1, qsplit=1)
        nearer_good, nearer, taken = _first_bad(run, single, good, steps)
        if _is_bad(run, nearer):
            good, bad, step = nearer_good, nearer, (call - 1) * steps + taken
    when = f" ({when}, step {step})"
    before, whole = run.layout.collect(good), run.layout.collect(bad)  # NumPy arrays, which run.host is made of too
    run.layout.broadcast(lambda: _refuse(run, before, whole, (step * run.dt_remap / steps, when)))


def _first_bad(run: Any, dycore: Any, state: Any, n: int) -> tuple:
    """The last good state, the first bad one (or the last of n), and how many calls lead to it."""
    before, done = state, 0
    while done < n and not _is_bad(run, state):
        before, state, done = state, dycore.run(state, 1), done + 1
    return before, state, done


def _is_bad(run: Any, state: Any) -> bool:
    return run.layout.any(not is_sound(state.dynamics))


def _refuse(run: Any, before: Any, whole: Any, when: tuple) -> None:
    try:
        check_state(whole.dynamics, when[0], run.host.grid, when[1])
    except BadState as error:
        unsolved = _unsolved(run, before)
        if unsolved:
            raise BadState(f"{error.days:.6g} days into the run{when[1]}: {unsolved}", error.days) from None
        strongest = _strongest(before.dynamics, run.host.grid)
        raise BadState(f"{str(error).rstrip('.')}{strongest}.", error.days) from None
    raise FloatingPointError(f"The run ended in a bad state{when[1]}, but did not when it was repeated.")


def _unsolved(run: Any, before: Any) -> str:
    """What NumPy says of the step from the last good state, where an equation has no solution; compiled code cannot."""
    single = run.host.replace(remap=FloatingLayers(), rsplit=1, qsplit=1)
    try:
        with np.errstate(all="ignore"):
            single.step(before)
    except FloatingPointError as error:
        return str(error)
    return ""


def _strongest(dynamics: Any, grid: Any) -> str:
    """The strongest wind of the last good state, which is mostly where it broke."""
    if not hasattr(dynamics, "wind"):
        return ""
    speed = np.sqrt((np.asarray(dynamics.wind) ** 2).sum(axis=0))
    elem, i, j, lev = (int(k) for k in np.unravel_index(speed.argmax(), speed.shape))
    where = f"at element {elem}, level {lev}{place(grid, elem, i, j)}"
    return f"; in the step before, the strongest wind was {speed.max():.4g} m/s {where}"
