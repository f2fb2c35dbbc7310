"""What a command is going to write, looked at before it works: can it be written, and is nothing lost by it?

A file that is there is replaced only if it is of the kind that the option writes, so that a slip of the pen does not
cost a configuration or a record. Devices and pipes (/dev/stdout) are written as they are.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import BadInput, reason

PAGE = "index.html"


@dataclass(frozen=True)
class Target:
    """An option that names something to write. starts : how a file of its kind begins; grows : it is added to.

    makes_folders : missing folders are made for it.
    """

    option: str
    kind: str
    starts: tuple[bytes, ...]
    grows: bool = False
    makes_folders: bool = False


PNG, HDF5, NETCDF = b"\x89PNG", b"\x89HDF", b"CDF"
TARGETS = (
    Target("json", "JSON", (b"[", b"{")),
    Target("junit", "XML", (b"<?xml",)),
    Target("markdown", "a summary", (b"### pysces-verify",)),
    Target("ledger", "a ledger", (b"{",), grows=True, makes_folders=True),
    Target("image", "a picture", (PNG, b"%PDF", b"<?xml", b"\xff\xd8")),
    Target("left", "a file of locate", (HDF5, NETCDF), makes_folders=True),
    Target("report", "a page", (b"<!DOCTYPE html>",), makes_folders=True),
)
INPUTS = ("mapping", "replay", "plan")


def check(options: argparse.Namespace, reads_ledger: bool = False) -> None:
    """Refuse targets that cannot be written, are one file, or are an input of the same command."""
    taken = {identity(path): name for name, path in _inputs(options, reads_ledger)}
    for target in TARGETS:
        path = getattr(options, target.option, None)
        if path is None or (reads_ledger and target.option == "ledger"):
            continue
        place = path / PAGE if target.option == "report" else path
        key = identity(place)
        if key in taken:
            raise BadInput(f"--{target.option} {path} is what {taken[key]} names; give it a file of its own.")
        taken[key] = f"--{target.option}"
        _one(target, path, place)


def _inputs(options: argparse.Namespace, reads_ledger: bool) -> Iterator[tuple[str, Path]]:
    for word in options.words:
        if _exists(Path(word)):
            yield f"the input {word}", Path(word)
    names = (*INPUTS, "ledger") if reads_ledger else INPUTS
    for name in names:
        if getattr(options, name, None) is not None:
            yield f"--{name}", getattr(options, name)


def identity(path: Path) -> tuple:
    """Equal for two names of one file, by links too."""
    try:
        found = path.stat()
        return found.st_dev, found.st_ino
    except (OSError, ValueError):
        return (os.path.realpath(os.fspath(path).replace("\0", "?")),)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _one(target: Target, path: Path, place: Path) -> None:
    said = f"--{target.option} {path}"
    with _writing(said):
        if target.option == "report" and _is_file(path):
            raise BadInput(f"{said} is a file; name a folder for the page.")
        if place.is_dir():
            raise BadInput(f"{said} is a folder; name a file.")
        if not place.exists():
            _new(target, said, place)
        elif place.is_file():
            _old(target, said, place)


def _is_file(path: Path) -> bool:
    return path.exists() and not path.is_dir()


class _writing:
    """Errors of the system while a target is tried, in words."""

    def __init__(self, said: str):
        self.said = said

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, (OSError, ValueError)) and not isinstance(error, BadInput):
            raise BadInput(f"{self.said} cannot be written ({reason(error)}); name another place.") from None


def _new(target: Target, said: str, place: Path) -> None:
    """Try in the nearest folder that there is, and leave nothing behind."""
    folder = place.parent
    while target.makes_folders and not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir():
        raise BadInput(f"{said}: there is no folder {folder}; make it first.")
    tempfile.TemporaryFile(dir=folder).close()
    if folder == place.parent:
        os.close(os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        place.unlink()
    elif len(place.name.encode()) > 255:
        raise BadInput(f"{said}: the name is too long; take a shorter one.")


def _old(target: Target, said: str, place: Path) -> None:
    with open(place, "ab"):  # opened and closed: nothing changes
        pass
    with open(place, "rb") as file:
        start = file.read(64).lstrip()
    if start and not start.startswith(target.starts):
        raise BadInput(f"{said} is there and is not {target.kind}; it is not overwritten, name another file.")


def replace(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file beside its place and move it there when it is complete; a device or a pipe is written as it is."""
    if path.exists() and not path.is_file():
        write(path)
        return
    partial = path.with_name(f"{path.name[:200]}.{os.getpid()}.part")
    try:
        write(partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def text(path: Path, content: str) -> None:
    """A text file, complete or not there at all; characters that UTF-8 cannot hold become visible."""
    replace(path, lambda place: place.write_bytes(content.encode("utf-8", "backslashreplace")))
