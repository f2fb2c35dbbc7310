"""The command line as scripts see it: exit status, JSON, JUnit, HTML."""

import json
from xml.etree import ElementTree

import pytest
from pysces_harness import cli
from pysces_harness.commands import verify as commands
from pysces_harness.judging.results import Result
from pysces_harness.running import doctor

pytest.importorskip("pysces_reference")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    words = [
        "run",
        "gradient_sphere",
        "--config",
        "numpy-f64",
        "--json",
        folder / "r.json",
        "--junit",
        folder / "j.xml",
    ]
    status = cli.main([str(w) for w in (*words, "--report", folder / "html")])
    return status, folder


def test_results_are_json_objects_with_the_promised_keys(files):
    status, folder = files
    rows = json.loads((folder / "r.json").read_text())
    promised = "kernel case side configuration verdict r_global r_level r_point max_abs_error scale worst".split()
    assert rows and all(set(promised) <= set(row) for row in rows)
    assert status == (0 if all(row["ok"] for row in rows) else 1)


def test_junit_counts_what_ran(files):
    root = ElementTree.parse(files[1] / "j.xml").getroot()
    suites = root.findall("testsuite")
    assert [s.get("name") for s in suites] == ["numpy-f64"]
    assert int(suites[0].get("tests")) == len(suites[0].findall("testcase")) > 0


def test_every_check_says_how_much_it_compared(files):
    rows = json.loads((files[1] / "r.json").read_text())
    assert all(row["compared"]["points"] > 0 and row["compared"]["levels"] > 0 for row in rows if row["ok"])
    cases = ElementTree.parse(files[1] / "j.xml").getroot().iter("testcase")
    assert all("points" in case.find("system-out").text for case in cases)


def test_a_run_that_compared_nothing_fails(monkeypatch, capsys):
    skipped = Result("dss", "smooth", "port", "r8_strict", "numpy-f64", "generated", "generated", "NOT-RUN")
    skipped.expected = True
    monkeypatch.setattr(commands.verify, "verify", lambda *_, **__: [skipped])
    assert skipped.ok and cli.main(["run", "dss", "--config", "numpy-f64"]) == 1
    assert "Nothing was compared" in capsys.readouterr().err


def test_the_page_is_one_file_that_loads_nothing(files):
    page = (files[1] / "html" / "index.html").read_text()
    assert "gradient_sphere" in page and "http://" not in page and "https://" not in page and 'src="/' not in page
    assert "<script src" not in page and '<link rel="stylesheet' not in page and "@import" not in page


def test_mutate_lists_the_smallest_detected_defect(tmp_path):
    target = tmp_path / "m.json"
    cli.main(["mutate", "divergence_sphere", "--config", "numpy-f64", "--json", str(target)])
    rows = json.loads(target.read_text())
    assert all(set(row) == {"kernel", "configuration", "defect", "smallest_detected"} for row in rows)
    sizes = {row["defect"]: row["smallest_detected"] for row in rows}
    if sizes:
        assert (
            sizes["coefficient"] <= 1e-13
            and sizes["transposed_derivative"] == 1.0
            and sizes["dropped_metric_term"] == 1.0
        )


def test_a_miscompiling_jax_is_not_vouched_for():
    facts = {**doctor.facts(), "jaxlib": "0.10.2"}
    assert any("0.10.2" in problem for problem in doctor.problems(facts))
    assert any("wrongly" in problem for problem in doctor.problems({**doctor.facts(), "jax probe": "WRONG by 1e10"}))


def test_a_reference_built_with_fast_math_is_not_vouched_for():
    facts = {**doctor.facts(), "fortran r8_strict": "GCC: -O2 -ffast-math -fPIC"}
    assert any("-ffast-math" in problem for problem in doctor.problems(facts))


@pytest.mark.parametrize("command", cli.COMMANDS, ids=lambda command: command.name)
def test_help_says_what_the_words_of_a_command_are(command, capsys):
    with pytest.raises(SystemExit) as end:
        cli._parser().parse_args([command.name, "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert end.value.code == 0
    assert ("positional arguments:" in said) == bool(command.words)
    assert all(word in said for word in command.words)


@pytest.mark.parametrize("words", ["golden", "run theta_l_energy", "matrix theta_l_energy", "mutate theta_l_energy"])
@pytest.mark.parametrize("build", ["r8_strict", "r4_strict", "r8_fast"])
def test_a_build_of_fortran_is_no_configuration_that_is_judged(words, build, capsys):
    assert cli.main([*words.split(), "--config", "numpy-f64", "--config", build]) == 2
    found = capsys.readouterr()
    assert found.out == "" and f"{build} is a build of reference_fortran" in found.err and "perf times" in found.err
