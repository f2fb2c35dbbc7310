"""ci/verify.sh: a step that does not finish stands in the report, first page, red; nothing is taken for granted."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pysces_harness import cli
from pysces_harness.guards import limits
from pysces_harness.judging.results import write
from pysces_harness.kernels.catalogue import registry
from pysces_harness.running.configurations import FORTRAN, configuration

from tests.harness.report import results_made_up as reported

pytest.importorskip("jinja2")
SCRIPT = Path(__file__).parents[3] / "ci" / "verify.sh"
STEPS = ("doctor", "matrix", "baroclinic_wave", "growth", "perf")
COMMANDS = {"case": "baroclinic_wave"}
# Stands for pysces-verify: does a step by copying made-up rows, or as made/NAME.fault says; report is the real one.
# What it was started with stands in made/words, a line of JSON each.
STAND_IN = f"""#!{sys.executable}
import json, os, pathlib, shutil, sys, time
words = sys.argv[1:]
with open("made/words", "a") as started:
    print(json.dumps(words), file=started)
if words[0] == "report":
    from pysces_harness.cli import main
    sys.exit(main(words))
name = {COMMANDS!r}.get(words[0], words[0])
target, made = words[words.index("--json") + 1], pathlib.Path("made", name)
fault = made.with_suffix(".fault")
shutil.copy(made, target)
exec(fault.read_text() if fault.exists() else "")
"""


@pytest.fixture
def job(tmp_path):
    """A folder with the script and steps that all end well."""
    for folder in ("ci", "made", "bin", "results"):
        (tmp_path / folder).mkdir()
    shutil.copy(SCRIPT, tmp_path / "ci")
    (tmp_path / "ci" / "setup.sh").write_text("set -eu\n")
    for name in ("pysces-verify", "python"):
        (tmp_path / "bin" / name).write_text(STAND_IN if name != "python" else "#!/bin/sh\ncat made/without\n")
        (tmp_path / "bin" / name).chmod(0o755)
    (tmp_path / "made" / "without").write_text("")
    good = [r for r in reported.results() if r.ok and r.verdict != "NOT-RUN"]
    rows = {"doctor": {"facts": {"cpu": "x"}, "problems": []}, "baroclinic_wave": reported.case_rows()}
    rows |= {"growth": [reported.growth_row()], "perf": [reported.perf_row()]}
    for name, content in rows.items():
        (tmp_path / "made" / name).write_text(json.dumps(content))
    for name in ("matrix", "assembled"):
        write(good, tmp_path / "made" / name)
    return tmp_path


def start(job, *words):
    environment = {**os.environ, "PATH": f"{job / 'bin'}:{os.environ['PATH']}"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(["sh", "ci/verify.sh", *words], cwd=job, env=environment, **pipes)


def done(job):
    """(exit status, the page) of the whole job."""
    started = start(job)
    started.communicate(timeout=120)
    return started.returncode, (job / "results" / "report" / "index.html").read_text()


def test_all_steps_done_and_holding_is_all_checks_hold(job):
    status, page = done(job)
    assert status == 0 and "All 5 checks hold" in page and "What did not run" not in page


@pytest.mark.parametrize("depth", [(), ("--deep",)])
def test_every_command_is_one_that_pysces_verify_takes(job, depth):
    """The words that the script gives to the stand-in are parsed as pysces-verify does, and kernels are its own."""
    start(job, *depth).communicate(timeout=120)
    commands = [json.loads(line) for line in (job / "made" / "words").read_text().splitlines()]
    in_script = re.findall(r"^ *(?:measure \w+ )?pysces-verify (\w+)", SCRIPT.read_text(), re.MULTILINE)
    assert sorted(words[0] for words in commands) == sorted(name for name in in_script if depth or name != "assembled")
    for words in commands:
        options = cli._parser().parse_args(words)
        cli._known(options, options.of)
        limits.check(options)
        assert [configuration(name).name for name in options.config or ()] == (options.config or [])
        if options.of.words == cli.KERNELS:
            assert set(options.words) <= set(registry())


def test_the_line_that_asks_for_a_compiler_finds_out():
    """Where it fails the script goes on without an answer, so that nobody would notice."""
    (line,) = re.findall(r"^without=\$\(python -c '(.*)'\) \|\|$", SCRIPT.read_text(), re.MULTILINE)
    done = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{FORTRAN['r8_strict'].missing()}\n"


def test_steps_that_are_killed_stand_on_the_first_page_in_red(job):
    for name in STEPS:
        (job / "made" / f"{name}.fault").write_text("os.kill(os.getpid(), 9)")
    status, page = done(job)
    first = page[page.index("<body>") :]
    assert status == 1 and '<h1 class="bad">5 of 5 steps did not run</h1>' in first and "checks hold" not in first
    for name in STEPS:
        assert f'<li class="bad"><b>NOT-RUN</b> {name}: it ended with status 137' in first


@pytest.mark.parametrize(
    ("spoil", "ended", "says"),
    [
        (lambda path: None, "3", "it ended with status 3"),
        (lambda path: None, "1", "it ended with status 1, though its rows hold"),
        (lambda path: None, None, "it was not started, or did not finish"),
        (lambda path: path.unlink(), "0", "is missing"),
        (lambda path: path.write_text(""), "0", "cannot be read as JSON"),
        (lambda path: path.write_text("[]"), "0", "holds no rows"),
        (lambda path: path.write_text(path.read_text()[:2000]), "0", "cannot be read as JSON"),
        (lambda path: path.write_text('[{"kernel": 1}]'), "0", "not what a command writes"),
        (lambda path: path.write_text(path.read_text().replace("e-15", "e999")), "0", "not a number"),
    ],
)
def test_a_step_without_a_usable_file_is_not_run(tmp_path, capsys, spoil, ended, says):
    good = [r for r in reported.results() if r.ok and r.verdict != "NOT-RUN" and r.configuration == "numpy-f64"]
    plan, lines = tmp_path / "plan", []
    for name in ("good", "bad"):
        write(good, tmp_path / name)
        lines += [f"planned\t{name}\t{tmp_path / name}", f"ended\t{name}\t0"]
    spoil(tmp_path / "bad")
    lines = lines[:3] + ([f"ended\tbad\t{ended}"] if ended else [])
    plan.write_text("\n".join(lines))
    files = ["--report", str(tmp_path), "--markdown", str(tmp_path / "m.md"), "--junit", str(tmp_path / "j.xml")]
    assert cli.main(["report", "--plan", str(plan), *files]) == 1
    page, error = (tmp_path / "index.html").read_text(), capsys.readouterr().err
    first = page[page.index("<body>") : page.index('id="verdicts"')]
    assert '<h1 class="bad">1 of 2 steps did not run</h1>' in first and "checks hold" not in first
    assert '<li class="bad"><b>NOT-RUN</b> bad: ' in first and says in unescape(first) and says in error
    assert "1 of 2 steps did not run" in (tmp_path / "m.md").read_text()
    assert ElementTree.parse(tmp_path / "j.xml").find("testsuite[@name='steps']").get("failures") == "1"


def test_without_a_compiler_steps_are_left_out_with_the_reason_and_the_title_says_so(job):
    (job / "made" / "without").write_text("installed without a Fortran compiler")
    status, page = done(job)
    assert status == 0 and "5 checks were run and hold; 2 of 5 steps left out" in page
    assert "<b>left out</b> growth: installed without a Fortran compiler" in page and "All 5 checks" not in page


def test_a_job_that_is_ended_reports_what_was_not_done(job):
    (job / "made" / "perf.fault").write_text("pathlib.Path('here').touch(); time.sleep(3)")
    started = start(job)
    while not (job / "here").exists():
        assert started.poll() is None
        time.sleep(0.05)
    started.send_signal(signal.SIGTERM)
    said = started.communicate(timeout=120)
    assert started.returncode == 143, said
    page = (job / "results" / "report" / "index.html").read_text()
    assert "1 of 5 steps did not run" in page
    assert "<b>NOT-RUN</b> perf: it was not started, or did not finish" in page


def test_a_report_of_an_earlier_run_is_not_left_in_place(job):
    (job / "results" / "report").mkdir()
    (job / "results" / "report" / "index.html").write_text("<!DOCTYPE html> All 5 checks hold")
    (job / "bin" / "pysces-verify").write_text("#!/bin/sh\nexit 9\n")
    started = start(job)
    started.communicate(timeout=120)
    assert started.returncode == 1 and not (job / "results" / "report" / "index.html").exists()


def test_nothing_goes_on_after_the_job_even_where_steps_end_at_once(job):
    """A watch that lives on would hold the pipes: sixteen jobs of five steps end, each within seconds."""
    (job / "bin" / "pysces-verify").write_text("#!/bin/sh\nexit 9\n")
    for _ in range(16):
        start(job).communicate(timeout=30)
