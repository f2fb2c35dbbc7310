"""What the parts of a dycore are built from, so that a part can follow when it changes.

A part that keeps something made of constants, levels or surface has

    def moved(self, before: Basis, after: Basis) -> Self

which adds to each copy what the change makes of it, so that a part stays as it is to the bit where nothing changed.
"""

from __future__ import annotations

from typing import Any

from ..arrays.pytree import Tree, pytree
from ..constants import Constants
from ..geometry.grid import Grid


@pytree
class Basis(Tree):
    """phis : surface geopotential (elem, i, j, 1) [m2 s-2]. None where there is none, as coordinate."""

    grid: Grid
    constants: Constants
    coordinate: Any = None
    phis: Any = None


def moved(part: Any, before: Basis, after: Basis) -> Any:
    """The part on another basis; itself where it keeps nothing of one."""
    return part.moved(before, after) if hasattr(part, "moved") else part
