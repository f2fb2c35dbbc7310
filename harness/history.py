"""The ledger: a JSON line for every kernel and configuration of a run, so that slow worsening shows before it fails."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from .compare import SEVERITY
from .registry import BadInput

RATIOS = ("r_global", "r_level", "r_point")


def append(results: Iterable, path: Path, times: Iterable[dict] = ()) -> None:
    """Add the run's summary to a ledger, unless it is what the ledger ends with; times are rows of ``perf``."""
    rows = [*summary(results), *map(_time, times)]
    if not rows or (path.exists() and _same(read(path)[-len(rows) :], rows)):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    date = datetime.now(UTC).isoformat(timespec="seconds")
    with open(path, "a") as file:
        for row in rows:
            file.write(json.dumps({"date": date, **row}) + "\n")


def _same(before: list[dict], now: list[dict]) -> bool:
    return [{k: v for k, v in row.items() if k != "date"} for row in before] == now


def _time(row: dict) -> dict:
    """The time ratio of a kernel as a row of its own; refused ones have none."""
    names = {"commit": row.get("commit") or commit(), "kernel": row["kernel"], "configuration": row["configuration"]}
    return {**names, "reference": "r8_fast", "time_ratio": row["ratio"], "low": row["low"], "high": row["high"]}


def summary(results: Iterable) -> list[dict]:
    """By kernel, configuration and reference: worst verdict, largest ratios, the defect that every check notices."""
    groups: dict[tuple[str, str, str], list] = {}
    for r in results:
        groups.setdefault((r.kernel, r.configuration, r.reference), []).append(r)
    return [_row(key, members) for key, members in groups.items()]


def _row(key: tuple[str, str, str], members: list) -> dict:
    row = {"commit": members[0].provenance.get("commit") or commit()}
    row |= dict(zip(("kernel", "configuration", "reference"), key))
    row["verdict"] = max((r.verdict for r in members), key=SEVERITY.index)
    for name in RATIOS:
        row[name] = max((getattr(r, name) for r in members if getattr(r, name) is not None), default=None)
    sizes = [r.smallest_detected["coefficient"] for r in members if "coefficient" in r.smallest_detected]
    row["smallest_coefficient"] = None if None in sizes or not sizes else max(sizes)
    return row


def commit() -> str:
    """The sources' commit, marked when they were changed since; empty outside a repository."""
    command = ["git", "-C", str(Path(__file__).resolve().parent), "describe", "--always", "--dirty", "--abbrev=12"]
    ended = subprocess.run(command, capture_output=True, text=True)
    return ended.stdout.strip() if ended.returncode == 0 else ""


def read(path: Path) -> list[dict]:
    """The rows of a ledger, oldest first."""
    try:
        return [json.loads(line) for line in Path(path).read_text().splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise BadInput(f"{path}: cannot be read as a ledger of JSON lines ({error}).") from None


def warnings(rows: Iterable[dict]) -> list[str]:
    """One sentence for each kernel and configuration whose newest R has doubled or whose verdict is worse."""
    series: dict[tuple[str, str, str], list[dict]] = {}
    for row in rows:
        series.setdefault((row["kernel"], row["configuration"], row["reference"]), []).append(row)
    found = []
    for key, (*_, before, now) in ((k, s) for k, s in series.items() if len(s) > 1):
        where = f"{key[0]} in {key[1]} against {key[2]}, {before['commit']} to {now['commit']}"
        if "verdict" in now and SEVERITY.index(now["verdict"]) > SEVERITY.index(before["verdict"]):
            found.append(f"{where}: {before['verdict']} became {now['verdict']}.")
        for name in RATIOS:
            if before.get(name) and now.get(name) and now[name] >= 2 * before[name]:
                found.append(f"{where}: {name} went from {before[name]:.2g} to {now[name]:.2g}.")
    return found
