"""The table of a walk: one row a savepoint, with its largest R over all visits."""

from __future__ import annotations

import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..judging.compare import BITWISE
from ..locating.savepoint import Finding
from .terminal import COLOURS


def rows(findings: list[Finding]) -> list[dict]:
    """A row for each savepoint in the order of the walk."""
    grouped: dict[str, list[Finding]] = {}
    for finding in findings:
        grouped.setdefault(finding.visit.savepoint.name, []).append(finding)
    return [_row(name, group) for name, group in grouped.items()]


def _row(name: str, group: list[Finding]) -> dict:
    worst = max(group, key=lambda f: (not f.ok, f.r_forced))
    free = max(group, key=lambda f: np.nan_to_num(f.r_free))
    return {
        "savepoint": name,
        "rung": worst.visit.savepoint.rung,
        "visits": len(group),
        "verdict": worst.judgement.verdict,
        "field": worst.judgement.field,
        "r_forced": worst.r_forced,
        "r_free": free.r_free,
        "step": worst.visit.step,
        "stage": worst.visit.stage,
        "worst": worst.worst,
        "max_abs_error": worst.judgement.max_abs_error,
        "scale": worst.judgement.scale,
        "points": worst.judgement.points,
        "levels": worst.judgement.levels,
    }


def show(findings: list[Finding], title: str) -> None:
    """Print it."""
    table = Table(title=title, title_justify="left")
    for heading in ("savepoint", "rung", "visits", "verdict", "R forced", "R free", "where it is largest"):
        table.add_column(heading)
    for row in rows(findings):
        table.add_row(
            row["savepoint"],
            row["rung"],
            str(row["visits"]),
            f"[{COLOURS[row['verdict']]}]{row['verdict']}[/]",
            f"{row['r_forced']:.3g}",
            f"{row['r_free']:.3g}",
            "" if row["verdict"] == BITWISE else escape(_where(row)),
        )
    console = Console()
    (console if console.is_terminal else Console(width=160)).print(table)


def _where(row: dict) -> str:
    return f"step {row['step']}, {row['stage']}, {row['field']}{_point(row['worst'])}"


def _point(worst: dict | None) -> str:
    if not worst or worst["elem"] is None:
        return ""
    at = ",".join(str(worst[k]) for k in ("elem", "i", "j", "lev"))
    return f" at {at} {worst['node_class'] or ''}"
