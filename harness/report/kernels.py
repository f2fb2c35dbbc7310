"""What the page's script draws of each kernel: every check, its fields, their profiles, ulps and worst columns."""

from __future__ import annotations

import math

from ..judging.comparison import LIMITS
from ..judging.diagnostics import ULPS
from ..judging.nodes import CLASSES
from ..judging.results import Result
from .cells import against, ladder, largest_r, worst


def data(results: list) -> dict:
    """JSON for the script; short keys, because there are thousands of fields."""
    kernels: dict[str, list] = {}
    for r in results:
        kernels.setdefault(r.kernel, []).append(_check(r))
    return {"kernels": kernels, "ulps": ULPS, "classes": CLASSES, "limits": LIMITS}


def heads(results: list) -> list[dict]:
    """One line for each kernel."""
    groups: dict[str, list] = {}
    for r in results:
        groups.setdefault(r.kernel, []).append(r)
    return [
        {"name": name, "verdict": worst(groups[name]), "checks": len(groups[name]), "r": largest_r(groups[name])}
        for name in ladder(groups)
    ]


def _check(r: Result) -> dict:
    return {
        "case": f"{r.producer}/{r.case}",
        "against": against(r),
        "configuration": r.configuration,
        "verdict": r.verdict,
        "reason": r.reason,
        "compared": r.comparison,
        "error": _quotient(r.max_abs_error, r.scale),
        "r": [_short(r.r_global), _short(r.r_level), _short(r.r_point)],
        "worst": place(r.worst),
        "defects": r.smallest_detected,
        "spread": r.spread_from,
        "ne": r.ne,
        "fields": [_field(f) for f in r.fields],
    }


def _field(f: dict) -> dict:
    short = {"name": f["field"], "verdict": f["verdict"], "error": _quotient(f["max_abs_error"], f["scale"])}
    if f.get("known_difference"):
        short["loosened"] = f["known_difference"]
    return short | f.get("diagnostics", {}) | {"r": _short(f.get("r_point"))}


def _quotient(error: float | None, scale: float | None) -> float | None:
    return None if error is None or not scale else _short(error / scale)


def _short(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(f"{value:.3g}")


def place(worst: dict | None) -> str:
    """elem 12 (1, 3) lev 4, 35.3N 45.0E, vertex."""
    if not worst or worst.get("elem") is None:
        return ""
    text = f"elem {worst['elem']} ({worst['i']}, {worst['j']}) lev {worst['lev']}"
    if worst.get("lat") is None:
        return text
    ns, lon = "N" if worst["lat"] >= 0 else "S", worst["lon"]
    return f"{text}, {abs(worst['lat']):.1f}{ns} {lon:.1f}E, {worst['node_class']}"
