"""What a report is made of: the files that commands wrote with ``--json``, each recognised by its content."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import BadInput, reading
from ..guards import sizes
from ..guards.shapes import check
from ..judging.results import Result, from_rows
from . import rows
from .steps import Step


@dataclass
class Material:
    """Everything one page can show; whatever is empty has no section."""

    results: list[Result] = field(default_factory=list)
    detection: list[dict] = field(default_factory=list)  # mutate
    cases: list[dict] = field(default_factory=list)
    growth: list[dict] = field(default_factory=list)
    conservation: list[dict] = field(default_factory=list)  # conserve
    gradients: list[dict] = field(default_factory=list)
    located: list[dict] = field(default_factory=list)
    perf: list[dict] = field(default_factory=list)
    scaling: list[dict] = field(default_factory=list)
    facts: dict = field(default_factory=dict)  # doctor
    problems: list[str] = field(default_factory=list)  # doctor
    steps: list[Step] = field(default_factory=list)  # what was planned, or given, and how it ended
    ledger: list[dict] = field(default_factory=list)


# Which keys give a row away, and where such rows belong; the first that fits counts.
KINDS: tuple[tuple[str, set[str]], ...] = (
    ("results", {"kernel", "verdict", "fields", "reference"}),
    ("detection", {"defect", "smallest_detected"}),
    ("cases", {"day", "ps_min", "ps_min_reference"}),
    ("growth", {"envelope"}),
    ("conservation", {"ne", "day", "dry", "Q"}),
    ("gradients", {"model", "configuration", "parameter", "slope", "dot", "ok"}),
    ("located", {"savepoints"}),
    ("perf", {"port_s", "fortran_s"}),
    ("scaling", {"parts", "seconds"}),
)


def gather(paths: Iterable[Path]) -> Material:
    """The content of all files; a file that no command writes is a BadInput."""
    material = Material()
    for path in paths:
        add(material, path, load(path))
    return material


def load(path: Path) -> Any:
    """The JSON of a file."""
    with reading(path, "JSON"):
        if not path.is_file():
            raise BadInput(f"{path}: is missing or no file; give what a command wrote with --json.")
        sizes.check(str(path), 10 * path.stat().st_size)
        return json.loads(path.read_text(encoding="utf-8"))


def add(material: Material, path: Path, content: Any) -> None:
    """Rows into the list where they belong; what is empty or not as a command writes it is a BadInput."""
    if isinstance(content, dict) and "facts" in content:
        check({**content, "facts": _words(content["facts"])}, rows.FACTS, str(path))
        material.facts, material.problems = _words(content["facts"]), content.get("problems", [])
        return
    found = content if isinstance(content, list) else [content]
    if not found:
        raise BadInput(f"{path}: holds no rows; the command that wrote it compared nothing.")
    kind = kind_of(found)
    if kind is None:
        raise BadInput(f"{path}: its rows are not what a command writes with --json.")
    rows.check_rows(kind, found, str(path))
    getattr(material, kind).extend(_RECAST.get(kind, list)(found))


def _words(facts: Any) -> Any:
    """Facts as text; numbers such as the count of cores among them."""
    plain = (str, int, float, bool, type(None))
    return {k: str(v) if isinstance(v, plain) else v for k, v in facts.items()} if isinstance(facts, dict) else facts


def kind_of(rows: list) -> str | None:
    """The name of the Material's list that rows belong to; None if they belong nowhere."""
    return next((n for n, keys in KINDS if all(isinstance(r, dict) and keys <= set(r) for r in rows)), None)


_RECAST: dict[str, Callable] = {"results": from_rows}
