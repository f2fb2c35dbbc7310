"""Fields of air by their definitions, from the state itself: layers, columns, heights, what is continuous."""

import numpy as np
import pytest

from pysces.config.presets import cam_se, homme
from pysces.diagnostics.catalogue import fields_of
from pysces.driver.simulation import simulation
from pysces.geometry.columns import columns_of

LEVELS = {"vertical": {"table": {"family": "even_pressure", "nlev": 4, "eta_top": 0.1}}}
NONHYDROSTATIC = {"dynamics": {"theta_hydrostatic_mode": False}}
MOIST = {"ne": 2, "tracers": True, "case_options": {"moist": True}}
CHOICES = {
    "theta_l": lambda: homme(**MOIST).with_table(LEVELS),
    "nonhydrostatic": lambda: homme(**MOIST, tstep_type=9).with_table(LEVELS | NONHYDROSTATIC),
    "cam_se": lambda: cam_se(**MOIST).with_table(LEVELS),
}


@pytest.fixture(scope="module", params=CHOICES)
def sampled(request):
    """A run two calls after its start, {CAM's name: values} of its fields, and what those are made of."""
    run = simulation(CHOICES[request.param]())
    state = run.dycore.run(run.state, 2)
    sample = run.model.sample(run.config, run.dycore, state)
    kinds = fields_of(run.model, run.host, run.state, run.tracers)
    return run, state, {kind.cam: np.asarray(kind.compute(sample)) for kind in kinds}, sample.air


def test_water_in_the_column_is_what_the_state_carries(sampled):
    run, state, found, _ = sampled
    vapor = np.asarray(state.tracer_mass[0]).sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(found["TMQ"], vapor / run.dycore.equations.constants.gravity, rtol=1e-13)


def test_layers_add_up_to_the_pressures_at_the_ground(sampled):
    run, _, found, _ = sampled
    top = found["PINT"][..., :1]
    np.testing.assert_allclose(found["PS"], top + found["PDEL"].sum(axis=-1, keepdims=True), rtol=1e-13)
    np.testing.assert_allclose(found["PSDRY"], top + found["PDELDRY"].sum(axis=-1, keepdims=True), rtol=1e-13)
    water = sum(found[name] for name in run.tracers if name in ("Q", "CLDLIQ", "RAINQM")) * found["PDEL"]
    np.testing.assert_allclose(found["PDELDRY"], found["PDEL"] - water, rtol=1e-12)


def test_heights_and_vertical_winds_are_means_of_two_interfaces(sampled):
    run, _, found, air = sampled
    phi = np.asarray(air.phi_i)
    np.testing.assert_allclose(found["GEOP"], 0.5 * phi[..., 1:] + 0.5 * phi[..., :-1], rtol=1e-14)
    np.testing.assert_allclose(found["Z3"] * run.dycore.equations.constants.gravity, found["GEOP"], rtol=1e-14)
    if "W" in found:
        w = np.asarray(air.w_i)
        assert np.abs(w).max() > 0.0
        np.testing.assert_allclose(found["W"], 0.5 * w[..., 1:] + 0.5 * w[..., :-1], atol=1e-15)


def test_potential_temperature_is_that_of_the_pressure(sampled):
    run, _, found, _ = sampled
    c = run.dycore.equations.constants
    np.testing.assert_allclose(found["TH"], found["T"] * (c.p0 / found["PMID"]) ** c.kappa, rtol=1e-13)


@pytest.mark.parametrize("name", ["VOR", "DIV", "OMEGA"])
def test_derived_fields_are_continuous(sampled, name):
    """Each copy of a node has the same number, as a file with one column for each needs."""
    run, _, found, _ = sampled
    columns = columns_of(run.host.grid)
    everywhere = columns.gathered(found[name])[columns.number]
    np.testing.assert_allclose(found[name], everywhere, atol=1e-14 * np.abs(everywhere).max())
    assert np.abs(everywhere).max() > 0.0
