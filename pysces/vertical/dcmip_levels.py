"""The levels that HOMME's DCMIP cases make: evenly spaced in height at the equator, B from 0 at the top.

HOMME: dcmip12_wrapper:get_evenly_spaced_z, set_hybrid_coefficients; dcmip16_wrapper
"""

from __future__ import annotations

import numpy as np

from ..constants import E3SM
from .coordinate import VerticalCoordinate, coordinate_from_eta
from .supercell_column import basis_at, bubble, equator_of, warmed

SUPERCELL_TOP = 20e3  # m
GRAVITY = float(np.float32(9.80616))  # m s-2; HOMME has it in single precision here
R_DRY, CP, P0 = 287.0, 1004.5, 1.0e5  # J kg-1 K-1 twice, Pa
T_GROUND, LAPSE_RATE, BUOYANCY = 300.0, 0.0065, 0.01  # K, K m-1, s-1
TOPS = {"1_1": 12e3, "1_2": 12e3, "1_3": 12e3, "2_0": 12e3, "2_1": 30e3, "2_2": 30e3, "3": 10e3, "4": 10e3}  # m
TOPS |= {"klemp_ridge": 20e3, "klemp": 30e3}


def dcmip2016_supercell(nlev: int) -> VerticalCoordinate:
    """nlev levels evenly spaced in height up to 20 km above the supercell's equator, where its bubble is, with A and B.

    HOMME: dcmip16_wrapper:dcmip2016_test3
    """
    column, z = equator_of(E3SM), SUPERCELL_TOP - np.arange(nlev + 1) * SUPERCELL_TOP / nlev
    exner, theta_v, q = (basis_at(z, column.z) @ f for f in (column.exner, column.theta_v, column.q))
    p, _ = warmed(exner, theta_v, q, bubble(0.0 * z, z), E3SM)
    return coordinate_from_eta(p / P0, p0=P0)


def dcmip2012(nlev: int, test: str) -> VerticalCoordinate:
    """nlev levels of a test, one of TOPS; ValueError for another one."""
    if test not in TOPS:
        raise ValueError(f"test must be one of {', '.join(TOPS)}, found {test!r}; give one of these.")
    z = TOPS[test] - np.arange(nlev + 1) * TOPS[test] / nlev
    if test == "2_0":
        eta = (1.0 - LAPSE_RATE / T_GROUND * z) ** (GRAVITY / (R_DRY * LAPSE_RATE))
    elif test == "3":
        isothermal = GRAVITY**2 / (BUOYANCY**2 * CP)
        stable = isothermal / T_GROUND * (np.exp(-z * BUOYANCY**2 / GRAVITY) - 1.0) + 1.0
        eta = stable ** (1.0 / (R_DRY / CP))
    else:
        eta = np.exp(-z / (R_DRY * T_GROUND / GRAVITY))
    return coordinate_from_eta(eta, p0=P0)
