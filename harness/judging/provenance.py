"""Where numbers come from: which model, library, compiler and machine computed each side of a check."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from ..running import doctor
from ..running.configurations import FORTRAN, Configuration


@cache
def side(configuration: Configuration) -> str:
    """The software that computes a configuration, with the flags that decide its rounding."""
    if configuration.side == "fortran":
        return fortran(configuration.name)
    if configuration.port is not None:
        return str(configuration.port)
    libraries: tuple[str, ...] = ("jax", "jaxlib") if configuration.backend == "jax" else ("numpy",)
    libraries += ("mpi4py",) if configuration.ranks > 1 else ()
    versions = ", ".join(f"{name} {doctor.version(name)}" for name in libraries)
    flags = configuration.environment.get("XLA_FLAGS", "")
    return f"pysces on {versions}" + (f", XLA_FLAGS={flags}" if flags else "")


@cache
def fortran(build: str) -> str:
    """Compiler and the options that matter for arithmetic of a build of reference_fortran, or why there is none."""
    if reason := FORTRAN[build].missing():
        return reason
    import pysces_reference

    info = pysces_reference.compiler_info()[build]
    return f"reference_fortran {build}, {info['version']}: {arithmetic(info['options'].split())}"


def arithmetic(options: Iterable[str]) -> str:
    """Options of optimisation, instruction set and floating point; of several levels, the last one counts."""
    wanted = ("-march=", "-mtune=", "-ffp", "-fno-fast", "-ffast", "-fopenmp", "-fcheck", "-finit")
    options = list(options)
    level = [o for o in options if o.startswith("-O")][-1:]
    return " ".join(level + [o for o in options if o.startswith(wanted)])


@cache
def machine() -> dict[str, str]:
    """Host, processor with its vector extensions, and the sources' commit."""
    return {"host": platform.node(), "cpu": doctor.cpu(), "system": platform.platform(), "commit": commit()}


@cache
def records_library() -> bool:
    """Whether sines and powers have the bits they had where the records were computed: glibc 2.36, with FMA."""
    cpu = Path("/proc/cpuinfo")
    return platform.libc_ver() == ("glibc", "2.36") and cpu.exists() and " fma " in cpu.read_text()


def strict(record: str) -> bool:
    """Whether a record's compiler, of which its provenance tells, kept to IEEE arithmetic as r8_strict does."""
    return "-ffp-contract=off" in record and "-ffast-math" not in record and "-Ofast" not in record


def commit() -> str:
    """The sources' commit, marked when they were changed since; empty outside a repository."""
    command = ["git", "-C", str(Path(__file__).resolve().parent), "describe", "--always", "--dirty", "--abbrev=12"]
    ended = subprocess.run(command, capture_output=True, text=True)
    return ended.stdout.strip() if ended.returncode == 0 else ""
