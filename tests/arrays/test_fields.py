"""Metadata of fields: complete, in the CF spelling, one name for one field, and the only place that names them."""

import ast
import dataclasses
import importlib
import pkgutil
import pydoc
import re
from pathlib import Path

import numpy as np
import pytest

import pysces
from pysces.arrays.fields import MODELS, describe, field, from_record, metadata, multiplied, names, to_record, units
from pysces.arrays.pytree import pytree, static
from pysces.constants import CAM, E3SM, Constants, constants_from
from pysces.geometry.grid import Grid
from pysces.models.cam_se.state import CamSeState
from pysces.models.theta_l.state import HydrostaticState
from pysces.vertical.coordinate import VerticalCoordinate

ROOT = Path(__file__).resolve().parents[2]
NEED_MORE = {f"pysces.topology.assembly_{kind}" for kind in ("mpi", "sharded")}  # mpi4py, jax; they declare no field
SYMBOLS = "m|km|s|kg|K|Pa|J|W|radian"
UNIT = re.compile(rf"1|({SYMBOLS})(-?[2-9]|-1)?( ({SYMBOLS})(-?[2-9]|-1)?)*")
HAVE_THEIR_OWN_UNITS = {  # objects, and numbers in the unit of whatever is remapped, observed or analysed
    "Grid.assembly",
    "ModelState.dynamics",
    "Kessler.constants",
    "LargeScaleCondensation.constants",
    "ReedJablonowski.constants",
    "Balance.column",
    *(f"VariableError.{name}" for name in ("diffusion", "scale", "balance")),
    "Window.values",
    "Windows.state",
    *(f"Parabolas.{name}" for name in ("mean", "left", "right", "curvature")),
}


def declared():
    """Every class with fields that carry metadata."""
    found = {module.name for module in pkgutil.walk_packages(pysces.__path__, "pysces.")} - NEED_MORE
    classes = (c for name in sorted(found) for c in vars(importlib.import_module(name)).values())
    trees = {c for c in classes if isinstance(c, type) and hasattr(c, "_children")}
    carrying = [c for c in trees if any("units" in f.metadata for f in dataclasses.fields(c))]
    return sorted(carrying, key=lambda c: (c.__module__, c.__qualname__))


CLASSES = declared()
by_name = pytest.mark.parametrize("cls", CLASSES, ids=lambda c: c.__qualname__)


def test_classes_are_found():
    assert {Grid, Constants, CamSeState, HydrostaticState} <= set(CLASSES) and len(CLASSES) > 25


@by_name
def test_every_field_says_its_unit_and_its_meaning(cls):
    for f in dataclasses.fields(cls):
        if "units" in f.metadata:
            where, unit = f"{cls.__qualname__}.{f.name}", f.metadata["units"]
            assert UNIT.fullmatch(unit) or where in HAVE_THEIR_OWN_UNITS, f"{where}: {unit!r}"
            assert f.metadata["long_name"].strip(), where


@by_name
@pytest.mark.parametrize("model", MODELS)
def test_no_two_fields_share_a_name(cls, model):
    given = [n for f in dataclasses.fields(cls) if (n := f.metadata.get(model, ""))]
    assert len(names(cls, model)) == len(given)


@by_name
def test_help_shows_every_field(cls):
    lines = pydoc.plain(pydoc.render_doc(cls)).splitlines()
    for f in dataclasses.fields(cls):
        if "units" in f.metadata:
            row = next(line for line in lines if re.match(rf" \|  {f.name}  ", line))
            assert all(f.metadata[k] in row for k in ("units", "long_name", "homme", "cam", "shape"))


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("cls", [c for c in CLASSES if not hasattr(c, "__post_init__")], ids=lambda c: c.__qualname__)
def test_what_goes_to_a_record_comes_back(cls, model):
    instance, named = cls(**{f.name: f"value of {f.name}" for f in dataclasses.fields(cls)}), names(cls, model).values()
    rest = {name: value for name, value in vars(instance).items() if name not in named}
    assert vars(from_record(cls, to_record(instance, model), model, **rest)) == vars(instance)


@pytree
class Made:
    """Made up."""

    wind: float = field("m s-1", "wind", homme="derived%vn0", shape="(2, lev)")
    mass: float = field("kg kg-1", "mass", homme="mp", cam="MP", default=3.0)
    own: float = field("Pa", "nowhere else", default=0.0)
    order: int = static(default=1)


def test_a_record_has_the_last_part_of_a_name():
    assert names(Made, "homme") == {"vn0": "wind", "mp": "mass"} and names(Made, "cam") == {"MP": "mass"}


def test_record_values_precede_defaults_and_a_required_one_is_asked_for_by_its_name():
    assert from_record(Made, {"vn0": 1.0, "mp": 2.0, "more": 9.0}, "homme", mass=5.0, order=2).mass == 2.0
    assert from_record(Made, {"vn0": 1.0}, "homme", mass=5.0).mass == 5.0
    assert from_record(Made, {"vn0": 1.0}, "homme").mass == 3.0
    with pytest.raises(KeyError, match="vn0"):
        from_record(Made, {"mp": 2.0}, "homme")


def test_to_record_takes_a_prefix():
    assert to_record(Made(1.0), "homme", "call_1/") == {"call_1/vn0": 1.0, "call_1/mp": 3.0}


def test_units_by_attribute_and_by_name():
    assert units(Made) == {"wind": "m s-1", "mass": "kg kg-1", "own": "Pa"}
    assert units(Made, "cam", prefix="after/") == {"after/MP": "kg kg-1"}
    assert units(Made, "homme", per="s-1") == {"vn0": "m s-2", "mp": "s-1"}
    assert metadata(Made, "wind")["shape"] == "(2, lev)"
    with pytest.raises(KeyError, match="nothing"):
        metadata(Made, "nothing")


@pytest.mark.parametrize(
    "factors, product",
    [(("m s-1", "m-4"), "m-3 s-1"), (("K Pa", "s-1"), "K Pa s-1"), (("m", "m-1"), "1"), (("1", "m2 s-2"), "m2 s-2")],
)
def test_units_multiply(factors, product):
    assert multiplied(*factors) == product


def test_another_model_is_refused():
    for ask in (lambda: names(Made, "wrf"), lambda: constants_from({}, "wrf")):
        with pytest.raises(ValueError, match="found 'wrf'"):
            ask()


def test_two_fields_of_one_name_are_refused():
    @dataclasses.dataclass
    class Twice:
        a: float = field("m", "one", cam="x")
        b: float = field("m", "another", cam="derived%x")

    with pytest.raises(ValueError, match="one name in cam"):
        names(Twice, "cam")


def test_table_leaves_out_what_nobody_has():
    assert describe(Made).splitlines()[0].split() == ["field", "shape", "units", "HOMME", "CAM-SE", "meaning"]
    assert describe(VerticalCoordinate).splitlines()[1].split()[:2] == ["hyai", "(lev"]
    assert "HOMME" not in describe(CamSeState) and "CAM-SE" not in describe(HydrostaticState)


def test_constants_take_what_the_settings_say_under_the_names_of_the_model():
    small = constants_from({"rearth": 1.0, "Rgas": 2.0, "rair": 3.0}, "homme")
    assert (small.radius, small.R_dry, small.gravity) == (1.0, 2.0, E3SM.gravity)
    assert vars(constants_from({"rair": 3.0, "g": 1.0}, "cam")) == vars(CAM.replace(R_dry=3.0))


def test_a_mesh_record_names_every_horizontal_field_of_the_grid():
    named = names(Grid, "homme")
    assert {named[n] for n in ("lat", "fcor", "Dinv", "metdet", "rspheremp")} >= {"lat", "jacobian"}
    assert set(names(Grid, "cam")) - set(named) == {"rearth", "ra", "variable_hyperviscosity"}


def test_from_record_reads_a_coordinate():
    x = {name: np.arange(3.0) for name in ("hyai", "hybi", "hyam", "hybm")}
    assert from_record(VerticalCoordinate, {**x, "ps0": 5.0}, "cam").p0 == 5.0


def literal_maps():
    """(where, {string: string}) of every dict of constants in the sources."""
    for folder in ("pysces", "harness", "tests", "examples", "ci"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Dict):
                    pairs = [(_text(k), _text(v)) for k, v in zip(node.keys, node.values)]
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", {k: v for k, v in pairs if k and v}


def _text(node):
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def test_no_map_of_names_or_units_is_written_by_hand():
    """Two or more lines of a class' metadata in one dict are a copy of it."""
    metadata_maps = []
    for cls in CLASSES:
        for model in MODELS:
            theirs = names(cls, model)
            metadata_maps += [theirs, {ours: name for name, ours in theirs.items()}, units(cls, model)]
    found = [
        f"{where}: {literal}"
        for where, literal in literal_maps()
        if where.split(":")[0] != "tests/arrays/test_fields.py"
        for known in metadata_maps
        if sum(known.get(k) == v and k != v for k, v in literal.items()) > 1
    ]
    assert not found, "\n".join(sorted(set(found)))
