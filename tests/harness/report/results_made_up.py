"""Results made up for the report's tests: two kernels, several sides, a loosened, a weak and a failing check."""

import numpy as np
from pysces_harness.judging import known_differences
from pysces_harness.judging.results import Result

POINTS = [[10.0, 40.0, 2, 3.1, 2], [190.0, -35.26, 1, 1.2, 3], [300.0, 5.0, 0, 0.4, 0]]
DIAGNOSTICS = {
    "levels": {"error": [1e-16, 3e-16, 2e-15], "r": [0.1, 0.0, 1.4]},
    "ulp": [200, 60, 20, 6, 1, 0, 0, 0, 0, 0, 1],
    "points": POINTS,
    "by": "R",
}
PROVENANCE = {
    "side": "pysces on numpy 2.4",
    "reference": "E3SM <commit 75e17cce>",
    "host": "vm",
    "cpu": "EPYC",
    "system": "Linux",
    "commit": "abc",
}
LOOSENED = known_differences.load()[0].reason
LADDER = {"coefficient": 1e-15, "bad_point": 1e-14, "level_shift": 1.0}


def field(name, verdict="ROUNDOFF", **more):
    return {
        "field": name,
        "verdict": verdict,
        "points": 288,
        "max_abs_error": 2e-15,
        "scale": 1.0,
        "r_point": 3.1,
        **({"diagnostics": DIAGNOSTICS} if verdict != "BITWISE" else {}),
        **more,
    }


def result(kernel="gradient_sphere", configuration="numpy-f64", verdict="ROUNDOFF", reference="r8_strict", **more):
    values = {
        "mesh": "generated" if reference != "golden" else "golden",
        "producer": "generated" if reference != "golden" else "homme",
        "fields": [field("ds", verdict)],
        "compared": {"fields": 1, "points": 288, "levels": 3, "times": 1},
        "max_abs_error": 2e-15,
        "scale": 1.0,
        "r_global": 0.4,
        "r_level": 1.4,
        "r_point": 3.1,
        "worst": {"elem": 3, "i": 1, "j": 2, "lev": 2, "lat": 40.0, "lon": 10.0, "node_class": "vertex"},
        "smallest_detected": LADDER if reference != "golden" else {"coefficient": 1e-8},
        "elements": 24,
        "provenance": PROVENANCE,
        **more,
    }
    return Result(kernel, "smooth", "port", reference, configuration, verdict=verdict, **values)


def results():
    return [
        result(),
        result(reference="golden"),
        result(configuration="jax-cpu-f64", verdict="BITWISE", r_point=None),
        result("mesh", reference="golden", fields=[field("tensorVisc", known_difference=LOOSENED)]),
        result("dss", smallest_detected={**LADDER, "coefficient": 1e-9}),
        result("dss", "jax-cpu-f32", "DIFFERENT", reason="div: r_point 40 > 16"),
        result("dss", "jax-gpu-f64", "NOT-RUN", reason="no GPU", expected=True, compared={}, fields=[]),
    ]


def case_rows():
    rng = np.random.default_rng(0)
    lon, lat = rng.uniform(0, 360, 96), np.degrees(np.arcsin(rng.uniform(-1, 1, 96)))
    maps = {"day": 2, "lon": lon.tolist(), "lat": lat.tolist()}
    maps |= {"port": (1e5 + 100 * np.sin(np.radians(lon))).tolist(), "difference": (1e-7 * lat).tolist()}
    common = {"kernel": "theta_l_run_daily", "case": "ne8", "configuration": "numpy-f64", "verdict": "ROUNDOFF"}
    common |= {"bound": 1e-6, "ps_min_reference": 99900.0, "mass_drift": 1e-16, "wall": 1.0}
    days = [
        {**common, "day": float(d), "ps": 1e-15 * 4**d, "T_mid": 1e-14, "vort_bot": 0.0, "ps_min": 99900.0}
        for d in (0, 1, 2)
    ]
    return [*days[:-1], {**days[-1], "maps": maps}]


def perf_row(**more):
    row = {
        "kernel": "dss",
        "case": "smooth",
        "configuration": "jax-cpu-f64",
        "threads": 2,
        "port_s": 1e-3,
        "fortran_s": 2e-3,
    }
    row |= {
        "compile_s": 1.0,
        "ratio": 0.5,
        "low": 0.47,
        "high": 0.52,
        "agrees": True,
        "per": "step",
        "day_s": 80.0,
        "numpy_ratio": 0.1,
        "port_of_bandwidth": 0.31,
        "bytes": 123456,
    }
    return row | more


def growth_row(**more):
    days = [0.0, 1.0, 2.0, 3.0]
    envelope = [{"day": d, "low": 1e-13 * d, "median": 2e-13 * d, "high": 4e-13 * d, "port": 3e-13 * d} for d in days]
    row = {"kernel": "growth", "case": "baroclinic_wave", "side": "port", "configuration": "numpy-f64", "members": 20}
    row |= {"reference": "r8_strict", "field": "T", "units": "K", "verdict": "ROUNDOFF", "reason": "", "defect": 0.0}
    row |= {"ratio_median": 1.4, "ratio_high": 0.75, "saturation": 1e-9, "horizon_day": None, "envelope": envelope}
    return row | more


def walk(culprit=None):
    savepoint = {
        "savepoint": "laplacian",
        "rung": "term",
        "visits": 1,
        "verdict": "DIFFERENT" if culprit else "ROUNDOFF",
    }
    savepoint |= {
        "field": "T",
        "r_forced": 40.0 if culprit else 2.0,
        "r_free": 1.0,
        "step": 1,
        "stage": 2,
        "worst": None,
    }
    found = {"configuration": "numpy-f64", "reference": "r8_strict", "sentence": "laplacian is wrong.", "looks": ""}
    return found | {"culprit": savepoint if culprit else None, "savepoints": [savepoint]}


def scaling_row():
    row = {"kind": "strong", "over": "ranks", "parts": 2, "cores": 2, "ne": 4, "nlev": 30, "elements": 48}
    row |= {"alone_ne": 4, "alone_s": 0.02, "seconds": 0.011, "ratio": 1.8, "low": 1.75, "high": 1.85, "device": "EPYC"}
    return row | {"configuration": "mpi-2"}
