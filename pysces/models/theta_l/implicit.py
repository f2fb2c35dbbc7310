"""The implicit stage of nonhydrostatic theta-l: w above the ground that is in balance with the pressure it makes.

    w = w0 + g h (mu - 1),   mu from the pressure of layers of thickness phi0 + h g w

found by newton.py, and differentiated as the equation that it solves.

Equations: Taylor et al. (2020), doi:10.1029/2019MS001783; Steyer et al. (2019), doi:10.1137/18M1221254 [IMEX-RK]
HOMME: imex_mod (compute_stage_value_dirk)
"""

from __future__ import annotations

import numpy as np

from ...arrays.backend import Array, is_jax, namespace
from ...arrays.derivatives import root
from ...arrays.pytree import Tree, pytree
from ...arrays.refusals import FailedAt
from ...constants import Constants
from ...thermodynamics.eos import dpnh_dp_above_ground, gas_law
from .newton import Iterate, Slabs, divided, dphi_at, iterated, newton_step, rows

TOLERANCE = {8: 1e-11, 4: 1e-4}  # of the last step over max(1, |w0|), by bytes of a number; HOMME's, and what 4 can do
MOST_ITERATIONS = 20  # HOMME: maxiter


@pytree
class FastColumn(Tree):
    """What the balance depends on, (elem, i, j, lev).

    w : w0 above the ground [m s-1].   phi_i : phi0 (elem, i, j, lev + 1), and phis at its end [m2 s-2].
    vtheta_dp [K Pa], dp [Pa] : of the layers.   h : implicit step [s].   ptop : pressure at the model top [Pa].
    """

    w: Array
    phi_i: Array
    vtheta_dp: Array
    dp: Array
    h: Array
    ptop: Array
    constants: Constants


def balanced_w(column: FastColumn) -> Array:
    """(elem, i, j, lev), w above the ground [m s-1].

    Differentiated by the theorem on implicit functions: one tridiagonal solve forward, a transposed one in reverse.

    Raises
    ------
    FloatingPointError
        On NumPy, where an element is not done after MOST_ITERATIONS, naming element and level. On JAX its w is NaN.
    """
    return root(_by_newton, _residual, _divided, column)


def newton_steps(column: FastColumn) -> Array:
    """(elem, 1, 1, 1), how many steps [1] each element takes; MOST_ITERATIONS where it is never done."""
    return namespace(column.w).moveaxis(_iterated(column).count, 0, -1)


def sound_rows(column: FastColumn) -> tuple[Array, Array]:
    """L and U of rows (L, -L - U, U) that make -d2w/dt2 [s-2] of w, where there is nothing but vertical sound.

    Levels first (lev, elem, i, j); the column's h is 1 s.
    """
    p, _ = gas_law(column.vtheta_dp, _downwards(column.phi_i), column.constants)
    slabs = _slabs(column)
    return rows(namespace(p).moveaxis(p, -1, 0), slabs.dphi0, slabs)


def _by_newton(column: FastColumn) -> Array:
    last = _iterated(column)
    done = last.change < _tolerance(column)
    if not is_jax(last.w) and not done.all():
        _check_done(done, last.change, newton_step(last, _slabs(column))[0])
    xp = namespace(last.w)
    return xp.moveaxis(xp.where(done, last.w, np.nan), 0, -1)


def _iterated(column: FastColumn) -> Iterate:
    return iterated(_slabs(column), _tolerance(column), MOST_ITERATIONS)


def _tolerance(column: FastColumn) -> float:
    return TOLERANCE[column.w.dtype.itemsize]


def _slabs(column: FastColumn) -> Slabs:
    """The column with levels first."""
    c, xp = column.constants, namespace(column.w)
    given = (column.w, _downwards(column.phi_i), column.vtheta_dp, column.dp)
    w0, dphi0, vtheta_dp, dp = (xp.moveaxis(field, -1, 0) for field in given)
    per_mass = 2.0 / xp.concatenate([dp[:1], dp[:-1] + dp[1:]])
    scale = xp.maximum(1.0, abs(w0).max(axis=0).max(axis=(-2, -1), keepdims=True))[None]
    volume, kick = vtheta_dp * (c.R_dry / c.p0), column.h * c.gravity
    return Slabs(w0, dphi0, volume, dp, per_mass, kick, column.ptop, scale, c)


def _dphi(w: Array, column: FastColumn) -> Array:
    """newton.dphi_at with levels last."""
    xp = namespace(w)
    return xp.moveaxis(dphi_at(xp.moveaxis(w, -1, 0), _slabs(column)), 0, -1)


def _downwards(phi_i: Array) -> Array:
    return phi_i[..., 1:] - phi_i[..., :-1]


def _residual(w: Array, column: FastColumn) -> Array:
    """w less what its own pressure makes of w0 [m s-1]."""
    p, _ = gas_law(column.vtheta_dp, _dphi(w, column), column.constants)
    push = dpnh_dp_above_ground(p, column.dp, column.ptop) - 1.0
    return w - (column.w + column.constants.gravity * column.h * push)


def _divided(w: Array, column: FastColumn, rhs: Array) -> Array:
    """The inverse of the residual's derivative at w, applied to rhs."""
    xp, dphi = namespace(w, rhs), _dphi(w, column)
    p, _ = gas_law(column.vtheta_dp, dphi, column.constants)
    p, dphi, rhs = (xp.moveaxis(a, -1, 0) for a in (p, dphi, rhs))
    return xp.moveaxis(divided(p, dphi, _slabs(column), rhs), 0, -1)


def _check_done(done: np.ndarray, change: np.ndarray, delta: np.ndarray) -> None:
    first = int(np.argmin(done[0, :, 0, 0]))
    level = int(np.argmax(np.nan_to_num(abs(delta[:, first]), nan=np.inf).max(axis=(-2, -1))))
    raise FailedAt(
        f"The implicit stage found no balance of w in {MOST_ITERATIONS} Newton steps in {int((~done).sum())} of "
        f"{done.size} elements; the first is element {{element}}, whose w still moves by {change[0, first].item():.3g} "
        f"of its size, most at level {level}. The state has blown up or dt is too long; shorten dt.",
        first,
    )
