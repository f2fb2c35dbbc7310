"""Vertical sound: how long a step that takes it explicitly may be, and how hard one that solves for it has to work.

HOMME: no counterpart; its print_cfl judges horizontal waves alone
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .equations import layer_difference
from .implicit import newton_steps, sound_rows
from .nonhydrostatic import ThetaLNonhydrostatic
from .state import NonhydrostaticState

COLUMNS = 16  # those of the thinnest layers, whose frequencies are found
ELEMENTS = 24  # those of the strongest w, whose Newton steps are counted


def longest_explicit_step(equations: ThetaLNonhydrostatic, state: NonhydrostaticState) -> float:
    """Longest stable step [s] per unit of stability on the imaginary axis; of a state of NumPy arrays.

    Its inverse is the highest frequency of the columns that have the largest by Gershgorin's theorem.

    Raises
    ------
    ValueError in one sentence where layers of the state have no thickness.
    """
    if not (layer_difference(state.phi_i) < 0.0).all():
        raise ValueError(
            "The initial state has a layer whose upper interface is not above its lower one, or numbers that are not "
            "finite, so that it has no sound; look at its levels, temperature and surface."
        )
    lower, upper = (a.reshape(a.shape[0], -1) for a in sound_rows(equations.fast_column(state, 1.0)))
    stiffest = np.argsort((lower + upper).min(axis=0), kind="stable")[:COLUMNS]
    squares = [_largest_eigenvalue(lower[:, n], upper[:, n]) for n in stiffest]
    return 1.0 / math.sqrt(max(squares))


def _largest_eigenvalue(lower: np.ndarray, upper: np.ndarray) -> float:
    """Of the matrix with rows (lower, -lower - upper, upper), whose eigenvalues are real."""
    matrix = np.diag(-lower - upper) + np.diag(lower[1:], -1) + np.diag(upper[:-1], 1)
    return float(np.linalg.eigvals(matrix).real.max())


def most_newton_steps(equations: ThetaLNonhydrostatic, state: NonhydrostaticState, h: float) -> np.ndarray:
    """Most Newton steps [1], a number, that a stage of h [s] takes from here, in the elements of strongest w."""
    column: Any = equations.fast_column(state, h)
    busiest = np.argsort(-abs(np.asarray(state.w_i)).max(axis=(1, 2, 3)), kind="stable")[:ELEMENTS]
    fields = {name: getattr(column, name)[busiest] for name in ("w", "phi_i", "vtheta_dp", "dp")}
    return newton_steps(column.replace(**fields)).max()
