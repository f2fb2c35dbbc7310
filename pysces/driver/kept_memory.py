"""Memory that a run frees is kept for its next step, where the C library is glibc.

With glibc's usual thresholds every large buffer goes back to the system when it is freed, and the next step waits for
fresh pages; measured by ``benchmarks/output_cost.py``.
"""

from __future__ import annotations

import ctypes
import os

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of <malloc.h>
_LARGEST = 2**30  # bytes: buffers below it, and as much of what is free, stay with the process


def keep_freed_memory() -> bool:
    """Whether the process keeps it from now on; not with another C library, nor where the environment says how.

    glibc: mallopt(3)
    """
    said = any(name.startswith("MALLOC_") or name == "GLIBC_TUNABLES" for name in os.environ)
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if os.name == "posix" else None
    if said or mallopt is None:
        return False
    return all(mallopt(threshold, _LARGEST) == 1 for threshold in (_MMAP_THRESHOLD, _TRIM_THRESHOLD))
