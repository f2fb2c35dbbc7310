"""Restart files: every array of a state as it is, so that a run that was stopped goes on bit for bit.

NetCDF (CDF-5) with a sha256 of all its bytes behind it: of every array with its name, type and shape, of the
configuration, and of all else. A file that does not fit its sum is refused, whatever is wrong with it. Two generations
are kept, and whoever interrupts, a whole one remains.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .classic import Header, Variable, as_bytes, external, read_header
from .durable import keep_previous, open_regular, previous_of, replacing

AUTO = "auto"
SCHEMA = 2
SOURCE = "pysces restart"
AVERAGE = "average"  # what the names of sums of means begin with
_SEAL, _DIGITS = b"sha256: ", 64
_HDF5 = b"\x89HDF"


@dataclass(frozen=True)
class Restart:
    """What a restart file holds: the configuration's table, the remap calls done, the arrays by name.

    start : what the run was at its own beginning, by name ("mass", "energy"), from which its drift is counted.
    """

    config: dict
    calls: int
    arrays: dict
    start: dict = dataclasses.field(default_factory=dict)

    def average(self, key: str) -> dict[str, np.ndarray]:
        """Arrays of any shape [any unit] of a mean that was on its way, by name; empty where none has that key."""
        prefix = f"{AVERAGE}.{key}."
        return {n.removeprefix(prefix): array for n, array in self.arrays.items() if n.startswith(prefix)}


def named_arrays(tree: Any, prefix: str = "") -> dict[str, np.ndarray]:
    """{dotted name: array of any shape [any unit]} of a tree of dataclasses and dicts; None is left out."""
    if tree is None:
        return {}
    if isinstance(tree, dict):
        parts = [named_arrays(value, f"{prefix}.{name}".lstrip(".")) for name, value in tree.items()]
        return {name: array for part in parts for name, array in part.items()}
    if not dataclasses.is_dataclass(tree):
        return {prefix: np.asarray(tree)}
    parts = [named_arrays(getattr(tree, f.name), f"{prefix}.{f.name}".lstrip(".")) for f in dataclasses.fields(tree)]
    return {name: array for part in parts for name, array in part.items()}


def write_restart(
    path: str | os.PathLike,
    state: Any,
    config: dict,
    calls: int,
    start: dict | None = None,
    averages: dict | None = None,
) -> None:
    """Write a state, and keep the file that was there as the previous generation.

    averages : {key: {name: array}} of means that are on their way.

    Raises
    ------
    OSError where the disk does not take it: both generations are then as they were.
    """
    path, arrays = Path(os.path.realpath(path)), named_arrays(state) | named_arrays({AVERAGE: averages or {}})
    about = {"source": SOURCE, "schema": SCHEMA, "calls": calls, "config": json.dumps(config)}
    header = _header(arrays, about | {"start": json.dumps(start or {})})
    with replacing(path) as file:
        digest = hashlib.sha256()
        for data in (header.encoded(), *(as_bytes(arrays[v.name], v) for v in header.variables)):
            digest.update(data)
            file.write(data)
        file.write(_SEAL + digest.hexdigest().encode())
        file.flush()
        os.fsync(file.fileno())
        keep_previous(path, previous_of(path))


def _header(arrays: dict, about: dict) -> Header:
    sizes = {f"n{size}": size for array in arrays.values() for size in array.shape}
    variables = (Variable(n, tuple(f"n{size}" for size in a.shape), external(a.dtype)) for n, a in arrays.items())
    return Header(sizes, about, tuple(variables))


def read_restart(path: str | os.PathLike) -> Restart:
    """Read a file written by write_restart.

    Raises
    ------
    ValueError in one sentence where there is none, it is of another kind or schema, or any bit of it has changed; the
    sentence names the previous generation where that is whole.
    """
    try:
        return _read(path)
    except OSError as error:
        raise ValueError(f"Cannot read restart file {path}: {error.strerror or error}{_instead(path)}.") from None
    except Damaged as error:
        raise Damaged(f"Restart file {path} {error}{_instead(path)}.") from None


class Damaged(ValueError):
    """A restart file that is not what a run wrote."""


def restart_to_continue(asked: str | None, own: str) -> tuple[Restart | None, str]:
    """What a run is asked to go on from, and a sentence about what was passed over.

    asked : the name of a restart, "auto" for the newest whole one of the run's own, own; None or empty for none.

    Raises
    ------
    ValueError in one sentence where it cannot be read, or "auto" has no name to look for.
    """
    if not asked:
        return None, ""
    if asked != AUTO:
        return read_restart(asked), ""
    if not own:
        raise ValueError("--resume auto needs a restart file to look for; give --output, or [output] restart.")
    return newest_restart(own)


def newest_restart(path: str | os.PathLike) -> tuple[Restart | None, str]:
    """The newest whole generation of a restart file, or None, and a sentence about what was passed over.

    Raises
    ------
    ValueError where there are files, but none is whole.
    """
    previous = previous_of(path)
    if not Path(path).exists():
        if not previous.exists():
            return None, ""
        return read_restart(previous), f"{path} is not there; continuing from the one before it, {previous}."
    try:
        return read_restart(path), ""
    except Damaged as error:
        if not previous.exists():
            raise
        try:
            return _read(previous), f"{str(error).split('; ')[0]}; continuing from the one before it, {previous}."
        except (OSError, ValueError):
            raise error from None


def _instead(path: str | os.PathLike) -> str:
    previous = previous_of(path)
    try:
        calls = _read(previous).calls
    except (OSError, ValueError):
        return "; there is no whole one before it"
    return f"; the one before it is whole, after {calls} calls: --resume {previous}"


def _read(path: str | os.PathLike) -> Restart:
    with open_regular(path) as file:
        _check_seal(file)
        try:
            header = read_header(file)
        except ValueError as error:
            raise Damaged(f"cannot be read: {error}") from None
        about = header.attributes
        if about.get("schema") != SCHEMA:
            raise Damaged(f"has schema {about.get('schema')}, this pysces reads {SCHEMA}")
        begins = header.begins()
        arrays = {v.name: _array(file, header, v, begins[v.name]) for v in header.variables}
    config, start, calls = json.loads(about["config"]), json.loads(about["start"]), about["calls"]
    if not isinstance(config, dict) or not isinstance(start, dict) or not isinstance(calls, int):
        raise Damaged("does not say its configuration, its calls and its start as pysces does")
    return Restart(config, calls, arrays, start)


def _check_seal(file: Any) -> None:
    """Refuse a file whose bytes do not fit the sum behind them."""
    first = file.read(4)
    size = os.fstat(file.fileno()).st_size - len(_SEAL) - _DIGITS
    if first == _HDF5:
        raise Damaged("was written by an older pysces (schema 1) or another program; start the run anew")
    file.seek(max(size, 0))
    seal = file.read()
    if size <= 0 or not seal.startswith(_SEAL):
        raise Damaged("is not a restart file of pysces, or is cut off")
    file.seek(0)
    digest = hashlib.sha256()
    while size > file.tell():
        digest.update(file.read(min(1 << 20, size - file.tell())))
    if digest.hexdigest().encode() != seal[len(_SEAL) :]:
        raise Damaged("is damaged: its bytes do not fit their sha256")


def _array(file: Any, header: Header, variable: Variable, begin: int) -> np.ndarray:
    file.seek(begin)
    shape = header.shape(variable)
    values = np.frombuffer(file.read(header.nbytes(variable)), variable.dtype)
    return values.reshape(shape).astype(variable.dtype.newbyteorder("="))


def restore(like: Any, restart: Restart, prefix: str = "") -> Any:
    """A tree of the structure of `like` with the arrays of a restart file; refused when they do not fit."""
    if like is None:
        return None
    if dataclasses.is_dataclass(like) and not isinstance(like, type):
        parts = {
            f.name: restore(getattr(like, f.name), restart, f"{prefix}.{f.name}".lstrip("."))
            for f in dataclasses.fields(like)
        }
        return dataclasses.replace(like, **parts)
    found, expected = restart.arrays.get(prefix), np.asarray(like)
    if found is None or found.shape != expected.shape or found.dtype != expected.dtype:
        what = "nothing" if found is None else f"{found.dtype}{found.shape}"
        raise ValueError(
            f"Restart holds {what} for {prefix}, expected {expected.dtype}{expected.shape}; use its own config."
        )
    return found
