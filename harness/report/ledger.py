"""The history of R: one line for each kernel, configuration and reference, with a curve over the ledger's entries."""

from __future__ import annotations

import math

from ..ledger import history

WIDTH, HEIGHT, MARGIN = 120, 24, 3


def section(rows: list[dict]) -> dict:
    """What the page shows of a ledger; empty without one."""
    if not rows:
        return {}
    entries = list(dict.fromkeys((row["commit"], row["date"]) for row in rows))
    series: dict[tuple[str, str, str], list[dict]] = {}
    for row in rows:
        series.setdefault(history.key(row), []).append(row)
    lines = [_line(key, members) for key, members in series.items() if any(m.get("r_point") for m in members)]
    return {
        "entries": len(entries),
        "first": _name(entries[0]),
        "last": _name(entries[-1]),
        "warnings": history.warnings(rows),
        "rows": sorted(lines, key=lambda line: -(line["now"] or 0.0) / (line["before"] or line["now"] or 1.0)),
    }


def _name(entry: tuple[str, str]) -> str:
    return f"{entry[0] or 'no commit'} ({entry[1][:10]})"


def _line(key: tuple[str, str, str], members: list[dict]) -> dict:
    values = [m.get("r_point") for m in members]
    now, before = values[-1], values[-2] if len(values) > 1 else None
    points = curve(values)
    return {
        "kernel": key[0],
        "configuration": key[1],
        "reference": key[2],
        "points": " ".join(f"{x:.1f},{y:.1f}" for x, y in points),
        "end": points[-1] if points and now is not None else None,
        "words": "; ".join(f"{m['commit']}: {m['r_point']:.2g}" for m in members if m.get("r_point") is not None),
        "now": now,
        "before": before,
        "doubled": bool(now and before and now >= 2 * before),
    }


def curve(values: list[float | None]) -> list[tuple[float, float]]:
    """Points of a curve with a logarithmic axis that spans a factor of ten at least; zeros and gaps are left out."""
    known = [(k, math.log10(v)) for k, v in enumerate(values) if v]
    if not known:
        return []
    low = min(v for _, v in known)
    high = max(low + 1.0, max(v for _, v in known))
    step = (WIDTH - 2 * MARGIN) / max(1, len(values) - 1)
    at = lambda v: HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * (v - low) / (high - low)  # noqa: E731
    return [(MARGIN + step * k, round(at(v), 2)) for k, v in known]
