"""The ledger: a JSON line for every kernel and configuration of a run, so that slow worsening shows before it fails."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ..errors import BadInput, reading
from ..guards.shapes import NONNEGATIVE, POSITIVE, Maybe, check
from ..judging.compare import SEVERITY
from ..judging.provenance import commit

COUNTS = ("kernels", "host", "passes")  # of a step of a program that is compiled for another device
RATIOS = ("r_global", "r_level", "r_point")
ROW = {
    **dict.fromkeys(("date", "commit", "kernel", "configuration", "reference"), str),
    "verdict?": Maybe(tuple(SEVERITY)),
    **{f"{name}?": Maybe(NONNEGATIVE) for name in (*RATIOS, "smallest_coefficient")},
    **{f"{name}?": Maybe(POSITIVE) for name in ("time_ratio", "low", "high")},
    **{f"{name}?": Maybe(NONNEGATIVE) for name in COUNTS},
    **{f"{name}?": Maybe(POSITIVE) for name in ("cold_s", "warm_s", "cold_cpu_s", "warm_cpu_s")},
}


def append(results: Iterable, path: Path, perf: Iterable[dict] = ()) -> None:
    """Add the run's summary to a ledger, unless it is what the ledger ends with; perf: rows of that command."""
    rows = [*summary(results), *times(perf)]
    if not rows or (path.is_file() and _same(read(path)[-len(rows) :], rows)):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    date = datetime.now(UTC).isoformat(timespec="seconds")
    lines = "".join(json.dumps({"date": date, **row}, allow_nan=False) + "\n" for row in rows)
    with open(path, "a", encoding="utf-8") as file:  # in one piece: two runs may add to it
        file.write(lines)


def _same(before: list[dict], now: list[dict]) -> bool:
    return [{k: v for k, v in row.items() if k != "date"} for row in before] == now


def times(rows: Iterable[dict]) -> list[dict]:
    """Rows of ``perf`` as rows of the ledger."""
    return [_time(row) for row in rows]


def _time(row: dict) -> dict:
    """The time ratio of a kernel, the counts of a program, or the seconds of a first call, as a row of its own."""
    made = {"commit": row.get("commit") or commit()}
    if "ratio" in row:
        made |= {"kernel": row["kernel"], "configuration": row["configuration"], "reference": "r8_fast"}
        return {**made, "time_ratio": row["ratio"], "low": row["low"], "high": row["high"]}
    if "device" in row:
        made |= {"kernel": row["run"], "configuration": f"ne{row['ne']} on {row['device']}", "reference": "compiled"}
        return {**made, **{name: row[name] for name in COUNTS}}
    made |= {"kernel": f"{row['run']}, {row['part']}", "configuration": f"ne{row['ne']} by {row['kernels']}"}
    return {**made, "reference": "first call", **{name: row[name] for name in row if name.endswith("_s")}}


def summary(results: Iterable) -> list[dict]:
    """By kernel, configuration and reference: worst verdict, largest ratios, the defect that every check notices."""
    groups: dict[tuple[str, str, str], list] = {}
    for r in results:
        groups.setdefault((r.kernel, r.configuration, r.reference), []).append(r)
    return [_row(members) for members in groups.values()]


def _row(members: list) -> dict:
    first = members[0]
    row = {"commit": first.provenance.get("commit") or commit(), "kernel": first.kernel}
    row |= {"configuration": first.configuration, "reference": first.reference}
    row["verdict"] = max((r.verdict for r in members), key=SEVERITY.index)
    judged = [f for r in members for f in r.fields if not f.get("known_difference")]  # loosened ones may jump
    for name in RATIOS:
        row[name] = max((f[name] for f in judged if f.get(name) is not None), default=None)
    graded = [r for r in members if r.graded and "coefficient" in r.smallest_detected]
    sizes = [r.smallest_detected["coefficient"] for r in graded]
    row["smallest_coefficient"] = None if None in sizes or not sizes else max(sizes)
    return row


def read(path: Path) -> list[dict]:
    """The rows of a ledger, oldest first."""
    path = Path(path)
    with reading(path, "a ledger of JSON lines"):
        if not path.is_file():
            raise BadInput(f"{path} is not a file; name a ledger that --ledger wrote.")
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    for n, row in enumerate(rows, 1):
        check(row, ROW, f"{path}: entry {n}")
    return rows


@dataclass(frozen=True)
class Change:
    """One figure of a kernel, configuration and reference in two runs that is worse, or better, by enough to say so."""

    kernel: str
    configuration: str
    reference: str
    figure: str
    before: object
    now: object
    worse: bool

    def __str__(self) -> str:
        before, now = (f"{v:.3g}" if isinstance(v, float) else str(v) for v in (self.before, self.now))
        said = f"{before} became {now}" if self.figure == "verdict" else f"{self.figure} went from {before} to {now}"
        return f"{self.kernel} in {self.configuration} against {self.reference}: {said}."


def key(row: dict) -> tuple[str, str, str]:
    """What a row is about."""
    return row["kernel"], row["configuration"], row["reference"]


def changes(before: dict, now: dict) -> list[Change]:
    """Verdicts, ratios that doubled or halved, defects noticed later or sooner, times outside their interval."""
    figures: list[tuple[str, Callable[..., bool]]] = [("verdict", _severity), *((name, _doubled) for name in RATIOS)]
    figures += [("smallest_coefficient", _coarser), *((name, _more) for name in COUNTS)]
    found = []
    for name, worse in figures:
        old, new = before.get(name), now.get(name)
        if worse(old, new) or worse(new, old):
            found.append(Change(*key(now), name, old, new, worse(old, new)))
    slower = _slower(before, now)
    if slower or _slower(now, before):
        found.append(Change(*key(now), "time ratio", before["time_ratio"], now["time_ratio"], slower))
    return found


def _severity(before: str | None, now: str | None) -> bool:
    return None not in (before, now) and SEVERITY.index(now) > SEVERITY.index(before)


def _doubled(before: float | None, now: float | None) -> bool:
    return bool(before and now and now >= 2 * before)


def _coarser(before: float | None, now: float | None) -> bool:
    """A decade of the ladder at least."""
    return bool(before and now and now > 5 * before)


def _more(before: float | None, now: float | None) -> bool:
    """By more than a hundredth: counts have no noise, but versions of a compiler differ a little."""
    return None not in (before, now) and now > 1.01 * before  # type: ignore[operator]


def _slower(before: dict, now: dict) -> bool:
    """Both ratios stand and their intervals do not touch."""
    return bool(before.get("time_ratio") and now.get("time_ratio") and now["low"] > before["high"])


def warnings(rows: Iterable[dict]) -> list[str]:
    """One sentence for each figure that got worse from its last entry but one to its newest."""
    series: dict[tuple[str, str, str], list[dict]] = {}
    for row in rows:
        series.setdefault(key(row), []).append(row)
    pairs = [found[-2:] for found in series.values() if len(found) > 1]
    return [f"{b['commit']} to {n['commit']}: {change}" for b, n in pairs for change in changes(b, n) if change.worse]
