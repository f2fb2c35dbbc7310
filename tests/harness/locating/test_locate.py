"""locate: an honest port is acquitted, a defect is found at its own savepoint, and what is left behind replays."""

import json

import netCDF4
import numpy as np
import pytest

pytest.importorskip("pysces_reference")
from pysces_harness import cli
from pysces_harness.guessing import fits, patterns
from pysces_harness.kernels.catalogue import lookup
from pysces_harness.locating import blame
from pysces_harness.locating.cam_se import start as cam_se_start
from pysces_harness.locating.cam_se import walk as cam_se
from pysces_harness.locating.march import march
from pysces_harness.locating.savepoint import Inspection
from pysces_harness.locating.shallow_water import start as shallow_water_start
from pysces_harness.locating.theta_l import start as theta_l_start
from pysces_harness.locating.theta_l import terms as theta_l_terms
from pysces_harness.locating.theta_l import walk as theta_l
from pysces_harness.running.configurations import FORTRAN, configuration

from pysces.models.cam_se.equations import CamSe
from pysces.models.shallow_water.equations import ShallowWater
from pysces.models.shallow_water.leapfrog import LeapfrogDycore
from pysces.models.shallow_water.viscosity import ShallowWaterViscosity
from pysces.models.theta_l.hydrostatic import ThetaLHydrostatic
from pysces.models.theta_l.hyperviscosity import Hyperviscosity

SMALL = ["--ne", "2", "--nlev", "8", "--members", "6"]


@pytest.fixture(scope="module", autouse=True)
def _fortran():
    if reason := FORTRAN["r8_strict"].missing():
        pytest.skip(reason)


@pytest.fixture(scope="module")
def honest():
    """All findings of an honest walk."""
    start = theta_l_start.start("hill", 2, 8)
    inspection = Inspection(configuration("numpy-f64"), start.grid, 6)
    return start, inspection, list(march(inspection, start, steps=1))


def test_an_honest_port_holds_at_every_savepoint(honest):
    _, _, findings = honest
    assert blame.culprit(findings) is None
    assert {f.visit.savepoint.name for f in findings} == {p.name for p in theta_l_start.points()}
    assert all(j.points > 0 for f in findings for j in f.judgements)
    assert max(f.r_free for f in findings) < blame.LIMIT
    assert blame.acquittal(findings).startswith("No culprit")


@pytest.fixture(scope="module")
def honest_cam_se():
    """All findings of an honest walk through CAM-SE."""
    start = cam_se_start.start("hill", 2, 8)
    inspection = Inspection(configuration("numpy-f64"), start.grid, 6)
    return list(march(inspection, start, steps=1))


def test_an_honest_port_of_cam_se_holds_at_every_savepoint(honest_cam_se):
    assert blame.culprit(honest_cam_se) is None
    assert {f.visit.savepoint.name for f in honest_cam_se} == {p.name for p in cam_se_start.points()}
    assert all(j.points > 0 for f in honest_cam_se for j in f.judgements)


@pytest.fixture(scope="module")
def shallow_water():
    """A walk of two steps of shallow water, and who inspects it."""
    start = shallow_water_start.start("hill", 2)
    return start, Inspection(configuration("numpy-f64"), start.grid, 6)


def test_an_honest_port_of_shallow_water_holds_at_every_savepoint(shallow_water):
    start, inspection = shallow_water
    findings = list(march(inspection, start, steps=2))
    assert blame.culprit(findings) is None
    assert {f.visit.savepoint.name for f in findings} == {p.name for p in shallow_water_start.points()}
    assert all(j.points > 0 for f in findings for j in f.judgements)


@pytest.mark.parametrize(
    "cls, method, place, field",
    [
        (ShallowWater, "_flux", "shallow_water/tendency", "p_tendency"),
        (ShallowWaterViscosity, "_weak", "shallow_water/hyperviscosity", "v"),
        (LeapfrogDycore, "_start", "shallow_water/call", "step_1/p"),
    ],
)
def test_a_defect_of_shallow_water_is_found_where_it_is(cls, method, place, field, shallow_water, monkeypatch):
    """A factor of 1 + 1e-10 on what one method returns."""
    start, inspection = shallow_water
    real = getattr(cls, method)
    monkeypatch.setattr(cls, method, lambda *args: real(*args) * (1.0 + 1e-10))
    guilty = blame.culprit(list(march(inspection, start, steps=1)))
    assert guilty.visit.savepoint.name == place and guilty.judgement.field == field


def test_cam_se_without_viscosity_of_layer_thickness_holds_too():
    """Without nu_p, tracers must not be diffused as if layer thickness were."""
    start = cam_se_start.start("hill", 2, 8)
    start.settings.update(nu_p=0.0)
    inspection = Inspection(configuration("numpy-f64"), start.grid, 6)
    assert blame.culprit(march(inspection, start, 1, free_members=0)) is None


def test_the_walk_through_cam_se_ends_in_the_bits_of_its_own_step():
    """Stages by the walk's table of schemes against reference_fortran's Runge-Kutta step, all schemes."""
    for tstep_type in cam_se.SCHEME.table:
        start = cam_se_start.start("hill", 2, 4)
        start.settings.update(tstep_type=tstep_type, se_tstep_type=tstep_type, se_rsplit=1)
        inspection = Inspection(configuration("numpy-f64"), start.grid, 2)
        walked = march(inspection, start, 1, free_members=0)
        ours = next(f.reference for f in walked if f.visit.savepoint.name == "cam_se/scheme_end")
        whole = inspection.fortran(lookup("cam_se_rk_step"), start.x, start.grid, start.settings)
        same = np.array_equal if tstep_type > 1 else (lambda a, b: np.allclose(a, b, rtol=1e-15, atol=1e-14))
        assert all(same(ours[name], whole[name]) for name in ("v", "T", "dp3d")), tstep_type


def test_operators_come_before_the_terms_that_use_them(honest):
    names = [f.visit.savepoint.name for f in honest[2]]
    assert names[0] == "mesh/cubed_sphere"
    ladder = ["scheme", "column", "gradient_sphere", "dss", "pressure_gradient", "tendency", "stage", "scheme_end"]
    ladder += ["laplace_sphere_wk", "first_laplacian", "biharmonic", "hyperviscosity", "sponge", "dynamics_step"]
    ladder += ["remap1", "vertical_remap", "call"]
    first = [names.index(f"theta_l/{name}") for name in ladder]
    assert first == sorted(first)


@pytest.mark.parametrize(
    "change",
    [
        {"rsplit": 0, "theta_advect_form": 0, "pgrad_correction": 0, "nu_p": 0.0},
        {"qsplit": 2, "rsplit": 1, "limiter_option": 4, "vert_remap_u_alg": 11, "vert_remap_q_alg": 1},
    ],
    ids=["eulerian_without_nu_p", "qsplit_limiter4"],
)
def test_other_settings_hold_too(change):
    """Without nu_p, tracers must not be diffused as if layer thickness were: what locate found in pysces first."""
    start = theta_l_start.start("hill", 2, 8)
    start.settings.update(change)
    inspection = Inspection(configuration("numpy-f64"), start.grid, 6)
    assert blame.culprit(march(inspection, start, 1, free_members=0)) is None


def test_the_walk_of_the_reference_ends_in_the_bits_of_its_own_step():
    """Stages by the walk's table of schemes against reference_fortran's Runge-Kutta step, all schemes."""
    for tstep_type in theta_l.SCHEME.table:
        start = theta_l_start.start("hill", 2, 8)
        start.settings.update(tstep_type=tstep_type, nu=0.0, rsplit=1)
        inspection = Inspection(configuration("numpy-f64"), start.grid, 2)
        found = {}
        for finding in march(inspection, start, 1, free_members=0):
            found[finding.visit.savepoint.name] = finding.reference
        ours, whole = found["theta_l/scheme_end"], found["theta_l/dynamics_step"]
        assert all(np.array_equal(ours[name], whole[name]) for name in ("v", "vtheta_dp", "dp3d"))
        assert np.allclose(ours["vn0"], whole["vn0"], rtol=1e-14, atol=0.0)


def test_the_terms_of_the_reference_add_up_to_its_tendency(honest):
    start, inspection, findings = honest
    at = next(f.visit for f in findings if f.visit.savepoint.name == "theta_l/tendency")
    fortran = inspection.fortran.fortran
    fortran.set_grid(start.grid)
    whole = theta_l_terms._tendency_fortran(at.x, fortran, at.settings)
    for field, parts in theta_l_terms._tendency_parts(at.x, fortran, at.settings).items():
        assert np.abs(sum(parts.values()) - whole[field]).max() < 1e-12 * max(np.abs(p).max() for p in parts.values())


def located(tmp_path, *words):
    """Exit status and JSON of a small walk."""
    target = tmp_path / "locate.json"
    status = cli.main(["locate", *SMALL, "--json", str(target), "--left", str(tmp_path / "left.nc"), *words])
    return status, json.loads(target.read_text())


def test_a_wrong_term_is_found_and_explained(tmp_path, monkeypatch, capsys):
    honest = ThetaLHydrostatic._pressure_gradient
    monkeypatch.setattr(ThetaLHydrostatic, "_pressure_gradient", lambda *a: honest(*a) * (1 + 1e-11))
    status, found = located(tmp_path)
    assert status == 1 and found["culprit"]["savepoint"] == "theta_l/pressure_gradient"
    assert (found["culprit"]["step"], found["culprit"]["stage"]) == (1, "RK stage 1")
    assert "multiplied by 1 +1e-11" in found["looks"]
    assert "Culprit: step 1, RK stage 1, the pressure gradient term" in capsys.readouterr().out


def test_a_wrong_term_of_cam_se_is_found_and_explained(tmp_path, monkeypatch):
    honest = CamSe._exner_form
    monkeypatch.setattr(CamSe, "_exner_form", lambda *a: honest(*a)[::-1])
    status, found = located(tmp_path, "--model", "cam_se")
    assert status == 1 and found["culprit"]["savepoint"] == "cam_se/pressure_gradient"
    assert "eastward and northward components are exchanged" in found["looks"]


def test_what_is_left_behind_replays(tmp_path, monkeypatch, capsys):
    with monkeypatch.context() as patch:
        honest = Hyperviscosity._second_laplacian
        patch.setattr(Hyperviscosity, "_second_laplacian", lambda *a: (lambda scalars, v: (scalars, -v))(*honest(*a)))
        assert located(tmp_path)[0] == 1
        assert cli.main(["locate", "--replay", str(tmp_path / "left.nc")]) == 1
    assert cli.main(["locate", "--replay", str(tmp_path / "left.nc")]) == 0
    with netCDF4.Dataset(tmp_path / "left.nc") as file:
        assert file.savepoint == "theta_l/second_laplacian" and file.command.startswith("pysces-verify locate --replay")
        assert set(file.groups) == {"input", "reference", "port", "difference", "S", "R"}
        for name, difference in file["difference"].variables.items():
            assert np.array_equal(difference[...], file["port"][name][...] - file["reference"][name][...])
    assert "theta_l/second_laplacian holds." in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["hill", "hill"],
        ["--config", "r8_strict"],
        ["--config", "numpy-f64", "--config", "numpy-f32"],
        ["--steps", "0"],
        ["--replay", "nowhere.nc"],
        ["nowhere.nc"],
    ],
)
def test_bad_input_is_one_sentence_and_status_2(words, capsys):
    assert cli.main(["locate", *words]) == 2
    assert capsys.readouterr().err.startswith("pysces-verify: ")


def test_a_difference_is_recognised():
    field = np.random.default_rng(0).normal(size=(2, 6, 4, 4, 5))
    assert fits.factor(-2.0 * field, field) == pytest.approx((-2.0, 0.0))
    assert "sign is wrong" in fits.multiple(-2.0 * field, {"it": field, "other": field[::-1]}, 1e-4)
    assert "sign of the field" in patterns.pattern(-field, field) or "sign is wrong" in patterns.pattern(-field, field)
    assert "i and j" in patterns.pattern(np.swapaxes(field, -3, -2), field)
    assert "one level above" in patterns.pattern(np.roll(field, 1, -1), field)
    assert "components" in patterns.pattern(field[::-1], field)
    assert "single precision" in patterns.pattern(field * (1 + 3e-8), field)
    power = patterns.pattern(np.abs(field) ** (1 + 3e-8), np.abs(field))
    assert power.startswith("the whole field is raised to the power 1 +3e-08") and "single precision" in power
    edges = np.zeros_like(field)
    edges[:, :, 0] = 1.0
    assert "boundaries" in patterns.confined(edges)
