"""Round-off that the flow grows: curves in the ensemble's envelope, and walks that name the first wrong savepoint."""

from __future__ import annotations

from ..judging.compare import DIFFERENT, ROUNDOFF, SEVERITY
from ..whole_runs.conservation import SPECIES, allowed
from .kernels import place

BUDGETS = "1"  # their unit: they are relative


def sections(rows: list[dict]) -> list[dict]:
    """One section for each case and configuration, with a chart for each field and budget."""
    groups: dict[tuple, list[dict]] = {}
    for row in rows:
        groups.setdefault((row["case"], row["configuration"], row["reference"], row.get("defect")), []).append(row)
    return [_section(key, curves) for key, curves in groups.items()]


def _section(key: tuple, curves: list[dict]) -> dict:
    case, configuration, reference, defect = key
    members, detected = curves[0]["members"], curves[0].get("smallest_detected_defect")
    note = f"{members} members of {reference}, one ulp apart at the start, and the port in their envelope."
    if defect:
        note += f" A defect of {defect:g} is planted."
    if detected:
        note += f" The smallest coefficient defect noticed is {detected:g}."
    return {
        "title": f"growth of round-off, {case.replace('_', ' ')}, {configuration}",
        "verdict": max((c["verdict"] for c in curves), key=SEVERITY.index),
        "note": " ".join([note, *(f"{c['field']}: {c['reason']}." for c in curves if c["reason"])]),
        "charts": [_chart(c) for c in curves],
    }


def _chart(curve: dict) -> dict:
    """Distance to the control by day: fields on a logarithmic axis, budgets, which may be zero, on a linear one."""
    days, median, low, high, port = (
        [row[k] for row in curve["envelope"]] for k in ("day", "median", "low", "high", "port")
    )
    budget = curve["units"] == BUDGETS
    series = [
        {"label": "Fortran, median and range", "x": days, "y": median, "band": [low, high], "style": "dash"},
        {"label": "pysces", "x": days, "y": port},
    ]
    mark = {"y": 1e-4 * curve["saturation"], "label": "1e-4 of saturation"} if curve["saturation"] else None
    near = mark and mark["y"] < 1e4 * max([v for v in (*high, *port) if v is not None], default=0.0)
    y = {"label": f"distance to the control [{'relative' if budget else curve['units']}]", "log": not budget}
    return {"title": curve["field"], "x": {"label": "day"}, "y": y, "series": series, "marks": [mark] if near else []}


def walks(rows: list[dict]) -> list[dict]:
    """What ``locate --json`` wrote, a table of savepoints for each walk."""
    return [
        {
            "title": f"{walk['configuration']} against {walk['reference']}",
            "sentence": walk["sentence"],
            "culprit": walk["culprit"]["savepoint"] if walk["culprit"] else None,
            "savepoints": [{**p, "place": place(p.get("worst"))} for p in walk["savepoints"]],
        }
        for walk in rows
    ]


def drifts(rows: list[dict]) -> list[dict]:
    """What ``conserve --json`` wrote: change of mass by day, a chart for each configuration and mesh."""
    groups: dict[tuple, list[dict]] = {}
    for row in rows:
        groups.setdefault((row["configuration"], row["ne"]), []).append(row)
    return [_drift(key, days) for key, days in groups.items()]


def _drift(key: tuple, rows: list[dict]) -> dict:
    days, names = [r["day"] for r in rows], ("dry", *SPECIES)
    series = [{"label": name, "x": days, "y": [r[name] for r in rows]} for name in names]
    return {
        "title": f"mass of dry air and water, moist wave at ne{key[1]}, {key[0]}",
        "verdict": ROUNDOFF if all(conserved(r) for r in rows) else DIFFERENT,
        "note": f"Relative change since the start; at most {allowed(days[-1]):.0e} by day {days[-1]}.",
        "charts": [{"title": "change of mass", "x": {"label": "day"}, "y": {"label": "relative"}, "series": series}],
    }


def conserved(row: dict) -> bool:
    """Whether dry air and every species keep their mass on a day."""
    return all(abs(row[name]) <= allowed(row["day"]) for name in ("dry", *SPECIES))
