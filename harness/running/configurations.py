"""Configurations: backend x precision x decomposition x flags, and whether this machine can run each."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import numpy as np

from ..errors import BadInput, brief, near


@dataclass(frozen=True, eq=False)
class Configuration:
    """How one side is run. Each runs in a process of its own, because flags must be set before JAX starts.

    devices : JAX devices over which elements are dealt out.   ranks : MPI ranks.   processes : JAX processes.
    serial : the configuration of one process and one device whose bits this one must have; "" where it is one itself.
    kernels : who compiles element-local functions of jax, "xla" or "native".
    twice : everything is run a second time first and must give the same bits (accelerators).
    port : by a kernel's name, the function that stands for its port: somebody else's code (foreign/). It runs in this
        process unless it has ``where``, a place to find it again from another one.
    """

    name: str
    side: str = "port"
    backend: str = "numpy"
    precision: int = 64
    devices: int = 1
    ranks: int = 1
    processes: int = 1
    serial: str = ""
    kernels: str | None = None
    twice: bool = False
    environment: dict[str, str] = field(default_factory=dict)
    missing: Callable[[], str] = lambda: ""
    port: Callable | None = None

    @property
    def dtype(self) -> np.dtype:
        """Of its floats."""
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


def mpiexec() -> Path:
    """The launcher of the environment that this Python, and so mpi4py's library, comes from."""
    return Path(sys.executable).with_name("mpiexec")


@cache
def _mpi_missing() -> str:
    if importlib.util.find_spec("mpi4py") is None:
        return "mpi4py is not installed"
    if not mpiexec().exists():
        return f"MPI is not installed beside Python ({mpiexec()}: pip install mpich)"
    ended = subprocess.run([sys.executable, "-c", "from mpi4py import MPI"], capture_output=True, text=True)
    return "" if ended.returncode == 0 else f"MPI is not installed ({ended.stderr.strip().splitlines()[-1]})"


ACCELERATOR = os.environ.get("PYSCES_ACCELERATOR", "cuda")  # JAX's platform of jax-gpu-*; "cpu" tries the path


@cache
def accelerator_missing(platform: str) -> str:
    """Why JAX has no device of that platform here; asked in a process of its own, only where it may have one."""
    if importlib.util.find_spec("jax") is None:
        return "jax is not installed"
    if platform in ("cuda", "gpu") and not any(Path("/dev").glob("nvidia[0-9]*")):
        return "no GPU on this machine"
    environment = {**os.environ, "JAX_PLATFORMS": platform}
    command = [sys.executable, "-c", "import jax; jax.devices()"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True)
    return "" if ended.returncode == 0 else f"no GPU that jax can use ({ended.stderr.strip().splitlines()[-1]})"


def _jax(name: str, precision: int, flags: str = "") -> Configuration:
    environment = {"JAX_PLATFORMS": "cpu"} | ({"XLA_FLAGS": flags} if flags else {})
    return Configuration(name, backend="jax", precision=precision, environment=environment, missing=_needs("jax"))


def _native(precision: int) -> Configuration:
    """Element-local functions compiled by the C compiler."""
    return replace(_jax(f"jax-cpu-f{precision}-native", precision), kernels="native", missing=_native_missing)


def _native_missing() -> str:
    from pysces.arrays.compiler import c_compiler

    return _needs("jax")() or ("" if c_compiler() else "no C compiler is installed")


def _accelerator(precision: int) -> Configuration:
    return Configuration(
        f"jax-gpu-f{precision}",
        backend="jax",
        precision=precision,
        twice=True,
        environment={"JAX_PLATFORMS": ACCELERATOR, "XLA_PYTHON_CLIENT_PREALLOCATE": "false"},
        missing=lambda: accelerator_missing(ACCELERATOR),
    )


def _mpi(ranks: int) -> Configuration:
    """Elements over MPI ranks, on numpy; one thread each."""
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    return Configuration(f"mpi-{ranks}", ranks=ranks, serial="numpy-f64", environment=threads, missing=_mpi_missing)


def _sharded(devices: int) -> Configuration:
    """Elements over several host devices of one process."""
    one_process = _jax(f"sharded-{devices}", 64, f"--xla_force_host_platform_device_count={devices}")
    return replace(one_process, devices=devices, serial="jax-cpu-f64")


def _multiprocess(processes: int) -> Configuration:
    """Elements over several JAX processes of one host device each."""
    one_device = _jax(f"multiprocess-{processes}", 64)
    return replace(one_device, devices=processes, processes=processes, serial="jax-cpu-f64")


CONFIGURATIONS = {
    c.name: c
    for c in (
        Configuration("numpy-f64"),
        Configuration("numpy-f32", precision=32),
        _jax("jax-cpu-f64", 64),
        _jax("jax-cpu-f64-nofma", 64, "--xla_cpu_max_isa=AVX"),
        _jax("jax-cpu-f32", 32),
        _native(64),
        *(_accelerator(precision) for precision in (64, 32)),
        *(_mpi(ranks) for ranks in (2, 3, 4)),
        *(_sharded(devices) for devices in (2, 4)),
        _multiprocess(2),
    )
}
DEFAULT = ("numpy-f64", "jax-cpu-f64", "jax-cpu-f64-nofma", "jax-cpu-f32")

FORTRAN = {
    build: Configuration(build, "fortran", "fortran", precision, missing=_needs_build(build))
    for build, precision in (("r8_strict", 64), ("r4_strict", 32), ("r8_fast", 64))
}


def with_serial(configurations: list[Configuration]) -> list[Configuration]:
    """The configurations, and those whose bits the ones over several parts must have."""
    wanted = [
        c for chosen in configurations for c in ([CONFIGURATIONS[chosen.serial]] if chosen.serial else []) + [chosen]
    ]
    return list(dict.fromkeys(wanted))


def configuration(name: str) -> Configuration:
    """The configuration of that name, or one sentence naming those that are close."""
    try:
        return {**CONFIGURATIONS, **FORTRAN}[name]
    except KeyError:
        close = near(name, (*CONFIGURATIONS, *FORTRAN), "; pysces-verify list shows them all.")
        raise BadInput(f"Configuration {brief(name, 60)!r} is unknown{close}") from None
