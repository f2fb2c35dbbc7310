"""The NetCDF file that a culprit leaves: input, reference, port, difference, S and R, and how to see it again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np

from ..errors import BadInput
from ..judging.comparison import FLOOR
from .blame import Blame
from .march import Start

SLASH = "__"  # NetCDF names hold no slash


def write(path: Path, blame: Blame, start: Start, configuration: str) -> str:
    """Write the file; returns the command that replays it."""
    finding, command = blame.finding, f"pysces-verify locate --replay {path}"
    expected = {n: np.asarray(a, float) for n, a in finding.reference.items()}
    got = {n: np.asarray(a, float) for n, a in finding.outputs.items() if n in expected}
    difference = {n: got[n] - expected[n] for n in got if got[n].shape == expected[n].shape}
    spread = {n: np.asarray(a, float) for n, a in finding.spread.items()}
    groups = {
        "input": finding.visit.x,
        "reference": expected,
        "port": got,
        "difference": difference,
        "S": spread,
        "R": {n: _ratio(difference[n], spread[n]) for n in difference if n in spread},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with netCDF4.Dataset(path, "w") as file:
        for name, fields in groups.items():
            _group(file.createGroup(name), fields)
        visit = finding.visit
        attributes = {
            "title": blame.sentence,
            "command": command,
            "savepoint": visit.savepoint.name,
            "model": start.model,
            "case": start.case,
            "options": json.dumps(dict(start.options)),
            "settings": json.dumps(dict(visit.settings), default=_plain),
            "configuration": configuration,
            "step": visit.step,
            "stage": visit.stage,
        }
        file.setncatts(attributes)
    return command


def _plain(value: Any) -> Any:
    """Arrays and tuples of settings as JSON has them."""
    return np.asarray(value).tolist()


def _ratio(difference: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """|difference| / S, S at least a quarter of its level's largest; -1 where there is no spread but a difference."""
    levels = tuple(range(spread.ndim - 1))
    floored = np.maximum(spread, FLOOR * spread.max(axis=levels, keepdims=True))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(difference == 0.0, 0.0, np.abs(difference) / floored)
    return np.where(np.isfinite(ratio), ratio, -1.0)


def _group(group: netCDF4.Group, fields: Mapping[str, np.ndarray]) -> None:
    for name, values in fields.items():
        values = np.asarray(values)
        axes = tuple(_dimension(group, n) for n in values.shape)
        group.createVariable(name.replace("/", SLASH), values.dtype, axes, zlib=bool(axes))[...] = values


def _dimension(group: netCDF4.Group, size: int) -> str:
    name = f"n{size}"
    if name not in group.dimensions:
        group.createDimension(name, size)
    return name


def read(path: Path) -> tuple[dict, dict[str, np.ndarray]]:
    """Attributes (settings and options as dicts) and inputs of such a file."""
    try:
        with netCDF4.Dataset(path) as file:
            file.set_auto_mask(False)
            attributes = {name: file.getncattr(name) for name in file.ncattrs()}
            inputs = {n.replace(SLASH, "/"): np.asarray(v[...]) for n, v in file.groups["input"].variables.items()}
            return attributes | {n: json.loads(attributes[n]) for n in ("settings", "options")}, inputs
    except (OSError, KeyError, ValueError) as error:
        raise BadInput(f"{path}: is not a file that locate wrote ({error}); name one of those.") from None
