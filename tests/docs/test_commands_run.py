"""Every command of ``pysces`` that README and docs show is run, on a coarse mesh and for a few steps.

Runs come first, under the names that the pages give their files; then whatever reads these files.
"""

import re
import shlex

import pytest
from docs.places import ROOT

from pysces.driver.cli import main

FENCED = ("start", "tutorials", "gallery")  # folders whose pages test_pages_run.py and test_gallery.py run
PAGES = [ROOT / "README.md", *(p for p in (ROOT / "docs").rglob("*.md") if p.parent.name not in FENCED)]
TEXT = "\n".join(page.read_text() for page in PAGES).replace("\\\n", " ")
FOUND = [
    shlex.split(c, comments=True) for c in re.findall(r"^    (?:mpiexec -n 4 )?pysces (\w.*)$", TEXT, re.MULTILINE)
]
ELSEWHERE = {  # words of commands that need what is not here, and the tests that run such commands
    "case.ncdata=cami.nc": "tests/driver/test_initial_files.py",
    "case.topography=bnd_topo.nc": "tests/driver/test_initial_files.py",
    "backend.kernels=native": "tests/native/test_native.py",
    "examples/topographic_wave.toml": "tests/docs/test_examples.py",
    "era5.nc": "tests/io/test_analysis.py",
    "cam.h0.nc": "tests/driver/test_regrid_command.py",
    "namelist": "tests/config/test_namelists.py",
    "--resume": "tests/driver/test_resuming.py",
    "twin": "tests/driver/test_twin_command.py",
}
SMALL = {"--ne": "2", "--backend": "numpy", "--after": "0", "--resolution": "10.0", "--time": "0", "--levels": "1"}
LEFT_OUT = ("--days", "--every-hours", "--ranks", "--devices")
ORDER = ("mesh", "run")  # then all others
MESHES = {"uniform": 0, "stretch": 0, "refine": 0, "info": 1, "plot": 1, "convert": 1}


def small(words):
    """The words of a command at a reduced size."""
    pairs, kept = iter(words), []
    for word in pairs:
        if word in LEFT_OUT:
            next(pairs)
        elif word in SMALL:
            kept += [word, "3" if kept[0] == "mesh" and word == "--ne" else SMALL[word]]
            next(pairs)
        else:
            kept.append(word)
    if kept[0] == "run":
        kept += ["--set", "time.nmax=12", *(() if {"--toml", "--nml"} & set(kept) else ("--overwrite", "--quiet"))]
    return kept


def turn(words):
    """Where a command stands in the order: what makes files before what reads them."""
    return [*ORDER, words[0]].index(words[0]), MESHES.get(words[1], 0) if words[1:] else 0


HERE = {tuple(small(words)) for words in FOUND if not set(words) & set(ELSEWHERE)}
COMMANDS = sorted(sorted(HERE), key=turn)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with what a copy of the repository has, in which commands leave files for one another."""
    made = tmp_path_factory.mktemp("commands")
    (made / "examples").mkdir()
    (made / "test_data").symlink_to(ROOT / "test_data")
    return made


def test_there_are_commands_and_those_elsewhere_are_needed():
    assert len(COMMANDS) > 40
    said = {word for words in FOUND for word in words}
    assert set(ELSEWHERE) <= said
    assert all((ROOT / test).is_file() for test in ELSEWHERE.values())


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_command_runs(words, folder, monkeypatch, capsys):
    pytest.importorskip("matplotlib").use("agg")
    monkeypatch.chdir(folder)
    again = ["--overwrite"] if words[0] in ("plot", "mesh", "regrid") and words[1:2] != ("info",) else []
    assert main([*words, *again]) == 0, capsys.readouterr().err


def test_python_at_a_prompt_reads_the_history_of_a_page(folder, monkeypatch):
    """The lines of output.md; the last one is the mean of the surface pressure in each record."""
    pytest.importorskip("xarray")
    monkeypatch.chdir(folder)
    *lines, last = re.findall(r"^    >>> (.*)$", (ROOT / "docs" / "use" / "output.md").read_text(), re.MULTILINE)
    names = {}
    for line in lines:
        exec(line, names)
    assert abs(eval(last, names) - 1e5).max() < 100.0
