"""docs/develop/add_a_kernel.md holds: its kernel is judged, its mistakes are noticed, its Fortran compiles."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from daily import share

pytest.importorskip("pysces_reference")
from pysces_harness.defects.planted import Planted
from pysces_harness.running.configurations import FORTRAN

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "develop" / "add_a_kernel.md").read_text()
NUMPY = ["mass_flux_divergence", "--config", "numpy-f64"]
MODULES = ["base/kinds", "base/dimensions", "grid/element_data", "operators/element_operators"]  # in order of use


def block(language):
    """The page's only block in a language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)
    return found


@pytest.fixture
def copy(tmp_path):
    """A copy of the sources whose harness has the page's kernel; kernel(text) puts another text in its place."""
    if reason := FORTRAN["r8_strict"].missing():
        pytest.skip(reason)
    planted, harness = Planted(None, tmp_path), tmp_path / "pysces_harness"
    harness.unlink()
    shutil.copytree(ROOT / "harness", harness, ignore=shutil.ignore_patterns("__pycache__"))
    file = harness / "kernels" / "mass_flux.py"
    file.write_text(block("python"))
    planted.kernel = file.write_text
    return planted


def test_the_kernel_of_the_page_is_judged_and_has_fortrans_bits(copy):
    rows = copy.verify(["run", *NUMPY])
    assert [(row["case"], row["verdict"]) for row in rows] == [("smooth", "BITWISE"), ("rough", "BITWISE")]


@pytest.mark.parametrize(
    ("right", "wrong"),
    share([('x["v"] * x["dp3d"], grid', 'x["v"] * -x["dp3d"], grid'), ('x["dp3d"], grid', "2.0, grid")], 2),
)
def test_a_mistake_in_its_port_is_noticed(right, wrong, copy):
    assert block("python").count(right) == 1
    copy.kernel(block("python").replace(right, wrong))
    assert {row["verdict"] for row in copy.verify(["run", *NUMPY])} == {"DIFFERENT"}


def test_it_notices_mistakes_as_small_as_the_page_says(copy):
    smallest = {row["defect"]: row["smallest_detected"] for row in copy.verify(["mutate", *NUMPY])}
    assert smallest["coefficient"] <= 1e-12 and smallest["bad_point"] <= 1e-12


def test_the_fortran_of_the_page_compiles(tmp_path):
    if shutil.which("gfortran") is None:
        pytest.skip("no gfortran")
    (tmp_path / "mass_flux.F90").write_text(block("fortran"))
    sources = [ROOT / "reference_fortran" / f"{module}.F90" for module in MODULES]
    command = ["gfortran", "-fsyntax-only", "-Wall", "-fopenmp", *map(str, sources), "mass_flux.F90"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr


def test_the_page_names_the_kernel_it_registers():
    assert f'"{NUMPY[0]}"' in block("python") and PAGE.count(f"pysces-verify run {NUMPY[0]}") == 1
