"""Tables of measurements: time ratios with their intervals, scaling, smallest defects."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

# What some rows have beside the ratio: key, and the column's head.
EXTRA = {
    "per": "per",
    "cpu_ratio": "of processor time",
    "numpy_ratio": "of NumPy's time",
    "day_s": "a simulated day",
    "fortran_day_s": "in Fortran",
    "port_of_bandwidth": "of bandwidth",
}
WIDEST = 0.2  # of a ratio: an interval that is wider is drawn hollow
LEVELS = ("kernel", "stage", "step", "call")


def intervals(rows: list[dict]) -> dict:
    """Rows with positions in per cent of a logarithmic axis that holds every interval and the ratio 1."""
    if not rows:
        return {}
    ends = [math.log(r[k]) for r in rows for k in ("low", "high") if r.get(k)]
    low, high = min([*ends, math.log(0.8)]), max([*ends, math.log(1.25)])
    place = lambda ratio: round(100 * (math.log(ratio) - low) / (high - low), 2)  # noqa: E731
    extra = {key: head for key, head in EXTRA.items() if any(r.get(key) for r in rows)}
    rows = sorted(rows, key=lambda r: LEVELS.index(r["per"]) if r.get("per") in LEVELS else len(LEVELS))
    return {"one": place(1.0), "extra": extra, "rows": [_interval(r, place, extra) for r in rows]}


def _interval(r: dict, place: Callable[[float], float], extra: dict) -> dict:
    wide = not r["ratio"] or r["high"] - r["low"] > WIDEST * r["ratio"]
    words = f"95 % interval {r['low']:.2f} to {r['high']:.2f}" + (", wider than 20 %" if wide else "")
    return {
        "kernel": r["kernel"],
        "configuration": r["configuration"],
        "threads": r.get("threads"),
        "port": seconds(r["port_s"]),
        "fortran": seconds(r["fortran_s"]),
        "compile": seconds(r["compile_s"]),
        "ratio": f"{r['ratio']:.2f}" if r["ratio"] else "",
        "wide": wide,
        "left": place(r["low"]),
        "width": round(place(r["high"]) - place(r["low"]), 2),
        "words": words,
        **{key: _figure(key, r.get(key)) for key in extra},
    }


def _figure(key: str, value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return seconds(value) if key.endswith("_s") else f"{100 * value:.0f} %" if "bandwidth" in key else f"{value:.2f}"


def seconds(value: float | None) -> str:
    """1.20 s, 3.40 ms, 12 µs."""
    if value is None:
        return ""
    return f"{value:.2f} s" if value >= 1 else f"{1e3 * value:.2f} ms" if value >= 1e-4 else f"{1e6 * value:.0f} µs"


def detection(rows: list[dict]) -> dict:
    """The objects of ``mutate --json`` as a table: a row for each kernel and configuration, a column for each kind."""
    table: dict[tuple[str, str], dict] = {}
    for row in rows:
        table.setdefault((row["kernel"], row["configuration"]), {})[row["defect"]] = row["smallest_detected"]
    kinds = list(dict.fromkeys(row["defect"] for row in rows))
    found = [{"kernel": k, "configuration": c, "sizes": sizes} for (k, c), sizes in table.items()]
    return {"kinds": kinds, "rows": found} if found else {}
