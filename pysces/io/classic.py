"""NetCDF files in the classic format with 64-bit sizes (CDF-5), written so that they are whole at every moment.

A file is a header, the variables without time, and records one behind another; the header says how many records there
are. A record is appended behind the last one and counted only when it lies on the disk: a reader, a crash or a full
disk in between finds the file as it was. Every tool on netCDF-C 4.4 or later reads it.

The format: https://docs.unidata.ucar.edu/netcdf-c/current/file_format_specifications.html
"""

from __future__ import annotations

import math
import os
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import IO, Any

import numpy as np

MAGIC = b"CDF\x05"
_DIMENSIONS, _VARIABLES, _ATTRIBUTES = 10, 11, 12
_TYPES = {2: "S1", 4: ">i4", 5: ">f4", 6: ">f8", 9: ">u4", 10: ">i8", 11: ">u8"}
_CODES = {name: code for code, name in _TYPES.items()}
_COUNT_AT, _RECORDS_FROM = 4, 12  # where the number of records stands, and what follows it


@dataclass(frozen=True)
class Variable:
    """One variable of a file; a dimension of size 0 is time, and must come first."""

    name: str
    dimensions: tuple[str, ...]
    dtype: np.dtype
    attributes: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Header:
    """What a file holds: {dimension: size, 0 for time}, its attributes (text and numbers), its variables in order."""

    dimensions: dict[str, int]
    attributes: dict
    variables: tuple[Variable, ...]

    def shape(self, variable: Variable) -> tuple[int, ...]:
        """The shape of a variable, of one record of it where it has time."""
        return tuple(self.dimensions[name] for name in variable.dimensions if self.dimensions[name])

    def nbytes(self, variable: Variable) -> int:
        """Bytes of a variable, of one record of it where it has time."""
        return math.prod(self.shape(variable)) * variable.dtype.itemsize

    def is_record(self, variable: Variable) -> bool:
        """Whether it has time."""
        return bool(variable.dimensions) and self.dimensions[variable.dimensions[0]] == 0

    @cached_property
    def records(self) -> list[Variable]:
        """The variables that have time, in order."""
        return [v for v in self.variables if self.is_record(v)]

    @cached_property
    def fixed(self) -> list[Variable]:
        """The variables without time, in order."""
        return [v for v in self.variables if not self.is_record(v)]

    @cached_property
    def record_bytes(self) -> int:
        """Bytes of one record."""
        return sum(self.nbytes(v) for v in self.records)

    def begins(self) -> dict[str, int]:
        """{variable: where its bytes begin}, in its first record where it has time."""
        at, found = len(_encoded(self, {v.name: 0 for v in self.variables})), {}
        for variable in [*self.fixed, *self.records]:
            found[variable.name] = at
            at += self.nbytes(variable)
        return found

    @cached_property
    def first_record(self) -> int:
        """Where the first record begins."""
        return len(self.encoded()) + sum(self.nbytes(v) for v in self.fixed)

    def encoded(self) -> bytes:
        """The bytes of the header of a file without records."""
        return _encoded(self, self.begins())


def external(dtype: Any) -> np.dtype:
    """The type in which a file keeps numbers of a type: the same, with the largest byte first.

    Raises
    ------
    ValueError where the format has none of at least four bytes.
    """
    found = np.dtype(dtype).newbyteorder(">")
    if found.str not in _CODES:
        raise ValueError(f"A NetCDF file of pysces holds floats and integers of 4 or 8 bytes, found {np.dtype(dtype)}.")
    return found


def as_bytes(values: Any, variable: Variable) -> Any:
    """The bytes of an array as a file keeps them, as anything takes that takes bytes."""
    return np.ascontiguousarray(values, variable.dtype).reshape(-1).view(np.uint8).data


def count_records(file: IO[bytes]) -> int:
    """How many records a file that is open says it has."""
    file.seek(_COUNT_AT)
    return struct.unpack(">q", file.read(8))[0]


def write_count(file: IO[bytes], records: int) -> None:
    """Say how many records there are, once those lie on the disk."""
    file.flush()
    os.fsync(file.fileno())
    file.seek(_COUNT_AT)
    file.write(struct.pack(">q", records))
    file.flush()
    os.fsync(file.fileno())


def read_header(file: IO[bytes]) -> Header:
    """The header of a file that is open at its start.

    Raises
    ------
    ValueError where it is no file of this kind, or is cut off.
    """
    try:
        header = _decoded(_Reader(file))
        expected = header.encoded()
    except (struct.error, LookupError, ValueError, MemoryError, OverflowError, RecursionError):
        raise ValueError("its header is not as pysces writes it") from None
    file.seek(0)
    found = file.read(len(expected))
    if found[: len(MAGIC)] + found[_RECORDS_FROM:] != expected[: len(MAGIC)] + expected[_RECORDS_FROM:]:
        raise ValueError("its header is not as pysces writes it")
    return header


def _encoded(header: Header, begins: dict[str, int]) -> bytes:
    names = list(header.dimensions)
    dimensions = [_text(name) + _number(size) for name, size in header.dimensions.items()]
    parts = [MAGIC, _number(0), _listed(_DIMENSIONS, dimensions), _attributes(header.attributes)]
    return b"".join([*parts, _listed(_VARIABLES, [_variable(header, v, names, begins) for v in header.variables])])


def _variable(header: Header, variable: Variable, names: list[str], begins: dict[str, int]) -> bytes:
    numbers = [names.index(name) for name in variable.dimensions]
    where = [_text(variable.name), _number(len(numbers)), *map(_number, numbers), _attributes(variable.attributes)]
    code = struct.pack(">i", _CODES[variable.dtype.str])
    return b"".join([*where, code, _number(header.nbytes(variable)), _number(begins[variable.name])])


def _number(value: int) -> bytes:
    return struct.pack(">q", value)


def _text(value: str) -> bytes:
    encoded = value.encode()
    return _number(len(encoded)) + _padded(encoded)


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)


def _listed(tag: int, items: list[bytes]) -> bytes:
    return struct.pack(">i", tag if items else 0) + _number(len(items)) + b"".join(items)


def _attributes(attributes: dict) -> bytes:
    return _listed(_ATTRIBUTES, [_text(name) + _value(value) for name, value in attributes.items()])


def _value(value: Any) -> bytes:
    if isinstance(value, str):
        return struct.pack(">i", _CODES["S1"]) + _text(value)
    array = np.atleast_1d(np.asarray(value))
    array = array.astype(external(array.dtype))
    return struct.pack(">i", _CODES[array.dtype.str]) + _number(array.size) + array.tobytes()


class _Reader:
    """Takes numbers, texts and lists from a file, in the format's order."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        file.seek(0, os.SEEK_END)
        self._size = file.tell()
        file.seek(0)

    def take(self, count: int) -> bytes:
        if not 0 <= count <= self._size:
            raise IndexError(count)
        data = self._file.read(count)
        if len(data) < count:
            raise IndexError(count)
        return data

    def number(self) -> int:
        return struct.unpack(">q", self.take(8))[0]

    def code(self) -> int:
        return struct.unpack(">i", self.take(4))[0]

    def padded(self, count: int) -> bytes:
        data = self.take(count)
        self.take(-count % 4)
        return data

    def text(self) -> str:
        return self.padded(self.number()).decode()

    def listed(self, tag: int, item: Callable[[], Any]) -> list:
        found, count = self.code(), self.number()
        if found not in (0, tag) or not 0 <= count <= self._size:
            raise KeyError(found)
        return [item() for _ in range(count)]

    def attribute(self) -> tuple:
        name, kind, count = self.text(), _TYPES[self.code()], self.number()
        if kind == "S1":
            return name, self.padded(count).decode()
        values = np.frombuffer(self.padded(count * np.dtype(kind).itemsize), kind)
        return name, values if count != 1 else values[0].item() if kind in (">i8", ">f8") else values[0]


def _decoded(reader: _Reader) -> Header:
    if reader.take(4) != MAGIC:
        raise ValueError("no CDF-5")
    reader.number()
    dimensions = dict(reader.listed(_DIMENSIONS, lambda: (reader.text(), reader.number())))
    attributes = dict(reader.listed(_ATTRIBUTES, reader.attribute))
    names = list(dimensions)

    def variable() -> Variable:
        name, count = reader.text(), reader.number()
        used = tuple(names[reader.number()] for _ in range(min(count, 1024)))
        about = dict(reader.listed(_ATTRIBUTES, reader.attribute))
        kind = np.dtype(_TYPES[reader.code()])
        reader.number(), reader.number()  # size and place, which follow from the rest
        return Variable(name, used, kind, about)

    return Header(dimensions, attributes, tuple(reader.listed(_VARIABLES, variable)))
