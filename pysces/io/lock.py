"""One run at a time writes a file: a lock beside it, which ends with the process that holds it, however that ends.

The lock is the operating system's (flock) on a file .NAME.lock, in which the holder is named. On a network file system
it works between machines where the system carries it (NFS 4 does). Where it does not, the holder named in the lock
counts: a process that lives on this machine, or any process of another machine, which cannot be asked.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

_NO_LINK = getattr(os, "O_NOFOLLOW", 0)  # a lock is a file of its own
_WITHOUT_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL)


def lock_of(path: str | os.PathLike) -> Path:
    """The lock beside a file."""
    path = Path(os.path.realpath(path))
    return path.with_name(f".{path.name}.lock")


@contextlib.contextmanager
def held(path: str | os.PathLike) -> Iterator[None]:
    """The right to write a file, as long as the block lasts.

    Raises
    ------
    ValueError in one sentence that names who holds it; OSError where the folder cannot be written.
    """
    lock = lock_of(path)
    file = _taken(lock, path)
    try:
        file.truncate(0)
        os.pwrite(file.fileno(), json.dumps({"process": os.getpid(), "host": socket.gethostname()}).encode(), 0)
        yield
    finally:
        with contextlib.suppress(OSError):
            lock.unlink()
        file.close()


def _taken(lock: Path, path: str | os.PathLike) -> IO[Any]:
    """The lock, open and ours; one that its holder removed between our opening and locking it is tried again."""
    while True:
        file = open(os.open(lock, os.O_RDWR | os.O_CREAT | _NO_LINK, 0o644), "r+b", buffering=0)
        try:
            _acquire(file, path)
            if os.fstat(file.fileno()).st_size and not {"process", "host"} <= _holder(file).keys():
                raise ValueError(f"{lock} is in the way and is not a lock of pysces; move it away.")
            if lock.exists() and os.path.samestat(os.fstat(file.fileno()), lock.stat()):
                return file
        except BaseException:
            file.close()
            raise
        file.close()


def _acquire(file: IO[Any], path: str | os.PathLike) -> None:
    try:
        _lock(file)
    except BlockingIOError:
        raise ValueError(_in_use(path, _holder(file))) from None
    except OSError as error:
        if error.errno not in _WITHOUT_LOCKS:
            raise
        holder = _holder(file)
        if holder and _may_live(holder):
            raise ValueError(_in_use(path, holder)) from None


def _lock(file: IO[Any]) -> None:
    try:
        import fcntl
    except ImportError as error:  # no such thing on this system
        raise OSError(errno.ENOSYS, str(error)) from None
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _holder(file: IO[Any]) -> dict:
    try:
        found = json.loads(os.pread(file.fileno(), 4096, 0))
    except ValueError:  # empty, or somebody is writing it
        return {}
    return found if isinstance(found, dict) else {}


def _may_live(holder: dict) -> bool:
    if holder.get("host") != socket.gethostname():
        return True
    try:
        os.kill(int(holder.get("process", 0)), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return holder.get("process") != os.getpid()


def _in_use(path: str | os.PathLike, holder: dict) -> str:
    who = f"process {holder['process']} on {holder['host']}" if {"process", "host"} <= holder.keys() else "another run"
    return f"{path} is being written by {who}; wait for its end, or give another file."
