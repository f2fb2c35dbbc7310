"""``golden add``: records into test_data, and the manifest that lists them."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from ..errors import BadInput
from ..guards import targets
from . import mesh_files, meshes, names
from .record import Record, dataset, find, manifest, read, regular, sha256, test_data

HEAD = "# Golden records and their checksums; written by `pysces-verify golden add`.\n\n"


def add(paths: Iterable[str | Path], overwrite: bool = False) -> list[Path]:
    """Copy records, with the meshes they name, into test_data and its MANIFEST.toml; returns where they lie now.

    Everything is read and checked before the first file is written. overwrite : replace records of the same name.
    """
    folder, rows = test_data(), _toml()
    records = [record for path in find(paths) for record in _with_mesh(folder, read(path))]
    copies = {_place(folder, record): record.path for record in records}
    copies |= {_mesh_file(place): _mesh_file(path) for place, path in copies.items() if _mesh_file(path).is_file()}
    for target, source in copies.items():
        _free(target, source, overwrite)
    for target, source in copies.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        if targets.identity(target) != targets.identity(source):
            targets.replace(target, partial(shutil.copyfile, source))
    write_manifest(folder, rows)
    return list(copies)


def _with_mesh(folder: Path, record: Record) -> list[Record]:
    """The record, and its mesh where test_data does not have it yet."""
    mesh = meshes.find_mesh(record)
    if mesh is None or (folder / record.producer / "mesh" / mesh.name).is_file():
        return [record]
    return [read(mesh), record]


def _place(folder: Path, record: Record) -> Path:
    """Where a record belongs; names out of the file become a path only here."""
    for what in ("producer", "kernel", "case"):
        names.checked(record.path, what, getattr(record, what))
    return names.inside(folder, folder / record.producer / record.kernel / names.checked_file(record.path))


def _mesh_file(record: Path) -> Path:
    """Where the Exodus file of a mesh record lies."""
    return record.with_suffix(mesh_files.SUFFIX)


def _free(target: Path, source: Path, overwrite: bool) -> None:
    if target.exists() and sha256(target) != sha256(source) and not overwrite:
        raise BadInput(f"{target}: another record of that name is there; say --overwrite, or rename {source.name}.")


def _toml() -> Any:
    try:
        import tomli_w
    except ImportError:
        raise BadInput("golden add needs tomli-w: pip install tomli-w.") from None
    return tomli_w


def write_manifest(folder: Path, toml: Any = None) -> None:
    """MANIFEST.toml of everything in a folder."""
    rows = [_row(folder, path) for path in sorted(folder.rglob("*.nc")) if not path.is_symlink()]
    targets.text(folder / "MANIFEST.toml", HEAD + (toml or _toml()).dumps({"record": rows}))
    manifest.cache_clear()


def _row(folder: Path, path: Path) -> dict:
    with dataset(regular(path)) as file:
        kernel, producer = (str(file.getncattr(name)) for name in ("kernel", "producer"))
    named = {"path": path.relative_to(folder).as_posix(), "kernel": kernel, "producer": producer}
    return {**named, "sha256": sha256(path), "bytes": path.stat().st_size}
