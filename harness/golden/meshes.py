"""Grids for golden records: with the metric terms of a mesh record, or built by pysces from the same settings."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from pysces.constants import constants_from
from pysces.geometry.grid import Grid, cubed_sphere_grid

from ..errors import BadInput
from ..registry import MESH_FIELDS
from .record import Record, own_records, read


def own_grid(settings: dict, producer: str, tensor: dict | None = None) -> Grid | None:
    """pysces' own grid from a record's settings (tensor: exponents that the mesh adds); None without a mesh."""
    if "ne" not in settings:
        return None
    scaling = {**settings, **(tensor or {})}
    return _own_grid(
        int(settings["ne"]),
        int(settings.get("cubed_sphere_map", 0 if producer == "cam_se" else 2)),
        float(scaling.get("hypervis_scaling", 0.0)),
        float(scaling.get("laplace_scaling", 0.0)),
        float(settings["rearth"]),
        float(settings["omega"]),
        producer,
    )


@cache
def _own_grid(ne, cubed_sphere_map, hypervis_scaling, laplace_scaling, radius, omega, producer) -> Grid:
    model = "cam" if producer == "cam_se" else "homme"
    constants = constants_from({"rearth": radius, "omega": omega}, model)
    return cubed_sphere_grid(ne, constants, cubed_sphere_map, hypervis_scaling, laplace_scaling)


def golden_grid(record: Record) -> Grid | None:
    """The grid with the metric terms of the mesh record that ``settings.mesh`` names, or else pysces' own."""
    mesh, own = find_mesh(record), own_grid_of(record)
    return own if mesh is None else _with_record(own, _mesh(mesh))


def own_grid_of(record: Record) -> Grid | None:
    """pysces' own grid with the tensors that the record's mesh has."""
    mesh = find_mesh(record)
    try:
        return own_grid(record.settings, record.producer, _tensor_settings(mesh) if mesh else None)
    except KeyError as error:
        raise BadInput(f"{record.path}: its settings have no {error}, which its mesh needs.") from None
    except ValueError as error:
        raise BadInput(f"{record.path}: its settings describe no mesh that pysces can build: {error}") from None


def find_mesh(record: Record) -> Path | None:
    """``../mesh/<name>.nc`` beside the record, in its folder, then in test_data."""
    name = record.settings.get("mesh")
    if name is None:
        return None
    beside = record.path.resolve().parent
    places = [beside.parent / "mesh", beside / "mesh", beside]
    if (own := own_records()) is not None:
        places.append(own / record.producer / "mesh")
    return next((place / f"{name}.nc" for place in places if (place / f"{name}.nc").is_file()), None)


@cache
def _mesh(path: Path) -> Record:
    mesh = read(path)
    if mesh.kernel != "mesh":
        raise BadInput(f"{path}: a record names it as its mesh, but its kernel is {mesh.kernel!r}.")
    return mesh


def _tensor_settings(path: Path) -> dict:
    settings = _mesh(path).settings
    return {key: settings[key] for key in ("hypervis_scaling", "laplace_scaling") if key in settings}


def _with_record(own: Grid, mesh: Record) -> Grid:
    """own with every metric term that the record holds; what a slim record lacks is derived or stays own."""
    terms = {name: f.values for name, f in mesh.outputs.items()}
    if terms["metdet"].shape != own.jacobian.shape:
        raise BadInput(f"{mesh.path}: metdet has shape {terms['metdet'].shape}, its settings say {own.jacobian.shape}.")
    changes = {ours: terms[theirs] for ours, theirs in MESH_FIELDS.items() if theirs in terms}
    changes["inverse_jacobian"] = terms.get("rmetdet", 1.0 / terms["metdet"])
    changes["derivative_matrix"] = np.ascontiguousarray(terms["Dvv"].T)
    changes["node_weights"] = terms["mp"][0]
    changes["sphere_to_cartesian"] = changes.get("sphere_to_cartesian", own.sphere_to_cartesian)[:, :2]
    return own.replace(**changes)
