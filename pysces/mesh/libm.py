"""Elementary functions from the C library, element by element.

NumPy's own vector versions differ from the C library and from one processor to the next in the last bit. With the C
library's the mesh is HOMME's bit for bit, which matters: the area correction subtracts nearly equal areas, and a
biharmonic operator raises the last bit of a metric term to 1e-13. Set-up only: a few calls per node.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np


@lru_cache
def _ufunc(name: str) -> np.ufunc:
    function = getattr(math, name)
    return np.frompyfunc(function, 2 if name in ("atan2", "pow") else 1, 1)


def libm(name: str, *arguments: np.ndarray) -> np.ndarray:
    """``math.<name>`` of every element of float64 arrays of one shape, angles in [radian]."""
    return np.asarray(_ufunc(name)(*arguments), dtype=np.float64)
