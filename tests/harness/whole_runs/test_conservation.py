"""Mass of dry air and of every water species in the moist wave: a day on a coarse mesh, weighed exactly."""

import numpy as np
import pytest
from pysces_harness.cli import main
from pysces_harness.whole_runs import conservation

from pysces.arrays.backend import Backend
from tests.daily import turn


@turn(2)
def test_a_day_of_the_moist_wave_takes_no_more_than_a_day_s_share_of_the_bound():
    """1e-14 in ten days is 1e-15 in one. With inverse masses rounded to nearest and columns left open: up to 4e-15."""
    ((day, drift),) = conservation.drifts(3, 1, Backend("numpy"))
    assert day == 1 and np.abs(drift).max() <= conservation.allowed(1) == 1e-15


def test_species_are_there_and_have_edges():
    host, state = conservation.moist_wave(2)
    assert host.equations.species.names == conservation.SPECIES
    clouds = state.tracer_mass[1:]
    assert np.all(clouds.max(axis=(1, 2, 3, 4)) > 0) and np.all(np.mean(clouds == 0, axis=(1, 2, 3, 4)) > 0.2)


@pytest.mark.parametrize("words", ["--ne 1", "--days 0", "--config jax-cpu-f32", "--config r8_fast"])
def test_bad_input_is_one_sentence(words, capsys):
    assert main(["conserve", *words.split()]) == 2
    assert capsys.readouterr().err.count("\n") == 1
