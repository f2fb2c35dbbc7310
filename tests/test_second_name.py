"""pysces under its second name, pysces_dycore: the same package, whole, whatever is installed as ``pysces``."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
RUN = """
import sys
{first}
import pysces_dycore as pysces
from pysces_dycore.driver import simulation
from pysces_dycore import homme, march
run = simulation.simulation(homme(ne=2, ndays=0.0625, case="solid_body_rotation"))
(*_, last) = march(run)
assert type(run).__module__ == "pysces_dycore.driver.simulation", type(run)
assert pysces.cam_se().dynamics.model == "cam_se"
ours = [name for name in sys.modules if name.partition(".")[0] == "pysces"]
print(ours)
"""


def printed(code, cwd):
    pytest.importorskip("pysces_dycore", reason="installed before it had this name; pip install --editable . again")
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=cwd)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def test_a_run_under_the_second_name_imports_nothing_under_the_first(tmp_path):
    assert printed(RUN.format(first=""), tmp_path) == "[]"


def test_it_runs_beside_another_package_named_pysces(tmp_path):
    theirs = "import types; sys.modules['pysces'] = types.ModuleType('pysces')"
    assert printed(RUN.format(first=theirs), tmp_path) == "['pysces']"


def test_the_page_on_installing_runs_as_it_is_written(tmp_path):
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "use" / "installing.md").read_text(), flags=re.DOTALL)
    assert int(printed(code, tmp_path)) > 0


def test_no_file_names_its_own_package():
    """Neither where it imports nor in a string that is a module: under the second name it would be another package."""
    named = {f"{path.name}:{node.lineno}" for path in (ROOT / "pysces").rglob("*.py") for node in _absolute(path)}
    assert not named


def _absolute(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and not node.level:
            modules = [node.module]
        elif isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        else:
            modules = [node.value] if isinstance(node, ast.Constant) and _is_module(node.value) else []
        yield from (node for module in modules if module.partition(".")[0] == "pysces")


def _is_module(value):
    return isinstance(value, str) and re.fullmatch(r"pysces(\.\w+)+(:\w+)?", value)
