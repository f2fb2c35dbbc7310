"""Who may import whom, who may import jax, mpi4py and NetCDF, and that importing pysces is cheap and silent."""

import ast
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "pysces"

# A module imports from its own row and those above, and nothing imports in a circle. A name stands for all it holds,
# unless a longer name of it has a row of its own. docs/develop/architecture.md says what each room is for.
ROWS = (
    "arrays constants version",
    "native",
    "mesh topology io.mesh_file io.promised_size",
    "geometry",
    "operators",
    "vertical thermodynamics",
    "stepping transport",
    "dycore",
    "config physics cases models.registry io.column_file io.initial_file io.topography",
    "models",
    "io diagnostics",
    "driver",
    "assimilation",
    "tuning learning",
)
ONLY_IN = {
    "jax": ("arrays", "topology.assembly_sharded", "assimilation", "tuning", "learning"),
    "optax": ("tuning", "learning"),
    "optimistix": ("tuning",),
    "equinox": ("tuning",),
    "mpi4py": ("topology.assembly_mpi",),
    "f90nml": ("config.namelists",),
    "cftime": ("config.calendar",),
    "netCDF4": ("io",),
    "xarray": ("io",),
    "h5netcdf": ("io",),
}
FORBIDDEN = ("pysces_harness", "pysces_reference")
STEPPING_MAY_USE = ("arrays", "constants", "stepping")


def modules():
    return {_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def _name(path):
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def row(module):
    """The row of the longest name that the module's own begins with."""
    fits = {name: r for r, names in enumerate(ROWS) for name in names.split() if re.match(rf"{name}($|[.])", module)}
    assert fits, f"pysces.{module} has no row in tests/test_layers.py; give it one."
    return fits[max(fits, key=len)]


def imports(module, path, everywhere=False):
    """Absolute names of everything a module imports; what functions import (a library on demand) too, if everywhere."""
    package = module.split(".")[:-1] if path.stem != "__init__" else module.split(".")
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree) if everywhere else tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module
        elif isinstance(node, ast.ImportFrom):
            base = ["pysces", *package[: len(package) - node.level + 1]]
            stem = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{stem}.{a.name}" if (_path(f"{stem}.{a.name}")) else stem for a in node.names)


def _path(name):
    inner = PACKAGE.joinpath(*name.split(".")[1:])
    return inner.with_suffix(".py").is_file() or (inner / "__init__.py").is_file()


def own_imports(module):
    """Modules of pysces that a module imports at its top."""
    names = (n.removeprefix("pysces.") for n in imports(module, modules()[module]) if n.startswith("pysces."))
    return {name for name in names if name != module}


@pytest.mark.parametrize("module", sorted(modules().keys() - {""}))
def test_module_imports_only_from_its_row_and_above(module):
    below = {name for name in own_imports(module) if row(name) > row(module)}
    assert not below, f"pysces.{module} imports {below}"


def test_nothing_is_imported_in_a_circle():
    TopologicalSorter({m: own_imports(m) for m in modules() if m}).prepare()


@pytest.mark.parametrize("module", modules())
def test_libraries_stay_in_their_files(module):
    for name in imports(module, modules()[module], everywhere=True):
        top = name.split(".")[0]
        allowed = ONLY_IN.get(top)
        assert allowed is None or any(module == a or module.startswith(f"{a}.") for a in allowed), (
            f"{module} imports {name}"
        )
        assert top not in FORBIDDEN, f"pysces.{module} imports {name}"


def test_a_stepper_does_not_know_that_a_sphere_exists():
    for module, path in modules().items():
        if module.startswith("stepping"):
            used = {n.removeprefix("pysces.").split(".")[0] for n in imports(module, path) if n.startswith("pysces.")}
            assert used <= set(STEPPING_MAY_USE), f"{module} imports {used}"


def test_only_adapters_and_doctors_know_the_compiled_fortran():
    """Kernels call Fortran through adapters.Fortran."""
    for path in sorted((ROOT / "harness" / "kernels").rglob("*.py")):
        assert "pysces_reference" not in path.read_text(), path.name


QUIET = """
import builtins, io, sys
REFUSED = "jax f90nml mpi4py netCDF4 xarray h5netcdf matplotlib rich pysces_harness pysces_reference".split()
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in REFUSED:
            raise ImportError(name)
sys.meta_path.insert(0, Refuse())
sys.meta_path = [f for f in sys.meta_path if "editable" not in type(f).__module__]  # meson's loader rebuilds and logs
sys.path.insert(0, ".")
import numpy
def no_files(file, *rest, **more):
    raise AssertionError(f"importing pysces opened {file}")
builtins.open = no_files
import pysces, pysces.arrays.backend, pysces.geometry.grid, pysces.operators
import pysces.vertical.coordinate
"""


def test_importing_pysces_needs_numpy_alone_prints_nothing_and_reads_no_file():
    ended = subprocess.run([sys.executable, "-c", QUIET], capture_output=True, text=True, cwd=ROOT)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "" and ended.stderr == ""


def test_nothing_is_called_utils():
    names = {path.stem for folder in ("pysces", "harness", "tests") for path in (ROOT / folder).rglob("*.py")}
    assert not names & {"utils", "common", "helpers"}
