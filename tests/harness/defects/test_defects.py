"""Every planted defect fits the sources; today's are caught and located; the page is the generator's."""

import tempfile
from collections import Counter
from pathlib import Path

import pytest

pytest.importorskip("pysces_reference")
from pysces_harness.defects import document, edits, run
from pysces_harness.defects.examine import Finding, examine
from pysces_harness.defects.planted import Planted
from pysces_harness.defects.tests import failures
from pysces_harness.kernels.catalogue import registry
from pysces_harness.running.configurations import CONFIGURATIONS, FORTRAN
from pysces_harness.whole_runs.assembled.made_up import WORD

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
def test_a_defect_expects_kernels_records_and_tests_that_exist(defect):
    expected = defect.expected
    assert expected.kernels or expected.records or expected.assembled or expected.tests
    records = [*expected.records, *(word for word in expected.assembled if word != WORD)]
    assert set(expected.kernels) <= set(registry()) and all((ROOT / "test_data" / r).is_file() for r in records)
    for test in expected.tests:
        file, _, name = test.partition("::")
        assert (ROOT / file).is_file() and f"def {name.partition('[')[0]}" in (ROOT / file).read_text()
    shared = expected.model.removesuffix("_nonhydrostatic")  # whose savepoints the form of a model shares
    assert expected.savepoint.startswith((f"{shared}/", "mesh/", "tracers/")) or not expected.savepoint
    assert expected.configuration in CONFIGURATIONS


def test_there_are_as_many_defects_as_the_pages_say():
    measured = (ROOT / "docs" / "evidence" / "measured.md").read_text()
    assert f"| {len(DEFECTS)} bugs planted by hand | all caught, all located |" in measured
    assert f"| {len(DEFECTS)} of {len(DEFECTS)} |" in (ROOT / "README.md").read_text()
    assert len(DEFECTS) >= 45


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


def test_a_sample_of_the_defects_is_caught_and_located(monkeypatch):
    """5 of them, others every day; all of them, and the page: python -m pysces_harness.defects."""
    if reason := FORTRAN["r8_strict"].missing():
        pytest.skip(reason)
    monkeypatch.chdir(ROOT)
    found = [examine(defect) for defect in run.sample(list(DEFECTS.values()), 5, run.today())]
    assert [run.line(finding) for finding in found if not (finding.caught and finding.located)] == []


@pytest.mark.parametrize("count", [1, 8, len(DEFECTS)])
def test_samples_of_successive_days_take_every_defect_in_turn(count):
    many = list(DEFECTS.values())
    days = [run.sample(many, count, day) for day in range(20000, 20000 + len(many))]
    assert all(len({defect.name for defect in day}) == count for day in days)
    turns = Counter(defect.name for day in days for defect in day)
    assert set(turns) == set(DEFECTS) and set(turns.values()) == {count}


@pytest.fixture
def made_up(tmp_path, monkeypatch):
    """A function that runs made-up tests on a copy of pysces without a defect."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\n")
    monkeypatch.chdir(tmp_path)

    def failed(text):
        (tmp_path / "tests" / "test_made_up.py").write_text(f"import pysces, pytest\n{text}")
        with tempfile.TemporaryDirectory() as folder:
            return failures(Planted(None, Path(folder)), ["tests/test_made_up.py"])

    return failed


def test_tests_that_fail_are_named_with_what_they_say(made_up):
    of_the_copy = "def test_a(): assert 'pysces-defect' in __file__ or '/tmp' in pysces.__file__\n"
    assert made_up(of_the_copy) == {}
    assert made_up(of_the_copy + "def test_b(): assert 1 == 2\ndef test_c(): raise ValueError('no')\n") == {
        "test_b": "assert 1 == 2",
        "test_c": "ValueError: no",
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("import no_such_module", "ended with status 2"),
        ("@pytest.fixture\ndef x(): raise ValueError\ndef test_a(x): pass", "test_a of .* cannot be set up"),
        ("def test_a(): pytest.skip('no')", "every test is skipped"),
        ("", "ended with status 5"),
    ],
)
def test_a_test_that_cannot_tell_has_caught_nothing(made_up, text, says):
    with pytest.raises(RuntimeError, match=says):
        made_up(text)


def test_the_page_has_the_generators_head_and_a_row_for_every_defect():
    page = (ROOT / run.DOCUMENT).read_text()
    assert page.startswith(document.HEAD)
    for defect in DEFECTS.values():
        (row,) = (line for line in page.splitlines() if line.startswith(f"| {defect.name} | "))
        cells = [cell.strip() for cell in row.replace("\\|", "").strip("|").split(" | ")]
        assert cells[1] == f"{defect.what} (`{defect.file}`)".replace("|", "") and len(cells) == 5 and all(cells)
        assert page.count(f"* **{defect.name}**: ") == bool(defect.expected.savepoint)
    assert "| nothing |" not in page and "| nowhere |" not in page


def test_a_finding_is_caught_and_located_only_if_everything_expected_happened():
    defect = DEFECTS["rk_coefficient"]
    here = {"savepoint": defect.expected.savepoint, "field": defect.expected.field, "step": 1, "stage": "RK stage 3"}
    both = {kernel: {"kernel": kernel, "verdict": "DIFFERENT"} for kernel in defect.expected.kernels}
    good = Finding(defect, both, culprit=here, sentence="Culprit")
    assert good.caught and good.located and "located at step 1" in run.line(good)
    assert not Finding(defect, both | {"cam_se_rk_step": {"verdict": "ROUNDOFF"}}, culprit=here).caught
    assert not Finding(defect, {}, culprit=here).caught
    assert not Finding(defect, both, culprit=here | {"field": "v"}).located
    assert not Finding(defect, both, culprit={"savepoint": "nowhere", "field": ""}).located
    assert document.document([good]).splitlines()[-1] == "* **rk_coefficient**: Culprit"


def test_rows_of_named_defects_are_put_into_a_page_and_the_others_stay():
    page = (ROOT / run.DOCUMENT).read_text()
    assert document.document([], page) == page
    defect = DEFECTS["model_time"]
    now = Finding(defect, {}, {defect.expected.tests[0]: {"test_a": "no"}})
    changed = [line for line in document.document([now], page).splitlines() if line not in page.splitlines()]
    assert len(changed) == 1 and changed[0].startswith("| model_time | ") and "| `test_a` | no |" in changed[0]


def test_a_defect_of_the_product_is_caught_and_located_by_the_tests_that_fail():
    defect = DEFECTS["model_time"]
    one, other = defect.expected.tests
    said = {one: {"test_a": "assert 1 == 2"}, other: {"test_b": "no"}}
    good = Finding(defect, {}, said)
    assert good.caught and good.located and "located at `test_a`; `test_b`" in run.line(good)
    assert f"| `{one}`, `{other}` | `test_a`; `test_b` | assert 1 == 2 |" in document.document([good])
    missed = Finding(defect, {}, said | {other: {}})
    assert not missed.caught and not missed.located and "MISSED" in run.line(missed)
    assert not Finding(defect, {}, {}).caught


def test_tests_that_fail_without_a_defect_stop_the_command(monkeypatch, capsys):
    monkeypatch.setattr(run, "failures", lambda planted, tests: {"test_a": "no"})
    assert run.main(["model_time"]) == 2
    assert "test_a fails without a defect too" in capsys.readouterr().err


def test_bad_input_is_one_sentence_and_status_2(tmp_path, monkeypatch, capsys):
    assert run.main(["nonsense"]) == 2
    assert "Defect 'nonsense' is unknown; the known ones are sign," in capsys.readouterr().err
    for count in ("0", str(len(DEFECTS) + 1)):
        assert run.main(["--sample", count]) == 2
        assert f"--sample takes 1 to {len(DEFECTS)} defects, found {count}." in capsys.readouterr().err
    monkeypatch.chdir(tmp_path)
    assert run.main([]) == 2
    assert "run from the repository, or name defects" in capsys.readouterr().err
