"""What README and docs show is run, at a reduced size: whole pages, programs in Python, and commands of ``pysces``.

Commands of ``pysces-verify`` are parsed by test_verify_commands.py, and a few quick ones are run here. Pages that
compile long take turns: within DAYS days each of them is run.
"""

import importlib.util
import os
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from daily import share
from docs.places import ROOT

from pysces.arrays.backend import use_compilation_cache
from pysces.config.presets import read_toml

SPEC = importlib.util.spec_from_file_location("paths", ROOT / "ci" / "paths.py")
paths = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(paths)
DAYS = 7
WHOLE = sorted([*(ROOT / "docs" / "start").glob("*.md"), *(ROOT / "docs" / "tutorials").glob("*.md")])
OWN_TESTS = ("add_a_model", "add_a_kernel", "configuration", "installing", "learning", "making_meshes")
OTHERS = [page for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")] if page not in WHOLE]
PROGRAMS = sorted(page for page in OTHERS if "```python" in page.read_text() and page.stem not in OWN_TESTS)
END_IN_A_NUMBER = ("running", "gradients", "physics", "tuning")  # the last word that they print
SLOW = ("assimilate", "learn", "first_run", "verify_a_port", "gradients", "assimilation", "tuning")
EXAMPLE = re.compile(r"^python examples/.*$", re.MULTILINE)  # run by test_examples.py
QUICK = {"JAX_DISABLE_MOST_OPTIMIZATIONS": "true", "OMP_NUM_THREADS": "1", "MPLBACKEND": "agg"}


def of_today(pages):
    """All pages that are soon done, and today's share of those that are not."""
    slow = [page for page in pages if page.stem in SLOW]
    return [page for page in pages if page not in slow] + share(slow, DAYS)


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """An empty folder with what a copy of the repository has beside its packages, in which a page can be run."""
    for name in ("examples", "test_data"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", of_today(WHOLE), ids=lambda page: page.stem)
def test_a_whole_page_runs(page, copy):
    for needed in ("jax", "matplotlib", *(["pysces_reference"] if page.stem == "verify_a_port" else [])):
        pytest.importorskip(needed)
    text = paths.script(EXAMPLE.sub("", page.read_text()).replace("--ne 4", "--ne 2"), here=True)
    ran = subprocess.run(["sh", "-c", text], capture_output=True, text=True, env=os.environ | QUICK)
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-2000:]
    if page.stem == "verify_a_port":
        assert "3 ROUNDOFF" in ran.stdout and "the mistake was found" in ran.stdout


@pytest.mark.parametrize("page", of_today(PROGRAMS), ids=lambda page: page.stem)
def test_python_of_a_page_runs(page, copy, capsys, quick_compilation):
    use_compilation_cache(Path(os.environ["PYSCES_COMPILATION_CACHE"]) / "tests")
    code = "\n".join(re.findall(r"```python\n(.*?)```", page.read_text(), flags=re.DOTALL))
    exec(compile(code, page.name, "exec"), {"__name__": "__main__"})
    printed = capsys.readouterr().out.split()
    assert printed
    if page.stem in END_IN_A_NUMBER:
        assert np.isfinite(float(printed[-1])) and float(printed[-1]) != 0.0


TOML = [(page, block) for page in OTHERS for block in re.findall(r"```toml\n(.*?)```", page.read_text(), re.DOTALL)]


@pytest.mark.parametrize(("page", "block"), TOML, ids=[page.stem for page, _ in TOML])
def test_toml_of_a_page_is_a_configuration(page, block, tmp_path):
    (tmp_path / "run.toml").write_text(block)
    read_toml(tmp_path / "run.toml")
