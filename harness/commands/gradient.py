"""``pysces-verify gradient``: whether derivatives of whole runs are slopes, and the same in both modes."""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

from pysces.models.cam_se.physics import cam_se_physics
from pysces.models.theta_l.physics import homme_physics
from pysces.physics.suite import as_suite

from ..errors import BadInput, brief, near
from ..foreign.port import parts
from ..guards import targets
from ..judging.results import finite
from ..report import gradients
from ..whole_runs.gradient.check import Cell, cells
from ..whole_runs.gradient.configurations import CONFIGURATIONS, KINKS, Configuration, built

FORCINGS: dict[str, Any] = {"theta_l": homme_physics, "cam_se": cam_se_physics}


def arguments(parser: argparse.ArgumentParser) -> None:
    """What ``gradient`` takes beside the common options."""
    parser.add_argument("--ne", type=int, default=2, help="elements along a cube edge (default: 2)")
    parser.add_argument(
        "--suite",
        metavar="MODULE:NAME",
        help="your own physics or network in place of the configurations' (air models)",
    )


def run(options: argparse.Namespace) -> int:
    """Taylor slopes and forward against reverse mode of small runs, by every parameter; --deep: all configurations."""
    if not 2 <= options.ne <= 8:
        raise BadInput(f"gradient takes --ne of 2 to 8, found {options.ne}.")
    found: list[Cell] = []
    print(f"{'model':14s}{'configuration':26s}{'parameter':15s}{'slope':>7s}{'dot':>9s}  verdict", flush=True)
    for cell in _cells(_models(options.words), options):
        found.append(cell)
        slope = "-" if cell.slope is None else f"{cell.slope:.2f}"
        said = ("ok" if cell.ok else "RED") + (f": {cell.reason}" if cell.reason else "")
        print(
            f"{cell.model:14s}{cell.configuration:26s}{cell.parameter:15s}{slope:>7s}{cell.dot:9.1e}  {said}",
            flush=True,
        )
    red = sum(not cell.ok for cell in found)
    rows = finite([asdict(cell) for cell in found])
    print(f"{gradients.markdown(rows)}\n\n{len(found)} cells, {red} red")
    if options.json:
        targets.text(options.json, json.dumps(rows, indent=1))
    return 1 if red or not found else 0


def _models(words: list[str]) -> list[str]:
    for word in words:
        if word not in CONFIGURATIONS:
            raise BadInput(f"gradient knows no model {brief(word, 40)!r}{near(word, CONFIGURATIONS)}")
    return words or list(CONFIGURATIONS)


def _cells(models: list[str], options: argparse.Namespace) -> Iterator[Cell]:
    suite = _suite(options.suite) if options.suite else None
    for model in models:
        for configuration in _chosen(model, options.deep, suite is not None):
            made = built(model, configuration, options.ne)
            if suite is not None:
                made = replace(made, dycore=made.dycore.replace(forcing=FORCINGS[model](suite)))
            name = configuration.name if suite is None else options.suite
            yield from cells(model, name, made, KINKS.get(configuration.kink, ""))


def _chosen(model: str, deep: bool, own_suite: bool) -> list[Configuration]:
    """Those to run; one dry and smooth run for a suite of a user's, which knows no kink."""
    if own_suite:
        return [CONFIGURATIONS[model][0]] if model in FORCINGS else []
    return [c for c in CONFIGURATIONS[model] if deep or not c.deep]


def _suite(where: str) -> Any:
    """The suite that module:name names: a function (air, time), a @pytree with __call__, or a class of one."""
    try:
        module, name = parts(where)
    except BadInput:
        raise BadInput(f"--suite {brief(where, 60)}: write it as module:name, as in my_physics:suite.") from None
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        found = getattr(importlib.import_module(module), name)
        return as_suite(found() if inspect.isclass(found) else found)
    except Exception as error:
        said = f"{type(error).__name__}: {brief(error)}"
        raise BadInput(f"--suite {where}: write it as module:name, both importable from here ({said}).") from None
