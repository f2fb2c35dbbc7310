"""A run keeps the memory it frees: a large buffer comes from the same place again, where the C library can do that."""

import platform
import subprocess
import sys

import pytest

CODE = """
import threading
import numpy as np
from pysces.driver.kept_memory import keep_freed_memory
kept = keep_freed_memory()
import resource
def buffers():
    for _ in range(20):
        np.ones(10_000_000)
def in_thread():
    thread = threading.Thread(target=buffers)
    thread.start()
    thread.join()
def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    {where}()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
faults()
print(kept, faults())
"""


def run(environment, where="buffers"):
    code = CODE.replace("{where}", where)
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    kept, faults = done.stdout.split()
    return kept == "True", int(faults)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="keeps freed memory with glibc alone")
@pytest.mark.parametrize("where", ["buffers", "in_thread"])
def test_buffers_are_kept(where):
    """Of a thread too, though they are larger than the heaps that glibc gives to threads."""
    kept, faults = run({}, where)
    assert kept and faults < 1000  # 20,000 pages each


def test_nothing_is_kept_where_the_environment_says_how():
    assert not run({"MALLOC_ARENA_MAX": "2"})[0]
