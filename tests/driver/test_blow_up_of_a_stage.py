"""A stage that Newton's method does not solve, in compiled code: named as on NumPy."""

import warnings
from types import SimpleNamespace

import numpy as np
import pytest

from pysces.arrays.backend import Backend
from pysces.arrays.refusals import FailedAt
from pysces.config.presets import preset
from pysces.diagnostics.watch import BadState
from pysces.driver.layout import Layout
from pysces.driver.simulation import march, simulation
from pysces.driver.streams import Recording
from pysces.models.theta_l import implicit
from tests.daily import turn

LEVELS = {"family": "even_pressure", "nlev": 7, "eta_top": 0.05}


@pytest.mark.parametrize("backend", ["numpy", pytest.param("jax", marks=turn(1, 2))])
def test_a_stage_without_a_solution_is_named_by_element_level_and_steps(backend, monkeypatch):
    if backend == "jax":
        pytest.importorskip("jax")
    monkeypatch.setattr(implicit, "MOST_ITERATIONS", 1)
    config = preset("theta_l").with_options(ne=2, theta_hydrostatic_mode=False, tstep_type=9, tstep=300.0, ndays=0.125)
    tables = {"case": {"name": "topographic_wave"}, "vertical": {"table": LEVELS}, "backend": {"name": backend}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run = simulation(config.with_table(tables))
    with pytest.raises(
        FloatingPointError, match=r"in 1 Newton steps in .* element \d+, .* most at level \d+"
    ) as refused:
        list(march(run))
    if backend == "jax":
        assert isinstance(refused.value, BadState) and "(call 1, step 1): The implicit stage" in str(refused.value)


def test_a_rank_names_the_element_by_its_number_in_the_whole_mesh():
    """NumPy refuses where it computes, and a rank computes a part of the elements."""

    def fail(*_):
        raise FailedAt("element {element} of all", 1)

    run = SimpleNamespace(dycore=SimpleNamespace(run=fail), streams=[])
    for parts, expected in ((None, "element 1 of all"), (SimpleNamespace(elements=np.array([5, 9])), "element 9 of")):
        run.layout = Layout(Backend(), Backend(), parts)
        recording = Recording.__new__(Recording)
        recording._run, recording._means = run, []
        with pytest.raises(FloatingPointError, match=expected):
            recording.advance(None, 1)
