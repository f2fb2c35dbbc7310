"""A stage that Newton's method does not solve, in compiled code: named as on NumPy."""

import warnings

import pytest

from pysces.config.presets import preset
from pysces.diagnostics.watch import BadState
from pysces.driver.simulation import march, simulation
from pysces.models.theta_l import implicit

LEVELS = {"family": "even_pressure", "nlev": 7, "eta_top": 0.05}


@pytest.mark.parametrize("backend", ["numpy", "jax"])
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
