"""What XLA would otherwise compile to other bits, or to something slow."""

from __future__ import annotations

import functools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from .backend import Array, is_jax, namespace, require_jax

KERNELS = ("xla", "native")
_chosen = "xla"
_here: ContextVar[str | None] = ContextVar("kernels", default=None)  # by_xla's; other threads have their own
_platform: str | None = None


def compile_for(platform: str | None) -> None:
    """Programs are written for devices of this platform from now on ("gpu"), though none is here; None: for jax's own.

    What is compiled for the CPU differs: calls that may not be inlined, and C.
    """
    global _platform
    _platform = platform


def on_cpu() -> bool:
    """Whether programs are written for a CPU."""
    return (_platform or require_jax().default_backend()) == "cpu"


def use_kernels(name: str) -> None:
    """Who compiles element-local functions of jax arrays on a CPU from now on: "xla", or "native", a C compiler.

    Raises
    ------
    ValueError for any other name.
    """
    global _chosen
    if name not in KERNELS:
        raise ValueError(f"kernels must be one of {', '.join(KERNELS)}, found {name!r}.")
    _chosen = name


@contextmanager
def by_xla() -> Iterator[None]:
    """Inside, and in this thread alone, "xla" is chosen."""
    before = _here.set("xla")
    try:
        yield
    finally:
        _here.reset(before)


def kernels() -> str:
    """What use_kernels chose last; "xla" before."""
    return _here.get() or _chosen


def c_compiler() -> str | None:
    """The C compiler: $CC, or gcc."""
    return shutil.which(os.environ.get("CC", "gcc"))


def refuse_without_c(platform: str | None) -> None:
    """
    Raises
    ------
    ValueError where kernels cannot be C: without a compiler, and on devices that are no CPU.
    """
    if platform not in (None, "cpu") or not on_cpu():
        raise ValueError("kernels = 'native' is for jax on a CPU, found another device; use kernels = 'xla'.")
    if c_compiler() is None:
        wanted = os.environ.get("CC", "gcc")
        raise ValueError(
            f"kernels = 'native' needs a C compiler, found no {wanted}; install gcc, or use kernels = 'xla'."
        )


def optimization_barrier(tree: Any) -> Any:
    """Stops XLA from recomputing what is inside in every consumer; the identity on numpy."""
    from .pytree import tree_leaves

    if any(is_jax(x) for x in tree_leaves(tree)):
        return require_jax().lax.optimization_barrier(tree)
    return tree


def quotient(x: Array, y: Array) -> Array:
    """x / y, of an x of any shape [any unit] whose leading axes share y: a division on every backend.

    XLA makes x * (1 / y) of a division by a broadcast array, one ulp off, and not wherever elements are sharded.
    """
    if not is_jax(x) or x.shape == y.shape:
        return x / y
    return x / optimization_barrier(require_jax().numpy.broadcast_to(y, x.shape))


def stored(function: Callable, *args: Any) -> Any:
    """``function(*args)``, computed once and stored, where XLA's CPU compiler would recompute it in every consumer.

    There an optimization_barrier does not outlive fusion, but a call that may not be inlined does. function must be
    one object for the life of the program (a module's function, not a lambda): its compiled form is kept by identity.
    """
    from .pytree import tree_leaves

    if not any(is_jax(x) for x in tree_leaves(args)) or not on_cpu():
        return function(*args)
    with _inlineable("false"):
        return _jitted(function, kernels())(*args)


def once(tree: Any) -> Any:
    """A pytree as it is, its arrays computed once and stored where XLA's CPU compiler would do so in every consumer."""
    return stored(_as_it_is, tree)


def _as_it_is(tree: Any) -> Any:
    return tree


@functools.cache
def _jitted(function: Callable, chosen: str) -> Callable:
    """function compiled; its own calls, such as jnp.where, are inlined whatever was said of the call of it.

    chosen : of use_kernels, for what is traced under one choice is not what the other would be.
    """

    def inner(*args: Any) -> Any:
        with _inlineable(None):
            return function(*args)

    return require_jax().jit(functools.wraps(function)(inner))


def _inlineable(answer: str | None) -> AbstractContextManager:
    from jax.experimental.xla_metadata import set_xla_metadata

    return set_xla_metadata(inlineable=answer)


def cumulative_sum(x: Array, reverse: bool = False) -> Array:
    """Running sum of x (..., lev) [U] along the last axis, from the other end if reverse.

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
    jitted: dict[str, Callable] = {}

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        from .pytree import tree_leaves

        if not any(is_jax(x) for x in tree_leaves((args, kwargs))):
            return function(*args, **kwargs)
        chosen = kernels()
        if chosen not in jitted:  # jax keeps programs by function, so each choice has one of its own
            own = functools.wraps(function)(lambda *a, **k: function(*a, **k))
            jitted[chosen] = require_jax().jit(own, static_argnames=static)
        return jitted[chosen](*args, **kwargs)

    return call
