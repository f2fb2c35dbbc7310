"""Memory that a run frees is kept for its next step, where the C library is glibc.

With glibc's usual thresholds every large buffer goes back to the system when it is freed, and the next step waits for
fresh pages; measured by ``benchmarks/output_cost.py``. A program's own buffer, asked for by one of XLA's threads, is
larger than the heaps that glibc gives to threads, so all threads share the one heap that grows: a step with ten tracers
at ne8 L30 met 13,308 fresh pages without that, and none with it (462 and 416 ms of processor time).
"""

from __future__ import annotations

import ctypes
import os

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # of <malloc.h>
_LARGEST = 2**30  # bytes: buffers below it, and as much of what is free, stay with the process


def keep_freed_memory() -> bool:
    """Whether the process keeps it from now on; not with another C library, nor where the environment says how.

    glibc: mallopt(3)
    """
    said = any(name.startswith("MALLOC_") or name == "GLIBC_TUNABLES" for name in os.environ)
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if os.name == "posix" else None
    if said or mallopt is None:
        return False
    wanted = ((_MMAP_THRESHOLD, _LARGEST), (_TRIM_THRESHOLD, _LARGEST), (_ARENA_MAX, 1))
    done = [mallopt(name, value) for name, value in wanted]
    return all(answer == 1 for answer in done)
