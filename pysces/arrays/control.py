"""Loops and branches that are JAX's on JAX arrays and Python's on NumPy's."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .backend import Array, is_jax, require_jax
from .compiler import kernels, on_cpu
from .derivatives import checkpoint


def scan(body: Callable, carry: Any, xs: Any, length: int | None = None, reverse: bool = False) -> tuple[Any, Any]:
    """``jax.lax.scan`` for whichever library the leaves belong to; on numpy a plain loop over the leading axis."""
    from .pytree import tree_leaves, tree_map

    leaves = tree_leaves((carry, xs))
    if any(is_jax(x) for x in leaves):
        return require_jax().lax.scan(body, carry, xs, length=length, reverse=reverse)
    steps = length if length is not None else len(tree_leaves(xs)[0])
    outputs = [None] * steps
    for n in range(steps - 1, -1, -1) if reverse else range(steps):
        carry, outputs[n] = body(carry, tree_map(lambda x, n=n: x[n], xs))
    if not outputs or not tree_leaves(outputs[0]):
        return carry, outputs[0] if outputs else None
    return carry, tree_map(lambda *parts: np.stack(parts), *outputs)


def repeat_few(body: Callable, carry: Any, xs: Any, length: int | None = None) -> Any:
    """The carry after a few passes through much, such as stages or substeps: carry = body(carry, x) for each x of xs.

    With native kernels it is written out: a pass is a few calls then, and a loop would copy its carry in each.
    """
    from .pytree import tree_leaves, tree_map

    if kernels() == "xla" or not on_cpu() or not any(is_jax(x) for x in tree_leaves((carry, xs))):
        return scan(lambda c, x: (body(c, x), None), carry, xs, length=length)[0]
    for n in range(length if length is not None else len(tree_leaves(xs)[0])):
        carry = body(carry, tree_map(lambda x, n=n: x[n], xs))
    return carry


def scan_levels(body: Callable, carry: Any, xs: Any, reverse: bool = False) -> tuple[Any, Any]:
    """``scan`` along levels, the leading axis of xs. For an accelerator it is written out: kernels are fused across
    levels there, where each pass of a loop would launch a few of its own.
    """
    from .pytree import tree_leaves

    leaves = tree_leaves((carry, xs))
    if not any(is_jax(x) for x in leaves) or on_cpu():
        return scan(body, carry, xs, reverse=reverse)
    return require_jax().lax.scan(body, carry, xs, reverse=reverse, unroll=True)


def nested_scan(advance: Callable, observe: Callable, carry: Any, length: int, block: int) -> tuple[Any, Any]:
    """``carry = advance(carry)`` length times, and ``observe(carry)`` after each, with a leading axis.

    Reverse mode keeps the carry at the start of every block of ``block`` steps and runs a block again when it needs
    what is inside, so that memory goes with length / block + block. length need not be a multiple of block. Nothing of
    a single block is run again.
    """
    from .pytree import tree_leaves, tree_map

    blocks = -(-length // block)
    whole = blocks * block == length

    def step(carry: Any, number: Array) -> tuple[Any, Any]:
        carry = advance(carry) if whole else cond(number < length, advance, lambda c: c, carry)
        return carry, observe(carry)

    if blocks == 1:
        return scan(step, carry, np.arange(length))
    one_block = checkpoint(lambda carry, numbers: scan(step, carry, numbers), tree_leaves(carry)[0])
    carry, seen = scan(one_block, carry, np.arange(blocks * block).reshape(blocks, block))
    return carry, tree_map(lambda x: x.reshape(-1, *x.shape[2:])[:length], seen)


def repeat(body: Callable, state: Any, n: Array) -> Any:
    """body applied n times, n a number [1] that jax may trace: one program serves every n (no reverse mode)."""
    from .pytree import tree_leaves

    if any(is_jax(x) for x in tree_leaves(state)):
        return require_jax().lax.fori_loop(0, n, lambda _, s: body(s), state)
    for _ in range(int(n)):
        state = body(state)
    return state


def repeat_while(condition: Callable, body: Callable, carry: Any, constants: Any, limit: int) -> Any:
    """``carry = body(carry, constants)`` while ``condition(carry, constants)``, at most ``limit`` times.

    Differentiable in both modes, unlike ``jax.lax.while_loop``: derivatives go through a scan of ``limit`` steps that
    skips those not taken. Reverse mode keeps of the order of sqrt(limit) carries and runs steps again. Leaves are
    floating.
    """
    from .pytree import tree_leaves

    if not any(is_jax(x) for x in tree_leaves((carry, constants))):
        for _ in range(limit):
            if not condition(carry, constants):
                break
            carry = body(carry, constants)
        return carry
    return _jax_repeat_while(condition, body, limit)(carry, constants)


def _jax_repeat_while(condition: Callable, body: Callable, limit: int) -> Callable:
    """A while loop that is differentiated as a scan of ``limit`` steps."""
    jax = require_jax()

    def scanned(carry: Any, constants: Any) -> Any:
        def step(c: Any) -> Any:
            return jax.lax.cond(condition(c, constants), lambda c: body(c, constants), lambda c: c, c)

        if limit == 1:
            return step(carry)
        return nested_scan(jax.checkpoint(step), lambda c: None, carry, limit, math.isqrt(limit))[0]

    @jax.custom_jvp
    def repeated(carry: Any, constants: Any) -> Any:
        def unfinished(state: Any) -> Array:
            return (state[0] < limit) & condition(state[1], constants)

        return jax.lax.while_loop(unfinished, lambda state: (state[0] + 1, body(state[1], constants)), (0, carry))[1]

    repeated.defjvp(lambda primals, tangents: jax.jvp(scanned, primals, tangents))
    return repeated


def cond(predicate: Array, if_true: Callable, if_false: Callable, *operands: Any) -> Any:
    """``jax.lax.cond``, or a Python branch on numpy; predicate is a number [1], true where it is not 0."""
    if is_jax(predicate):
        return require_jax().lax.cond(predicate, if_true, if_false, *operands)
    return if_true(*operands) if predicate else if_false(*operands)


def either(predicate: Array, if_true: Callable, if_false: Callable, *operands: Any) -> Any:
    """``cond`` of two cheap functions. For an accelerator both are computed: there a branch waits for the host.

    predicate : a number [1], as of cond.
    """
    from .pytree import tree_map

    if not is_jax(predicate) or on_cpu():
        return cond(predicate, if_true, if_false, *operands)
    where = require_jax().numpy.where
    return tree_map(lambda yes, no: where(predicate, yes, no), if_true(*operands), if_false(*operands))
