"""Notebooks are the examples, cell by cell, with small outputs; each day another one of them is run."""

import importlib.util
import json
import sys
import tomllib

import pytest
from daily import share
from docs.places import ROOT
from docs.test_examples import SMALL

pytest.importorskip("jupytext", reason="pip install '.[docs]'")
SPEC = importlib.util.spec_from_file_location("notebooks", ROOT / "ci" / "notebooks.py")
notebooks = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(notebooks)
LARGEST = 150_000  # bytes of a file
SLOW = ("hybrid", "fourdvar", "tuning", "learned_physics")  # minutes to compile; their cells run in test_examples.py
DAILY = [name for name in notebooks.NAMES if name not in SLOW]


def test_without_jupytext_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "jupytext", None)
    with pytest.raises(SystemExit, match=r"needs jupytext, which is not installed; pip install -e '.\[docs\]'\.$"):
        SPEC.loader.exec_module(importlib.util.module_from_spec(SPEC))


def test_there_is_a_notebook_of_every_example():
    assert {path.stem for path in notebooks.NOTEBOOKS.glob("*.ipynb")} == set(notebooks.NAMES)


@pytest.mark.parametrize("name", notebooks.NAMES)
def test_a_notebook_has_the_cells_of_its_example(name):
    path = notebooks.NOTEBOOKS / f"{name}.ipynb"
    found = json.loads(path.read_text())["cells"]
    sources = [(cell["cell_type"], "".join(cell["source"])) for cell in found]
    assert sources == notebooks.sources(notebooks.notebook(name)), "write it again: python ci/notebooks.py"
    assert path.stat().st_size < LARGEST


@pytest.mark.parametrize("name", ["tuning", "hybrid"])
def test_badges_open_a_notebook_at_the_address_that_is_named(name):
    badges, install = (text for _, text in notebooks.sources(notebooks.notebook(name, "https://github.com/a/b"))[:2])
    assert f"(https://colab.research.google.com/github/a/b/blob/main/examples/notebooks/{name}.ipynb)" in badges
    assert f"(https://mybinder.org/v2/gh/a/b/main?labpath=examples/notebooks/{name}.ipynb)" in badges
    assert "@ git+https://github.com/a/b" in install
    with pytest.raises(ValueError, match="found a/b"):
        notebooks.notebook("tuning", "a/b")


def test_without_an_address_the_first_cell_installs_by_name_and_says_what_to_do_until_that_works():
    kind, install = notebooks.sources(notebooks.notebook("tuning", ""))[0]
    assert kind == "code" and '%pip install -q "pysces-dycore[' in install and "Until PyPI has it" in install
    compile(install.replace("%pip", "pass  # "), "cell", "exec")


def test_one_setting_puts_badges_on_the_page_and_takes_them_off():
    plain = notebooks.PAGE.read_text()
    bare = notebooks.page(plain, "")
    assert plain == notebooks.page(plain, notebooks.address()), "write it again: python ci/notebooks.py"
    badged = notebooks.page(bare, "https://github.com/a/b")
    assert badged.count("/github/a/b/blob/main/examples/notebooks/") == len(notebooks.NAMES)
    assert notebooks.page(badged, "https://github.com/a/b") == badged and notebooks.page(badged, "") == bare
    for project in ('[project]\nname = "x"\n', '[project.urls]\nRepository = "https://github.com/c/d"\n'):
        written = tomllib.loads(notebooks.with_address(project, "https://github.com/a/b"))["project"]
        assert written["urls"]["Repository"] == "https://github.com/a/b"


@pytest.mark.parametrize("said", ["justname", "https://github.com/a/b", "a b/c"])
def test_what_is_no_address_is_refused_and_writes_nothing(said, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(notebooks, "PROJECT", tmp_path / "pyproject.toml")
    monkeypatch.setattr("sys.argv", ["notebooks.py", "--repository", said])
    with pytest.raises(SystemExit) as ended:
        notebooks.main()
    assert ended.value.code == 2 and "takes OWNER/NAME" in capsys.readouterr().err and not list(tmp_path.iterdir())


def test_a_name_with_a_dot_is_one():
    assert "/github/a/b.c/blob/main/" in notebooks.badges("tuning", "https://github.com/a/b.c")


def test_the_notebook_of_the_day_runs(monkeypatch):
    for name, value in (SMALL | {"EXAMPLE_BACKEND": "numpy", "OMP_NUM_THREADS": "1"}).items():
        monkeypatch.setenv(name, value)
    (name,) = share(DAILY, len(DAILY))
    if name == "foreign_port":
        pytest.importorskip("pysces_reference")
    made = notebooks.executed(name)
    assert any(cell.get("outputs") for cell in made.cells), name


def test_a_notebook_that_fails_is_noticed(monkeypatch):
    broken = notebooks.nbformat.v4.new_notebook(cells=[notebooks.nbformat.v4.new_code_cell("1 / 0")])
    monkeypatch.setattr(notebooks, "notebook", lambda name: broken)
    with pytest.raises(Exception, match="division by zero"):
        notebooks.executed("wave_in_five_cells")
