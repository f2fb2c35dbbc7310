"""Refusing a number wherever it becomes known: at once, or inside a compiled program."""

from __future__ import annotations

from typing import Any

import numpy as np

from .backend import Array, is_traced, require_jax


def refuse_if(bad: Array, sentence: str) -> None:
    """ValueError with the sentence where bad is true; where jax traces it, as soon as the program has computed it."""
    if is_traced(bad):
        require_jax().debug.callback(_refuse, bad, sentence=sentence)
    else:
        _refuse(bad, sentence)


def _refuse(bad: Any, sentence: str) -> None:
    if np.any(bad):
        raise ValueError(sentence)
