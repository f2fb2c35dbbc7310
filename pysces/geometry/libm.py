"""Elementary functions from the C library, element by element.

NumPy's own vector versions differ from the C library and from one processor to the next in the last bit. The area
correction of the element-local map subtracts nearly equal areas, which turns that bit into 1e-14 of the metric terms,
so corner points and spherical areas are computed as Fortran computes them. Set-up only: a few calls per element.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np


@lru_cache
def _ufunc(name: str):
    function = getattr(math, name)
    return np.frompyfunc(function, 2 if name == "atan2" else 1, 1)


def libm(name: str, *arguments: np.ndarray) -> np.ndarray:
    """``math.<name>`` of every element of float64 arrays."""
    return np.asarray(_ufunc(name)(*arguments), dtype=np.float64)
