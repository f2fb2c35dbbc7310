"""growth: honest round-off stays in the envelope, a coefficient off by 1e-12 does not, and nothing passes unseen."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("pysces_reference")
from pysces_harness import cli
from pysces_harness.judging.compare import BITWISE, DIFFERENT, ROUNDOFF, VACUOUS
from pysces_harness.running.configurations import FORTRAN, configuration
from pysces_harness.whole_runs import ensemble, growth, subjects
from pysces_harness.whole_runs.ensemble import Distances

SIDE = configuration("numpy-f64")
FIELDS = {"ps": "Pa", "theta": "K", "wind": "m s-1"}


@pytest.fixture(scope="module")
def small():
    """Six members of a wave of six hours on a tiny mesh."""
    if reason := FORTRAN["r8_strict"].missing():
        pytest.skip(reason)
    case = subjects.wave(ne=2, nlev=6, days=0.25, hours=1.0)
    fortran = ensemble.Ensemble(case, "r8_strict")
    return case, fortran, fortran.members(6)


def test_honest_roundoff_stays_in_the_envelope(small):
    case, fortran, members = small
    curves = growth.judge(case, fortran, members, fortran.port(SIDE))
    assert [c.field for c in curves] == [*case.subject.fields, *ensemble.BUDGETS]
    assert growth.passes(curves) and curves[0].verdict == ROUNDOFF
    assert all(0 < row["low"] <= row["median"] <= row["high"] for c in curves[:3] for row in c.envelope)


def test_a_coefficient_off_by_1e12_is_noticed(small):
    case, fortran, members = small
    curves = growth.judge(case, fortran, members, fortran.port(SIDE, defect=1e-12))
    assert not growth.passes(curves)
    assert DIFFERENT in {c.verdict for c in curves if c.field in case.subject.fields}


def test_a_wave_of_shallow_water_is_judged_alike():
    """Two hours at ne2: pysces' bits are Fortran's, and a coefficient off by 1e-12 is noticed."""
    if reason := FORTRAN["r8_strict"].missing():
        pytest.skip(reason)
    case = subjects.rossby_haurwitz(ne=2, nlev=None, days=1 / 12, hours=1.0)
    fortran = ensemble.Ensemble(case, "r8_strict")
    members = fortran.members(4)
    curves = growth.judge(case, fortran, members, fortran.port(SIDE))
    assert [c.field for c in curves] == ["p", "wind", *ensemble.BUDGETS] and growth.passes(curves)
    assert not growth.passes(growth.judge(case, fortran, members, fortran.port(SIDE, defect=1e-12)))


def test_the_reference_itself_is_bitwise(small):
    case, fortran, members = small
    again = fortran.distances(ensemble.looks(fortran.fortran, case, case.x, case.grid))
    assert {c.verdict for c in growth.judge(case, fortran, members, again)} == {BITWISE}


def test_all_copies_of_a_node_are_nudged_alike(small):
    case, _, _ = small
    nudged = ensemble._nudged(case, np.random.default_rng(0), np.float64)
    moved = np.sign(nudged - case.x["vtheta_dp"])[..., 0]
    for node in (0, 5, int(case.grid.global_id.max())):
        assert len(set(moved[case.grid.global_id == node])) == 1
    assert set(np.unique(moved)) == {-1.0, 1.0}


def made_up(port, envelope, budgets=(0.0, 0.0, 0.0)):
    """The verdicts of invented curves: three members, saturation 1."""
    days = np.array([1.0, 2.0, 3.0])
    of = lambda curve, drift: Distances(  # noqa: E731
        dict.fromkeys(FIELDS, np.asarray(curve, float)), dict.fromkeys(ensemble.BUDGETS, np.asarray(drift))
    )
    members = [of(np.asarray(envelope) * f, np.full(3, 1e-15)) for f in (0.5, 1.0, 2.0)]
    case, fortran = (
        SimpleNamespace(days=days, subject=SimpleNamespace(fields=FIELDS)),
        SimpleNamespace(saturation=lambda name: 1.0),
    )
    curves = growth.judge(case, fortran, members, of(port, budgets))
    return curves[0], curves[-1]


def test_the_limits_are_those_of_the_design():
    envelope = [1e-12, 1e-11, 1e-10]
    assert made_up([2.9e-12, 2.9e-11, 2.9e-10], envelope)[0].verdict == ROUNDOFF
    assert "median" in made_up([3.1e-12, 3.1e-11, 3.1e-10], envelope)[0].reason
    assert "farthest" in made_up([1e-13, 1e-12, 8.1e-10], envelope)[0].reason
    assert made_up([1e-12, np.nan, 1e-10], envelope)[0].verdict == DIFFERENT


def test_growth_is_judged_up_to_saturation_and_budgets_always():
    envelope = [1e-12, 1e-3, 1e-2]
    curve, budget = made_up([1e-12, 1.0, 1.0], envelope)
    assert curve.verdict == ROUNDOFF and curve.horizon_day == 2.0 and budget.verdict == BITWISE
    assert made_up([1e-12, 1e-3, 1e-2], envelope, budgets=(0.0, 1e-12, 0.0))[1].verdict == DIFFERENT
    assert made_up([1e-12, 1e-11, 1e-10], [1e-12, 1e-11, 1e-10], budgets=(1e-12, 0.0, 0.0))[1].verdict == DIFFERENT
    assert made_up([1e-12, 1e-11, 1e-10], [1e-12, 1e-11, 1e-10], budgets=(3e-15, 0.0, 0.0))[1].verdict == ROUNDOFF
    assert made_up([1.0, 1.0, 1.0], [1.0, 1.0, 1.0])[0].verdict == VACUOUS


def test_the_command_writes_rows_and_a_picture(tmp_path, capsys):
    if reason := FORTRAN["r8_strict"].missing():
        pytest.skip(reason)
    pytest.importorskip("matplotlib")
    target, image = tmp_path / "growth.json", tmp_path / "growth.png"
    words = ["growth", "--ne", "2", "--nlev", "6", "--days", "0.125", "--hours", "1", "--members", "4"]
    assert cli.main([*words, "--json", str(target), "--image", str(image), "--defect", "1e-10"]) == 1
    rows = json.loads(target.read_text())
    assert {"ps", "theta", "wind"} <= {row["field"] for row in rows if row["verdict"] == DIFFERENT}
    assert set(rows[0]["envelope"][0]) == {"day", "median", "low", "high", "port"}
    assert image.read_bytes().startswith(b"\x89PNG") and "DIFFERENT" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ["--members", "2"],
        ["--config", "r8_strict"],
        ["word"],
        ["--hours", "0.1"],
        ["--days", "0.01"],
        ["--model", "shallow_water", "--nlev", "3"],
    ],
)
def test_bad_input_is_one_sentence_and_status_2(words, capsys):
    assert cli.main(["growth", *words]) == 2
    assert capsys.readouterr().err.startswith("pysces-verify: ")
