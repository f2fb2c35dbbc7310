"""Limits of the time step: HOMME's subcycles, refusals with their remedy, and where forward Euler blows up."""

import numpy as np
import pytest

from pysces.dycore.stability import (
    HOMME_STABILITY,
    Steps,
    Viscosities,
    cfl_report,
    check_step,
    check_subcycles,
    hypervis_subcycles,
    stability_limits,
)
from pysces.geometry.grid import cubed_sphere_grid
from pysces.operators.dss import dss, dss_wk
from pysces.operators.laplacians import biharmonic_wk


def test_hommes_subcycles():
    """HOMME's formula for the settings of its golden waves."""
    assert hypervis_subcycles(600.0, 6.9e16, 8, np.inf, constant=True) == 2
    assert hypervis_subcycles(600.0, 6.3e17, 4, np.inf, constant=True) == 1
    assert hypervis_subcycles(600.0, 6.3e17, 4, 50.0, constant=True) == 6
    assert hypervis_subcycles(600.0, 3.4e-8, 4, np.inf, constant=False) == 1


def test_an_unstable_step_is_refused_with_its_remedy():
    limits = stability_limits(cubed_sphere_grid(8), Viscosities(nu=6.9e16))
    check_step(600.0, HOMME_STABILITY[5], limits)
    check_subcycles(600.0, 2, limits.hyperviscosity, "hypervis_subcycle")
    with pytest.raises(
        ValueError, match=r"tstep = 1800 s is unstable: gravity waves .* at most 1614 s with this tstep_type"
    ):
        check_step(1800.0, HOMME_STABILITY[5], limits)
    with pytest.raises(ValueError, match=r"hypervis_subcycle = 1 is unstable .* use hypervis_subcycle = 2 or -1"):
        check_subcycles(1000.0, 1, limits.hyperviscosity, "hypervis_subcycle")
    report = cfl_report(limits, Steps(600.0, HOMME_STABILITY[5], 2, tracer=600.0))
    assert "gravity waves" in report and "tracer stage" in report and "sponge" not in report
    assert "hyperviscosity         step    300.0 s, stable to     748.7 s ( 40 %)" in report


def test_the_hyperviscosity_limit_is_where_forward_euler_blows_up():
    """The biharmonic's largest eigenvalue, by power iteration, is below the limit and within a factor two of it."""
    grid = cubed_sphere_grid(2)
    q = np.random.default_rng(0).standard_normal((24, 4, 4, 1))
    q = dss(q, grid)
    for _ in range(60):
        q = dss_wk(biharmonic_wk(q, grid), grid)
        eigenvalue = np.abs(q).max()
        q = q / eigenvalue
    limit = stability_limits(grid, Viscosities(nu=1.0)).hyperviscosity
    assert 0.5 < eigenvalue * limit <= 1.0
