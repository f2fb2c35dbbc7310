"""Every planted defect fits the sources; one that is planted is located; the page is the generator's."""

from pathlib import Path

import pytest

pytest.importorskip("pysces_reference")
from pysces_harness.defects import document, edits, run
from pysces_harness.defects.examine import Finding, examine
from pysces_harness.kernels.catalogue import registry
from pysces_harness.running.configurations import FORTRAN

ROOT = Path(__file__).resolve().parents[3]
DEFECTS = edits.defects()


@pytest.mark.parametrize("defect", DEFECTS.values(), ids=list(DEFECTS))
def test_the_old_text_of_a_defect_occurs_exactly_once_in_its_file(defect, tmp_path):
    copy = tmp_path / defect.file
    copy.parent.mkdir(parents=True)
    copy.write_text((ROOT / defect.file).read_text())
    defect.plant(tmp_path)
    assert defect.new in copy.read_text() and copy.read_text() != (ROOT / defect.file).read_text()


@pytest.mark.parametrize("defect", DEFECTS.values(), ids=list(DEFECTS))
def test_a_defect_expects_kernels_and_records_that_exist(defect):
    expected = defect.expected
    assert set(expected.kernels) <= set(registry()) and (expected.kernels or expected.records)
    assert all((ROOT / "test_data" / record).is_file() for record in expected.records)
    assert expected.savepoint.startswith((f"{expected.model}/", "mesh/"))


def test_there_are_as_many_defects_as_the_readme_says():
    assert "| fourteen hand-made bugs | all caught, all located |" in (ROOT / "README.md").read_text()
    assert len(DEFECTS) == 14


def test_a_second_defect_of_the_same_name_is_refused(tmp_path, monkeypatch):
    text = edits.EDITS.read_text()
    twice = tmp_path / "edits.toml"
    twice.write_text(text + text[text.index("[[defect]]") :].partition("\n[[defect]]")[0])
    monkeypatch.setattr(edits, "EDITS", twice)
    with pytest.raises(ValueError, match=r"edits\.toml has 2 defects that are called 'sign'; rename all but one"):
        edits.defects()


def test_an_edit_that_does_not_fit_is_refused(tmp_path):
    defect = DEFECTS["sign"]
    copy = tmp_path / defect.file
    copy.parent.mkdir(parents=True)
    for text, times in (("", 0), (defect.old * 2, 2)):
        copy.write_text(text)
        with pytest.raises(ValueError, match=f"text of defect sign {times} times"):
            defect.plant(tmp_path)


@pytest.mark.parametrize("name", ["sign", "remap_limiter_order", "mesh"])
def test_a_defect_planted_in_a_copy_of_the_sources_is_located(name):
    if reason := FORTRAN["r8_strict"].missing():
        pytest.skip(reason)
    assert examine(DEFECTS[name], with_kernels=False).located


def test_the_page_has_the_generators_head_and_a_row_for_every_defect():
    page = (ROOT / run.DOCUMENT).read_text()
    assert page.startswith(document.HEAD)
    for defect in DEFECTS.values():
        assert page.count(f"| {defect.name} | {defect.what} (`{defect.file}`) |") == 1
        assert page.count(f"* **{defect.name}**: ") == 1


def test_a_finding_is_caught_and_located_only_if_everything_expected_happened():
    defect = DEFECTS["rk_coefficient"]
    here = {"savepoint": defect.expected.savepoint, "field": defect.expected.field, "step": 1, "stage": "RK stage 3"}
    both = dict.fromkeys(defect.expected.kernels, "DIFFERENT")
    good = Finding(defect, both, here, "", "")
    assert good.caught and good.located and "located" in run._line(good)
    assert not Finding(defect, both | {"cam_se_rk_step": "ROUNDOFF"}, here, "", "").caught
    assert not Finding(defect, {}, here, "", "").caught
    assert not Finding(defect, both, here | {"field": "v"}, "", "").located
    assert not Finding(defect, both, {"savepoint": "nowhere", "field": ""}, "", "").located
    assert document.document([good]).splitlines()[-1] == "* **rk_coefficient**: "


def test_bad_input_is_one_sentence_and_status_2(tmp_path, monkeypatch, capsys):
    assert run.main(["nonsense"]) == 2
    assert "Defect 'nonsense' is unknown; known are sign," in capsys.readouterr().err
    monkeypatch.chdir(tmp_path)
    assert run.main([]) == 2
    assert "run from the repository, or name defects" in capsys.readouterr().err
