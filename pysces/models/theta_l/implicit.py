"""The implicit stage of nonhydrostatic theta-l: w above the ground that is in balance with the pressure it makes.

    w = w0 + g h (mu - 1),   mu from the pressure of layers of thickness phi0 + h g w

by Newton's method with its tridiagonal Jacobian, from hydrostatic balance. An element's columns iterate together until
all are done; a layer that a step would turn inside out takes half the step that would close it.

Equations: Taylor et al. (2020), doi:10.1029/2019MS001783; Steyer et al. (2019), doi:10.1137/18M1221254 [IMEX-RK]
HOMME: imex_mod (compute_stage_value_dirk, get_dirk_jacobian, solve_strict_tridiag)
"""

from __future__ import annotations

import numpy as np

from ...arrays.backend import Array, is_jax, namespace
from ...arrays.control import repeat_while
from ...arrays.derivatives import root
from ...arrays.pytree import Tree, pytree
from ...constants import Constants
from ...thermodynamics.eos import dpnh_dp_above_ground, gas_law, phi_from_eos
from ...vertical.hydrostatic import integrate_upward
from ...vertical.tridiagonal import factor_tridiagonal, solve_tridiagonal

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
    """(elem, 1, 1, 1), how many steps each element takes; more than MOST_ITERATIONS where it is never done."""
    return _iterated(column)[2]


def _by_newton(column: FastColumn) -> Array:
    w, change, _ = _iterated(column)
    done = change < _tolerance(column)
    if not is_jax(w):
        _check_done(done, change, _newton_step(w, column))
    return namespace(w).where(done, w, np.nan)


def _iterated(column: FastColumn) -> tuple[Array, Array, Array]:
    """w, the change of the last step of each element, and the number of steps that each took."""
    tolerance = _tolerance(column)
    w = _hydrostatic_w(column)
    infinite = namespace(w).full_like(_largest(w), np.inf)

    def unfinished(carry: tuple, column: FastColumn) -> Array:
        return ~namespace(carry[1]).all(carry[1] < tolerance)

    def step(carry: tuple, column: FastColumn) -> tuple:
        w, change, count = carry
        moving, delta, where = ~(change < tolerance), _newton_step(w, column), namespace(w).where
        stepped = w + delta * _fraction(w, delta, column)
        return where(moving, stepped, w), where(moving, _relative(delta, column), change), count + moving

    return repeat_while(unfinished, step, (w, infinite, 0.0 * _largest(w)), column, MOST_ITERATIONS)


def _tolerance(column: FastColumn) -> float:
    return TOLERANCE[column.w.dtype.itemsize]


def _relative(delta: Array, column: FastColumn) -> Array:
    return _largest(delta) / namespace(delta).maximum(1.0, _largest(column.w))


def _largest(field: Array) -> Array:
    """(elem, 1, 1, 1), the largest absolute value of each element."""
    return abs(field).max(axis=(-3, -2, -1), keepdims=True)


def _hydrostatic_w(column: FastColumn) -> Array:
    """The w that brings geopotential to hydrostatic balance, layers no thinner than HOMME's least."""
    c, xp = column.constants, namespace(column.w)
    phi_i = phi_from_eos(column.phi_i[..., -1:], column.vtheta_dp, column.dp, column.ptop, c)
    thickness = xp.maximum(phi_i[..., :-1] - phi_i[..., 1:], c.gravity)
    phi_i = integrate_upward(thickness, column.phi_i[..., -1:])
    return (phi_i[..., :-1] - column.phi_i[..., :-1]) * (1.0 / (column.h * c.gravity))


def _dphi(w: Array, column: FastColumn) -> Array:
    """Geopotential from each layer's upper interface to its lower one, negative [m2 s-2]."""
    return _downwards(column.phi_i) + column.h * column.constants.gravity * _change_of_dphi(w)


def _change_of_dphi(w: Array) -> Array:
    """w at the lower interface of each layer less that at its upper one; the ground does not move."""
    xp = namespace(w)
    return _downwards(xp.concatenate([w, xp.zeros_like(w[..., :1])], axis=-1))


def _downwards(at_interfaces: Array) -> Array:
    return at_interfaces[..., 1:] - at_interfaces[..., :-1]


def _residual(w: Array, column: FastColumn) -> Array:
    """w less what its own pressure makes of w0 [m s-1]."""
    p, _ = gas_law(column.vtheta_dp, _dphi(w, column), column.constants)
    push = dpnh_dp_above_ground(p, column.dp, column.ptop) - 1.0
    return w - (column.w + column.constants.gravity * column.h * push)


def _newton_step(w: Array, column: FastColumn) -> Array:
    return -_divided(w, column, _residual(w, column))


def _divided(w: Array, column: FastColumn, rhs: Array) -> Array:
    """The inverse of the residual's derivative at w, applied to rhs.

    Its rows are (L, 1 - L - U, U): w at an interface feels the two layers that it parts, whose pressure falls as they
    grow; L of the first row and U of the last belong to the top and the ground, which do not move.
    """
    c, xp = column.constants, namespace(w, rhs)
    dphi, dp = _dphi(w, column), column.dp
    p, _ = gas_law(column.vtheta_dp, dphi, c)
    stiffness = p / dphi * ((column.h * c.gravity) ** 2 / (1.0 - c.kappa))
    inner = 2.0 / (dp[..., :-1] + dp[..., 1:])
    per_mass = xp.concatenate([2.0 / dp[..., :1], inner], axis=-1)
    upper = per_mass * stiffness
    lower = xp.concatenate([xp.zeros_like(dp[..., :1]), inner * stiffness[..., :-1]], axis=-1)
    rows = (xp.moveaxis(a, -1, 0) for a in (lower, 1.0 - lower - upper, upper))
    return xp.moveaxis(solve_tridiagonal(factor_tridiagonal(*rows), xp.moveaxis(rhs, -1, 0)), 0, -1)


def _fraction(w: Array, delta: Array, column: FastColumn) -> Array:
    """(elem, i, j, 1), 1, or half the least fraction of the step that closes a layer of the column."""
    xp = namespace(w)
    before = _dphi(w, column)
    change = column.h * column.constants.gravity * _change_of_dphi(delta)
    closing = -before / xp.where(change == 0.0, 1.0, change)
    least = xp.where((change != 0.0) & (closing >= 0.0), closing, 1.0).min(axis=-1, keepdims=True)
    turned = (before + change >= 0.0).any(axis=-1, keepdims=True)
    return xp.where(turned, xp.minimum(least, 1.0) / 2.0, 1.0)


def _check_done(done: np.ndarray, change: np.ndarray, delta: np.ndarray) -> None:
    if done.all():
        return
    first = int(np.argmin(done[..., 0, 0, 0]))
    level = int(np.unravel_index(np.argmax(np.nan_to_num(abs(delta[first]), nan=np.inf)), delta[first].shape)[-1])
    raise FloatingPointError(
        f"The implicit stage found no balance of w in {MOST_ITERATIONS} Newton steps in {int((~done).sum())} of "
        f"{done.size} elements; the first is element {first}, whose w still moves by {change[first].item():.3g} of its "
        f"size, most at level {level}. The state has blown up or dt is too long; shorten dt."
    )
