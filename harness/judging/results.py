"""The verdict on one check, and its way into JSON files and back."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import BadInput
from .compare import BITWISE, NOT_OFFERED, NOT_RUN, ROUNDOFF


@dataclass
class Result:
    """The verdict on one kernel, case, side and configuration; the numbers are those of its worst field.

    side : who is judged, "port" or "fortran".
    reference : against what: "golden", the Fortran build, or the configuration of one process whose bits are wanted.
    expected : a NOT-RUN that is no fault of the project (no compiler, no GPU, no counterpart).
    smallest_detected : {defect: smallest size noticed, or None}.   seconds : what the side took, ensemble included.
    compared : how many fields, points, levels and times.   elements : of the grid, 0 without one.
    provenance : what computed the side and the reference, and where; on accelerators the device, its driver, jax.
    named : {number that has a name: smallest factor off by which it is noticed, or None}, where that was tried.
    levels_off : how many levels of the record were taken times a factor, one by one, where that was tried.
    blind : those that may be wrong by it (levels.Blind).
    refused, crashed : {planted defect: what was said} where the port refused it, or ended otherwise.
    """

    kernel: str
    case: str
    side: str
    reference: str
    configuration: str
    mesh: str
    producer: str
    verdict: str
    reason: str = ""
    expected: bool = False
    r_global: float | None = None
    r_level: float | None = None
    r_point: float | None = None
    max_abs_error: float | None = None
    scale: float | None = None
    bitwise_fraction: float | None = None
    worst: dict | None = None
    spread_from: str = ""
    fields: list[dict] = field(default_factory=list)
    smallest_detected: dict[str, float | None] = field(default_factory=dict)
    source: str = ""
    seconds: float = 0.0
    compared: dict[str, int] = field(default_factory=dict)
    elements: int = 0
    ne: int = 0  # of a cubed sphere; 0 on any other mesh
    provenance: dict[str, str] = field(default_factory=dict)
    levels_off: int = 0
    blind: list[dict] = field(default_factory=list)
    named: dict[str, float | None] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    crashed: dict[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether it holds, is not offered, or was not run for want of something that is no fault of the project."""
        return self.verdict in (BITWISE, ROUNDOFF, NOT_OFFERED) or (self.verdict == NOT_RUN and self.expected)

    @property
    def unusable(self) -> bool:
        """Whether the record itself is why nothing was run; the reason then begins with its path."""
        return (
            self.verdict == NOT_RUN and not self.expected and bool(self.source) and self.reason.startswith(self.source)
        )

    @property
    def graded(self) -> bool:
        """Whether the whole ladder of defects was planted, not only the gross one that every check must notice."""
        return "bad_point" in self.smallest_detected and len(self.smallest_detected) > 1

    @property
    def comparison(self) -> str:
        """What was compared, in words: 3 fields, 23,040 points, 30 levels, 1 time."""
        units = {name: name if n != 1 else name.removesuffix("s") for name, n in self.compared.items()}
        return ", ".join(f"{n:,} {units[name]}" for name, n in self.compared.items())

    def as_json(self) -> dict:
        """The object of --json; numbers that JSON does not know are null."""
        return _finite({**asdict(self), "ok": self.ok})


def _finite(tree: Any) -> Any:
    """Infinity, which JSON does not know, as null."""
    if isinstance(tree, dict):
        return {key: _finite(value) for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [_finite(value) for value in tree]
    return None if isinstance(tree, float) and not math.isfinite(tree) else tree


def write(results: Iterable[Result], path: Path) -> None:
    """A list of objects, one a line."""
    lines = (json.dumps(result.as_json(), separators=(",", ":"), allow_nan=False) for result in results)
    path.write_text("[\n" + ",\n".join(lines) + "\n]\n")


def from_rows(rows: Iterable[dict]) -> list[Result]:
    """Results of the objects that ``as_json`` made; keys of later versions are passed over."""
    known = {f.name for f in fields(Result)}
    return [Result(**{key: value for key, value in row.items() if key in known}) for row in rows]


def read(path: Path) -> list[Result]:
    """The results that ``--json`` wrote into a file."""
    try:
        return from_rows(json.loads(path.read_text()))
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise BadInput(f"{path}: cannot be read as results of --json ({error}).") from None


def finite(tree: Any) -> Any:
    """Infinity and NaN, which JSON does not know, as null."""
    if isinstance(tree, dict):
        return {key: finite(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [finite(value) for value in tree]
    return None if isinstance(tree, float) and not np.isfinite(tree) else tree
