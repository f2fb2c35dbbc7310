"""Every public function, class and method of pysces and of the harness says what it is, and the types of what it takes.

Public is what has no leading underscore, in itself or around it. Special methods (__init__, __call__, operators) need
types only: their class says what they do. An override inherits the words of the method that it implements.
"""

import ast
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("pysces", "harness")
MYPY = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]
# Modules that pyproject.toml excuses from type checking are excused here too, and no others.
EXCUSED = {name for row in MYPY["overrides"] if row.get("ignore_errors") for name in row["module"]}
UNDOCUMENTED: dict[str, str] = {}  # {"pysces/file.py:Class.name": why it needs no words}
UNTYPED: dict[str, str] = {}  # {"pysces/file.py:Class.name": why its types cannot be said}


@dataclass(frozen=True)
class Public:
    """One definition and the class around it."""

    where: str
    node: ast.FunctionDef | ast.ClassDef
    inside: ast.ClassDef | None

    @property
    def documented(self):
        special = self.node.name.startswith("__")
        return special or ast.get_docstring(self.node) is not None or self._inherits_words

    @property
    def _inherits_words(self):
        bases = [base for base in (self.inside.bases if self.inside else ()) if isinstance(base, ast.Name)]
        return any(self.node.name in DOCUMENTED_METHODS.get(base.id, ()) for base in bases)

    @property
    def arguments(self):
        """(name, whether it has a type) of all but self."""
        if isinstance(self.node, ast.ClassDef):
            return []
        a = self.node.args
        first = [*a.posonlyargs, *a.args]
        static = any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in self.node.decorator_list)
        bound = first[1:] if self.inside and not static else first
        found = [*bound, *a.kwonlyargs, *(x for x in (a.vararg, a.kwarg) if x)]
        return [(x.arg, x.annotation is not None) for x in found]

    @property
    def typed(self):
        returns = isinstance(self.node, ast.ClassDef) or self.node.returns is not None
        return returns and all(has for _, has in self.arguments)


def _is_public(name):
    return not name.startswith("_") or (name.startswith("__") and name.endswith("__"))


def _definitions(path):
    """Public definitions of a file, methods of public classes among them."""
    where = path.relative_to(ROOT)
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and _is_public(node.name):
            yield Public(f"{where}:{node.name}", node, None)
        if isinstance(node, ast.ClassDef) and _is_public(node.name):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef) and _is_public(inner.name):
                    yield Public(f"{where}:{node.name}.{inner.name}", inner, node)


@cache
def definitions(package):
    """All public definitions of a package."""
    return [public for path in sorted((ROOT / package).rglob("*.py")) for public in _definitions(path)]


def _excused(public):
    return public.where.split(".py:")[0].replace("/", ".") in EXCUSED


DOCUMENTED_METHODS = {
    public.node.name: {m.name for m in public.node.body if isinstance(m, ast.FunctionDef) and ast.get_docstring(m)}
    for package in PACKAGES
    for public in definitions(package)
    if isinstance(public.node, ast.ClassDef)
}


@pytest.mark.parametrize("package", PACKAGES)
def test_everything_public_says_what_it_is(package):
    found = definitions(package)
    silent = [p.where for p in found if not (p.documented or p.where in UNDOCUMENTED or _excused(p))]
    print(f"{package}: {sum(p.documented for p in found)} of {len(found)} public definitions have a docstring")
    assert not silent, f"without a docstring: {silent}"


@pytest.mark.parametrize("package", PACKAGES)
def test_everything_public_says_its_types(package):
    found = definitions(package)
    untyped = [p.where for p in found if not (p.typed or p.where in UNTYPED or _excused(p))]
    arguments = [has for p in found for _, has in p.arguments]
    print(f"{package}: {sum(arguments)} of {len(arguments)} public arguments have a type")
    assert not untyped, f"with an argument or a result that has no type: {untyped}"


def test_exceptions_are_of_definitions_that_exist_and_need_them():
    known = {p.where: p for package in PACKAGES for p in definitions(package)}
    assert not [where for where in UNDOCUMENTED if where not in known or known[where].documented]
    assert not [where for where in UNTYPED if where not in known or known[where].typed]


def test_modules_excused_from_type_checking_exist():
    for name in EXCUSED:
        assert (ROOT / name.replace(".", "/")).with_suffix(".py").is_file(), f"{name} is in pyproject.toml, not here"
