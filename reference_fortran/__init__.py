"""Our own Fortran of the kernels, for any input: the live side that the golden records certify.

    fortran = pysces_reference.load("r8_strict")
    fortran.element_data.set_grid(...)
    ds = fortran.sphere_operators.gradient_sphere(s)

Arrays are in Fortran order, node index i fastest: scalars (np, np, nlev, nelem). Each build has its own grid.
"""

from __future__ import annotations

import importlib
from types import ModuleType

BUILDS = ("r8_strict", "r4_strict", "r8_fast")


def load(build: str = "r8_strict") -> ModuleType:
    """The f2py module of one build; its attributes are the Fortran modules."""
    if build not in BUILDS:
        raise ValueError(f"Expected one of {', '.join(BUILDS)}, got {build!r}.")
    try:
        return importlib.import_module(f"._{build}", __name__)
    except ModuleNotFoundError as error:
        raise ImportError(
            f"reference_fortran build {build!r} is not installed; "
            "install gfortran and run: pip install --no-build-isolation -Csetup-args=-Dfortran=enabled -e ."
        ) from error


def available() -> tuple[str, ...]:
    """The builds that can be loaded here."""
    return tuple(build for build in BUILDS if _can_load(build))


def compiler_info() -> dict[str, dict[str, str]]:
    """Compiler version and options of every build that is here, as the compiler itself recorded them."""
    return {build: _info(load(build).runtime) for build in available()}


def set_threads(n: int, build: str = "r8_fast") -> int:
    """Number of OpenMP threads from now on; returns what the build will use (1 where it has no OpenMP)."""
    runtime = load(build).runtime
    runtime.set_threads(n)
    return int(runtime.get_threads())


def _can_load(build: str) -> bool:
    try:
        load(build)
    except ImportError:
        return False
    return True


def _info(runtime) -> dict[str, str]:
    return {"version": runtime.version().decode().strip(), "options": runtime.options().decode().strip()}
