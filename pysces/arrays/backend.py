"""The only file that knows backends: which array library, which precision, which device.

Kernels say ``xp = namespace(x)`` and call numpy-API functions; everything that has no common spelling in NumPy and
JAX (loops over levels, compilation, device placement) is wrapped here once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = Any  # numpy.ndarray or jax.Array


def require_jax() -> Any:
    """The jax module; an ImportError that says what to install where it is missing."""
    try:
        import jax
    except ImportError as error:
        raise ImportError(
            "Backend 'jax' was asked for but jax is not installed; pip install 'pysces-dycore[jax]'."
        ) from error
    return jax


def is_jax(x: Array) -> bool:
    """Whether x, of any shape and unit [any], is a jax array or tracer; never imports jax."""
    jax = sys.modules.get("jax")
    return jax is not None and isinstance(x, jax.Array)


def namespace(*arrays: Array) -> Any:
    """The array library of the arguments: jax.numpy as soon as one of them is a jax array, else numpy."""
    if any(is_jax(x) for x in arrays):
        import jax.numpy as jnp

        return jnp
    return np


def take_rows(rows: Array, addresses: Array) -> Array:
    """The rows (..., row, lev) [any unit] at addresses (n,) that all exist; nothing is checked or filled in."""
    if is_jax(rows):
        return rows.at[..., addresses, :].get(mode="promise_in_bounds", wrap_negative_indices=False)
    return rows.take(addresses, axis=-2, mode="clip")


def is_traced(tree: Any) -> bool:
    """Whether somebody is differentiating, compiling or batching with respect to a leaf of the tree."""
    from .pytree import tree_leaves

    jax = sys.modules.get("jax")
    return jax is not None and any(isinstance(x, jax.core.Tracer) for x in tree_leaves(tree))


@dataclass(frozen=True)
class Backend:
    """Where and in which precision arrays live.

    Parameters
    ----------
    name : "numpy" or "jax"
    precision : 32 or 64, bits of a float. A 64-bit JAX backend switches x64 on when it is built, never at import.
    device : index into ``jax.devices(platform)``; ignored on numpy.
    platform : jax platform ("cpu", "gpu", ...) or None for jax's default.
    kernels : who compiles element-local functions on a CPU, "xla" or "native", from when it is built on, as with x64;
        None leaves that as it is.   Any other name or precision raises ValueError.
    """

    name: str = "numpy"
    precision: int = 64
    platform: str | None = None
    device: int = 0
    kernels: str | None = None

    def __post_init__(self) -> None:
        if self.name not in ("numpy", "jax"):
            raise ValueError(f"Backend name must be 'numpy' or 'jax', found {self.name!r}.")
        if self.precision not in (32, 64):
            raise ValueError(f"Backend precision must be 32 or 64 bits, found {self.precision!r}.")
        if self.name == "jax" and self.precision == 64:
            require_jax().config.update("jax_enable_x64", True)
        if self.kernels is not None:
            self._choose_kernels(self.kernels)

    def _choose_kernels(self, kernels: str) -> None:
        from .compiler import refuse_without_c, use_kernels

        if kernels == "native":
            if self.name != "jax":
                raise ValueError(f"kernels = 'native' is for backend 'jax', found {self.name!r}; leave it out.")
            refuse_without_c(self.platform)
        use_kernels(kernels)

    @property
    def dtype(self) -> np.dtype:
        """Of floats."""
        return np.dtype(f"float{self.precision}")

    def asarray(self, tree: Any) -> Any:
        """Every array of a pytree moved here: floats in this precision, integers and booleans kept."""
        from .pytree import tree_map

        return tree_map(self._convert, tree)

    def _convert(self, x: Any) -> Array:
        value = np.asarray(x)
        value = value.astype(self.dtype) if value.dtype.kind == "f" else value
        if self.name == "numpy":
            return value
        jax = require_jax()
        return jax.device_put(value, jax.devices(self.platform)[self.device])

    def compile(self, function: Callable, **options: Any) -> Callable:
        """``jax.jit(function, **options)``; the function itself on numpy."""
        return require_jax().jit(function, **options) if self.name == "jax" else function


def to_numpy(tree: Any) -> Any:
    """Every array of a pytree as a numpy array on the host."""
    from .pytree import tree_map

    return tree_map(np.asarray, tree)


def fits(shape: tuple[int, ...], into: tuple[int, ...]) -> bool:
    """Whether an array of one shape can be broadcast to another."""
    pairs = zip(reversed(shape), reversed(into))
    return len(shape) <= len(into) and all(one in (1, other) for one, other in pairs)


def use_compilation_cache(folder: str | os.PathLike) -> None:
    """Keep compiled JAX programs in a folder, so that the next process starts fast."""
    jax = require_jax()
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.2)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
