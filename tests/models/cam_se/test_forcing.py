"""CAM's physics forcing against applyCAMforcing, and what the three ways of applying it add up to."""

import numpy as np
import pytest
from pysces_harness.sides.pysces import cam_se

from pysces.models.cam_se.forcing import apply_cam_forcing, cam_forcing_intervals, cam_tendency, moist_thickness
from tests import records

CASES = ("ftype0", "ftype1", "ftype2")
ROUND_OFF = 2e-15


def tendency_of(record, fields, air):
    rates = (fields["FT"], fields["FM"])
    return cam_tendency(rates, fields["dq"], fields["dp3d"], fields["Qdp"], record.settings["dt_phys"], air)


@pytest.mark.parametrize("case", CASES)
def test_forcing_matches_cam(case, backend):
    record = records.case("cam_se_forcing", case)
    settings, fields = record.settings, backend.asarray(record.x)
    air = backend.asarray(cam_se.species(record.x, settings))
    tendency = tendency_of(record, fields, air)
    assert records.error(tendency.tracer_mass, record.x["FQ"]) < ROUND_OFF
    assert records.error(tendency.dp_moist, record.x["FDP"]) < ROUND_OFF
    intervals = cam_forcing_intervals(settings["ftype"], settings["se_nsplit"], settings["dt_dribble"])
    state, tracer_mass = cam_se.state(fields), fields["Qdp"]
    for call, pair in enumerate(zip(*intervals), start=1):
        state, tracer_mass = apply_cam_forcing(state, tracer_mass, tendency, pair, air)
        expected = record.after(f"nsubstep{call}").outputs
        assert records.error(state.temperature, expected["T"]) < ROUND_OFF
        assert records.error(state.wind, expected["v"]) < ROUND_OFF
        for ours, cams in zip(tracer_mass, expected["Qdp"]):
            assert records.error(ours, cams) < ROUND_OFF


@pytest.mark.parametrize("ftype", [0, 1, 2])
def test_every_ftype_forces_for_the_whole_physics_step(ftype):
    for intervals in cam_forcing_intervals(ftype, 3, 600.0):
        assert sum(intervals) == 1800.0


def test_unknown_ftype_is_refused():
    with pytest.raises(ValueError, match="ftype"):
        cam_forcing_intervals(5, 2, 600.0)


def test_sinks_do_not_make_tracers_negative_and_sources_of_dry_air_do_not_exist():
    record = records.case("cam_se_forcing", "ftype1")
    fields, air = record.x, cam_se.species(record.x, record.settings)
    tendency = tendency_of(record, fields, air)
    state, tracer_mass = apply_cam_forcing(cam_se.state(fields), fields["Qdp"], tendency, (1e6, 1e6), air)
    assert np.all(tracer_mass >= np.minimum(fields["Qdp"], 0.0))
    assert np.array_equal(state.dp_dry, fields["dp3d"])


def test_heat_given_is_heat_received_when_mass_changes():
    """Heating refers to the moist mass with which physics ended: mass times warming does not depend on clipping."""
    record = records.case("cam_se_forcing", "ftype1")
    fields, air = record.x, cam_se.species(record.x, record.settings)
    tendency = tendency_of(record, fields, air)
    state, tracer_mass = apply_cam_forcing(cam_se.state(fields), fields["Qdp"], tendency, (1800.0, 1800.0), air)
    received = (state.temperature - fields["T"]) * moist_thickness(state.dp_dry, tracer_mass, air)
    given = 1800.0 * fields["FT"] * tendency.dp_moist
    np.testing.assert_allclose(received, given, atol=1e-10 * np.abs(given).max())
