"""Somebody else's implementation of registered kernels against our Fortran: ``verify_port``, and ``run --port``.

A function takes what a kernel's port takes, ``(x, grid, settings)`` with NumPy arrays in pysces' axis order, and
returns ``{output: array}``; several kernels are a dict ``{kernel: function}``. What a function calls inside (C++,
Julia, another model's Fortran) is its own business. What it does not have (outputs, cases, kernels) is NOT-OFFERED.
With ``--port`` it runs in a process of its own, so that whatever ends it is a failed check; ``verify_port`` calls it
here. docs/verify/harness_for_your_port.md tells the story; ``adapters`` has the way to other orders of axes and nodes.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from pysces.arrays.backend import Array
from pysces.geometry.grid import Grid

from ..errors import BadInput, brief, near
from ..judging import plan, verify
from ..judging.results import Result
from ..kernels.catalogue import lookup, registry
from ..registry import Fields, Port, Settings
from ..running.configurations import Configuration


@dataclass(frozen=True)
class Function:
    """One kernel's function, held to returning outputs of that kernel by their names.

    outputs : patterns of the outputs that are judged; all that come if empty.
    """

    kernel: str
    function: Port
    outputs: tuple[str, ...] = ()

    def __call__(self, x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
        wanted = tuple(name for name in settings.get("outputs", ()) if chosen_by(name, self.outputs))
        if not wanted:
            raise NotImplementedError(f"no output is called {' or '.join(self.outputs)}")
        found = self.function(x, grid, {**settings, "outputs": wanted})
        if not isinstance(found, Mapping):
            raise BadInput(f"The port returned {_kind(found)}; it must return {{output: array}} with {_some(wanted)}.")
        if not set(found) & set(wanted):
            raise BadInput(f"The port returned {_some(found)}, but {self.kernel} has {_some(wanted)}.")
        return {name: a for name, a in found.items() if name in wanted}


def _kind(found: object) -> str:
    shape = getattr(found, "shape", None)
    return f"{type(found).__name__}" + (f" of shape {shape}" if shape is not None else "")


def _some(names: Iterable[object]) -> str:
    listed = [repr(brief(name, 40)) for name in names]
    return (", ".join(listed[:4]) + (", ..." if len(listed) > 4 else "")) or "nothing"


def chosen_by(name: str, patterns: Iterable[str]) -> bool:
    """Whether a name fits one of the patterns, or there are none; of "stage/v", "v" is enough."""
    patterns = tuple(patterns)
    return not patterns or any(fnmatchcase(n, p) for p in patterns for n in (name, name.rpartition("/")[2]))


@dataclass(frozen=True)
class Functions:
    """By a kernel's name, the function that stands for its port, in this process."""

    functions: Mapping[str, Port]
    outputs: tuple[str, ...] = ()

    def __call__(self, kernel: str) -> Port:
        return Function(kernel, self.functions[kernel], self.outputs)

    def __str__(self) -> str:
        return ", ".join(dict.fromkeys(map(_name, self.functions.values())))


def _name(function: Any) -> str:
    return f"{getattr(function, '__module__', '')}:{getattr(function, '__qualname__', type(function).__name__)}"


@dataclass(frozen=True)
class Named:
    """The same for ``module:name``, imported where a kernel is first asked for: in a process of its own."""

    where: str
    outputs: tuple[str, ...] = ()

    def __call__(self, kernel: str) -> Port:
        found = load(self.where)
        return Function(kernel, found[kernel] if isinstance(found, Mapping) else found, self.outputs)

    def __str__(self) -> str:
        return self.where


def verify_port(
    kernel: str,
    port: Port,
    *,
    records: Iterable[str | Path] = (),
    precision: int = 64,
    mutation: bool = False,
    cases: Iterable[str] = (),
    outputs: Iterable[str] = (),
) -> list[Result]:
    """The verdicts on a function that computes a registered kernel, one for each case.

    records : golden records (files or folders) to judge it by; without them, generated inputs and live Fortran.
    precision : 64 or 32: what the function is given and must return.
    mutation : plant graded defects too; ``smallest_detected`` of a result says how small a one was noticed.
    cases, outputs : patterns of those that the function has; the others are NOT-OFFERED, and so is what it does not
        return and a case for which it raises NotImplementedError.
    """
    checks = plan.golden_checks(records) if records else plan.live_checks([kernel])
    mine = [check for check in checks if check.kernel.name == lookup(kernel).name]
    if not mine:
        raise BadInput(f"There is no {'record' if records else 'generated case'} of kernel {kernel!r} to judge by.")
    where = configuration(Functions({kernel: port}, tuple(outputs)), precision)
    offered = [check for check in mine if chosen_by(check.case.name, cases)]
    results = verify.verify(offered, [where], mutation)
    return [result for result in results if result.side == "port"]


def configuration(port: Functions | Named, precision: int = 64) -> Configuration:
    """A configuration in which somebody else's functions stand for the ports of kernels."""
    if precision not in (32, 64):
        raise BadInput(f"precision is {precision}; a port computes in 32 or 64 bits.")
    return Configuration(f"foreign-f{precision}", precision=precision, port=port)


def load(where: str) -> Port | Mapping[str, Port]:
    """The function, or the dict of functions by kernel, that ``module:name`` names; modules in the working directory
    are found too."""
    module, name = parts(where)
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        found = getattr(importlib.import_module(module), name)
    except Exception as error:
        said = f"{type(error).__name__}: {brief(error)}"
        raise BadInput(f"--port {where}: write it as module:function, both importable from here ({said}).") from None
    if isinstance(found, Mapping):
        return _checked(where, found)
    if not callable(found):
        raise BadInput(f"--port {where}: {name} is neither a function nor a dict of functions by kernel.")
    return found


def _checked(where: str, functions: Mapping) -> Mapping[str, Port]:
    strange = [kernel for kernel in functions if kernel not in registry()]
    if strange:
        raise BadInput(f"--port {where}: {brief(strange[0], 40)!r} is not a kernel{near(strange[0], registry())}")
    wrong = [kernel for kernel, function in functions.items() if not callable(function)]
    if wrong or not functions:
        raise BadInput(f"--port {where}: " + (f"{wrong[0]} has no function." if wrong else "it has no kernel."))
    return functions


def parts(where: str) -> tuple[str, str]:
    """The module and the name in it of ``module:name``."""
    module, colon, name = where.partition(":")
    if not (colon and name.isidentifier() and all(part.isidentifier() for part in module.split("."))):
        raise BadInput(f"--port {brief(where, 60)}: write it as module:function, as in my_module:my_gradient.")
    return module, name
