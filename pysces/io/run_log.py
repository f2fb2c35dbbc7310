"""The log beside a run's history: who made it, how and where, its configuration, and the lines that it printed.

A log is gone on with, never replaced: every run that writes the history adds its own part.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from ..config.run import RunConfig
from ..config.toml_text import toml_text
from ..version import described

HEAD = "# log of pysces run"
LIBRARIES = ("numpy", "jax", "jaxlib", "mpi4py", "netCDF4")


def log_of(history: str) -> str:
    """The name of the log beside a history; empty where there is no history."""
    return f"{history.removesuffix('.nc')}.log" if history else ""


def check_log(path: str) -> None:
    """Refuse to write into a file that is there and is no log of ours, or to which nobody may write."""
    if not path or not os.path.lexists(path):
        return
    if not os.path.isfile(path) or not _is_log(path):
        raise ValueError(f"{path} exists and is not a log of pysces run; move it away, or give another --output.")
    if not os.access(path, os.W_OK):
        raise ValueError(f"{path} cannot be written to; allow it, or give another --output.")


def _is_log(path: str) -> bool:
    with open(path, "rb") as file:
        return file.read(len(HEAD)) == HEAD.encode()


@contextmanager
def open_log(path: str, command: str, config: RunConfig) -> Iterator[IO[str]]:
    """The log as long as a run lasts: what is known before its first line, and at its end when and how it ended.

    command : as it was given.   config : with nothing left to be chosen.
    """
    with open(path, "a", encoding="utf-8", errors="backslashreplace", buffering=1) as file:
        print(HEAD, *provenance(command), "", "# as a configuration:", toml_text(config), sep="\n", file=file)
        print("# what it printed:", file=file)
        try:
            yield file
        except BaseException as error:
            print(f"# ended    {_now()} by {type(error).__name__}: {error}\n", file=file)
            raise
        print(f"# ended    {_now()}\n", file=file)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def provenance(command: str) -> list[str]:
    """Lines on who runs what, when and where."""
    return [
        f"# program  {described()}",
        f"# command  {command}",
        f"# folder   {Path.cwd()}",
        f"# started  {_now()}",
        f"# machine  {platform.node()}, {platform.platform()}, {os.cpu_count()} cores{_devices()}",
        f"# python   {platform.python_version()}, {', '.join(_libraries())}",
    ]


def _libraries() -> list[str]:
    """Those that this process has imported, with their versions."""
    found = ((name, getattr(sys.modules.get(name), "__version__", None)) for name in LIBRARIES)
    return [f"{name} {version}" for name, version in found if version]


def _devices() -> str:
    """What JAX computes on, where it is used."""
    jax = sys.modules.get("jax")
    if jax is None:
        return ""
    kinds = [device.device_kind for device in jax.devices()]
    return ", jax on " + ", ".join(f"{kinds.count(kind)} x {kind}" for kind in sorted(set(kinds)))
