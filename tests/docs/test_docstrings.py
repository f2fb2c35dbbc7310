"""Every public function says shapes, units, errors and sources (that it has words at all: tests/test_public_functions).

For every public function and method of pysces, room by room:
* each parameter that is an array is named in its own docstring or its class's;
* where it takes or returns arrays, the docstring gives a shape, such as (elem, i, j, lev), and a unit in brackets; a
  unit also where it takes a number of a name in QUANTITIES;
* where it raises, it says so, under "Raises" or in a sentence with "refuses" or the name of the exception;
* where it takes or returns arrays it names its source, in itself, its class or its module's head: "Equations:", a
  module of HOMME or CAM-SE, a paper with its year or doi, or "own design"; but for rooms that hold no formulas.
"""

import ast
import re
from dataclasses import dataclass

import pytest
from docs.places import ROOT

ROOMS = sorted({path.stem for path in (ROOT / "pysces").iterdir() if path.suffix in ("", ".py")} - {"__pycache__"})
ARRAY = re.compile(r"\b(Array|ArrayLike|Scalar|Vector|Matrix|ndarray)\b")
CALLED = ("__init__", "__post_init__", "__call__")  # what a class is called by, which its own words speak for
# The axes that a shape may have: one name for one thing in the whole package, and no call f(x, y) taken for a shape.
AXES = """elem i j lev plev level node point column ncol lat lon band face edge vertex n m copy tracer species field
    time record lead window member parameter combination residual observation input item row rank variable""".split()
ONE = rf"(\d+|\.\.\.|({'|'.join(AXES)})( ?[+-] ?1)?)"  # axis of a shape
SHAPE = re.compile(rf"(?<!\w)\(({ONE}(, {ONE})+|{ONE},|\.\.\.|)\)|\b(any|same|one|of|its|their) shape|\ba number\b")
UNITS = "1 U V K Pa hPa m s kg J W N sr radian radians degree degrees day days hour inch mol any as".split()
UNIT = re.compile(rf"\[(per )?({'|'.join(UNITS)})(-?\d)?( [^\]]*|[,;] [^\]\d][^\]]*)?\]")
# Names of numbers whose unit the name does not say, as seconds and every_hours do.
QUANTITIES = """p0 ptop dt tstep time wall nu every longest spin_up height radius length along across depth speed area
    lat lon south north west east gravity R_dry cp""".split()
REFUSES = re.compile(r"\b[Rr]aise|\b[Rr]efuse|[A-Z]\w+Error\b|SystemExit")
SOURCE = re.compile(r"Equations:|HOMME|CAM\b|doi:|[a-z] \([12]\d{3}\)|[Oo]wn design|no Fortran")
NO_FORMULAS = ("arrays", "config", "driver", "io", "native")  # rooms that hold and move arrays, whatever is in them


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
    def quantities(self):
        """Parameters that are numbers with a unit."""
        given = [*self.node.args.args, *self.node.args.kwonlyargs]
        floats = [a.arg for a in given if a.annotation is not None and "float" in ast.unparse(a.annotation)]
        return [name for name in floats if name in QUANTITIES]

    @property
    def raises(self):
        """Whether an exception is raised in it, other than that of a method left to others to write."""
        raised = [ast.unparse(node.exc) for node in ast.walk(self.node) if isinstance(node, ast.Raise) and node.exc]
        return any(not one.startswith("NotImplementedError") for one in raised)

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
            "a unit": not (self.numeric or self.quantities) or UNIT.search(words),
            "what it refuses": not self.raises or REFUSES.search(words),
            "its source": self.room in NO_FORMULAS or not self.numeric or SOURCE.search(words + self.head),
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
            if isinstance(f, ast.FunctionDef) and (
                f.name in CALLED or (not f.name.startswith("_") and ast.get_docstring(f))
            ):
                yield Offered(f"{module}.{f.name}", f, ast.get_docstring(f) or "", around, head)


def modules_of(room):
    """The modules of a room: of a directory of pysces, or of one file beside them."""
    files = sorted((ROOT / "pysces").glob(f"{room}/**/*.py")) or [ROOT / "pysces" / f"{room}.py"]
    return [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in files]


@pytest.mark.parametrize("room", ROOMS)
def test_what_a_room_offers_says_shapes_units_errors_and_source(room):
    found = {one: one.lacks() for module in modules_of(room) for one in offered(module)}
    lacking = [f"{one.where}:{one.node.lineno} lacks {', '.join(what)}" for one, what in found.items() if what]
    assert not lacking, "\n".join(
        [*lacking, "What is wanted stands at the head of this file; AXES and UNITS are the names."]
    )


def test_every_module_of_pysces_is_in_a_room():
    asked = [module for room in ROOMS for module in modules_of(room)]
    there = list((ROOT / "pysces").rglob("*.py"))
    assert len(asked) == len(set(asked)) == len(there) > 300


def test_the_rule_notices_what_is_left_out():
    text = 'def f(x: Array, n: int) -> Array:\n    """Do it."""\n    raise ValueError'
    node = ast.parse(text).body[0]
    bare = Offered("pysces.operators.x.f", node, "Do it.", "", "")
    everything = ["parameter x", "a shape", "a unit", "what it refuses", "its source"]
    assert bare.lacks() == everything
    said = "Do it with x (elem, i, j, lev) [m s-1]; refuses negative numbers. HOMME: f_mod"
    assert Offered("pysces.operators.x.f", node, said, "", "").lacks() == []
    number = ast.parse("def f(tstep: float) -> float: ...").body[0]
    assert Offered("pysces.driver.x.f", number, "Do it.", "", "").lacks() == ["a unit"]
    like_it = "Do g(elem, i) like (x, HOME) in [0, 1], or [i, k] of it, with a rounding error."
    assert Offered("pysces.operators.x.f", node, like_it, "", "").lacks() == everything[1:]
