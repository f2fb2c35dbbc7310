"""A field on the elements of a file as a field on columns that is read a record at a time, when it is asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
from xarray.backends import BackendArray
from xarray.core import indexing


class OnColumns(BackendArray):
    """(time, column, ...) of a variable (time, elem, i, j, ...) [as the file says].

    first : (column,) flat index of the node that a column is.
    """

    def __init__(self, variable: Any, first: np.ndarray) -> None:
        self._variable, self._first = variable, first
        self.shape = (variable.shape[0], first.size, *variable.shape[4:])
        self.dtype = variable.dtype

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(key, self.shape, indexing.IndexingSupport.OUTER, self._read)

    def _read(self, key: tuple) -> np.ndarray:
        times, *rest = key
        records = np.arange(self.shape[0])[times]
        if records.ndim == 0:
            return self._record(int(records), tuple(rest))
        found = [self._record(int(n), tuple(rest)) for n in records]
        return np.stack(found) if found else np.zeros((0, *self._record(0, tuple(rest)).shape), self.dtype)

    def _record(self, record: int, key: tuple) -> np.ndarray:
        """One record of all nodes is in memory at a time."""
        values = self._variable[record].values
        columns = values.reshape(-1, *values.shape[3:])[self._first]
        for axis in reversed(range(len(key))):
            columns = np.take(columns, np.arange(columns.shape[axis])[key[axis]], axis=axis)
        return columns
