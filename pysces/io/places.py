"""Whether a file may be written where it is named: it has a place, and replaces nothing that is not ours to replace."""

from __future__ import annotations

import os
from pathlib import Path

from .classic import MAGIC
from .history import INITIAL_SOURCE, SOURCE, of_a_run

MESH_SOURCE = f"{SOURCE} mesh"  # who wrote a mesh, or a description of one
PICTURES = (".png", ".pdf", ".svg", ".jpg")


def check_place(what: str, name: str) -> None:
    """Refuse a file that has no folder, or a name that is no file's."""
    if "\0" in name:
        raise ValueError(f"The name of the {what}, {name!r}, holds a NUL character; give another.")
    path = Path(os.path.realpath(name))
    if not path.parent.is_dir():
        raise ValueError(f"Cannot write {what} {name}: there is no folder {path.parent}; make it first.")
    if path.exists() and not path.is_file():
        raise ValueError(f"Cannot write {what} {name}: it is a folder or a device; give the name of a file.")


def same_file(one: str, other: str, linked: bool) -> bool:
    """Whether two names are one, or with linked two hard links to one file."""
    if os.path.realpath(one) == os.path.realpath(other):
        return True
    return linked and os.path.exists(one) and os.path.exists(other) and os.path.samefile(one, other)


def check_image(name: str, overwrite: bool, endings: tuple[str, ...] | None = None) -> None:
    """Refuse a picture that has no place, or would replace a file unasked or one that is no picture."""
    check_place("image", name)
    endings = endings or PICTURES
    if Path(name).suffix.lower() not in endings:
        raise ValueError(f"Cannot write image {name!r}: its name must end in one of {', '.join(endings)}.")
    if os.path.lexists(name) and not overwrite:
        raise ValueError(f"{name} exists; replace it with --overwrite, or give another --image.")


def check_output(what: str, name: str, overwrite: bool) -> None:
    """Refuse a NetCDF file that has no place, or would replace a file unasked or one that pysces did not write."""
    check_place(what, name)
    if not os.path.lexists(name):
        return
    if not overwrite:
        raise ValueError(f"{name} exists; replace it with --overwrite, or give another name.")
    if not os.path.exists(name) or not written_by_pysces(name, (MESH_SOURCE,)):
        raise ValueError(
            f"{name} exists and was not written by pysces mesh, so --overwrite does not replace it; move it away."
        )


def check_free(name: str, overwrite: bool) -> None:
    """Refuse to replace a file of a run unasked, or one that pysces did not write."""
    if not os.path.lexists(name):
        return
    if not overwrite:
        raise ValueError(f"{name} exists; continue its run with --resume auto, or replace it with --overwrite.")
    if not os.path.exists(name) or not written_by_pysces(name):
        raise ValueError(
            f"{name} exists and was not written by pysces, so --overwrite does not replace it; move it away."
        )


def written_by_pysces(path: str | os.PathLike, sources: tuple[str, ...] = ()) -> bool:
    """Whether a file is NetCDF that pysces wrote: with one of these sources, or history, restart or initial file.

    A file of an older schema counts, too.
    """
    import netCDF4

    with open(path, "rb") as file:
        if not file.read(4).startswith((MAGIC[:3], b"\x89HDF")):
            return False
    try:
        with netCDF4.Dataset(os.fspath(path)) as data:
            source = getattr(data, "source", "")
            of_runs = (f"{SOURCE} restart", INITIAL_SOURCE)
            return source in sources if sources else of_a_run(source) or source in of_runs
    except (OSError, RuntimeError):
        return False
