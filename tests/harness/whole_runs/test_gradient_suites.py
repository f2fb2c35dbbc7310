"""What a user's own suite is differentiated by."""

from dataclasses import replace

import numpy as np
import pytest

jax = pytest.importorskip("jax")

from pysces_harness.whole_runs.gradient.parameters import CHANGES, numbers, parameters

from pysces import homme, simulation
from pysces.models.theta_l.physics import homme_physics
from pysces.physics.held_suarez import HeldSuarez
from pysces.physics.suite import Tendency


@pytest.mark.parametrize("precision", [np.float32, np.float64])
def test_numbers_of_a_suite_are_found_in_any_precision_and_moved(precision):
    """A network that is made while its module is imported may have 32 bits: nothing has asked for 64 yet."""
    suite = {"weights": np.ones(2, precision), "count": 3}
    assert len(numbers(suite)) == 1
    moved = CHANGES["suite"](suite, 0.5, None)
    assert np.all(moved["weights"] != 1.0) and moved["count"] == 3


def test_a_suite_without_numbers_is_no_parameter():
    run = simulation(homme(ne=2, backend="jax"))
    forced = lambda suite: replace(run, dycore=run.dycore.replace(forcing=homme_physics(suite)))  # noqa: E731
    assert "suite" not in parameters(forced(lambda air, time: Tendency()))
    assert "suite" in parameters(forced(HeldSuarez()))
