"""The planted defects as data: edits.toml, one edit of one file of pysces each, and what must become of it."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import BadInput

EDITS = Path(__file__).with_name("edits.toml")


@dataclass(frozen=True)
class Expected:
    """What must notice a defect, and where.

    kernels : whose live checks must notice.   records : golden records below test_data whose checks must.
    assembled : what ``pysces-verify assembled`` must find: golden records of runs, or its own words such as made-up.
    tests : test files, or tests of them as pytest names them, of which at least one test each must fail.
    configuration : of the kernels, the records and the walk.
    savepoint, field : where locate must find it, in the walk of model; field "" where several answers are right, and
        no savepoint where the defect lies outside of what locate walks: then whoever fails is the place.
    """

    kernels: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    assembled: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    configuration: str = "numpy-f64"
    model: str = "theta_l"
    savepoint: str = ""
    field: str = ""


@dataclass(frozen=True)
class SourceEdit:
    """An edit: in file (from the folder that holds pysces), old becomes new."""

    name: str
    what: str
    file: str
    old: str
    new: str
    expected: Expected

    def plant(self, folder: Path) -> None:
        """Make the edit in the copy of pysces below folder; ValueError where old is not there exactly once."""
        path = folder / self.file
        text = path.read_text()
        if (found := text.count(self.old)) != 1:
            raise ValueError(
                f"{self.file} holds the text of defect {self.name} {found} times, not once; mend {EDITS.name}."
            )
        path.write_text(text.replace(self.old, self.new))


def defects() -> dict[str, SourceEdit]:
    """Every defect by name; ValueError where two have the same."""
    table = tomllib.loads(EDITS.read_text(encoding="utf-8"))["defect"]
    for name, times in Counter(row["name"] for row in table).items():
        if times > 1:
            raise ValueError(f"{EDITS.name} has {times} defects that are called {name!r}; rename all but one.")
    return {row["name"]: _defect(row) for row in table}


def named(names: Iterable[str]) -> list[SourceEdit]:
    """The defects of these names, all of them without names; BadInput for one that does not exist."""
    known = defects()
    for name in names:
        if name not in known:
            raise BadInput(f"Defect {name!r} is unknown; the known ones are {', '.join(known)}.")
    return [known[name] for name in names or known]


def _defect(row: dict[str, Any]) -> SourceEdit:
    expected: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in row["expected"].items()}
    return SourceEdit(**row | {"expected": Expected(**expected)})
