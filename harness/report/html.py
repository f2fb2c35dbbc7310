"""One self-contained HTML page: verdict matrix, loosened checks, provenance, every check, worst points on a map."""

from __future__ import annotations

from html import escape
from pathlib import Path

from .. import doctor, known_differences
from .matrix import matrix

STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 1.5em auto; max-width: 78em; padding: 0 1em; color: #1c2430 }
h1, h2, h3 { line-height: 1.2 } .scroll { overflow-x: auto }
table { border-collapse: collapse; font-size: 13px }
td, th { border: 1px solid #cfd6df; padding: .25em .5em; text-align: left }
.BITWISE { background: #c9efd2 } .ROUNDOFF { background: #e4f6e0 } .NOT-RUN { background: #f4ecc8 }
.DIFFERENT, .VACUOUS { background: #ffc9c4 }
svg { width: 100%; max-width: 36em; background: #eef3f8 }
circle { fill: #c0392b; opacity: .7 } path { stroke: #b9c6d3; fill: none }
summary { cursor: pointer; font-weight: 600; margin: .6em 0 }
"""


def write(results: list, folder: Path) -> Path:
    """index.html in the folder; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "index.html"
    parts = [_summary(results), _matrix(results), _loosened(results), _provenance(results), _kernels(results)]
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    target.write_text(
        f'<!DOCTYPE html><html lang="en"><head>{head}<title>pysces-verify</title><style>{STYLE}</style></head>'
        f"<body><h1>pysces-verify</h1>{''.join(parts)}</body></html>"
    )
    return target


def _table(headings, rows, classes=()) -> str:
    """rows of cells; a cell is text or (text, css class)."""
    head = "".join(f"<th>{escape(h)}</th>" for h in headings)
    body = "".join("<tr>" + "".join(_cell(c) for c in row) + "</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _cell(cell) -> str:
    text, kind = cell if isinstance(cell, tuple) else (cell, "")
    return f'<td class="{kind}">{escape(str(text))}</td>' if kind else f"<td>{escape(str(text))}</td>"


def _summary(results: list) -> str:
    failed = [r for r in results if not r.ok]
    points = sum(f["points"] for r in results for f in r.fields)
    text = f"{len(results)} checks of {len({r.kernel for r in results})} kernels, {points:,} points compared, "
    return f"<p>{text}<b>{len(failed)} of them do not hold.</b></p>" if failed else f"<p>{text}<b>all hold.</b></p>"


def _matrix(results: list) -> str:
    rows, columns = matrix(results)
    body = [
        [
            kernel,
            *((cells[c].text, cells[c].verdict) if c in cells else "" for c in columns),
            _smallest(results, kernel),
        ]
        for kernel, cells in rows.items()
    ]
    note = "<p>Largest error / scale (number of checks). Last column: smallest coefficient defect noticed.</p>"
    return "<h2>Verdicts</h2>" + note + _table(["kernel", *columns, "smallest defect"], body)


def _smallest(results: list, kernel: str) -> str:
    """The coefficient defect that all of the kernel's double-precision checks notice."""
    found = [
        r.smallest_detected.get("coefficient")
        for r in results
        if r.kernel == kernel and "f64" in r.configuration and r.ok
    ]
    found = [size for size in found if size is not None]
    return f"{max(found):g}" if found else ""


def _loosened(results: list) -> str:
    used = {f["known_difference"] for r in results for f in r.fields if f.get("known_difference")}
    rows = [
        [
            ", ".join(d.kernels),
            ", ".join(d.fields),
            f"{d.bound:g} of scale",
            d.reason,
            "EXPIRED" if d.expired else d.expires,
        ]
        for d in known_differences.load()
        if d.reason in used or d.expired
    ]
    body = _table(["kernels", "fields", "bound", "reason", "expires"], rows) if rows else "<p>None was needed.</p>"
    return "<h2>Loosened checks</h2>" + body


def _provenance(results: list) -> str:
    rows = [[name, value] for name, value in doctor.facts().items()]
    sources = sorted({r.source for r in results if r.source})
    return (
        "<h2>Provenance</h2>"
        + _table(["what", "which"], rows)
        + f"<details><summary>{len(sources)} sources of inputs</summary>"
        + f"<p>{'<br>'.join(map(escape, sources))}</p></details>"
    )


def _kernels(results: list) -> str:
    sections = []
    for kernel in dict.fromkeys(r.kernel for r in results):
        members = [r for r in results if r.kernel == kernel]
        state = " open" if any(not r.ok for r in members) else ""
        sections.append(
            f"<details{state}><summary>{escape(kernel)}</summary>{_map(members)}{_checks(members)}</details>"
        )
    return "<h2>Kernels</h2>" + "".join(sections)


def _checks(members: list) -> str:
    headings = (
        "case",
        "mesh",
        "side",
        "against",
        "configuration",
        "verdict",
        "error",
        "scale",
        "R global",
        "R level",
        "R point",
        "worst point",
        "smallest defects",
        "why",
    )
    rows = [
        [
            f"{r.producer}/{r.case}",
            r.mesh,
            r.side,
            r.reference,
            r.configuration,
            (r.verdict, r.verdict),
            *map(_number, (r.max_abs_error, r.scale, r.r_global, r.r_level, r.r_point)),
            _place(r.worst),
            ", ".join(f"{k} {_number(v)}" for k, v in r.smallest_detected.items()),
            r.reason,
        ]
        for r in members
    ]
    return _table(headings, rows)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"


def _place(worst: dict | None) -> str:
    return (
        ""
        if not worst
        else ", ".join(
            f"{k} {v:.4g}" if isinstance(v, float) else f"{k} {v}" for k, v in worst.items() if v is not None
        )
    )


def _map(members: list) -> str:
    """Worst points of the checks that are not equal bit by bit, on longitude and latitude."""
    points = {
        (r.worst["lon"], r.worst["lat"]) for r in members if r.worst and r.worst["lon"] is not None and r.max_abs_error
    }
    if not points:
        return ""
    dots = "".join(f'<circle cx="{lon:.1f}" cy="{90 - lat:.1f}" r="2.5"/>' for lon, lat in sorted(points))
    lines = "".join(f'<path d="M{x} 0V180"/>' for x in range(0, 361, 45)) + "".join(
        f'<path d="M0 {y}H360"/>' for y in range(0, 181, 45)
    )
    return f'<svg viewBox="0 0 360 180" role="img" aria-label="worst points on the sphere">{lines}{dots}</svg>'
