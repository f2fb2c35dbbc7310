"""What a report is made of: the files that commands wrote with ``--json``, each recognised by its content."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import BadInput
from ..judging.results import Result, from_rows


@dataclass
class Material:
    """Everything one page can show; whatever is empty has no section."""

    results: list[Result] = field(default_factory=list)
    detection: list[dict] = field(default_factory=list)  # mutate
    cases: list[dict] = field(default_factory=list)
    growth: list[dict] = field(default_factory=list)
    conservation: list[dict] = field(default_factory=list)  # conserve
    located: list[dict] = field(default_factory=list)
    perf: list[dict] = field(default_factory=list)
    scaling: list[dict] = field(default_factory=list)
    facts: dict = field(default_factory=dict)  # doctor
    ledger: list[dict] = field(default_factory=list)


# Which keys give a row away, and where such rows belong; the first that fits counts.
KINDS: tuple[tuple[str, set[str]], ...] = (
    ("results", {"kernel", "verdict", "fields", "reference"}),
    ("detection", {"defect", "smallest_detected"}),
    ("cases", {"day", "ps_min", "ps_min_reference"}),
    ("growth", {"envelope"}),
    ("conservation", {"ne", "day", "dry", "Q"}),
    ("located", {"savepoints"}),
    ("perf", {"port_s", "fortran_s"}),
    ("scaling", {"parts", "seconds"}),
)


def gather(paths: Iterable[Path]) -> Material:
    """The content of all files; a file that no command writes is a BadInput."""
    material = Material()
    for path in paths:
        _add(material, path, _read(path))
    return material


def _read(path: Path):
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise BadInput(f"{path}: cannot be read as JSON ({error}).") from None


def _add(material: Material, path: Path, content) -> None:
    if isinstance(content, dict) and "facts" in content:
        material.facts = content["facts"]
        return
    rows = content if isinstance(content, list) else [content]
    if not rows:
        return
    kind = kind_of(rows)
    if kind is None:
        known = ", ".join(name for name, _ in KINDS)
        raise BadInput(f"{path}: its rows are none of {known}; give files that a command wrote with --json.")
    getattr(material, kind).extend(_RECAST.get(kind, list)(rows))


def kind_of(rows: list) -> str | None:
    """The name of the Material's list that rows belong to; None if they belong nowhere."""
    return next((n for n, keys in KINDS if all(isinstance(r, dict) and keys <= set(r) for r in rows)), None)


_RECAST: dict[str, Callable] = {"results": from_rows}
