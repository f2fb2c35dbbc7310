"""Whole runs: curves of minimum surface pressure and of the difference, and maps side by side."""

from __future__ import annotations

import numpy as np

from .pictures import DIVERGING, SEQUENTIAL, map_uri


def sections(rows: list[dict]) -> list[dict]:
    """One section for each case and configuration: title, verdict, charts, maps."""
    groups: dict[tuple, list[dict]] = {}
    for row in rows:
        groups.setdefault((row["kernel"], row.get("case", ""), row["configuration"]), []).append(row)
    return [_section(key, days) for key, days in groups.items()]


def _section(key: tuple, days: list[dict]) -> dict:
    maps = next((d["maps"] for d in reversed(days) if d.get("maps")), None)
    return {
        "title": f"{key[0]}, {key[1]}",
        "configuration": key[2],
        "verdict": "DIFFERENT" if any(d["verdict"] == "DIFFERENT" for d in days) else "ROUNDOFF",
        "days": len(days),
        "worst": max(d["ps"] for d in days),
        "drift": max((abs(d["mass_drift"]) for d in days), key=abs),
        "charts": [_pressure(days), _difference(days)],
        "maps": _maps(maps) if maps else [],
    }


def _pressure(days: list[dict]) -> dict:
    x = [d["day"] for d in days]
    return {
        "title": "minimum surface pressure",
        "x": {"label": "day"},
        "y": {"label": "hPa"},
        "series": [
            {"label": "golden record", "x": x, "y": [d["ps_min_reference"] / 100 for d in days], "style": "ring"},
            {"label": "pysces", "x": x, "y": [d["ps_min"] / 100 for d in days]},
        ],
    }


def _difference(days: list[dict]) -> dict:
    x = [d["day"] for d in days]
    names = {"ps": "surface pressure", "T_mid": "temperature, mid level", "vort_bot": "vorticity, lowest level"}
    series = [{"label": label, "x": x, "y": [d[name] for d in days]} for name, label in names.items()]
    marks = [{"y": days[-1]["bound"], "label": f"bound of surface pressure {days[-1]['bound']:g}"}]
    y = {"label": "max |difference| / scale", "log": True}
    return {"title": "difference from the record", "x": {"label": "day"}, "y": y, "series": series, "marks": marks}


def _maps(maps: dict) -> list[dict]:
    """Port, reference and difference; the first two on one scale."""
    lon, lat, difference = (np.asarray(maps[name], float) for name in ("lon", "lat", "difference"))
    port = np.asarray(maps["port"], float) / 100
    reference = port - difference / 100
    low, high = float(min(port.min(), reference.min())), float(max(port.max(), reference.max()))
    top = float(f"{np.abs(difference).max():.2g}")
    shown = [
        (f"pysces, day {maps['day']:g}", port, low, high, SEQUENTIAL, "hPa"),
        (f"golden record, day {maps['day']:g}", reference, low, high, SEQUENTIAL, "hPa"),
        ("difference", difference, -top, top, DIVERGING, "Pa"),
    ]
    return [
        {
            "title": title,
            "uri": map_uri(lon, lat, values, least, most, colours),
            "low": f"{least:.6g}",
            "high": f"{most:.6g} {unit}",
            "colours": colours,
        }
        for title, values, least, most, colours, unit in shown
    ]
