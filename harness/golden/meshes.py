"""Grids for golden records: with the metric terms of a mesh record, or built by pysces from the same settings."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import cast

import numpy as np

from pysces.constants import Constants, constants_from
from pysces.geometry.grid import Grid, cubed_sphere_grid, unstructured_grid

from ..errors import BadInput, brief
from ..guards import sizes
from ..registry import MESH_FIELDS
from . import mesh_files, names
from .record import Record, own_records, read

Kinds = tuple[type[int] | type[float], ...]
MESHES = ("mesh", "shallow_water_mesh")  # kernels of records that are meshes
REAL = ("rearth", "omega", "hypervis_scaling", "laplace_scaling")
KINDS: dict[str, Kinds] = {"ne": (int,), "cubed_sphere_map": (int,), **dict.fromkeys(REAL, (int, float))}


def own_grid(settings: dict, producer: str, tensor: dict | None = None, corners: Path | None = None) -> Grid | None:
    """pysces' own grid from a record's settings; None without a mesh.

    tensor : exponents that the mesh adds.   corners : the mesh record or Exodus file of a mesh that is no cubed sphere.
    """
    if corners is None and "ne" not in settings:
        return None
    scaling = {**settings, **(tensor or {})}
    exponents = tuple(float(scaling.get(name, 0.0)) for name in ("hypervis_scaling", "laplace_scaling"))
    planet = (float(settings["rearth"]), float(settings["omega"]), "cam" if producer == "cam_se" else "homme")
    if corners is not None:
        return _unstructured(corners, exponents, planet)
    default = 0 if producer == "cam_se" else 2
    shape = (int(settings["ne"]), int(settings.get("cubed_sphere_map", default)))
    return _cubed_sphere(*shape, exponents, planet, bool(scaling.get("area_correction", True)))


@cache
def _cubed_sphere(
    ne: int, cubed_sphere_map: int, exponents: tuple[float, ...], planet: tuple, area_correction: bool
) -> Grid:
    hypervis, laplace = exponents
    return cubed_sphere_grid(ne, _constants(*planet), cubed_sphere_map, hypervis, laplace, area_correction)


@cache
def _unstructured(corners: Path, exponents: tuple[float, ...], planet: tuple) -> Grid:
    return unstructured_grid(*mesh_files.corners_of(corners), _constants(*planet), *exponents)


def _constants(radius: float, omega: float, model: str) -> Constants:
    return constants_from({"rearth": radius, "omega": omega}, model)


def golden_grid(record: Record) -> Grid | None:
    """The grid with the metric terms of the mesh record that ``settings.mesh`` names, or else pysces' own."""
    mesh, own = find_mesh(record), own_grid_of(record)
    return own if mesh is None else _with_record(own, _mesh(mesh))


def own_grid_of(record: Record) -> Grid | None:
    """pysces' own grid with the tensors that the record's mesh has."""
    mesh, corners = find_mesh(record), find_corners(record)
    _check_settings(record)
    try:
        tensor = _tensor_settings(mesh) if mesh else None
        grid = own_grid(record.settings, record.producer, tensor, corners)
    except BadInput:
        raise
    except KeyError as error:
        raise BadInput(f"{record.path}: its settings have no {error}, which its mesh needs.") from None
    except ValueError as error:
        raise BadInput(f"{record.path}: its settings describe no mesh that pysces can build: {brief(error)}") from None
    if corners is not None:
        _check_elements(record, cast(Grid, grid).nelem, corners.name)
    return grid


def _check_settings(record: Record) -> None:
    """The numbers that a mesh is built from, and its size before it is built."""
    settings = record.settings
    for name, kinds in KINDS.items():
        value = settings.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, kinds) or not abs(value) < 1e300:
            raise BadInput(f"{record.path}: setting {name!r} is {brief(value, 40)}, which is no such number.")
    if settings.get("rearth", 1.0) <= 0:
        raise BadInput(f"{record.path}: setting 'rearth' is {settings['rearth']}; a radius is above zero.")
    if "ne" in settings:
        sizes.check(f"{record.path}: a mesh of ne {brief(settings['ne'], 20)}", sizes.of_run(settings["ne"], 0))
        _check_elements(record, 6 * settings["ne"] ** 2, "ne in its settings")


def _check_elements(record: Record, count: int, source: str) -> None:
    """Fields on another number of elements than their mesh has."""
    for name, field in {**record.inputs, **record.outputs}.items():
        found = dict(zip(field.axes, field.values.shape)).get("elem", count)
        if count and found != count:
            raise BadInput(f"{record.path}: {name} has {found} elements, but {source} means {count}.")


def find_mesh(record: Record) -> Path | None:
    """The mesh record that ``settings.mesh`` names (a mesh record is its own); None without any.

    A small planet ``ne4_map2_x500`` has none: it is the mesh of that ne and map with the settings' radius. Nor need a
    mesh have one whose Exodus file is there.
    """
    name = record.settings.get("mesh")
    if name is None or record.kernel in MESHES:
        return record.path if record.kernel in MESHES else None
    found = _beside(record, ".nc")
    if found is None and _beside(record, mesh_files.SUFFIX) is None and not _is_small_planet(name, record.settings):
        raise BadInput(f"{record.path}: its mesh {name}.nc is not in ../mesh, beside it or in test_data; put it there.")
    return found


def find_corners(record: Record) -> Path | None:
    """The mesh record or Exodus file that has the corners of the record's mesh; None on a cubed sphere."""
    mesh = find_mesh(record)
    if mesh is not None:
        settings = record.settings if record.kernel in MESHES else _mesh(mesh).settings
        return mesh if mesh_files.is_unstructured(settings) else None
    file = _beside(record, mesh_files.SUFFIX) if "mesh" in record.settings else None
    if file is None and mesh_files.is_unstructured(record.settings):
        raise BadInput(f"{record.path}: ne is 0, so its mesh is a file; name it in setting 'mesh' and put it beside.")
    return file


def _beside(record: Record, suffix: str) -> Path | None:
    """``../mesh/<name>`` beside the record, in its folder, then in test_data."""
    name = names.checked(record.path, "setting 'mesh'", record.settings["mesh"])
    beside = record.path.resolve().parent
    places = [*(folder / kind for folder in (beside.parent, beside) for kind in MESHES), beside]
    if (own := own_records()) is not None:
        places += [own / names.checked(record.path, "producer", record.producer) / kind for kind in MESHES]
    found = next((place / f"{name}{suffix}" for place in places if (place / f"{name}{suffix}").is_file()), None)
    return None if found is None else names.inside(found.parent, found)


def _is_small_planet(name: str, settings: dict) -> bool:
    described = re.fullmatch(r"ne(\d+)_map(\d+)_x\d+", name)
    return described is not None and [int(n) for n in described.groups()] == [
        settings.get("ne"),
        settings.get("cubed_sphere_map", 2),
    ]


@cache
def _mesh(path: Path) -> Record:
    mesh = read(path)
    if mesh.kernel not in MESHES:
        raise BadInput(f"{path}: a record names it as its mesh, but its kernel is {mesh.kernel!r}.")
    return mesh


def _tensor_settings(path: Path) -> dict:
    settings = _mesh(path).settings
    return {key: settings[key] for key in ("hypervis_scaling", "laplace_scaling", "area_correction") if key in settings}


def _with_record(own: Grid | None, mesh: Record) -> Grid:
    """own with every metric term that the record holds; what a slim record lacks is derived or stays own."""
    terms = {name: f.values for name, f in mesh.outputs.items()}
    lacking = [name for name in ("metdet", "Dvv", "mp") if name not in terms]
    if lacking or own is None:
        raise BadInput(f"{mesh.path}: a mesh needs {lacking[0] if lacking else 'ne in the settings of its record'}.")
    if terms["metdet"].shape != own.jacobian.shape:
        raise BadInput(f"{mesh.path}: metdet has shape {terms['metdet'].shape}, its settings say {own.jacobian.shape}.")
    changes = {"sphere_to_cartesian": own.sphere_to_cartesian}
    changes |= {ours: terms[theirs] for ours, theirs in MESH_FIELDS.items() if theirs in terms}
    changes["inverse_jacobian"] = terms.get("rmetdet", 1.0 / terms["metdet"])
    changes["derivative_matrix"] = np.ascontiguousarray(terms["Dvv"].T)
    changes["node_weights"] = terms["mp"][0]
    changes["sphere_to_cartesian"] = changes["sphere_to_cartesian"][:, :2]
    return own.replace(**changes)
