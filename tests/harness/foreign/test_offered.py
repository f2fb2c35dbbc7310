"""What somebody else's port does not have is NOT-OFFERED, counted apart and no failure; what it has must hold."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from pysces_harness import cli
from pysces_harness.errors import BadInput
from pysces_harness.foreign import options as foreign
from pysces_harness.foreign import verify_port
from pysces_harness.golden import record as golden
from pysces_harness.judging import plan, results
from pysces_harness.judging.compare import BITWISE, DIFFERENT, NOT_OFFERED, VACUOUS
from pysces_harness.kernels.catalogue import registry
from pysces_harness.report import html, junit, markdown
from pysces_harness.report.material import Material
from pysces_harness.report.standing import title

pytest.importorskip("pysces_reference")
MESH = golden.test_data() / "homme" / "mesh" / "ne2_map2.nc"
ours = {name: kernel.port for name, kernel in registry().items()}
MODULE = """
from pysces_harness.kernels.catalogue import registry
from pysces_harness.report import html, junit, markdown
from pysces_harness.report.material import Material
from pysces_harness.report.standing import title
PORTS = {name: registry()[name].port for name in ("dss", "phi_from_eos")}
PLANET = registry()["planet"].port
LAPLACIAN = {"laplace_sphere_wk": registry()["laplace_sphere_wk"].port}
NOTHING = {"no_such_kernel": print}
def nothing(x, grid, settings):
    raise NotImplementedError("not written yet")
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    (tmp_path / "their_ports.py").write_text(MODULE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(__import__("sys").modules, "their_ports", raising=False)


def judged(capsys, *words):
    """Exit status, {(kernel, case): verdict} and what the terminal says."""
    status = cli.main([*words, "--json", "found.json"])
    rows = json.loads(open("found.json").read()) if status < 2 else []
    said = capsys.readouterr()
    return status, {(r["kernel"], r["case"]): r["verdict"] for r in rows}, said.out + said.err


def test_a_subset_of_outputs_is_judged_and_the_rest_not_offered():
    smooth, rough, _ = verify_port("dss", lambda x, g, s: {"v": ours["dss"](x, g, s)["v"]}, mutation=True)
    assert smooth.verdict == rough.verdict == BITWISE and smooth.ok
    assert {f["field"]: f["verdict"] for f in rough.fields} == {"s": NOT_OFFERED, "v": BITWISE, "s_sum": NOT_OFFERED}
    assert rough.smallest_detected["bad_point"] <= 1e-12


def test_what_only_numpy_does_of_pysces_is_judged_of_others_too(module, capsys, monkeypatch):
    """In double precision; in single precision nobody has it, which is said."""
    monkeypatch.setattr("pysces_harness.foreign.options.tried", lambda where: None)
    words = ["run", "planet", "--port", "their_ports:PLANET"]
    assert judged(capsys, *words)[:2] == (0, {("planet", "e3sm"): BITWISE, ("planet", "cam"): BITWISE})
    status, rows, said = judged(capsys, *words, "--precision", "32")
    assert status == 1 and set(rows.values()) == {NOT_OFFERED} and "judged in double precision alone" in said
    with pytest.raises(BadInput, match="kernel mesh makes meshes, which ports are given"):
        foreign.judged(SimpleNamespace(port="their_ports:nothing"), plan.golden_checks([MESH]))


def test_complex_numbers_are_refused_by_name():
    found = verify_port("dss", lambda x, g, s: {"v": x["v"] + 0j})
    assert {r.reason for r in found} == {"Output 'v' is an array of complex128, not an array of real numbers."}


def test_what_is_offered_must_hold_beside_what_is_not():
    found = verify_port("dss", lambda x, g, s: {"v": 1.0000001 * ours["dss"](x, g, s)["v"]})
    assert [r.verdict for r in found] == [DIFFERENT] * 3 and not found[0].ok


def test_reports_say_what_is_not_offered(tmp_path):
    def v_of_smooth(x, grid, settings):
        if np.abs(x["s"]).max() < 1.0:  # the rough case
            raise NotImplementedError("smooth fields only")
        return {"v": ours["dss"](x, grid, settings)["v"]}

    found = verify_port("dss", v_of_smooth)
    assert [r.verdict for r in found] == [BITWISE, NOT_OFFERED, NOT_OFFERED]
    material = Material(found)
    assert (
        "2 NOT-OFFERED" in markdown.text(material)
        and title(material) == "1 checks were run and hold; 2 are not offered"
    )
    junit.write(found, tmp_path / "junit.xml")
    assert '<skipped message="smooth fields only"' in (tmp_path / "junit.xml").read_text()
    results.write(found, tmp_path / "rows.json")
    assert [r.verdict for r in results.read(tmp_path / "rows.json")] == [BITWISE, NOT_OFFERED, NOT_OFFERED]
    assert "NOT-OFFERED" in Path(html.write(material, tmp_path / "page")).read_text()


def test_a_case_that_is_not_written_is_excused():
    def without_tensor(x, grid, settings):
        if "tensorVisc" in x:
            raise NotImplementedError("no tensor here")
        return ours["laplace_sphere_wk"](x, grid, settings)

    found = {r.case: r for r in verify_port("laplace_sphere_wk", without_tensor)}
    assert found["smooth"].verdict == BITWISE and found["smooth_tensor"].verdict == NOT_OFFERED
    assert found["smooth_tensor"].ok and found["smooth_tensor"].reason == "no tensor here"


def test_an_output_that_has_no_coefficient_in_it_is_not_vacuous_but_a_constant_one_is():
    (found,) = verify_port("eos_hydrostatic", ours["eos_hydrostatic"], outputs=["pnh"])
    assert found.verdict == BITWISE and found.smallest_detected == {"bad_point": 1e-8}
    (found,) = verify_port("eos_hydrostatic", ours["eos_hydrostatic"], outputs=["dpnh_dp_i"])
    assert found.verdict in (BITWISE, VACUOUS) and np.isfinite(found.max_abs_error)


def test_kernels_of_a_dict_are_judged_and_the_others_not_offered(module, capsys):
    status, found, said = judged(capsys, "run", "--port", "their_ports:PORTS")
    assert status == 0 and found["dss", "rough"] == BITWISE and found["gradient_sphere", "all"] == NOT_OFFERED
    assert "the port has no such kernel: " in said and "gradient_sphere" in said


def test_cases_and_outputs_are_chosen_on_the_command_line(module, capsys):
    words = ("run", "dss", "--port", "their_ports:PORTS", "--case", "rou*", "--output", "s_sum")
    status, found, said = judged(capsys, *words)
    assert status == 0 and found == {
        ("dss", "rough"): BITWISE,
        ("dss", "rough_patch"): BITWISE,
        ("dss", "smooth"): NOT_OFFERED,
    }
    assert "NOT-OFFERED outputs of dss: s, v" in said and "--case leaves it out" in said


def test_records_that_a_case_leaves_out_are_counted_once(module, capsys):
    record = str(golden.test_data() / "homme" / "laplace_sphere_wk")
    words = ("golden", record, "--port", "their_ports:LAPLACIAN", "--case", "*tensor")
    status, found, said = judged(capsys, *words)
    assert status == 0 and found["laplace_sphere_wk", "rough_tensor"] == BITWISE
    assert found["laplace_sphere_wk", "rough_const"] == NOT_OFFERED and "NOT-OFFERED 2, --case leaves it out" in said


def test_a_port_that_offers_nothing_has_shown_nothing(module, capsys):
    status, found, said = judged(capsys, "run", "dss", "--port", "their_ports:nothing")
    assert status == 1 and set(found.values()) == {NOT_OFFERED} and "Nothing was compared" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["dss", "--port", "their_ports:NOTHING"], "'no_such_kernel' is not a kernel"),
        (["dss", "--port", "their_ports:PORTS", "--case", "rouhg"], "--case rouhg: there is none; did you mean rough?"),
        (["dss", "--port", "their_ports:PORTS", "--output", "w"], "--output w: there is none"),
        (["dss", "--case", "rough"], "--case belongs to --port"),
    ],
)
def test_a_name_that_is_not_there_is_refused_in_one_sentence(module, capsys, words, said):
    status, _, text = judged(capsys, "run", *words)
    assert status == 2 and said in text and text.count("\n") == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda ds: ds,
            "The port returned ndarray of shape (2, 54, 4, 4, 3); it must return {output: array} with 'ds'.",
        ),
        (lambda ds: {"grad": ds}, "The port returned 'grad', but gradient_sphere has 'ds'."),
        (lambda ds: {}, "The port returned nothing, but gradient_sphere has 'ds'."),
        (lambda ds: {"ds": ds.astype("f4")}, "ds: type float32, expected float64"),
        (lambda ds: {"ds": np.moveaxis(ds, 0, -1)}, "wanted (component, elem, i, j, lev)"),
    ],
    ids=["array", "name", "nothing", "type", "shape"],
)
def test_a_wrong_return_is_one_sentence(change, said):
    port = lambda x, g, s: change(ours["gradient_sphere"](x, g, s)["ds"])  # noqa: E731
    assert said in verify_port("gradient_sphere", port, cases=["rough"])[0].reason
