"""How much memory this machine has and what is asked of it, before anything is built or read."""

from __future__ import annotations

import os
from collections.abc import Sequence
from math import prod
from pathlib import Path

from ..errors import BadInput

SHARE = 0.5  # of the machine's memory that one request may take
LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
MOST_LEVELS = 1_000_000
NODES = 96  # of a mesh with ne = 1: six elements of 4 x 4
GRID = 120  # numbers of a Grid at a node, with what building it needs beside
STATE = 60  # numbers at a node and level: states, stages, tendencies, tracers of one run


def memory() -> int:
    """Bytes of this machine, or of the container that this process lives in."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    said = [path.read_text().strip() for path in LIMITS if path.is_file()]
    return min([whole, *(int(text) for text in said if text.isdigit())])


def of_run(ne: int, nlev: int = 1) -> int:
    """Bytes that a run on a cubed sphere takes, roughly; nlev = 0: its mesh alone."""
    return 8 * NODES * ne**2 * (GRID + STATE * nlev)


def of_elements(count: int) -> int:
    """Bytes that a mesh of so many elements takes, roughly."""
    return 8 * (NODES // 6) * count * GRID


def check(what: str, wanted: int) -> None:
    """Refuse what does not fit into its share of memory."""
    if wanted > SHARE * memory():
        raise BadInput(f"{what} needs about {gigabytes(wanted)}, this machine has {gigabytes(memory())}; take less.")


def check_array(what: str, shape: Sequence[int], width: int = 8) -> None:
    """Refuse an array that no memory holds, whatever its file says."""
    check(f"{what} of shape {tuple(shape)}", prod(int(n) for n in shape) * width)


def gigabytes(size: int) -> str:
    """A size in bytes, in words."""
    return f"{size / 2**30:.3g} GB" if size < 2**60 else "more than 10^9 GB"
