"""What the numbers of the command line may be, checked before any work."""

from __future__ import annotations

import argparse
import math

from ..errors import BadInput
from . import sizes

LEVELS = 30  # where a command has no --nlev
# option: (least, most); most is where a slip of the pen begins, not where the machine ends.
RANGES: dict[str, tuple[float, float]] = {
    "ne": (2, 10_000),
    "nlev": (2, 10_000),
    "days": (0.0, 10_000),
    "hours": (1e-2, 240_000),
    "members": (1, 10_000),
    "seed": (0, 2**31),
    "seeds": (1, 1_000),
    "levels": (1e-16, 1e3),
    "steps": (1, 1_000_000),
    "rounds": (1, 100_000),
    "threads": (0, 1_000_000),
    "jobs": (1, 1_024),
    "defect": (-1.0, 1.0),
}
MOST_PARTS = 1024


def check(options: argparse.Namespace) -> None:
    """Refuse numbers out of range and meshes that no memory here holds."""
    for name, (least, most) in RANGES.items():
        value = getattr(options, name, None)
        if value is not None and not (math.isfinite(value) and least <= value <= most):
            raise BadInput(f"--{name} is {value:.6g}; it must be between {least:g} and {most:g}.")
    for count in getattr(options, "parts", None) or ():
        if not 1 <= count <= MOST_PARTS:
            raise BadInput(f"--parts has {count}; it must be between 1 and {MOST_PARTS}.")
    ne, nlev = getattr(options, "ne", None), getattr(options, "nlev", None) or LEVELS
    if ne is not None:
        sizes.check(f"--ne {ne} with {nlev} levels", sizes.of_run(ne, nlev))
