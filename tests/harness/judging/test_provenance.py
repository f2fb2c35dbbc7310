"""What computed a side is said with the options that decide its rounding, and with no others."""

from pysces_harness.judging import provenance
from pysces_harness.running.configurations import CONFIGURATIONS


def test_the_last_level_of_optimisation_counts_and_paths_are_left_out():
    options = "-I somewhere -O3 -march=x86-64 -O2 -Wall -ffp-contract=off -fno-fast-math -J elsewhere".split()
    assert provenance.arithmetic(options) == "-O2 -march=x86-64 -ffp-contract=off -fno-fast-math"


def test_fast_math_would_show():
    assert "-ffast-math" in provenance.arithmetic(["-O3", "-ffast-math"])


def test_a_port_names_its_library_and_its_flags():
    assert provenance.side(CONFIGURATIONS["numpy-f64"]).startswith("pysces on numpy ")
    assert "XLA_FLAGS=--xla_cpu_max_isa=AVX" in provenance.side(CONFIGURATIONS["jax-cpu-f64-nofma"])


def test_the_machine_has_a_name_a_processor_and_a_commit():
    assert set(provenance.machine()) == {"host", "cpu", "system", "commit"} and provenance.machine()["cpu"]
