"""A summary for a pull request: a table of verdicts, what does not hold, what was loosened, where it was computed."""

from __future__ import annotations

from ..errors import printable
from . import cells, overview
from .material import Material
from .standing import beside, title
from .steps import NOT_RUN, SKIPPED

MOST = 25  # rows of a list; the page has the rest
MARKS = {"BITWISE": "=", "ROUNDOFF": "≈", "DIFFERENT": "**≠**", "VACUOUS": "**∅**", "NOT-RUN": "–", "NOT-OFFERED": "·"}


def text(material: Material) -> str:
    """GitHub-flavoured Markdown."""
    results = material.results
    parts = [
        _head(material),
        _steps(material),
        _failures(material),
        _matrix(results),
        _loosened(results),
        _weak(results),
    ]
    parts += [_cases(material.cases), _growth(material), _times(material.perf), _provenance(results)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(material: Material) -> str:
    head, said = overview.headline(material.results), title(material)
    said = said[0].lower() + said[1:]
    if not head["checks"]:
        return f"### pysces-verify: {said}"
    counts = ", ".join(f"{n} {verdict}" for verdict, n in head["verdicts"])
    return (
        f"### pysces-verify: {said}\n\n{counts}; {head['points']:,} points of {head['kernels']} kernels in "
        f"{head['configurations']} configurations; {head['loosened']} loosened, {head['weak']} weak."
    )


def _steps(material: Material) -> str:
    marks = {NOT_RUN: "**NOT-RUN**", SKIPPED: "left out:"}
    found = [step for step in material.steps if step.state in marks]
    return "\n".join(f"- {marks[step.state]} {_cell(step.name)}: {_cell(step.reason)}" for step in found)


def _failures(material: Material) -> str:
    found = [(r.verdict, overview.describe(r), r.reason) for r in overview.failures(material.results)]
    found += [(f.verdict, f.what, f.reason) for f in beside(material)]
    found += [("PROBLEM", "doctor", problem) for problem in material.problems]
    lines = [f"- **{verdict}** {_cell(what)}: {_cell(reason)}" for verdict, what, reason in found[:MOST]]
    return "\n".join(lines + _rest(found))


def _rest(found: list) -> list[str]:
    return [f"- and {len(found) - MOST} more"] if len(found) > MOST else []


def _matrix(results: list) -> str:
    """Only verdict, R and defect in a cell, folded away: it has a row for each kernel."""
    configurations, rows = cells.cells(results)
    if not rows:
        return ""
    lines = [_row(["kernel", *map(_cell, configurations)]), _row(["---"] * (1 + len(configurations)))]
    lines += [_row([_cell(k), *(_verdict(row.get(c)) for c in configurations)]) for k, row in rows.items()]
    legend = (
        "= bitwise, ≈ round-off, ≠ different, ∅ vacuous, – not run, · not offered, † loosened; R; smallest coefficient "
        "defect noticed"
    )
    return f"<details><summary>{len(rows)} kernels</summary>\n\n" + "\n".join(lines) + f"\n\n{legend}\n</details>"


def _verdict(cell: cells.Cell | None) -> str:
    if cell is None:
        return ""
    r = "" if cell.r is None else f" R {cell.r:.2g}"
    return MARKS[cell.verdict] + ("†" if cell.loosened else "") + r + (f", {cell.defect}" if cell.defect else "")


def _loosened(results: list) -> str:
    entries = overview.loosened(results)
    if not entries:
        return ""
    lines = [_row(["loosened", "bound", "until", "checks", "reason"]), _row(["---"] * 5)]
    for d in entries:
        where = f"{d.kernels} `{d.fields}`" + (f" {d.where}" if d.where else "")
        lines.append(_row([where, f"{d.bound:g}", "EXPIRED" if d.expired else d.expires, d.checks, _cell(d.reason)]))
    return f"<details><summary>{len(entries)} loosened bounds</summary>\n\n" + "\n".join(lines) + "\n</details>"


def _weak(results: list) -> str:
    found = overview.weak(results)
    return "\n".join([f"- weak: {_cell(sentence)}" for sentence in found[:MOST]] + _rest(found))


def _cases(rows: list[dict]) -> str:
    last = {(row["kernel"], row.get("case", ""), row["configuration"]): row for row in rows}
    return "\n".join(
        f"- {_cell(f'{kernel} {case} in {where}')}, day {row['day']:g}: {row['verdict']}, "
        f"surface pressure {row['ps']:.1e} of scale"
        for (kernel, case, where), row in last.items()
    )


def _growth(material: Material) -> str:
    """Growth curves, those of a configuration in a line, and walks."""
    curves: dict[tuple, list[str]] = {}
    for row in material.growth:
        said = " ".join(filter(None, [row["field"], row["verdict"], row["reason"]]))
        curves.setdefault((row["configuration"], row["members"]), []).append(said)
    lines = [
        f"- growth, {_cell(where)} in {members} members: {_cell(', '.join(s))}"
        for (where, members), s in curves.items()
    ]
    return "\n".join(
        lines + [f"- {_cell(walk['configuration'])}: {_cell(walk['sentence'])}" for walk in material.located]
    )


def _times(rows: list[dict]) -> str:
    if not rows:
        return ""
    lines = [_row(["time / Fortran's", "configuration", "ratio", "95 % interval"]), _row(["---"] * 4)]
    for r in rows:
        ratio = f"{r['ratio']:.2f}" if r["ratio"] else ""
        lines.append(_row([_cell(r["kernel"]), _cell(r["configuration"]), ratio, f"{r['low']:.2f} – {r['high']:.2f}"]))
    return "\n".join(lines)


def _provenance(results: list) -> str:
    lines = [f"- {_cell(name)}: {_cell(said)} ({count} checks)" for name, said, count in overview.sides(results)]
    machines = (f"{m['host']}: {m['cpu']}, {m['system']}, commit {m['commit']}" for m in overview.machines(results))
    lines += [f"- {_cell(machine)}" for machine in machines]
    return "<details><summary>provenance</summary>\n\n" + "\n".join(lines) + "\n</details>" if lines else ""


def _row(entries: list) -> str:
    return "| " + " | ".join(map(str, entries)) + " |"


def _cell(words: str) -> str:
    """Text that cannot end a table's cell or its line, and that starts no tag and no link."""
    line = printable(" ".join(words.split()))
    return line.replace("|", "\\|").replace("<", "&lt;").replace("[", "\\[")
