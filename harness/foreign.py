"""Somebody else's implementation of a registered kernel against our Fortran: ``verify_port``, and ``run --port``.

The function takes what a kernel's port takes, ``(x, grid, settings)`` with NumPy arrays in pysces' axis order, and
returns ``{output: array}``. What it calls inside (C++, Julia, another model's Fortran) is its own business; it runs in
this process. docs/verify/harness_for_your_port.md tells the story; ``adapters`` has the way to Fortran's axis order.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from .errors import BadInput
from .judging import plan, verify
from .judging.results import Result
from .kernels.catalogue import lookup
from .running.configurations import Configuration


def verify_port(
    kernel: str,
    port: Callable,
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


def configuration(port: Callable, precision: int = 64) -> Configuration:
    """A configuration whose port, for every kernel, is this function."""
    if precision not in (32, 64):
        raise BadInput(f"precision is {precision}; a port computes in 32 or 64 bits.")
    return Configuration(f"foreign-f{precision}", precision=precision, port=port)


def load(where: str) -> Callable:
    """The function that ``module:function`` names; modules in the working directory are found too."""
    module, _, name = where.partition(":")
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        function = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise BadInput(f"--port {where}: write it as module:function, both importable from here ({error}).") from None
    if not callable(function):
        raise BadInput(f"--port {where}: {name} is no function.")
    return function


def arguments(parser) -> None:
    """What commands take that can judge somebody else's port."""
    parser.add_argument("--port", metavar="MODULE:FUNCTION", help="judge this function instead of pysces; one kernel")
    parser.add_argument("--precision", type=int, default=64, metavar="BITS", help="of --port: 64 (default) or 32")


def chosen(options, checks: list[plan.Check]) -> list[Configuration]:
    """The configuration of ``--port``, which computes one kernel only."""
    kernels = sorted({check.kernel.name for check in checks})
    if len(kernels) != 1:
        raise BadInput(f"--port computes one kernel; name one (KERNEL, or its records), found {len(kernels)}.")
    return [configuration(load(options.port), options.precision)]
