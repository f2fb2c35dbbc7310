"""Refusing a number wherever it becomes known: at once, or inside a compiled program."""

from __future__ import annotations

from typing import Any

import numpy as np

from .backend import Array, is_traced, require_jax


class FailedAt(FloatingPointError):
    """Numbers that went wrong in one element.

    said : a sentence with {element} in it.   element : its number among the elements of this process.
    """

    def __init__(self, said: str, element: int) -> None:
        super().__init__(said.format(element=element))
        self.said, self.element = said, element

    def among(self, elements: Array) -> FailedAt:
        """The same, its number among those of all processes; elements : (n,) global numbers [1] of this one's."""
        return FailedAt(self.said, int(elements[self.element]))


def refuse_if(bad: Array, sentence: str) -> None:
    """ValueError with the sentence where bad is true; where jax traces it, as soon as the program has computed it.

    bad : truth values [1] of any shape, one of which is enough.
    """
    if is_traced(bad):
        require_jax().debug.callback(_refuse, bad.any(), sentence=sentence)
    else:
        _refuse(bad, sentence)


def _refuse(bad: Any, sentence: str) -> None:
    """By numpy alone: what jax would compute of bad waits for a place among programs that wait for this one to end."""
    if np.asarray(bad).any():
        raise ValueError(sentence)
