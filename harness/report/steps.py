"""What a report should hold: the steps that were planned, and which of them ended without a usable file.

The plan is a table with tabs that ci/verify.sh writes as it goes, a line for each event:

    planned   NAME   FILE       this step will write FILE with --json
    skipped   NAME   REASON     it is not done here, with an excuse such as a missing compiler
    ended     NAME   STATUS     its exit status: 0 or 1, where its file says what does not hold; others are failures

A step that was planned and neither skipped nor ended did not finish.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..errors import BadInput, brief, reading

DONE, NOT_RUN, SKIPPED = "done", "NOT-RUN", "left out"
EVENTS = ("planned", "skipped", "ended")
JUDGED = ("0", "1")


@dataclass(frozen=True)
class Step:
    """One command whose rows belong into the report. state : done, NOT-RUN or left out; reason : why it is not done."""

    name: str
    state: str = DONE
    reason: str = ""
    path: Path | None = None
    status: str = ""


def given(paths: list[Path]) -> list[Step]:
    """Files named on the command line, each a step."""
    return [Step(str(path), path=path) for path in paths]


def planned(plan: Path) -> list[Step]:
    """The steps of a plan, with what keeps them from being done as far as the plan knows it."""
    with reading(plan, "a plan of steps"):
        if not plan.is_file():
            raise BadInput(f"{plan} is not a file; name the plan that the steps were written into.")
        lines = plan.read_text(encoding="utf-8").splitlines()
    events: dict[str, dict[str, str]] = {}
    for line in filter(str.strip, lines):
        event, name, value = _event(plan, line)
        events.setdefault(name, {})[event] = value
    if not events:
        raise BadInput(f"{plan}: names no step.")
    return [_step(plan, name, found) for name, found in events.items()]


def _event(plan: Path, line: str) -> list[str]:
    parts = line.split("\t")
    if len(parts) != 3 or parts[0] not in EVENTS or not all(part.strip() for part in parts):
        raise BadInput(f"{plan}: {brief(line, 60)!r} is none of its lines: EVENT, NAME and VALUE between tabs.")
    return parts


def _step(plan: Path, name: str, found: dict[str, str]) -> Step:
    if "skipped" in found:
        return Step(name, SKIPPED, brief(found["skipped"], 200))
    if "planned" not in found:
        return Step(name, NOT_RUN, f"{plan.name} does not say where it writes")
    if "ended" not in found:
        return Step(name, NOT_RUN, "it was not started, or did not finish")
    if found["ended"] not in JUDGED:
        return Step(name, NOT_RUN, f"it ended with status {brief(found['ended'], 20)}")
    return Step(name, path=Path(found["planned"]), status=found["ended"])
