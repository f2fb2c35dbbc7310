"""Times of every kernel on every side by pytest-benchmark, kept by commit: is pysces slower than it was?

Not part of the test suite. From the repository:

    pytest benchmarks --benchmark-autosave                     # keep this commit's times in .benchmarks
    pytest benchmarks --benchmark-compare                      # beside those kept last
    pytest benchmarks --benchmark-compare --benchmark-compare-fail=median:20%
    PYSCES_BENCHMARK_NE=8 pytest benchmarks -k "theta_l_dynamics_step and jax"

Against Fortran use `pysces-verify perf`: it interleaves the sides, which drift of a shared machine cannot fool.
"""

import os
from functools import cache

import pytest
from pysces_harness.kernels.catalogue import registry
from pysces_harness.measuring import bandwidth, perf
from pysces_harness.running.configurations import configuration
from pysces_harness.running.worker import placed

NE = int(os.environ.get("PYSCES_BENCHMARK_NE", "4"))
SIDES = ("r8_fast", "numpy-f64", "jax-cpu-f64")
KERNELS = [kernel.name for kernel in registry().values() if kernel.cases and kernel.fortran]


@cache
def speed() -> float:
    return bandwidth.measured(perf.threads())


def timed(kernel, case, side):
    """(function without arguments, function that gives its outputs)"""
    if side == "r8_fast":
        call, _ = perf.fast(kernel, case)
        return call, call
    place = placed(configuration(side), case.grid)
    call, _ = perf.compiled(place, kernel, case)
    return call, lambda: place.get(call())


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("name", KERNELS)
def test_kernel(benchmark, name, side):
    if reason := configuration(side).missing():
        pytest.skip(reason)
    kernel = registry()[name]
    case = perf.large(kernel, NE)
    call, outputs = timed(kernel, case, side)
    moved = bandwidth.least_traffic(case.inputs, outputs(), 64)
    benchmark.group = f"{name} ne{NE}"
    benchmark.extra_info.update(bytes=moved, threads=perf.threads(), case=case.name, per=perf.level(kernel))
    benchmark.pedantic(call, rounds=7, warmup_rounds=1)
    if not benchmark.disabled:
        benchmark.extra_info["of_bandwidth"] = moved / benchmark.stats["median"] / speed()
