"""Whole runs of our Fortran from scalars: what it makes by itself against the records of the real models."""

import numpy as np
import pytest

reference = pytest.importorskip("pysces_reference")
if "r8_strict" not in reference.available():
    pytest.skip("reference_fortran is not built here", allow_module_level=True)

from pysces_harness.inputs.whole_runs import CAM, DICE, DRY, TRACERS
from pysces_harness.sides.adapters import Fortran
from pysces_harness.sides.fortran import whole_runs

from tests import records

HOMME = {"model": "theta_l", "ne": 4, "nlev": 30, "tstep": 600.0, "rsplit": 3, "nu": 6.3e17, "hypervis_subcycle": 2}
QUIET = np.ones(DICE)


def _run(words, calls, ulps=QUIET, build="r8_strict"):
    return whole_runs.run({"ulps": ulps}, Fortran(build), {**words, "calls": calls})


def _error(found, expected):
    """Of the largest value: levels of a jet are small where it is not."""
    return np.abs(found - expected).max() / np.abs(expected).max()


@pytest.mark.parametrize("name", records.waves())
def test_initial_state_is_that_of_homme(name):
    """HOMME stops its search for the height at 1e-13 of pressure; wind is the most sensitive to it."""
    x = records.case("theta_l_run", name).x
    found = _run({**HOMME, "case_options": {"moist": "Qdp" in x}, "tracers": "Qdp" in x}, calls=0)
    for name, bound in {"v": 2e-13, "vtheta_dp": 1e-13, "dp3d": 1e-14}.items():
        assert _error(found[name], x[name]) <= bound, name
    if "Qdp" in x:
        assert _error(found["Qdp"][0], x["Qdp"][0]) <= 1e-12


def test_initial_state_on_dry_mass_is_that_of_cam_se():
    """Humidity is a difference of pressures, found by CAM to 1e-13, over a thin layer: 1e-10 of its scale."""
    x = records.case("cam_se_step", "moist_wave").x
    found = _run({**CAM, "ne": 4, "nlev": 30}, calls=0)
    for name, bound in {"T": 1e-12, "v": 1e-12, "dp3d": 1e-14}.items():
        assert _error(found[name], x[name]) <= bound, name
    assert _error(found["Qdp"][0], x["Qdp"][0]) <= 1e-10


def test_levels_are_those_of_homme():
    x = records.case("theta_l_run", "ne4_hydrostatic").x
    found = whole_runs.levels({"ulps": QUIET}, Fortran(), HOMME)
    for name in ("hyai", "hybi", "hyam", "hybm"):
        np.testing.assert_array_equal(found[name], x[name].ravel())


def test_viscosities_by_level_and_sponge_are_those_of_cam_se():
    record = records.case("cam_se_step", "moist_wave")
    found = whole_runs.levels({"ulps": QUIET}, Fortran(), {**CAM, "nlev": 30, "ne": 4, "cam_compatible": True})
    np.testing.assert_array_equal(found["sponge"], record.x["nu_scale_top"])
    for name in ("nu_lev", "nu_t_lev", "nu_div_lev"):
        np.testing.assert_allclose(found[name], record.x[name], rtol=4e-16)  # two powers of one number
    assert np.flatnonzero(found["heated"])[0] == record.settings["sponge_del4_lev"] + 1


@pytest.mark.parametrize("calls", [1, 10])
def test_a_run_from_words_is_the_run_of_homme(calls):
    """Two to three times what is found, 1.1e-13, 2.6e-14 and 3.2e-15, most of it at the start."""
    expected = records.case("theta_l_run", "ne4_hydrostatic").after(f"call_{calls}").outputs
    found = _run(HOMME, calls)
    for name, bound in {"v": 3e-13, "vtheta_dp": 8e-14, "dp3d": 1e-14}.items():
        assert _error(found[name], expected[name]) <= bound, name


@pytest.mark.parametrize("words", [TRACERS, CAM], ids=["theta_l", "cam_se"])
def test_a_run_does_not_depend_on_what_ran_before(words):
    words, other = {**words, "ne": 2}, {**DRY, "ne": 3, "nu_top": 0.0, "hypervis_subcycle": 1}
    first = _run(words, calls=1)
    _run(other, calls=1)
    again = _run(words, calls=1)
    assert first.keys() == again.keys()
    for name in first:
        np.testing.assert_array_equal(first[name], again[name])


@pytest.mark.parametrize(("build", "ulp"), [("r8_strict", 2.3e-16), ("r4_strict", 1.2e-7)])
def test_a_nudged_start_is_ulps_away(build, ulp):
    """Layers, which nothing but levels and pressure enter, by few; the nodes of one level not all alike."""
    words, nudged = {**DRY, "ne": 2}, np.where(np.arange(DICE) % 3, 1.5, 0.5)
    still, moved = _run(words, 0, build=build)["dp3d"], _run(words, 0, nudged, build)["dp3d"]
    assert 0 < _error(moved, still) < 20 * ulp
    assert np.unique((moved - still)[..., 0]).size > 1


def test_fortran_is_handed_numbers_alone(monkeypatch):
    handed = []
    original = Fortran.__call__
    monkeypatch.setattr(Fortran, "__call__", lambda self, *a: handed.append(a) or original(self, *a))
    for words in (TRACERS, CAM):
        _run({**words, "ne": 2}, calls=1)
    assert [name for name, *_ in handed] == ["theta_l_whole_run:run", "cam_se_whole_run:run"]
    assert all(np.ndim(argument) == 0 for _, *arguments in handed for argument in arguments)
