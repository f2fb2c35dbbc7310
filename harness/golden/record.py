"""Reader of golden records (schema 1): NetCDF computed with the real models, found by their ``kernel`` attribute.

netCDF4 reads them, or h5netcdf where netCDF4 is missing. Anything wrong with a file is a BadInput with one sentence; a
MANIFEST.toml in its folder or above is held against it.
"""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import BadInput, brief, reading
from ..guards import sizes

ATTRIBUTES = ("schema", "kernel", "case", "producer", "source", "compiler", "flags", "settings", "description")
TEXTS = ("kernel", "case", "producer", "source", "compiler", "flags", "description")
TRACER_AXES = ("tracer", "species")
CHANGES_VALUES = ("scale_factor", "add_offset")  # some readers apply them, others do not
FILL = 9.969209968386869e36  # what netCDF leaves where nothing was written


@dataclass(frozen=True)
class Field:
    """Values with the record's own axis names and unit; a field ending in (i, j) has got a last axis of one level."""

    values: np.ndarray
    axes: tuple[str, ...]
    units: str = ""


@dataclass(frozen=True)
class Record:
    """One golden file. Outputs of stages are named ``<stage>/<variable>``."""

    path: Path
    kernel: str
    case: str
    producer: str
    settings: dict
    inputs: dict[str, Field]
    outputs: dict[str, Field]
    levels: dict[str, np.ndarray]
    provenance: dict[str, str]

    @property
    def tracers(self) -> tuple[str, ...]:
        """Names of the fields whose first axis counts tracers or species."""
        fields = {**self.inputs, **self.outputs}
        return tuple(n for n, f in fields.items() if f.axes[:1] and f.axes[0] in TRACER_AXES)


def test_data() -> Path:
    """The project's own records; one sentence where they are not at hand."""
    if (place := own_records()) is not None:
        return place
    raise BadInput(
        "No test_data folder found: run from the repository or set PYSCES_TEST_DATA to its test_data folder."
    )


def own_records() -> Path | None:
    """$PYSCES_TEST_DATA, else test_data beside the sources, else below the working directory, else None."""
    beside = Path(__file__).resolve().parents[2] / "test_data"
    places = (os.environ.get("PYSCES_TEST_DATA"), beside, "test_data")
    return next((Path(place) for place in places if place and Path(place).is_dir()), None)


def find(paths: Iterable[str | Path]) -> list[Path]:
    """Every .nc file among files and folders, in a fixed order."""
    found: list[Path] = []
    for path in map(Path, paths):
        with reading(path, "a file or folder"):
            there, folder = path.exists(), path.is_dir()
        if not there:
            raise BadInput(f"{path}: no such file or folder.")
        files = sorted(path.rglob("*.nc")) if folder else [path]
        if not files:
            raise BadInput(f"{path}: holds no .nc file.")
        found += files
    return list(dict.fromkeys(found))


def regular(path: str | Path) -> Path:
    """The path of a file on a disk; a folder, a pipe or a device is refused, and so is a file larger than memory."""
    path = Path(path)
    if not path.is_file():
        raise BadInput(f"{path}: is not a file; name a NetCDF file.")
    sizes.check(str(path), path.stat().st_size)
    return path


def read(path: str | Path) -> Record:
    """One record, checked: sha256 where a manifest lists it, attributes, groups, sizes, numbers, no NaN."""
    path = regular(path)
    verify_checksum(path)
    with reading(path, "NetCDF; the file is truncated or not a golden record"), dataset(path) as file:
        return _record(path, file)


def dataset(path: str | Path) -> AbstractContextManager[Any]:
    """A NetCDF file open for reading, values unmasked: a netCDF4.Dataset, or h5netcdf's imitation of it."""
    try:
        import netCDF4
    except ImportError:
        return _h5netcdf_dataset(path)
    file = netCDF4.Dataset(path)
    file.set_auto_mask(False)
    return file


def _h5netcdf_dataset(path: str | Path) -> AbstractContextManager[Any]:
    try:
        from h5netcdf import legacyapi

        return legacyapi.Dataset(path, "r")
    except ImportError:
        raise BadInput("Golden records need netCDF4, or h5netcdf with h5py: pip install one of them.") from None


def _record(path: Path, file: Any) -> Record:
    attributes = _attributes(path, file)
    stages = [group for group in file.groups if group == "output" or group.startswith("output_after_")]
    if "input" not in file.groups or not stages:
        raise BadInput(f"{path}: a record needs a group 'input' and a group 'output...', found {list(file.groups)}.")
    inputs = _fields(path, file.groups["input"])
    outputs: dict[str, Field] = {}
    levels: dict[str, np.ndarray] = {}
    for group in stages:
        prefix = "" if group == "output" else group.removeprefix("output_after_") + "/"
        fields = _fields(path, file.groups[group])
        index = fields.pop("lev_index", None)
        outputs |= {prefix + name: f for name, f in fields.items()}
        if index is not None:
            levels |= dict.fromkeys((prefix + name for name in fields), _levels(path, index))
    return Record(
        path=path,
        kernel=attributes["kernel"],
        case=attributes["case"],
        producer=attributes["producer"],
        settings=attributes["settings"],
        inputs=inputs,
        outputs=outputs,
        levels=levels,
        provenance={k: str(attributes[k]) for k in ("source", "compiler", "flags", "description")},
    )


def _levels(path: Path, index: Field) -> np.ndarray:
    """Which levels are stored, counted from 0; the file counts from 1."""
    levels = index.values
    if levels.ndim != 1 or (levels < 1).any() or (levels > sizes.MOST_LEVELS).any() or (levels % 1 != 0).any():
        raise BadInput(f"{path}: lev_index must be a list of levels, counted from 1.")
    return levels.astype(int) - 1


def _attributes(path: Path, file: Any) -> dict:
    missing = [a for a in ATTRIBUTES if a not in file.ncattrs()]
    if missing:
        raise BadInput(f"{path}: attribute {missing[0]!r} is missing; a golden record of schema 1 needs it.")
    attributes = {a: file.getncattr(a) for a in ATTRIBUTES}
    if str(attributes["schema"]) != "1":
        raise BadInput(f"{path}: schema must be 1, found {brief(attributes['schema'], 40)}.")
    wrong = [a for a in TEXTS if not isinstance(attributes[a], str)]
    if wrong:
        raise BadInput(f"{path}: attribute {wrong[0]!r} must be text, found {brief(attributes[wrong[0]], 40)}.")
    with reading(path, "a record: attribute 'settings' must be a JSON object"):
        attributes["settings"] = json.loads(attributes["settings"])
    if not isinstance(attributes["settings"], dict):
        raise BadInput(f"{path}: attribute 'settings' must be a JSON object.")
    return attributes


def _fields(path: Path, group: Any) -> dict[str, Field]:
    name = group.name.rsplit("/", 1)[-1]
    return {v: _field(f"{path}: {name}/{v}", variable) for v, variable in group.variables.items()}


def _field(place: str, variable: Any) -> Field:
    odd = [name for name in CHANGES_VALUES if name in variable.ncattrs()]
    if odd:
        raise BadInput(f"{place} has an attribute {odd[0]!r}; a record holds the numbers themselves.")
    if getattr(variable.dtype, "kind", "O") not in "fiu":
        raise BadInput(f"{place} is {brief(variable.dtype, 40)}; a record holds real numbers.")
    sizes.check_array(place, variable.shape)
    values = np.asarray(variable[...])
    if values.dtype == np.float64 and (values == FILL).any():
        raise BadInput(f"{place} has points that were never written.")
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise BadInput(f"{place} holds NaN or infinity at {_where(values)}.")
    axes, units = tuple(variable.dimensions), _units(variable)
    if axes[-2:] == ("i", "j"):
        return Field(values[..., None], (*axes, "one_level"), units)
    return Field(values, axes, units)


def _units(variable: Any) -> str:
    """The unit; h5netcdf leaves a text of one letter as bytes."""
    text = getattr(variable, "units", "")
    return text.decode(errors="replace") if isinstance(text, bytes) else str(text)


def _where(values: np.ndarray) -> str:
    return str(tuple(int(n) for n in np.argwhere(~np.isfinite(values))[0]))


def verify_checksum(path: Path) -> None:
    """Hold the file against the nearest MANIFEST.toml in its folder or above."""
    for folder in Path(path).resolve().parents:
        if (folder / "MANIFEST.toml").is_file():
            listed = manifest(folder).get(Path(path).resolve().relative_to(folder).as_posix())
            if listed and sha256(path) != listed["sha256"]:
                raise BadInput(
                    f"{path}: sha256 differs from {folder / 'MANIFEST.toml'}; the file was changed or damaged."
                )
            return


@cache
def manifest(folder: Path) -> dict[str, dict]:
    """The rows of a MANIFEST.toml by path."""
    path = folder / "MANIFEST.toml"
    with reading(path, "a manifest of golden records"), open(path, "rb") as file:
        return {row["path"]: row for row in tomllib.load(file).get("record", []) if row["sha256"]}


def sha256(path: str | Path) -> str:
    """The checksum of a file, in hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
