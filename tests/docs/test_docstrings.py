"""What docs/api.rst offers says shapes, units, errors and sources.

For every public function and method of those modules:
* each parameter that is an array is named in its own docstring or its class's;
* where it takes or returns arrays, the docstring gives a shape, such as (elem, i, j, lev), and a unit in brackets;
* where it raises, it says so, under "Raises" or in a sentence with "refuses", "error" or "ValueError";
* numerics name their source, "Equations:", "HOMME", "CAM-SE" or a doi, in the function or at the head of its module.
"""

import ast
import re
from dataclasses import dataclass

import pytest
from docs.places import ROOT

MODULES = re.findall(r"automodule:: (\S+)", (ROOT / "docs" / "api.rst").read_text())
ARRAY = re.compile(r"\b(Array|Scalar|Vector|Matrix|ndarray)\b")
ONE = r"(\d+|\.\.\.|[a-z_]+( \+ 1)?)"  # axis of a shape
SHAPE = re.compile(rf"\({ONE}(, {ONE})+\)|\({ONE},\)|\(\)|\(\.\.\.\)|\bshape|\ba number\b|\blike\b")
UNIT = re.compile(r"\[[^\]\s][^\]]*\]")
REFUSES = re.compile(r"[Rr]ais|[Rr]efus|Error|error")
SOURCE = re.compile(r"Equations|HOMME|CAM|doi|Taylor|own design|no Fortran")
NUMERICS = ("operators", "geometry", "vertical", "dycore")


@dataclass(frozen=True)
class Offered:
    """One public function or method: its module's words, its own, and its class's."""

    where: str
    node: ast.FunctionDef
    own: str
    around: str
    head: str

    @property
    def arrays(self):
        """Parameters that are arrays."""
        given = [*self.node.args.posonlyargs, *self.node.args.args, *self.node.args.kwonlyargs]
        return [a.arg for a in given if a.annotation is not None and ARRAY.search(ast.unparse(a.annotation))]

    @property
    def numeric(self):
        """Whether it takes or returns arrays."""
        returned = "" if self.node.returns is None else ast.unparse(self.node.returns)
        return bool(self.arrays or ARRAY.search(returned))

    @property
    def raises(self):
        """Whether an exception is raised in it."""
        return any(isinstance(node, ast.Raise) for node in ast.walk(self.node))

    @property
    def room(self):
        """The room of pysces that it is in."""
        return self.where.split(".")[1]

    def lacks(self):
        """What the rule wants and the words do not say."""
        words = f"{self.own}\n{self.around}"
        unnamed = [f"parameter {name}" for name in self.arrays if not re.search(rf"\b{name}\b", words)]
        wanted = {
            "a shape": not self.numeric or SHAPE.search(words),
            "a unit": not self.numeric or UNIT.search(words),
            "what it refuses": REFUSES.search(words) or not any(isinstance(n, ast.Raise) for n in ast.walk(self.node)),
            "its source": SOURCE.search(words + self.head)
            or not (self.numeric and self.where.split(".")[1] in NUMERICS),
        }
        return unnamed + [what for what, said in wanted.items() if not said]


def offered(module):
    """The public functions and methods of a module; a property counts, what inherits its words does not."""
    text = (ROOT / f"{module.replace('.', '/')}.py").read_text()
    tree = ast.parse(text)
    head = ast.get_docstring(tree) or ""
    for node in tree.body:
        inner = node.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_") else []
        for f, around in [(node, ""), *((m, ast.get_docstring(node) or "") for m in inner)]:
            if isinstance(f, ast.FunctionDef) and not f.name.startswith("_") and ast.get_docstring(f):
                yield Offered(f"{module}.{f.name}", f, ast.get_docstring(f), around, head)


@pytest.mark.parametrize("module", MODULES)
def test_what_a_module_offers_says_shapes_units_errors_and_source(module):
    lacking = {f"{one.where}:{one.node.lineno}": one.lacks() for one in offered(module) if one.lacks()}
    assert not lacking, "\n".join(f"{where} lacks {', '.join(what)}" for where, what in lacking.items())


def test_the_rule_notices_what_is_left_out():
    text = 'def f(x: Array, n: int) -> Array:\n    """Do it."""\n    raise ValueError'
    node = ast.parse(text).body[0]
    bare = Offered("pysces.operators.x.f", node, "Do it.", "", "")
    assert bare.lacks() == ["parameter x", "a shape", "a unit", "what it refuses", "its source"]
    said = "Do it with x (elem, i, j, lev) [m s-1]; refuses negative numbers. HOMME: f_mod"
    assert Offered("pysces.operators.x.f", node, said, "", "").lacks() == []
