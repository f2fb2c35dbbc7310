"""Equation of state of the theta-l model: pressure and Exner function, and geopotential from them.

Equations: Taylor et al. (2020), doi:10.1029/2019MS001783, section 2
HOMME: eos (theta-l)
"""

from __future__ import annotations

import numpy as np

from ..arrays.backend import Array, namespace
from ..arrays.compiler import stored
from ..arrays.fields import field
from ..arrays.pytree import Tree, pytree
from ..constants import Constants
from ..vertical.hydrostatic import check_positive, integrate_upward, interface_pressure, midpoint_pressure


@pytree
class Pressures(Tree):
    """What the equation of state makes of a column; (..., lev), with lev+1 levels where the name ends in _i."""

    pnh: Array = field("Pa", "air pressure at layer midpoints", homme="pnh")
    exner: Array = field("1", "Exner function at layer midpoints", homme="exner")
    pnh_i: Array = field("Pa", "air pressure at layer interfaces", homme="pnh_i")
    dpnh_dp_i: Array = field("1", "pressure per hydrostatic pressure at layer interfaces", homme="dpnh_dp_i")


def hydrostatic_pressures(dp: Array, ptop: Array, constants: Constants) -> Pressures:
    """Pressure of a hydrostatic column.

        p(k) = p_i(k) + dp(k) / 2,   Exner = (p / p0)^kappa,   dpnh_dp_i = 1

    Parameters
    ----------
    dp : (..., lev), layer thickness [Pa].
    ptop : pressure at the model top [Pa].
    constants : Constants

    HOMME: eos:pnh_and_exner_from_eos with theta_hydrostatic_mode
    """
    p_i = interface_pressure(dp, ptop)
    p = p_i[..., :-1] + dp / 2.0
    exner = (p / constants.p0) ** constants.kappa
    return Pressures(p, exner, p_i, namespace(dp).ones_like(p_i))


def nonhydrostatic_pressures(vtheta_dp: Array, dp: Array, phi_i: Array, ptop: Array, constants: Constants) -> Pressures:
    """Pressure from the layers' geopotential thickness.

        X = R vtheta_dp / -dphi,   p = p0 (X / p0)^(1 / (1 - kappa)),   Exner = p / X

    At the surface p_i continues hydrostatically from the lowest layer, so that dpnh_dp_i is 1 there; the dynamics
    correct it after their step.

    Parameters
    ----------
    vtheta_dp : (..., lev), virtual potential temperature times dp [K Pa].
    dp : (..., lev), layer thickness [Pa].
    phi_i : (..., lev+1), geopotential at interfaces, decreasing downwards [m2 s-2].
    ptop : pressure at the model top [Pa].
    constants : Constants

    HOMME: eos:pnh_and_exner_from_eos2 without theta_hydrostatic_mode
    """
    p, exner = gas_law(vtheta_dp, phi_i[..., 1:] - phi_i[..., :-1], constants)
    p_i, mu = _interface_pressures(p, dp, ptop)
    return Pressures(p, exner, p_i, mu)


def gas_law(vtheta_dp: Array, dphi: Array, constants: Constants) -> tuple[Array, Array]:
    """Pressure [Pa] and Exner function [1] of layers (..., lev) whose geopotential falls by dphi < 0 [m2 s-2].

    vtheta_dp : (..., lev), virtual potential temperature times dp [K Pa].

    HOMME: eos:pnh_and_exner_from_eos2
    """
    density_like = constants.R_dry * vtheta_dp / (-dphi)
    scaled = density_like * (1.0 / constants.p0)  # as XLA makes of a quotient, but not on every number of devices
    p = constants.p0 * scaled ** (1.0 / (1.0 - constants.kappa))
    return p, p / density_like


def gas_law_by_logarithm(vtheta_dp: Array, dphi: Array, constants: Constants) -> tuple[Array, Array, Array]:
    """As gas_law, and the logarithm of the Exner function: a power less where that is needed too; 1e-15 off gas_law.

    vtheta_dp [K Pa] and dphi [m2 s-2], each (..., lev), are those of gas_law.

    Each is computed once on XLA, which would make it again, and round otherwise, in every consumer.
    """
    log_scaled = stored(_log_scaled, vtheta_dp, dphi, constants)
    p = stored(_p_of_log, log_scaled, constants)
    exner = stored(_exner_at, p, vtheta_dp, dphi, constants)
    return p, exner, stored(_log_exner, log_scaled, constants)


def _log_scaled(vtheta_dp: Array, dphi: Array, constants: Constants) -> Array:
    return namespace(dphi).log(constants.R_dry * vtheta_dp / (-dphi) * (1.0 / constants.p0))


def _p_of_log(log_scaled: Array, constants: Constants) -> Array:
    return constants.p0 * namespace(log_scaled).exp(log_scaled * (1.0 / (1.0 - constants.kappa)))


def _exner_at(p: Array, vtheta_dp: Array, dphi: Array, constants: Constants) -> Array:
    return p * (-dphi) / (constants.R_dry * vtheta_dp)


def _log_exner(log_scaled: Array, constants: Constants) -> Array:
    return log_scaled * (constants.kappa / (1.0 - constants.kappa))


def _interface_pressures(p: Array, dp: Array, ptop: Array) -> tuple[Array, Array]:
    """Interface pressures, linear in mass between midpoints, and dpnh_dp_i, over half a layer at both ends."""
    xp = namespace(p, dp)
    top = xp.broadcast_to(xp.asarray(ptop, dtype=p.dtype), (*p.shape[:-1], 1))
    surface = p[..., -1:] + dp[..., -1:] / 2.0
    above, below = dp[..., :-1], dp[..., 1:]
    inner = (above * p[..., 1:] + below * p[..., :-1]) / (below + above)
    mu_ground = 2.0 * (surface - p[..., -1:]) / dp[..., -1:]
    mu = xp.concatenate([dpnh_dp_above_ground(p, dp, ptop), mu_ground], axis=-1)
    return xp.concatenate([top, inner, surface], axis=-1), mu


def dpnh_dp_above_ground(p: Array, dp: Array, ptop: Array) -> Array:
    """Change of pressure per mass at the upper interface of each layer (..., lev), over half a layer at the top [1].

    Parameters
    ----------
    p : (..., lev), pressure at midpoints [Pa].   dp : (..., lev), layer thickness [Pa].
    ptop : pressure at the model top [Pa].

    HOMME: eos:pnh_and_exner_from_eos2 (dpnh_dp_i)
    """
    top = 2.0 * (p[..., :1] - ptop) / dp[..., :1]
    inner = (p[..., 1:] - p[..., :-1]) / ((dp[..., 1:] + dp[..., :-1]) / 2.0)
    return namespace(p, dp).concatenate([top, inner], axis=-1)


def phi_from_eos(phis: Array, vtheta_dp: Array, dp: Array, ptop: Array, constants: Constants) -> Array:
    """Geopotential (..., lev+1) at interfaces of a column in hydrostatic balance [m2 s-2].

        phi(k) = phi(k+1) + R vtheta_dp (p / p0)^(kappa - 1) / p0,   p the mean of the two interface pressures

    Parameters
    ----------
    phis : (..., 1), surface geopotential [m2 s-2].
    vtheta_dp : (..., lev), virtual potential temperature times dp [K Pa].
    dp : (..., lev), layer thickness [Pa].
    ptop : pressure at the model top [Pa].
    constants : Constants

    HOMME: eos:phi_from_eos
    """
    p = midpoint_pressure(interface_pressure(dp, ptop))
    per_p0 = 1.0 / constants.p0  # XLA makes quotients by p0 such products, but not on every number of devices
    layer_phi = constants.R_dry * vtheta_dp * (p * per_p0) ** (constants.kappa - 1.0) * per_p0
    return integrate_upward(layer_phi, phis)


def check_column(vtheta_dp: Array, dp: Array, phi_i: Array | None = None) -> None:
    """Refuse a state without an equation of state; on the host, for use between compiled runs.

    vtheta_dp [K Pa] and dp [Pa] are (..., lev); phi_i (..., lev + 1) [m2 s-2] is None where layers are hydrostatic.

    Raises
    ------
    ValueError
        Naming the field, element, node and level: dp or vtheta_dp not positive, or phi_i not decreasing downwards.
    """
    check_positive(dp, "dp", "Pa")
    check_positive(vtheta_dp, "vtheta_dp", "K Pa")
    if phi_i is not None:
        phi = np.asarray(phi_i)
        check_positive(phi[..., :-1] - phi[..., 1:], "phi_i(k) - phi_i(k+1)", "m2 s-2")
