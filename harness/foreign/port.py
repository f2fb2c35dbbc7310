"""Somebody else's implementation of a registered kernel against our Fortran: ``verify_port``, and ``run --port``.

The function takes what a kernel's port takes, ``(x, grid, settings)`` with NumPy arrays in pysces' axis order, and
returns ``{output: array}``. What it calls inside (C++, Julia, another model's Fortran) is its own business. With
``--port`` it runs in a process of its own, so that whatever ends it is a failed check; ``verify_port`` calls it here.
docs/verify/harness_for_your_port.md tells the story; ``adapters`` has the way to Fortran's axis order.
"""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from pysces.arrays.backend import Array
from pysces.geometry.grid import Grid

from ..errors import BadInput, brief
from ..judging import plan, verify
from ..judging.results import Result
from ..kernels.catalogue import lookup
from ..registry import Fields, Port, Settings
from ..running.configurations import Configuration

IMPORT_LIMIT = 300  # s


def verify_port(
    kernel: str,
    port: Port,
    *,
    records: Iterable[str | Path] = (),
    precision: int = 64,
    mutation: bool = False,
) -> list[Result]:
    """The verdicts on a function that computes a registered kernel, one for each case.

    records : golden records (files or folders) to judge it by; without them, generated inputs and live Fortran.
    precision : 64 or 32: what the function is given and must return.
    mutation : plant graded defects too; ``smallest_detected`` of a result says how small a one was noticed.
    """
    checks = plan.golden_checks(records) if records else plan.live_checks([kernel])
    mine = [check for check in checks if check.kernel.name == lookup(kernel).name]
    if not mine:
        raise BadInput(f"There is no {'record' if records else 'generated case'} of kernel {kernel!r} to judge by.")
    results = verify.verify(mine, [configuration(port, precision)], mutation)
    return [result for result in results if result.side == "port"]


def configuration(port: Port, precision: int = 64) -> Configuration:
    """A configuration whose port, for every kernel, is this function."""
    if precision not in (32, 64):
        raise BadInput(f"precision is {precision}; a port computes in 32 or 64 bits.")
    return Configuration(f"foreign-f{precision}", precision=precision, port=port)


def load(where: str) -> Port:
    """The function that ``module:function`` names; modules in the working directory are found too."""
    module, name = _parts(where)
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        function = getattr(importlib.import_module(module), name)
    except Exception as error:
        found = f"{type(error).__name__}: {brief(error)}"
        raise BadInput(f"--port {where}: write it as module:function, both importable from here ({found}).") from None
    if not callable(function):
        raise BadInput(f"--port {where}: {name} is no function.")
    return function


def _parts(where: str) -> tuple[str, str]:
    module, colon, name = where.partition(":")
    if not (colon and name.isidentifier() and all(part.isidentifier() for part in module.split("."))):
        raise BadInput(f"--port {brief(where, 60)}: write it as module:function, as in my_module:my_gradient.")
    return module, name


class Named:
    """The function of ``module:function``, imported where it is first called: in a process of its own."""

    def __init__(self, where: str) -> None:
        self.__module__, self.__qualname__ = _parts(where)
        self.where = where

    def __call__(self, x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
        return load(self.where)(x, grid, settings)


TRIAL = """
import sys
from pysces_harness.foreign.port import load
try:
    load(sys.argv[1])
except ValueError as error:
    print("REFUSED", error)
else:
    print("FOUND")
"""


def tried(where: str) -> Named:
    """The function, once a process of its own has found it; importing somebody else's module may do anything."""
    named = Named(where)
    command = [sys.executable, "-c", TRIAL, where]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=IMPORT_LIMIT)
    except subprocess.TimeoutExpired:
        raise BadInput(f"--port {where}: importing it takes more than {IMPORT_LIMIT} s.") from None
    said = (ended.stdout.strip().splitlines() or [""])[-1]
    if said.startswith("REFUSED"):
        raise BadInput(said.removeprefix("REFUSED "))
    if said != "FOUND":
        raise BadInput(f"--port {where}: importing it ended its process with status {ended.returncode}.")
    return named


def arguments(parser: argparse.ArgumentParser) -> None:
    """What commands take that can judge somebody else's port."""
    parser.add_argument("--port", metavar="MODULE:FUNCTION", help="judge this function instead of pysces; one kernel")
    parser.add_argument("--precision", type=int, default=64, metavar="BITS", help="of --port: 64 (default) or 32")


def chosen(options: argparse.Namespace, checks: list[plan.Check]) -> list[Configuration]:
    """The configuration of ``--port``, which computes one kernel only."""
    _parts(options.port)
    kernels = sorted({check.kernel.name for check in checks})
    if len(kernels) != 1:
        raise BadInput(f"--port computes one kernel; name one (KERNEL, or its records), found {len(kernels)}.")
    return [configuration(tried(options.port), options.precision)]
