"""Configurations: backend x precision x decomposition x flags, and whether this machine can run each."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from .registry import BadInput


@dataclass(frozen=True, eq=False)
class Configuration:
    """How one side is run. Each runs in a process of its own, because flags must be set before JAX starts.

    port : stands for every kernel's port, in this process: somebody else's code (foreign.py).
    """

    name: str
    side: str = "port"
    backend: str = "numpy"
    precision: int = 64
    devices: int = 1
    environment: dict[str, str] = field(default_factory=dict)
    missing: Callable[[], str] = lambda: ""
    port: Callable | None = None

    @property
    def dtype(self) -> np.dtype:
        return np.dtype(f"float{self.precision}")

    @property
    def fortran(self) -> str:
        """The Fortran build of the same precision."""
        return "r8_strict" if self.precision == 64 else "r4_strict"


def _needs(module: str) -> Callable[[], str]:
    return lambda: "" if importlib.util.find_spec(module) else f"{module} is not installed"


def _needs_build(build: str) -> Callable[[], str]:
    def missing() -> str:
        try:
            import pysces_reference
        except ImportError:
            return "reference_fortran is not installed"
        return (
            ""
            if build in pysces_reference.available()
            else f"reference_fortran was installed without a Fortran compiler ({build})"
        )

    return missing


def _not_yet(what: str) -> Callable[[], str]:
    return lambda: what


@cache
def _gpu_missing() -> str:
    if importlib.util.find_spec("jax") is None:
        return "jax is not installed"
    return (
        ""
        if os.path.exists("/dev/nvidia0") and importlib.util.find_spec("jax_cuda12_plugin")
        else "no GPU, or jax without CUDA"
    )


def _jax(name: str, precision: int, flags: str = "", platform: str = "cpu", missing=None) -> Configuration:
    environment = {"JAX_PLATFORMS": platform} | ({"XLA_FLAGS": flags} if flags else {})
    return Configuration(
        name, backend="jax", precision=precision, environment=environment, missing=missing or _needs("jax")
    )


def _sharded(devices: int) -> Configuration:
    """Elements over several host devices of one process."""
    environment = {"JAX_PLATFORMS": "cpu", "XLA_FLAGS": f"--xla_force_host_platform_device_count={devices}"}
    return Configuration(
        f"sharded-{devices}", backend="jax", devices=devices, environment=environment, missing=_needs("jax")
    )


MPI_RUNS = "runs over ranks are held to the bits of one process by tests/parallel, not by the harness yet"
PROCESSES = "runs over several jax processes are not written yet"

CONFIGURATIONS = {
    c.name: c
    for c in (
        Configuration("numpy-f64"),
        Configuration("numpy-f32", precision=32),
        _jax("jax-cpu-f64", 64),
        _jax("jax-cpu-f64-nofma", 64, "--xla_cpu_max_isa=AVX"),
        _jax("jax-cpu-f32", 32),
        _jax("jax-gpu-f64", 64, platform="cuda", missing=_gpu_missing),
        _jax("jax-gpu-f32", 32, platform="cuda", missing=_gpu_missing),
        _sharded(2),
        _sharded(4),
        Configuration("mpi-2", missing=_not_yet(MPI_RUNS)),
        _jax("multiprocess-2", 64, missing=_not_yet(PROCESSES)),
    )
}
DEFAULT = ("numpy-f64", "jax-cpu-f64", "jax-cpu-f64-nofma", "jax-cpu-f32")

FORTRAN = {
    build: Configuration(build, "fortran", "fortran", precision, missing=_needs_build(build))
    for build, precision in (("r8_strict", 64), ("r4_strict", 32), ("r8_fast", 64))
}


def configuration(name: str) -> Configuration:
    """The configuration of that name, or one sentence naming those that exist."""
    try:
        return {**CONFIGURATIONS, **FORTRAN}[name]
    except KeyError:
        raise BadInput(
            f"Configuration {name!r} is unknown; known are {', '.join((*CONFIGURATIONS, *FORTRAN))}."
        ) from None
