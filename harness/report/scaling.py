"""The report's section on scaling, from the rows of ``pysces-verify scaling --json``: measuring/scaling/measure.py."""

from __future__ import annotations

TITLES = {
    "overhead": "One part through the parallel assembly, over LocalAssembly (1 is free)",
    "strong": "Strong scaling: the same mesh over more parts (speed-up)",
    "weak": "Weak scaling: as many elements for every part (efficiency; 1 is ideal)",
}
NOTE = (
    "Median of interleaved rounds in one run, with a 95 % bootstrap interval. Alone is one NumPy process, or one JAX "
    "device (on a CPU with XLA's own threads on all cores). More parts than cores cannot be faster."
)
HEADS = ("over", "parts", "mesh", "elements a part", "alone", "a step", "ratio", "95 % interval", "of ideal", "cores")


def section(rows: list[dict]) -> dict:
    """What the page shows: one table for each kind of row there is; empty without rows."""
    if not rows:
        return {}
    devices = sorted({f"{r['over']}: {r['device']}" for r in rows})
    found = {kind: [_cells(row) for row in rows if row["kind"] == kind] for kind in TITLES}
    tables = [{"title": TITLES[kind], "rows": members} for kind, members in found.items() if members]
    return {"note": f"{NOTE} {'; '.join(devices)}", "heads": HEADS, "tables": tables}


def _cells(row: dict) -> tuple[str, ...]:
    ideal = {"overhead": 1.0, "strong": row["parts"], "weak": 1.0}[row["kind"]]
    refused = row["ratio"] is None
    return (
        row["over"],
        str(row["parts"]),
        f"ne{row['ne']} L{row['nlev']}",
        str(row["elements"]),
        f"{1e3 * row['alone_s']:.1f} ms" + (f" (ne{row['alone_ne']})" if row["alone_ne"] != row["ne"] else ""),
        f"{1e3 * row['seconds']:.1f} ms",
        "refused" if refused else f"{row['ratio']:.3f}",
        f"{row['low']:.3f} to {row['high']:.3f}",
        "" if refused or row["kind"] == "overhead" else f"{100 * row['ratio'] / ideal:.0f} %",
        str(row["cores"]),
    )
