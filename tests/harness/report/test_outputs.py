"""What people and scripts read, held to the letter: terminal tables and the keys of JSON objects.

A wanted change: ``pytest tests/harness/report/test_outputs.py --force-regen``, then read the difference before
committing it.
"""

from types import SimpleNamespace

import pytest
from pysces_harness.foreign import verify_port
from pysces_harness.judging import detection
from pysces_harness.judging.results import Result
from pysces_harness.kernels.catalogue import registry
from pysces_harness.registry import Kernel
from pysces_harness.report import speed, terminal
from pysces_harness.running.configurations import Configuration

WORST = {"elem": 7, "i": 0, "j": 3, "lev": 2, "lat": 35.26, "lon": 45.0, "node_class": "cube corner"}
COMPARED = {"fields": 2, "points": 23040, "levels": 30, "times": 1}
ALIKE = {"side": "port", "compared": COMPARED, "elements": 24, "source": "generated"}


def result(kernel, verdict, reference="r8_strict", configuration="numpy-f64", **more):
    golden = reference == "golden"
    case = {
        "producer": "homme" if golden else "generated",
        "mesh": "golden" if golden else "generated",
        "case": "rough",
    }
    return Result(kernel, reference=reference, configuration=configuration, verdict=verdict, **(ALIKE | case | more))


RESULTS = [
    result("gradient_sphere", "BITWISE", max_abs_error=0.0, scale=3e-6, bitwise_fraction=1.0),
    result("theta_l_call", "ROUNDOFF", r_global=0.4, r_level=0.55, r_point=3.8, max_abs_error=2e-13, scale=40.0),
    result(
        "theta_l_call",
        "DIFFERENT",
        "golden",
        reason="v: r_point 2e+03 > 16",
        r_global=1.2,
        r_level=2.0,
        r_point=2e3,
        max_abs_error=4e-11,
        scale=40.0,
        worst=WORST,
    ),
    result("dss", "VACUOUS", reason="every output is zero", configuration="jax-cpu-f64"),
    result(
        "dss", "NOT-RUN", reason="no GPU, or jax without CUDA", configuration="jax-gpu-f64", expected=True, compared={}
    ),
]
DEFECTS = [
    result("dss", "BITWISE", smallest_detected={"coefficient": 1e-15, "bad_point": 1e-15, "wrong_neighbour": 1.0}),
    result("remap1", "ROUNDOFF", smallest_detected={"coefficient": 1e-10, "bad_point": None, "level_shift": 1.0}),
]
TIMES = {
    **{"kernel": "theta_l_dynamics_step", "case": "damped", "configuration": "jax-cpu-f64", "per": "step"},
    **{"port_s": 0.081, "fortran_s": 0.09, "numpy_s": 1.4, "compile_s": 21.0, "agrees": True, "threads": 2},
    **{"ratio": 0.9, "low": 0.87, "high": 0.93, "cpu_ratio": 0.85, "cpu_low": 0.84, "cpu_high": 0.86},
    **{"numpy_ratio": 0.06, "numpy_low": 0.04, "numpy_high": 0.09, "noise": 0.04},
    **{"day_s": 23.3, "fortran_day_s": 25.9, "bytes": 23592960, "bandwidth": 1.8e10},
    **{"port_of_bandwidth": 0.016, "fortran_of_bandwidth": 0.0145},
}


def test_the_table_of_verdicts(capsys, file_regression):
    terminal.results(RESULTS, everything=True)
    file_regression.check(capsys.readouterr().out)


def test_the_table_of_defects_and_the_weak_checks(capsys, file_regression):
    terminal.detection(detection.by_kernel(DEFECTS))
    terminal.weaknesses(detection.weaknesses(DEFECTS))
    file_regression.check(capsys.readouterr().out)


def test_the_tables_of_times(capsys, file_regression):
    speed.perf([TIMES])
    file_regression.check(capsys.readouterr().out)


def test_the_listing(capsys, file_regression):
    kernels = {
        "dss": Kernel("dss", port=max, outputs={}, fortran=max, cases=list),
        "mesh": Kernel("mesh", port=max, outputs={}),
    }
    sides = {"numpy-f64": Configuration("numpy-f64"), "mine": Configuration("mine", missing=lambda: "not plugged in")}
    path = SimpleNamespace(name="ne4.nc")
    terminal.listing(kernels, sides, [SimpleNamespace(kernel="mesh", producer="homme", case="ne4", path=path)])
    file_regression.check(capsys.readouterr().out)


def test_the_keys_of_json_objects(data_regression):
    pytest.importorskip("pysces_reference")
    found = verify_port("divergence_sphere", registry()["divergence_sphere"].port, mutation=True)[0]
    row = found.as_json()
    objects = {"result": row, "field": row["fields"][0], "compared": row["compared"], "worst": row["worst"]}
    objects["mutate"] = detection.by_kernel([found])[0]
    found.named = {"settings.g": 1e-14}
    objects["mutate, of a number"] = detection.by_number([found])[0]
    data_regression.check({name: sorted(keys) for name, keys in objects.items()})
