"""The command's edge: an error that can be foreseen becomes one short sentence and a status, a defect a traceback."""

from __future__ import annotations

import errno
import os
import signal
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from ..io.history_writing import OtherRun

LONGEST = 600  # characters of a sentence
REPORT = "pysces: this is a defect in pysces, not in your input; please report it with the command and the lines above."
WHERE = "PYSCES_TRACEBACK"  # set, it shows where an error was raised
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
_LIBRARIES = ("NetCDF:", "HDF error", "Unable to initialize backend", "Unknown backend")
_INSTALLED_BY = {"jax": "'pysces-dycore[jax]'", "matplotlib": "'pysces-dycore[viz]'", "mpi4py": "'pysces-dycore[mpi]'"}
_INSTALLED_BY |= {name: name for name in ("netCDF4", "rich", "f90nml")}  # they come with pysces itself
_OF_VALUES = (TypeError, OverflowError, RecursionError, ZeroDivisionError)


class Defect(Exception):
    """An error that no input should cause; its cause says what."""


@contextmanager
def computing() -> Iterator[None]:
    """Inside, a run marches: its input was checked; TypeError, ValueError and the like are pysces' own, a Defect."""
    try:
        yield
    except OtherRun:
        raise
    except (*_OF_VALUES, ValueError) as error:
        raise Defect("while the run was computing") from error


def ending(error: BaseException) -> tuple[str, int]:
    """What to print when a command ends with an error, and the exit status.

    2 is bad input, 1 a run that failed, 128 + n the signal n. A SystemExit is raised again.
    """
    if isinstance(error, SystemExit):
        raise error
    said = _foreseen(error)
    if said is None:
        return f"{''.join(traceback.format_exception(error))}{REPORT}", 1
    sentence, status = said
    shown = "".join(traceback.format_exception(error)) if os.environ.get(WHERE) else ""
    return f"{shown}pysces: {brief(sentence)}", status


def brief(text: str) -> str:
    """One line of at most LONGEST characters: the beginning and the end, where the remedy stands."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST * 2 // 3]} ... {line[-LONGEST // 3 + 5 :]}"


def _foreseen(error: BaseException) -> tuple[str, int] | None:
    if isinstance(error, KeyboardInterrupt):
        return _interrupted(error)
    if isinstance(error, FloatingPointError):
        return str(error), 1
    if isinstance(error, UnicodeError):
        return f"a name or a text is not valid UTF-8 ({error}); write it in UTF-8.", 2
    if isinstance(error, ModuleNotFoundError) and error.name in _INSTALLED_BY:
        return f"this needs {error.name}, which is not installed; pip install {_INSTALLED_BY[error.name]}.", 2
    if isinstance(error, (ValueError, ImportError)):
        return str(error), 2
    if isinstance(error, OSError):
        return _of_system(error)
    if isinstance(error, MemoryError) or "RESOURCE_EXHAUSTED" in str(error):
        return f"there is not enough memory ({error}); use fewer elements or levels, or more ranks or devices.", 1
    if isinstance(error, RuntimeError) and any(word in str(error) for word in _LIBRARIES):
        return f"{error}; the file, or the device asked for, cannot be used.", 1
    if isinstance(error, _OF_VALUES):
        what = f"{type(error).__name__}: {error}"
        return f"the configuration has a value that cannot be used ({what}); {WHERE}=1 shows where.", 2
    return None


def _interrupted(error: KeyboardInterrupt) -> tuple[str, int]:
    number = signal.Signals(error.args[0]) if error.args else signal.SIGINT
    return ("interrupted" if number == signal.SIGINT else f"ended by {number.name}"), 128 + number


def _of_system(error: OSError) -> tuple[str, int]:
    name = f"{os.fspath(error.filename)!r}: " if error.filename is not None else ""
    what = f"{name}{error.strerror or error}"
    if error.errno in _FULL:
        return f"{what}; what was written before is whole: make room, and continue with --resume.", 1
    return f"{what}; give another file, or get the right to use this one.", 2
