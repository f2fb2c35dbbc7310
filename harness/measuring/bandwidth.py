"""Memory traffic: what this machine can move, and what a kernel has to.

The probe copies arrays that no cache holds, as STREAM's copy does (McCalpin 1995, www.cs.virginia.edu/stream), with as
many threads as the timed sides have. A kernel must read every input and write every output once; that is the least
traffic that any implementation of it causes, so the fraction of the bandwidth says how far from the memory limit it is.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import numpy as np

PROBE_BYTES = 2**28  # of each of the two arrays
REPEATS = 7


def measured(threads: int, size: int = PROBE_BYTES, repeats: int = REPEATS) -> float:
    """Bytes a second that a copy reads and writes: the best of several, on this many threads."""
    source, target = np.ones(size // 8), np.zeros(size // 8)
    parts = list(zip(np.array_split(target, threads), np.array_split(source, threads)))
    best = np.inf
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(repeats):
            start = time.perf_counter()
            list(pool.map(lambda part: np.copyto(*part), parts))
            best = min(best, time.perf_counter() - start)
    return 2 * size / best


def noise(repeats: int = 40) -> float:
    """By what fraction the time of one and the same work varies: between its tenth and ninetieth per cent, over its
    median. The work takes some milliseconds of one core and lies in its cache."""
    numbers, seconds = np.linspace(0.0, 1.0, 2**14), []
    for _ in range(repeats):
        start = time.perf_counter()
        for _ in range(40):
            np.exp(numbers)
        seconds.append(time.perf_counter() - start)
    low, middle, high = np.quantile(seconds, (0.1, 0.5, 0.9))
    return float((high - low) / middle)


def least_traffic(inputs: Mapping, outputs: Mapping, precision: int) -> int:
    """Bytes of all inputs and outputs at this precision; metric terms, a level's worth each, are left out."""
    return sum(np.asarray(a).size for fields in (inputs, outputs) for a in fields.values()) * precision // 8
