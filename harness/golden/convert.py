"""``pysces-verify golden convert``: a NetCDF history or dump of a user's own run, with a mapping file, to a record.

Nothing is guessed: the mapping (TOML; docs/verify/harness_for_your_port.md) names every variable, its axes and its
unit. What cannot be converted is a BadInput with one sentence.
"""

from __future__ import annotations

import argparse
import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import BadInput, near, reading
from ..guards import sizes, targets
from ..guards.shapes import NUMBER, Each, Keys, check
from ..kernels.catalogue import lookup
from . import meshes
from . import record as golden

try:
    import netCDF4
except ImportError:  # only making records needs it
    netCDF4 = None  # type: ignore[assignment]

WORDS = ("kernel", "case", "producer", "source", "compiler", "flags")
RULE = {"variable", "axis", "units", "scale", "offset", "flip"}
TABLES = ("settings", "axes", "select", "columns", "input", "output")
# Axes of records, outermost first; those after species are pysces' horizontal and vertical ones.
ORDER = ("day", "comp", "comp2", "tracer", "species", "column", "sample", "elem", "i", "j", "lev", "ilev")
UNIQUE = "ncol"
SHAPES = {
    **dict.fromkeys(WORDS, str),
    "description?": str,
    "axes?": Keys(str),
    "select?": Keys(int),
    "columns?": Keys(str),
    "settings?": {},
}
RULES = {"axis?": str, "units?": str, "scale?": NUMBER, "offset?": NUMBER, "flip?": Each(str)}
Laid = tuple[np.ndarray, tuple[str, ...]]  # values and the names of their axes
NEAREST = 1e-6  # radian: a node's own coordinates, not its neighbour's


@dataclass(frozen=True)
class Mapping:
    """What the mapping file says. groups : {"input" | "output": {name in the record: how to get it}}."""

    path: Path
    words: dict[str, str]
    settings: dict
    axes: dict[str, str]
    select: dict[str, int]
    columns: dict[str, str]
    groups: dict[str, dict[str, dict]]


def arguments(parser: argparse.ArgumentParser) -> None:
    """What ``golden convert`` takes beside the file and -o."""
    parser.add_argument("--mapping", type=Path, metavar="FILE", help="convert: what the file's variables are (TOML)")
    parser.add_argument("--overwrite", action="store_true", help="convert, add: replace an existing record")


def run(options: argparse.Namespace) -> int:
    """``golden convert HISTORY.nc --mapping map.toml -o record.nc``"""
    if len(options.words) != 2 or not options.mapping or len(options.output) != 1:
        raise BadInput("golden convert needs one NetCDF file, --mapping FILE and -o FILE.")
    print(convert(Path(options.words[1]), options.mapping, Path(options.output[0]), options.overwrite))
    return 0


def _free(source: Path, mapping: Path, target: Path, overwrite: bool) -> None:
    """The record takes no other file's place."""
    for path, what in ((source, "the file to convert"), (mapping, "the mapping")):
        if targets.identity(path) == targets.identity(target):
            raise BadInput(f"-o {target} is {what}; give the record a name of its own.")
    if target.is_dir() or (target.exists() and not overwrite):
        kind = "a folder; name a file" if target.is_dir() else "there already; say --overwrite, or name another file"
        raise BadInput(f"-o {target} is {kind}.")


def convert(source: Path, mapping: Path, target: Path, overwrite: bool = False) -> Path:
    """Write the record; it is read back, so that what this returns is a record that ``golden`` accepts."""
    if netCDF4 is None:
        raise BadInput("golden convert needs netCDF4: pip install netCDF4.")
    with reading(target, "the name of a record"):
        _free(source, mapping, target, overwrite)
    rules = read_mapping(mapping)
    with reading(source, "NetCDF"), netCDF4.Dataset(golden.regular(source)) as file:
        file.set_auto_maskandscale(False)
        nodes = _nodes(file, rules, target)
        fields = {
            group: {name: _field(file, rules, f"{group}.{name}", rule, nodes) for name, rule in wanted.items()}
            for group, wanted in rules.groups.items()
        }
    target.parent.mkdir(parents=True, exist_ok=True)
    targets.replace(target, lambda partial: _complete(partial, source, rules, fields))
    return target


def _complete(partial: Path, source: Path, rules: Mapping, fields: dict[str, dict[str, golden.Field]]) -> None:
    """Written and read back: what a record may not hold is refused before it has its name."""
    with reading(rules.path, "a mapping that this file can follow"):
        _write(partial, source, rules, fields)
    golden.read(partial)


def read_mapping(path: Path) -> Mapping:
    """The mapping file, with everything in it known and everything needed there."""
    with reading(path, "a mapping in TOML"):
        found = tomllib.loads(golden.regular(path).read_text(encoding="utf-8"))
    unknown = sorted(set(found) - {*WORDS, *TABLES, "description"})
    missing = [word for word in (*WORDS, "input", "output") if not found.get(word)]
    if unknown or missing:
        raise BadInput(
            f"{path}: " + (f"{missing[0]!r} is missing." if missing else f"{unknown[0]!r} is not a key of a mapping.")
        )
    check(found, SHAPES, str(path))
    words = {word: found[word] for word in WORDS} | {"description": found.get("description", "")}
    outputs = lookup(words["kernel"]).outputs
    plain = [table for table in TABLES if not isinstance(found.get(table, {}), dict)]
    if plain:
        raise BadInput(f"{path}: {plain[0]} must be a table.")
    with reading(path, "a mapping: [settings] must be what JSON can hold"):
        json.dumps(found.get("settings", {}), allow_nan=False)
    strange = [name for name in found["output"] if outputs and name not in outputs and "/" not in name]
    if strange:
        raise BadInput(f"{path}: {words['kernel']} has no output {strange[0]!r}{near(strange[0], outputs)}")
    tables = {table: found.get(table, {}) for table in TABLES}
    groups = {group: tables.pop(group) for group in ("input", "output")}
    groups = {group: {name: _rule(path, name, rule) for name, rule in rules.items()} for group, rules in groups.items()}
    return Mapping(path, words, groups=groups, **tables)


def _rule(path: Path, name: str, rule: Any) -> dict:
    """How to get one variable; its name in the file alone will do."""
    rule = {"variable": rule} if isinstance(rule, str) else rule
    check(rule, RULES, f"{path}: {name}")
    variables = rule.get("variable", "")
    check(variables, Each(str, 1) if isinstance(variables, list) else str, f"{path}: {name}.variable")
    unknown = sorted(set(rule) - RULE)
    if unknown or "variable" not in rule:
        raise BadInput(f"{path}: {name} " + (f"has an unknown key {unknown[0]!r}." if unknown else "needs a variable."))
    return rule


def _field(file: netCDF4.Dataset, rules: Mapping, what: str, rule: dict, nodes: np.ndarray | None) -> golden.Field:
    """One variable of the record: components stacked, one time taken, nodes dealt out, axes in order, units changed."""
    names = rule["variable"] if isinstance(rule["variable"], list) else [rule["variable"]]
    parts = [_read(file, rules, what, name, rule, nodes) for name in names]
    alike = {(p.axes, p.values.shape, getattr(file[name], "units", "")) for name, p in zip(names, parts)}
    if len(alike) != 1:
        raise BadInput(f"{rules.path}: {what} joins variables of different axes, sizes or units, {', '.join(names)}.")
    values, axes = parts[0].values, parts[0].axes
    if isinstance(rule["variable"], list):
        values, axes = np.stack([part.values for part in parts]), (rule.get("axis", "comp"), *axes)
    for axis in rule.get("flip", ()):
        values = np.flip(values, _position(axis, axes, rules, what))
    strange = [axis for axis in axes if axis not in ORDER]
    if strange or len(set(axes)) < len(axes):
        why = f"axis {strange[0]!r}, which no record has; name it in [axes] or [select]" if strange else "an axis twice"
        raise BadInput(f"{rules.path}: {what} has {why}.")
    order = sorted(range(len(axes)), key=lambda n: ORDER.index(axes[n]))
    return golden.Field(np.transpose(values, order), tuple(axes[n] for n in order), parts[0].units)


def _position(axis: str, axes: tuple[str, ...], rules: Mapping, what: str) -> int:
    if axis not in axes:
        raise BadInput(f"{rules.path}: {what} is to be flipped along {axis!r}, but has {', '.join(axes)}.")
    return axes.index(axis)


def _read(
    file: netCDF4.Dataset, rules: Mapping, what: str, name: str, rule: dict, nodes: np.ndarray | None
) -> golden.Field:
    """A variable of the file with the record's names of its axes and in the record's unit."""
    if name not in file.variables:
        raise BadInput(f"{file.filepath()}: has no variable {name!r}, which {rules.path.name} wants for {what}.")
    variable = file.variables[name]
    if variable.dtype != np.float64:
        raise BadInput(f"{file.filepath()}: {name} is {variable.dtype}; a record needs float64, written by the model.")
    sizes.check_array(f"{file.filepath()}: {name}", variable.shape)
    odd = [word for word in golden.CHANGES_VALUES if word in variable.ncattrs()]
    if odd:
        raise BadInput(f"{file.filepath()}: {name} has {odd[0]!r}; write it unpacked, or give scale in the mapping.")
    values, axes = variable[...], tuple(rules.axes.get(d, d) for d in variable.dimensions)
    if (values == getattr(variable, "_FillValue", netCDF4.default_fillvals["f8"])).any():
        raise BadInput(f"{file.filepath()}: {name} has missing values; a record has none.")
    for dimension, index in rules.select.items():
        axis = rules.axes.get(dimension, dimension)
        if axis in axes:
            values, axes = _taken(values, axes, axis, index, f"{rules.path}: [select] {dimension}")
    units = rule.get("units", str(getattr(variable, "units", "")))
    if units != getattr(variable, "units", units) and not {"scale", "offset"} & set(rule):
        raise BadInput(f"{rules.path}: {what} is wanted in {units}, {name} is in {variable.units}; give scale, offset.")
    if {"scale", "offset"} & set(rule):
        values = values * rule.get("scale", 1.0) + rule.get("offset", 0.0)
    if UNIQUE in axes:
        values, axes = _dealt_out(values, axes, nodes, f"{rules.path}: {what}")
    return golden.Field(values, axes, units)


def _taken(values: np.ndarray, axes: tuple[str, ...], axis: str, index: int, where: str) -> Laid:
    n = axes.index(axis)
    if not -values.shape[n] <= index < values.shape[n]:
        raise BadInput(f"{where} = {index} is outside of the file's {values.shape[n]}.")
    return np.take(values, index, axis=n), axes[:n] + axes[n + 1 :]


def _dealt_out(values: np.ndarray, axes: tuple[str, ...], nodes: np.ndarray | None, what: str) -> Laid:
    """Values on unique nodes, on all nodes of all elements."""
    if nodes is None:
        raise BadInput(f"{what} lies on unique nodes ({UNIQUE}); name their coordinates in [columns], lat and lon.")
    n = axes.index(UNIQUE)
    return np.moveaxis(np.moveaxis(values, n, 0)[nodes], (0, 1, 2), (n, n + 1, n + 2)), (
        *axes[:n],
        *("elem", "i", "j"),
        *axes[n + 1 :],
    )


def _nodes(file: netCDF4.Dataset, rules: Mapping, target: Path) -> np.ndarray | None:
    """(elem, i, j): which of the file's unique nodes lies there, found by latitude and longitude; None without any."""
    if not rules.columns:
        return None
    try:
        degrees = [np.asarray(file.variables[rules.columns[name]][...], float) for name in ("lat", "lon")]
    except KeyError as error:
        raise BadInput(f"{rules.path}: [columns] needs lat and lon, variables of the file; {error} is not.") from None
    kernel, case, producer = (rules.words[word] for word in WORDS[:3])
    record = golden.Record(target, kernel, case, producer, rules.settings, {}, {}, {}, {})
    grid = meshes.golden_grid(record)
    if grid is None:
        raise BadInput(f"{rules.path}: [columns] needs the mesh: ne, rearth and omega in [settings].")
    places, wanted = _unit_vectors(*np.radians(degrees)), _unit_vectors(grid.lat[..., 0], grid.lon[..., 0])
    found = np.array([np.argmax(element.reshape(-1, 3) @ places.T, axis=1) for element in wanted])
    distance = np.linalg.norm(places[found] - wanted.reshape(*found.shape, 3), axis=-1).max()
    count = int(grid.global_id.max()) + 1 - int(grid.global_id.min())
    if distance > NEAREST or len(np.unique(found)) != count or len(places) != count:
        raise BadInput(
            f"{rules.path}: the file's {len(places)} columns are not the {count} nodes of the mesh that [settings] "
            f"names (largest distance {distance:.1e} radian)."
        )
    return found.reshape(wanted.shape[:3])


def _unit_vectors(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)


def _write(target: Path, source: Path, rules: Mapping, fields: dict[str, dict[str, golden.Field]]) -> None:
    """The record of schema 1; an output named stage/variable goes into the group of its stage."""
    with netCDF4.Dataset(target, "w") as file:
        notes = f"converted by pysces-verify from {source.name} (sha256 {golden.sha256(source)}) with {rules.path.name}"
        file.setncatts({"schema": 1, **rules.words, "settings": json.dumps(rules.settings), "notes": notes})
        for group, members in fields.items():
            for name, field in members.items():
                stage, _, short = name.rpartition("/")
                place = file.createGroup(f"{group}_after_{stage}" if stage else group)
                _write_field(place, short, field)


def _write_field(group: netCDF4.Group, name: str, field: golden.Field) -> None:
    for axis, size in zip(field.axes, field.values.shape):
        if axis not in group.dimensions:
            group.createDimension(axis, size)
        elif len(group.dimensions[axis]) != size:
            other = len(group.dimensions[axis])
            raise BadInput(f"{group.name}.{name}: axis {axis} has {size} points, other variables have {other}.")
    variable = group.createVariable(name, "f8", field.axes, zlib=True)
    variable.units = field.units
    variable[...] = field.values
