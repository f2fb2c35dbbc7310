"""Programs that run for seconds and would take minutes to optimise."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import jax

# Without its emitters of fusions XLA compiles the gradient of two calls in 9 s, not 22, and it runs no slower. Level 1
# would run three times as fast, but rounds otherwise: derivatives by levels are then 1e-11 to 5e-10 from reverse mode.
OPTIONS = {"xla_cpu_use_fusion_emitters": False, "xla_backend_optimization_level": 0}


def quick(function: Callable) -> Any:
    """The function compiled with as little optimisation as this jax can."""
    return jax.jit(function, compiler_options=_known())


@cache
def _known() -> dict[str, Any]:
    """Those of OPTIONS that this XLA has; they come and go with its versions."""
    return {name: value for name, value in OPTIONS.items() if _is_known({name: value})}


def _is_known(option: dict[str, Any]) -> bool:
    try:
        jax.jit(lambda x: x, compiler_options=option)(0.0)
    except jax.errors.JaxRuntimeError:
        return False
    return True
