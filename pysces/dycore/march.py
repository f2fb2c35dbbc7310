"""Many calls as one loop that reverse mode can take back: what is seen on the way, and what is kept for the way back.

Reverse mode needs states again, last first. Calls are grouped in blocks. Only the state at the start of a block is kept
and a block is run again when its turn comes, unless it is the only one; inside it every part of a call (a stage of a
dynamics step, a tracer step, the remap, physics) keeps its inputs alone and is run again too. So memory grows with the
square root of the number of calls, and the model runs forward twice more. Without blocks the parts of all calls keep
their inputs, for one more run.

Equations: Griewank & Walther (2000), doi:10.1145/347837.347846 (checkpoints on several levels)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from ..arrays.backend import Array, is_traced
from ..arrays.control import cond, nested_scan, scan

S = TypeVar("S")  # the state, a pytree
Observed = TypeVar("Observed")  # any pytree of arrays
Checkpoint = bool | Literal["stages"]  # what reverse mode keeps; Dycore.run says it
KEPT = 40  # states that one call of a block takes, about: blocks are so long that both levels take as much


@dataclass(frozen=True)
class Loop:
    """How long a loop is and what it keeps.

    calls : its length.   every : calls before and between two looks.
    checkpoint : True keeps starts of blocks, "stages" what parts of all calls start from, False everything.
    taken : how many of the calls act where that is traced by jax; None where all do.
    """

    calls: int
    every: int = 1
    checkpoint: Checkpoint = True
    taken: Array | None = None

    @property
    def block(self) -> int:
        """Calls that reverse mode runs again together; 0 where it runs none again as a whole."""
        return max(1, round(math.sqrt(self.calls / KEPT))) if self.checkpoint is True else 0


def loop_of(n: Array, every: int, checkpoint: Checkpoint, at_most: int) -> Loop:
    """The loop of n calls [1], where n is a number that jax may trace; at_most then says how long the loop is.

    Raises
    ------
    ValueError for a number of calls that cannot be, another checkpoint, and where at_most is missing or idle.
    """
    if not (isinstance(checkpoint, bool) or checkpoint == "stages"):
        raise ValueError(f"run takes checkpoint=True, False or 'stages', found {checkpoint!r}; give one of them.")
    traced = is_traced(n)
    if traced and at_most < 1:
        raise ValueError("run got a number of calls that is traced by jax; give at_most, the most that it can be.")
    if at_most and not traced:
        raise ValueError(f"run takes at_most with a number of calls that is traced by jax, found n={n}; leave it out.")
    calls = at_most if traced else n
    if calls < 0 or every < 1 or calls % every:
        raise ValueError(f"run needs n >= 0 and every >= 1 dividing n, found n={calls}, every={every}.")
    return Loop(calls, every, checkpoint, n if traced else None)


def march(
    call: Callable[[S], S], state: S, observe: Callable[[S], Observed] | None, loop: Loop
) -> tuple[S, Observed | None]:
    """The state after the loop, and what is observed after each ``every`` calls of it, with a leading axis."""
    see = observe or _nothing
    if loop.taken is None:
        return _march(call, state, see, loop)
    (_, state), seen = _march(_until(loop.taken, call), (0, state), lambda carry: see(carry[1]), loop)
    return state, seen


def _until(taken: Array, call: Callable[[S], S]) -> Callable[[tuple[Array, S]], tuple[Array, S]]:
    """The call with a count of calls beside the state, which leaves the state alone when enough are done."""

    def step(carry: tuple[Array, S]) -> tuple[Array, S]:
        count, state = carry
        return count + 1, cond(count < taken, call, lambda s: s, state)

    return step


def _march(call: Callable[[S], S], state: S, observe: Callable[[S], Observed], loop: Loop) -> tuple[S, Observed]:
    """A block holds several looks, or a look several blocks, whichever is longer."""
    looks, every, block = loop.calls // loop.every, loop.every, loop.block
    if block >= every:
        return nested_scan(lambda s: _several(call, s, every, 0), observe, state, looks, block // every)

    def look(s: S, _: None) -> tuple[S, Observed]:
        s = _several(call, s, every, block)
        return s, observe(s)

    return scan(look, state, None, length=looks)


def _several(call: Callable[[S], S], state: S, n: int, block: int) -> S:
    """n calls, in checkpointed blocks unless block is 0."""
    if block:
        return nested_scan(call, _nothing, state, n, block)[0]
    return call(state) if n == 1 else scan(lambda s, _: (call(s), None), state, None, length=n)[0]


def _nothing(_: Any) -> None:
    return None
