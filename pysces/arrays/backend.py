"""The only file that knows backends: which array library, which precision, which device.

Kernels say ``xp = namespace(x)`` and call numpy-API functions; everything that has no common spelling in NumPy and
JAX (loops over levels, compilation, device placement) is wrapped here once.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = Any  # numpy.ndarray or jax.Array


def _jax():
    """The jax module, with one clear sentence when it is missing."""
    try:
        import jax
    except ImportError as error:
        raise ImportError(
            "Backend 'jax' was asked for but jax is not installed; pip install 'pysces-dycore[jax]'."
        ) from error
    return jax


def is_jax(x: Array) -> bool:
    """Whether x is a jax array or tracer; never imports jax."""
    jax = sys.modules.get("jax")
    return jax is not None and isinstance(x, jax.Array)


def namespace(*arrays: Array):
    """The array library of the arguments: jax.numpy as soon as one of them is a jax array, else numpy."""
    if any(is_jax(x) for x in arrays):
        import jax.numpy as jnp

        return jnp
    return np


def scan(body: Callable, carry, xs, length: int | None = None, reverse: bool = False):
    """``jax.lax.scan`` for whichever library the leaves belong to; on numpy a plain loop over the leading axis."""
    from .pytree import tree_leaves, tree_map

    leaves = tree_leaves((carry, xs))
    if any(is_jax(x) for x in leaves):
        return _jax().lax.scan(body, carry, xs, length=length, reverse=reverse)
    steps = length if length is not None else len(tree_leaves(xs)[0])
    order = range(steps - 1, -1, -1) if reverse else range(steps)
    outputs = [None] * steps
    for n in order:
        carry, outputs[n] = body(carry, tree_map(lambda x, n=n: x[n], xs))
    if not outputs or not tree_leaves(outputs[0]):
        return carry, outputs[0] if outputs else None
    return carry, tree_map(lambda *parts: np.stack(parts), *outputs)


def repeat(body: Callable, state, n):
    """body applied n times. On jax n may be a traced number, so that one program serves every n (no reverse mode)."""
    from .pytree import tree_leaves

    if any(is_jax(x) for x in tree_leaves(state)):
        return _jax().lax.fori_loop(0, n, lambda _, s: body(s), state)
    for _ in range(int(n)):
        state = body(state)
    return state


def is_traced(tree) -> bool:
    """Whether somebody is differentiating, compiling or batching with respect to a leaf of the tree."""
    from .pytree import tree_leaves

    jax = sys.modules.get("jax")
    return jax is not None and any(isinstance(x, jax.core.Tracer) for x in tree_leaves(tree))


def while_loop(condition: Callable, body: Callable, carry):
    """``jax.lax.while_loop``, or a Python loop on numpy."""
    from .pytree import tree_leaves

    if any(is_jax(x) for x in tree_leaves(carry)):
        return _jax().lax.while_loop(condition, body, carry)
    while condition(carry):
        carry = body(carry)
    return carry


def repeat_while(condition: Callable, body: Callable, carry, constants, limit: int):
    """``carry = body(carry, constants)`` while ``condition(carry, constants)``, at most ``limit`` times.

    Differentiable in both modes, unlike ``while_loop``: derivatives go through a scan of ``limit`` steps that skips
    those not taken. Leaves are floating.
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
    jax = _jax()

    def scanned(carry, constants):
        def step(c, _):
            return jax.lax.cond(condition(c, constants), lambda c: body(c, constants), lambda c: c, c), None

        return jax.lax.scan(step, carry, None, length=limit)[0]

    @jax.custom_jvp
    def repeated(carry, constants):
        def unfinished(state):
            return (state[0] < limit) & condition(state[1], constants)

        return jax.lax.while_loop(unfinished, lambda state: (state[0] + 1, body(state[1], constants)), (0, carry))[1]

    repeated.defjvp(lambda primals, tangents: jax.jvp(scanned, primals, tangents))
    return repeated


def with_derivative_of(twin: Callable, function: Callable, x: Array) -> Array:
    """``function(x)``, differentiated as ``twin(x)``: two forms of one linear map whose transposes differ in speed."""
    if not is_jax(x):
        return function(x)
    jax = _jax()
    wrapped = jax.custom_jvp(function)
    wrapped.defjvp(lambda primals, tangents: (wrapped(*primals), twin(*tangents)))
    return wrapped(x)


def optimization_barrier(tree):
    """Stops XLA from recomputing what is inside in every consumer; the identity on numpy."""
    from .pytree import tree_leaves

    if any(is_jax(x) for x in tree_leaves(tree)):
        return _jax().lax.optimization_barrier(tree)
    return tree


def quotient(x: Array, y: Array) -> Array:
    """x / y where y is shared by leading axes of x: a division on every backend.

    XLA makes x * (1 / y) of a division by a broadcast array, one ulp off, and not wherever elements are sharded.
    """
    if not is_jax(x) or x.shape == y.shape:
        return x / y
    return x / optimization_barrier(_jax().numpy.broadcast_to(y, x.shape))


def stored(function: Callable, *args):
    """``function(*args)``, computed once and stored, where XLA's CPU compiler would recompute it in every consumer.

    There an optimization_barrier does not outlive fusion, but a call that may not be inlined does. function must be
    one object for the life of the program (a module's function, not a lambda): its compiled form is kept by identity.
    """
    from .pytree import tree_leaves

    if not any(is_jax(x) for x in tree_leaves(args)) or _jax().default_backend() != "cpu":
        return function(*args)
    with _inlineable("false"):
        return _jitted(function)(*args)


@functools.cache
def _jitted(function: Callable) -> Callable:
    """function compiled; its own calls, such as jnp.where, are inlined whatever was said of the call of it."""

    def inner(*args):
        with _inlineable(None):
            return function(*args)

    return _jax().jit(functools.wraps(function)(inner))


def _inlineable(answer: str | None):
    from jax.experimental.xla_metadata import set_xla_metadata

    return set_xla_metadata(inlineable=answer)


def stop_gradient(x: Array) -> Array:
    """x without its derivative; the identity on numpy."""
    return _jax().lax.stop_gradient(x) if is_jax(x) else x


@dataclass(frozen=True)
class Backend:
    """Where and in which precision arrays live.

    Parameters
    ----------
    name : "numpy" or "jax"
    precision : 32 or 64, bits of a float. A 64-bit JAX backend switches x64 on when it is built, never at import.
    device : index into ``jax.devices(platform)``; ignored on numpy.
    platform : jax platform ("cpu", "gpu", ...) or None for jax's default.
    """

    name: str = "numpy"
    precision: int = 64
    platform: str | None = None
    device: int = 0

    def __post_init__(self):
        if self.name not in ("numpy", "jax"):
            raise ValueError(f"Backend name must be 'numpy' or 'jax', found {self.name!r}.")
        if self.precision not in (32, 64):
            raise ValueError(f"Backend precision must be 32 or 64 bits, found {self.precision!r}.")
        if self.name == "jax" and self.precision == 64:
            _jax().config.update("jax_enable_x64", True)

    @property
    def dtype(self) -> np.dtype:
        return np.dtype(f"float{self.precision}")

    def asarray(self, tree):
        """Every array of a pytree moved here: floats in this precision, integers and booleans kept."""
        from .pytree import tree_map

        return tree_map(self._convert, tree)

    def _convert(self, x):
        value = np.asarray(x)
        value = value.astype(self.dtype) if value.dtype.kind == "f" else value
        if self.name == "numpy":
            return value
        jax = _jax()
        return jax.device_put(value, jax.devices(self.platform)[self.device])

    def compile(self, function: Callable, **options) -> Callable:
        """``jax.jit(function, **options)``; the function itself on numpy."""
        return _jax().jit(function, **options) if self.name == "jax" else function


def to_numpy(tree):
    """Every array of a pytree as a numpy array on the host."""
    from .pytree import tree_map

    return tree_map(np.asarray, tree)


def use_compilation_cache(folder: str | os.PathLike) -> None:
    """Keep compiled JAX programs in a folder, so that the next process starts fast."""
    jax = _jax()
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.2)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


def symmetric_linear(function: Callable, x: Array) -> Array:
    """``function(x)`` for a function linear in x that is its own transpose: reverse mode runs the function itself.

    jax's public way to state a transpose that forward mode and vmap keep is a linear solve; here the "solution" is
    given in closed form, so the matrix (first argument) is never applied.
    """
    if not is_jax(x):
        return function(x)
    return _jax().lax.custom_linear_solve(lambda y: y, x, lambda _, b: function(b), symmetric=True)


def cond(predicate: Array, if_true: Callable, if_false: Callable, *operands):
    """``jax.lax.cond``, or a Python branch on numpy."""
    if is_jax(predicate):
        return _jax().lax.cond(predicate, if_true, if_false, *operands)
    return if_true(*operands) if predicate else if_false(*operands)


def cumulative_sum(x: Array, reverse: bool = False) -> Array:
    """Running sum along the last axis, from the other end if reverse.

    numpy adds in order, as Fortran does. XLA's scan is slow on every device: there it is a product with a triangular
    matrix (measured 3 times faster on 2 cores), which differs from the ordered sum by round-off.
    """
    if not is_jax(x):
        return np.cumsum(x[..., ::-1], axis=-1)[..., ::-1] if reverse else np.cumsum(x, axis=-1)
    jnp = namespace(x)
    count = x.shape[-1]
    triangle = np.tri(count) if reverse else np.tri(count).T
    return jnp.matmul(x, jnp.asarray(triangle, x.dtype), precision="highest")


def compiled(function: Callable, static: tuple[str, ...] = ()) -> Callable:
    """function compiled once per structure when it is handed jax arrays, and run as it is on numpy arrays."""
    jitted = None

    @functools.wraps(function)
    def call(*args, **kwargs):
        nonlocal jitted
        from .pytree import tree_leaves

        if not any(is_jax(x) for x in tree_leaves((args, kwargs))):
            return function(*args, **kwargs)
        if jitted is None:
            jitted = _jax().jit(function, static_argnames=static)
        return jitted(*args, **kwargs)

    return call


def checkpoint(function: Callable, like: Array) -> Callable:
    """function whose inner values are recomputed in reverse mode instead of stored; itself on numpy."""
    return _jax().checkpoint(function) if is_jax(like) else function
