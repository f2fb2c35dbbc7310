"""The seed of generated inputs and ensembles: 0 for those of every report, others for a second opinion."""

from __future__ import annotations

import numpy as np

_chosen = [0]


def use(seed: int) -> None:
    """From now on, inputs and ensembles of this process are those of a seed."""
    _chosen[0] = seed


def chosen() -> int:
    """The seed in use."""
    return _chosen[0]


def generator(own: int) -> np.random.Generator:
    """Random numbers of one place, which has its own number, under the seed in use."""
    return np.random.default_rng(own if chosen() == 0 else (own, chosen()))
