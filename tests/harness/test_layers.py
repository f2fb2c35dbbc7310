"""Which rooms of the harness may import which: those above never know those below; functions' own imports count too."""

import ast
import re
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

HARNESS = Path(__file__).resolve().parent.parent.parent / "harness"

# A module imports from its own row and those above. A name stands for all it holds, unless a longer one has a row.
ROWS = (
    "errors sides.adapters",
    "registry guards guessing",
    "sides",
    "inputs",
    "kernels",
    "golden",
    "running",
    "judging",
    "locating",
    "whole_runs measuring ledger defects",
    "report",
    "foreign",
    "commands",
    "cli pytest_plugin",
    "start nightly",
)


def _name(path):
    return ".".join(path.relative_to(HARNESS).with_suffix("").parts).removesuffix(".__init__").removesuffix("__init__")


MODULES = {_name(path): path for path in sorted(HARNESS.rglob("*.py"))}


def row(module):
    """The row of the longest name that the module's own begins with."""
    fits = {name: r for r, names in enumerate(ROWS) for name in names.split() if re.match(rf"{name}($|[.])", module)}
    assert fits, f"harness/{module} has no row in tests/harness/test_layers.py; give it one."
    return fits[max(fits, key=len)]


def own_imports(module, everywhere=True):
    """Modules of the harness that a module imports; with what its functions import, if everywhere."""
    path = MODULES[module]
    package = module.split(".") if path.stem == "__init__" else module.split(".")[:-1]
    tree = ast.parse(path.read_text())
    found = set()
    for node in ast.walk(tree) if everywhere else tree.body:
        if isinstance(node, ast.ImportFrom) and node.level:
            base = [*package[: len(package) - node.level + 1], *(node.module or "").split(".")]
            stem = ".".join(part for part in base if part)
            found |= {name if (name := f"{stem}.{a.name}".strip(".")) in MODULES else stem for a in node.names}
    return found - {module, ""}


@pytest.mark.parametrize("module", sorted(MODULES.keys() - {""}))
def test_module_imports_only_from_its_row_and_above(module):
    below = {name for name in own_imports(module) if row(name) > row(module)}
    assert not below, f"harness/{module} imports {below}"


def test_nothing_is_imported_in_a_circle():
    TopologicalSorter({m: own_imports(m, everywhere=False) for m in MODULES if m}).prepare()


def test_every_room_stands_in_one_row():
    names = [name for names in ROWS for name in names.split()]
    assert len(names) == len(set(names))
    assert not [name for name in names if not any(m == name or m.startswith(f"{name}.") for m in MODULES)]
