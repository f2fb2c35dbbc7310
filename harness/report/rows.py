"""The shapes of what ``--json`` writes, kind by kind: what the report may count on, whoever wrote the file."""

from __future__ import annotations

from ..errors import BadInput
from ..guards.shapes import NONNEGATIVE, NUMBER, POSITIVE, Each, Keys, Maybe, Number, check
from ..judging.compare import SEVERITY
from ..whole_runs.conservation import SPECIES
from .pictures import NEIGHBOURS
from .scaling import TITLES

VERDICTS = tuple(SEVERITY)
WORST = {
    **{f"{key}?": Maybe(int) for key in ("elem", "i", "j", "lev")},
    **{f"{key}?": Maybe(NUMBER) for key in ("lat", "lon")},
    "node_class?": Maybe(str),
}
DIAGNOSTICS = {
    "levels": {"error": Each(Maybe(NUMBER)), "r": Each(Maybe(NUMBER))},
    "ulp": Each(NUMBER),
    "points": Each(Each(Maybe(NUMBER), 5)),
    "by": str,
}
FIELD = {
    "field": str,
    "verdict": VERDICTS,
    "known_difference?": Maybe(str),
    "diagnostics?": DIAGNOSTICS,
    "worst?": Maybe(WORST),
    "max_abs_error": Maybe(NUMBER),
    "scale": Maybe(NUMBER),
    **{f"{key}?": Maybe(NUMBER) for key in ("r_global", "r_level", "r_point", "bitwise_fraction")},
}
RESULT = {
    **dict.fromkeys(("kernel", "case", "side", "reference", "configuration", "mesh", "producer"), str),
    "verdict": VERDICTS,
    **dict.fromkeys(("reason?", "spread_from?", "source?"), str),
    "expected?": bool,
    **{f"{key}?": Maybe(NUMBER) for key in ("r_global", "r_level", "r_point", "max_abs_error", "scale")},
    "bitwise_fraction?": Maybe(NUMBER),
    "worst?": Maybe(WORST),
    "fields": Each(FIELD),
    "smallest_detected?": Keys(Maybe(POSITIVE)),
    **{f"{key}?": Keys(str) for key in ("refused", "crashed")},
    "seconds?": NUMBER,
    "compared?": {f"{key}?": int for key in ("fields", "points", "levels", "times")},
    "elements?": int,
    "provenance?": dict.fromkeys(("side?", "reference?", "host?", "cpu?", "system?", "commit?", "device?"), str),
}
MAPS = {"day": NUMBER, **dict.fromkeys(("lon", "lat", "port", "difference"), Each(NUMBER, NEIGHBOURS + 1))}
CASE = {
    **dict.fromkeys(("kernel", "configuration"), str),
    "case?": str,
    "verdict": VERDICTS,
    **dict.fromkeys(("day", "bound", "ps_min", "ps_min_reference", "mass_drift"), NUMBER),
    **dict.fromkeys(("ps", "T_mid", "vort_bot"), NUMBER),
    "maps?": Maybe(MAPS),
}
ENVELOPE = {"day": NUMBER, **dict.fromkeys(("median", "low", "high", "port"), Maybe(NUMBER))}
GROWTH = {
    **dict.fromkeys(("case", "configuration", "reference", "field", "units", "reason"), str),
    "members": int,
    "verdict": VERDICTS,
    "defect?": Maybe(NUMBER),
    "smallest_detected_defect?": Maybe(NUMBER),
    "saturation": Maybe(NUMBER),
    "envelope": Each(ENVELOPE, 1),
}
SAVEPOINT = {
    **dict.fromkeys(("savepoint", "rung", "field"), str),
    "verdict": VERDICTS,
    **dict.fromkeys(("r_forced", "r_free"), Maybe(NUMBER)),
    "worst?": Maybe(WORST),
}
PERF = {
    **dict.fromkeys(("kernel", "configuration"), str),
    **dict.fromkeys(("port_s", "fortran_s", "compile_s"), NONNEGATIVE),
    "ratio": Maybe(POSITIVE),
    **dict.fromkeys(("low", "high"), POSITIVE),
    "agrees": bool,
    **dict.fromkeys(("per?", "commit?"), str),
    "threads?": int,
    **{
        f"{key}?": Maybe(NONNEGATIVE)
        for key in ("cpu_ratio", "numpy_ratio", "day_s", "fortran_day_s", "port_of_bandwidth")
    },
}
SCALING = {
    "kind": tuple(TITLES),
    **dict.fromkeys(("over", "device"), str),
    "parts": Number(least=1),
    **dict.fromkeys(("cores", "ne", "nlev", "elements", "alone_ne"), int),
    **dict.fromkeys(("alone_s", "seconds", "low", "high"), NUMBER),
    "ratio": Maybe(NUMBER),
}
GRADIENT = {
    **dict.fromkeys(("model", "configuration", "parameter", "reason"), str),
    **dict.fromkeys(("slope", "dot"), Maybe(NUMBER)),
    **dict.fromkeys(("finite", "ok"), bool),
}
SHAPES = {
    "results": RESULT,
    "detection": {"kernel": str, "configuration": str, "defect": str, "smallest_detected": Maybe(NUMBER)},
    "cases": CASE,
    "growth": GROWTH,
    "conservation": {"configuration": str, "ne": int, "day": NUMBER, **dict.fromkeys(("dry", *SPECIES), NUMBER)},
    "located": {
        **dict.fromkeys(("configuration", "reference", "sentence"), str),
        "culprit": Maybe({"savepoint": str}),
        "savepoints": Each(SAVEPOINT),
    },
    "gradients": GRADIENT,
    "perf": PERF,
    "scaling": SCALING,
}
FACTS = {"facts": Keys(Maybe(str)), "problems?": Each(str)}


def check_rows(kind: str, rows: list, place: str) -> None:
    """BadInput where a row of that kind holds something else than what its command writes."""
    check(rows, Each(SHAPES[kind]), place)
    for n, row in enumerate(rows):
        maps = row.get("maps") if kind == "cases" else None
        if maps and len({len(maps[name]) for name in ("lon", "lat", "port", "difference")}) > 1:
            raise BadInput(f"{place}[{n}].maps has lists of different lengths.")
