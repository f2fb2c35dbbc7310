"""Every kernel by name."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from pathlib import Path

from ..errors import BadInput, brief, near
from ..registry import Kernel


@cache
def registry() -> dict[str, Kernel]:
    """Every kernel by name, from all modules of pysces_harness.kernels."""
    found: dict[str, Kernel] = {}
    for name in sorted(m.name for m in pkgutil.iter_modules([str(Path(__file__).parent)]) if m.name != "catalogue"):
        for kernel in importlib.import_module(f"{__package__}.{name}").KERNELS:
            if kernel.name in found:
                raise ValueError(f"Kernel {kernel.name!r} is registered twice; the second time in kernels/{name}.py.")
            found[kernel.name] = kernel
    return found


def lookup(name: str) -> Kernel:
    """The kernel of that name, or one sentence naming those that are close."""
    try:
        return registry()[name]
    except KeyError:
        close = near(name, registry(), "; pysces-verify list shows them all.")
        raise BadInput(f"Kernel {brief(name, 60)!r} is not in the registry{close}") from None
