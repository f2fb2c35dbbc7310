"""Where CAM-SE's viscosities act: sponges near the model top, by tables of its pressure.

CAM-SE: global_norms_mod (print_cfl)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.backend import Array, namespace
from ...vertical.coordinate import VerticalCoordinate

P_LEVELS = 101325.0  # Pa, surface pressure at which CAM-SE places the levels of the del4 profile
# model top above [Pa]: Laplacian sponge, relative to nu_top, from the top layer down
SPONGE_SCALES = (
    (300.0, (4.0, 2.0, 1.0)),
    (100.0, (4.4, 1.3, 0.39)),
    (0.1, (3.0, 1.0, 0.1, 0.05)),
    (1e-4, (5.0, 5.0, 5.0, 2.0, 1.0, 0.1)),
)
CAM_SPONGE_SCALES = ((100.0, (4.4, 1.3, 3.9)),)  # as coded: ten times 8 (1 + tanh(ln(ptop / p))) on the third layer
# model top in (low, high] [Pa]: values of DEL4
DEL4_DEFAULTS = ((0.1, 100.0, (4, 3.375, 3.375)), (0.0, 0.1, (20, 5.0, 10.0)))
DEL4 = ("sponge_del4_lev", "sponge_del4_nu_fac", "sponge_del4_nu_div_fac")
NO_DEL4_SPONGE = (1, 1.0, 1.0)


def del4_defaults(ptop: float) -> tuple[int, float, float]:
    """sponge_del4_lev, sponge_del4_nu_fac and sponge_del4_nu_div_fac for a model top [Pa]."""
    for low, high, defaults in DEL4_DEFAULTS:
        if low < ptop <= high:
            return defaults
    return NO_DEL4_SPONGE


def chosen_del4(options: Any, coordinate: VerticalCoordinate) -> tuple[int, float, float]:
    """The three of options with their names, by model top where they are negative.

    Raises
    ------
    ValueError where there is no such level.
    """
    automatic = options.sponge_del4_lev < 0
    level, factor, factor_div = del4_defaults(float(coordinate.ptop))
    level = level if automatic else options.sponge_del4_lev
    if level > coordinate.nlev:
        raise ValueError(
            f"[viscosity] sponge_del4_lev = {level}{', by model top,' * automatic} is below the lowest of "
            f"{coordinate.nlev} levels; give one of them{', or more levels' * automatic}."
        )
    return (
        level,
        factor if options.sponge_del4_nu_fac < 0 else options.sponge_del4_nu_fac,
        factor_div if options.sponge_del4_nu_div_fac < 0 else options.sponge_del4_nu_div_fac,
    )


def sponge_scale(ptop: float, nlev: int, cam_compatible: bool = False) -> tuple[np.ndarray, int]:
    """nu_scale_top (lev,) and ksponge_end for a model top [Pa].  CAM-SE: global_norms_mod:print_cfl

    cam_compatible : for tops between 100 and 300 Pa the third layer has 3.9, as CAM-SE codes it, instead of 0.39.
    """
    table = dict(SPONGE_SCALES) | (dict(CAM_SPONGE_SCALES) if cam_compatible else {})
    scales = next((s for top, s in table.items() if ptop > top), ())[:nlev]
    return np.concatenate([scales, np.zeros(nlev - len(scales))]), len(scales)


def level_profile(coordinate: VerticalCoordinate, sponge_del4_lev: int) -> Array:
    """(lev,) share [1] of the enhanced hyperviscosity: near one at the top, one half at sponge_del4_lev, zero below."""
    p = coordinate.hyam * coordinate.p0 + coordinate.hybm * P_LEVELS
    xp = namespace(p)
    return 0.5 * (1.0 + xp.tanh(2.0 * xp.log(p[sponge_del4_lev - 1] / p)))


def level_viscosities(
    coordinate: VerticalCoordinate, nu: float, nu_p: float, nu_div: float, del4: tuple[int, float, float] | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(lev,) hyperviscosity of wind, temperature and divergence, stronger near the top [m4 s-1, or as nu].

    del4 : sponge_del4_lev, sponge_del4_nu_fac, sponge_del4_nu_div_fac; by model top where they are not given.

    CAM-SE: global_norms_mod:print_cfl
    """
    level, factor, factor_div = del4 or del4_defaults(float(coordinate.ptop))
    share = level_profile(coordinate, level)
    return (
        _by_level(nu, factor * nu_p, share, factor),
        _by_level(nu_p, factor * nu_p, share, factor),
        _by_level(nu_div, factor_div * nu_p, share, factor_div),
    )


def _by_level(low: float, high: float, share: np.ndarray, factor: float) -> np.ndarray:
    """From low far down to high at the top; low throughout where the factor is one."""
    return (1.0 - share) * low + share * high if factor != 1.0 else np.full(share.shape, float(low))


def placed_on(nu: Array, factor: float, high: Array, shares: tuple[Array, Array]) -> Array:
    """A coefficient nu (lev,) [m4 s-1] whose share of the enhanced one changes; high is the enhanced one, like nu.

    shares : (lev,) level_profile before and after [1].   factor : of the enhancement; one changes nothing.

    Where the enhanced one has it all, to the last bit, it keeps it.
    """
    if factor == 1.0:
        return nu
    before, after = shares
    rest = namespace(before).where(before == 1.0, 1.0, 1.0 - before)
    return nu + (after - before) * (high - nu) / rest
