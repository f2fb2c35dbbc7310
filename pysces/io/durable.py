"""Files that are there whole or not at all, whoever interrupts: written under another name, then renamed."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any


@contextlib.contextmanager
def replacing(path: str | os.PathLike) -> Iterator[IO[bytes]]:
    """A new file open for writing bytes, which takes the place of path when the block ends without an error.

    It lies on the disk before it is renamed.

    Raises
    ------
    OSError, naming path, when it cannot be written.
    """
    with unfinished(path) as part, open(part, "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path)


@contextlib.contextmanager
def unfinished(path: str | os.PathLike) -> Iterator[Path]:
    """The name path.part, for a file that takes the place of path when the block ends, and is removed after an error.

    Raises
    ------
    OSError, naming path, when it cannot be written.
    """
    part = part_of(path)
    with naming(path):
        try:
            yield part
            os.replace(part, path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


@contextlib.contextmanager
def naming(path: str | os.PathLike) -> Iterator[None]:
    """An OSError raised inside is about this file: those of writes do not say which."""
    try:
        yield
    except OSError as error:
        if error.errno is None or error.filename is not None:
            raise
        raise OSError(error.errno, error.strerror, os.fspath(path)) from None


def open_regular(path: str | os.PathLike, mode: str = "rb") -> IO[Any]:
    """A file opened; refused where it is a folder, or a device or pipe, which might never end.

    Raises
    ------
    OSError naming path.
    """
    if os.path.exists(path) and not os.path.isfile(path):
        raise OSError(errno.EINVAL, "it is a folder or a device", os.fspath(path))
    return open(path, mode)


def part_of(path: str | os.PathLike) -> Path:
    """The name under which a file is written."""
    return Path(f"{os.fspath(path)}.part")


def previous_of(path: str | os.PathLike) -> Path:
    """Where the generation before the newest is kept: x.restart.nc has x.restart.previous.nc."""
    return Path(path).with_suffix(f".previous{Path(path).suffix}")


def sync_folder(path: str | os.PathLike) -> None:
    """Wait until the folder of a file knows its names on the disk; some file systems cannot be asked."""
    folder = os.open(Path(path).parent, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            os.fsync(folder)
    finally:
        os.close(folder)


def let_go(file: IO[bytes], begin: int, length: int) -> None:
    """Free the memory in which the system keeps bytes of a file that lie on the disk, where it can be asked to.

    A long run that does not reread its files would fill all memory with them, and new memory costs more than old.
    """
    if hasattr(os, "posix_fadvise"):
        with contextlib.suppress(OSError):
            os.posix_fadvise(file.fileno(), begin, length, os.POSIX_FADV_DONTNEED)


def keep_previous(path: str | os.PathLike, previous: str | os.PathLike) -> None:
    """The file that is there now, under a second name too; where there are no hard links it is renamed."""
    if not Path(path).exists():
        return
    part = part_of(previous)
    part.unlink(missing_ok=True)
    try:
        os.link(path, part)
    except OSError:
        os.replace(path, previous)
        return
    os.replace(part, previous)
