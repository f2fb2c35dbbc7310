"""The page's tables say what the results say; files are recognised; Markdown and the ledger's section hold the same."""

import json
import re
import sys
from html import unescape

import numpy as np
import pytest

pytest.importorskip("jinja2")
from pysces_harness import cli
from pysces_harness.errors import BadInput
from pysces_harness.judging.results import write
from pysces_harness.report import cells, html, ledger, markdown, overview, pictures, publish
from pysces_harness.report.material import Material, gather
from pysces_harness.whole_runs import conservation

from tests.harness.report import results_made_up as reported


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    material = Material(reported.results(), cases=reported.case_rows(), perf=[reported.perf_row()])
    return html.write(material, tmp_path_factory.mktemp("page")).read_text()


def test_a_cell_holds_the_worst_verdict_r_and_the_smallest_defect_that_all_notice():
    names, rows = cells.cells(reported.results())
    cell = rows["gradient_sphere"]["numpy-f64"]
    assert names == ["numpy-f64", "jax-cpu-f64", "jax-cpu-f32", "jax-gpu-f64"]
    assert (cell.verdict, cell.r, cell.defect, cell.count) == ("ROUNDOFF", 3.1, "1e-15", 2)
    assert rows["dss"]["numpy-f64"].weak and not cell.weak
    assert rows["dss"]["jax-cpu-f32"].verdict == "DIFFERENT"


def test_the_ladder_goes_from_operators_to_whole_runs_and_loses_no_kernel():
    names = ["cam_se_step", "my_own", "theta_l_run", "theta_l_hyperviscosity", "remap1", "dss", "gradient_sphere"]
    climbed = ["gradient_sphere", "dss", "my_own", "remap1", "theta_l_hyperviscosity", "theta_l_run", "cam_se_step"]
    assert cells.ladder(names) == climbed


def test_a_gross_defect_is_never_shown_as_the_smallest():
    """Golden checks plant one gross defect only; the cell says so."""
    only_golden = [reported.result(reference="golden")]
    assert cells.cells(only_golden)[1]["gradient_sphere"]["numpy-f64"].defect == "≤ 1e-08"


def test_a_loosened_field_does_not_count_for_r():
    (loosened,) = [r for r in reported.results() if r.kernel == "mesh"]
    cell = cells.cells([loosened])[1]["mesh"]["numpy-f64"]
    assert cell.loosened and cell.r is None


def test_a_missed_defect_makes_a_check_weak_and_single_precision_does_not():
    missed = reported.result(smallest_detected={**reported.LADDER, "coefficient": None})
    single = reported.result(configuration="jax-cpu-f32", smallest_detected={**reported.LADDER, "coefficient": 1e-5})
    assert cells.weak([missed]) and not cells.weak([single])
    assert len(overview.weak(reported.results())) == 1
    assert overview.weak(reported.results())[0].startswith("dss/smooth")


def test_the_first_page_says_what_fails_what_is_loosened_and_who_computed_it(page):
    assert "1 of 7 checks do not hold" in page
    assert page.index('id="failures"') < page.index('id="loosened"') < page.index('id="verdicts"')
    assert reported.LOOSENED in unescape(page) and "E3SM &lt;commit 75e17cce&gt;" in page


def test_the_scripts_data_is_json_with_every_check(page):
    data = json.loads(re.search(r'id="data">(.*?)</script>', page, re.S).group(1))
    assert {name: len(checks) for name, checks in data["kernels"].items()} == {
        "gradient_sphere": 3,
        "mesh": 1,
        "dss": 3,
    }
    assert data["kernels"]["gradient_sphere"][0]["fields"][0]["points"] == reported.POINTS


def test_text_of_a_result_cannot_end_the_script():
    sly = reported.result(verdict="DIFFERENT", reason="</script><b>")
    text = html._template().render(html.context(Material([sly])))
    assert "</script><b>" not in text


def test_markdown_names_failures_and_keeps_its_tables_whole():
    bad = reported.result(verdict="DIFFERENT", reason="a | b\nc")
    text = markdown.text(Material([*reported.results(), bad], perf=[reported.perf_row()]))
    assert "2 of 8 checks do not hold" in text and "a \\| b c" in text and "| dss | jax-cpu-f64 | 0.50 |" in text
    table = [line for line in text.splitlines() if line.startswith("| gradient_sphere")]
    assert table[0].count("|") == 2 + 4


def test_files_are_recognised_by_their_content(tmp_path):
    contents = {
        "case": reported.case_rows(),
        "perf": [reported.perf_row()],
        "doctor": {"facts": {"cpu": "x"}, "problems": []},
    }
    contents["mutate"] = [{"kernel": "dss", "configuration": "c", "defect": "bad_point", "smallest_detected": None}]
    for name, content in contents.items():
        (tmp_path / name).write_text(json.dumps(content))
    write(reported.results(), tmp_path / "results")
    found = gather([tmp_path / name for name in (*contents, "results")])
    assert (len(found.cases), len(found.perf), len(found.detection), found.facts) == (3, 1, 1, {"cpu": "x"})
    assert "bad point" in html.write(found, tmp_path).read_text()
    assert [r.as_json() for r in found.results] == [r.as_json() for r in reported.results()]


@pytest.mark.parametrize("content", ['[{"something": 1}]', "{nonsense", '[{"day": 1}, 3]'])
def test_a_file_that_no_command_writes_is_refused(tmp_path, content):
    (tmp_path / "file").write_text(content)
    with pytest.raises(BadInput, match="file"):
        gather([tmp_path / "file"])


def test_the_report_command_draws_files_and_fails_with_them(tmp_path, capsys):
    write(reported.results()[:3], tmp_path / "good.json")
    write(reported.results(), tmp_path / "bad.json")
    words = ["--report", str(tmp_path), "--markdown", str(tmp_path / "m.md"), "--ledger", str(tmp_path / "l.jsonl")]
    assert cli.main(["report", str(tmp_path / "good.json"), *words]) == 0
    assert (
        "all 3 checks hold" in (tmp_path / "m.md").read_text()
        and "The ledger has one entry" in (tmp_path / "index.html").read_text()
    )
    assert cli.main(["report", str(tmp_path / "bad.json")]) == 1
    assert cli.main(["report"]) == 2


def test_a_case_or_a_timing_that_does_not_agree_fails_the_report():
    good = Material(cases=reported.case_rows(), perf=[reported.perf_row()])
    assert publish.status(good) == 0
    assert publish.status(Material(cases=[{**reported.case_rows()[0], "verdict": "DIFFERENT"}])) == 1
    assert publish.status(Material(perf=[reported.perf_row(agrees=False)])) == 1
    assert publish.status(Material()) == 1


def test_growth_and_walks_are_recognised_drawn_and_judged(tmp_path):
    (tmp_path / "growth").write_text(json.dumps([reported.growth_row()]))
    (tmp_path / "walk").write_text(json.dumps(reported.walk()))
    material = gather([tmp_path / "growth", tmp_path / "walk"])
    page = html.write(material, tmp_path).read_text()
    assert publish.status(material) == 0
    assert "1e-4 of saturation" in page and "20 members of r8_strict" in page and "laplacian is wrong." in page
    assert publish.status(Material(growth=[reported.growth_row(verdict="DIFFERENT")])) == 1
    assert "- growth, numpy-f64 in 20 members: T ROUNDOFF" in markdown.text(material)
    assert publish.status(Material(located=[reported.walk("laplacian")])) == 1


def test_mass_that_drifts_is_drawn_and_fails(tmp_path):
    row = {"configuration": "numpy-f64", "ne": 8, "day": 10} | dict.fromkeys(("dry", *conservation.SPECIES), 1e-15)
    (tmp_path / "mass").write_text(json.dumps([row]))
    material = gather([tmp_path / "mass"])
    assert publish.status(material) == 0 and "moist wave at ne8" in html.write(material, tmp_path).read_text()
    assert publish.status(Material(conservation=[{**row, "RAINQM": 1e-12}])) == 1


def test_gradients_have_a_table_and_a_red_cell_fails(tmp_path):
    where = {"model": "theta_l", "configuration": "sponge", "parameter": "nu", "dot": 1e-15, "finite": True}
    good = {**where, "slope": 2.0, "ok": True, "reason": ""}
    (tmp_path / "cells").write_text(json.dumps([good]))
    material = gather([tmp_path / "cells"])
    page = html.write(material, tmp_path).read_text()
    assert publish.status(material) == 0 and 'id="gradients"' in page and ">2.00</td>" in page
    red = {**good, "slope": 1.0, "ok": False, "reason": "remainder of order 1.00"}
    material = Material(gradients=[red])
    assert (
        publish.status(material) == 1
        and "gradient of theta_l, sponge, by nu" in html.write(material, tmp_path).read_text()
    )


def test_the_ledgers_section_marks_a_doubled_r():
    row = {
        "kernel": "dss",
        "configuration": "numpy-f64",
        "reference": "golden",
        "verdict": "ROUNDOFF",
        "date": "2026-01-01",
    }
    rows = [
        {**row, "commit": f"c{n}", "r_global": 1.0, "r_level": 1.0, "r_point": r} for n, r in enumerate((1.0, 1.1, 2.5))
    ]
    found = ledger.section(rows)
    assert found["entries"] == 3 and found["rows"][0]["doubled"] and len(found["warnings"]) == 1
    assert not ledger.section(rows[:2])["rows"][0]["doubled"] and ledger.section([]) == {}


def test_a_map_puts_each_value_where_its_node_is():
    lon, lat = np.array([0.0, 90.0, 180.0, 270.0, 0.0, 0.0]), np.array([0.0, 0.0, 0.0, 0.0, 90.0, -90.0])
    picture = pictures.regrid(lon, lat, np.arange(6.0))
    middle = picture[pictures.SHAPE[0] // 2]
    assert [round(middle[k]) for k in (0, 60, 120, 180, 240)] == [0, 1, 2, 3, 0]
    assert round(picture[0].mean()) == 4 and round(picture[-1].mean()) == 5


def test_a_picture_is_a_png_that_others_can_read():
    image = pytest.importorskip("PIL.Image")
    from io import BytesIO

    index = np.arange(256, dtype=np.uint8).reshape(8, 32)
    found = image.open(BytesIO(pictures.png(index, pictures.palette(pictures.DIVERGING))))
    assert found.size == (32, 8) and np.array_equal(np.asarray(found), index)


def test_missing_jinja2_is_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(BadInput, match="jinja2"):
        html.write(Material(), tmp_path)
