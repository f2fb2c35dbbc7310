"""How many bytes the header of a classic NetCDF file promises, whichever of its three kinds.

The NetCDF library reads a file that was cut off without a word, and finds zeros behind its end.

The format: https://docs.unidata.ucar.edu/netcdf-c/current/file_format_specifications.html
"""

from __future__ import annotations

import math
import os
import stat
import struct
from typing import IO

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 4, 6: 8, 7: 1, 8: 2, 9: 4, 10: 8, 11: 8}  # bytes of a number, by its type's code
_COUNTS, _OFFSETS = {1: ">i", 2: ">i", 5: ">q"}, {1: ">i", 2: ">q", 5: ">q"}  # by the kind of file


def refuse_cut_off(path: str | os.PathLike) -> None:
    """Refuse a pipe, and a classic NetCDF file without all the bytes of its variables; other kinds are not looked at.

    Raises
    ------
    ValueError in one sentence.   OSError where there is no such file.
    """
    if stat.S_ISFIFO(os.stat(path).st_mode):
        raise ValueError(f"File {path} is a pipe, where nothing can be looked up; give a file.")
    with open(path, "rb") as file:
        start = file.read(4)
        if start[:3] != b"CDF" or start[3:] not in (b"\x01", b"\x02", b"\x05"):
            return
        try:
            promised = _Header(file, start[3]).end()
        except (struct.error, LookupError, OverflowError, MemoryError):
            raise ValueError(f"File {path} is cut off in its header; fetch it again.") from None
    there = os.path.getsize(path)
    if there < promised:
        raise ValueError(f"File {path} is cut off: it has {there} bytes of {promised}; fetch it again.")


class _Header:
    """Reads a header from its fifth byte on, and of variables only where they begin and how large they are."""

    def __init__(self, file: IO[bytes], kind: int) -> None:
        self._file, self._count, self._offset = file, _COUNTS[kind], _OFFSETS[kind]

    def end(self) -> int:
        """Where the last variable ends, in the last record where it has records."""
        records = self._number(self._count)
        sizes = [self._dimension() for _ in range(self._items())]
        self._skip_attributes()
        found = [self._variable(sizes) for _ in range(self._items())]
        repeated = [(begin, size) for begin, size, repeats in found if repeats]
        stride = sum(size + -size % 4 for _, size in repeated) if len(repeated) > 1 else sum(s for _, s in repeated)
        ends = [begin + size for begin, size, repeats in found if size and not repeats]
        if records > 0:
            ends += [begin + (records - 1) * stride + size for begin, size in repeated]
        return max(ends, default=0)

    def _number(self, kind: str) -> int:
        return struct.unpack(kind, self._file.read(struct.calcsize(kind)))[0]

    def _items(self) -> int:
        self._number(">i")  # the tag of the list
        return self._number(self._count)

    def _skip(self, count: int) -> None:
        padded = count + -count % 4
        if len(self._file.read(padded)) < padded:
            raise IndexError(count)

    def _dimension(self) -> int:
        self._skip(self._number(self._count))
        return self._number(self._count)

    def _skip_attributes(self) -> None:
        for _ in range(self._items()):
            self._skip(self._number(self._count))
            size = _SIZES[self._number(">i")]
            self._skip(size * self._number(self._count))

    def _variable(self, sizes: list[int]) -> tuple[int, int, bool]:
        """Where it begins, its bytes, of one record where it has records, and whether it has."""
        self._skip(self._number(self._count))
        shape = [sizes[self._number(self._count)] for _ in range(self._number(self._count))]
        self._skip_attributes()
        size = _SIZES[self._number(">i")]
        self._number(self._count)  # its size, which the dimensions say too
        begin, repeats = self._number(self._offset), shape[:1] == [0]
        return begin, size * math.prod(shape[repeats:]), repeats
