"""Limits of the time step: HOMME's subcycles, refusals with their remedy, and where forward Euler blows up."""

import numpy as np
import pytest

from pysces.config.presets import homme
from pysces.dycore.stability import (
    HOMME_STABILITY,
    Steps,
    Viscosities,
    cfl_report,
    check_step,
    check_subcycles,
    hypervis_subcycles,
    longest_step,
    stability_limits,
)
from pysces.geometry.grid import cubed_sphere_grid, unstructured_grid
from pysces.mesh.made import stretched_mesh
from pysces.models.model import with_step
from pysces.models.viscosity import automatic_nu, cam_nu, e3sm_nu, spacing_nu
from pysces.operators.dss import dss, dss_wk
from pysces.operators.laplacians import biharmonic_wk, vbiharmonic_wk


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


STRETCHED = stretched_mesh(4, 2.0, 45.0, 106.0)


def power_iterated(operator, field, grid, count=100):
    """The largest eigenvalue, from another start than the limits', for longer."""
    field = dss(field, grid)
    for _ in range(count):
        field = operator(field / np.linalg.norm(field))
    return np.linalg.norm(field)


@pytest.mark.parametrize("mesh", ["uniform", "stretched"])
@pytest.mark.parametrize("scaling", [0.0, 3.0])
def test_the_limit_is_of_the_largest_eigenvalue_on_any_mesh(mesh, scaling):
    """Of scalars and of wind; HOMME's formula for a tensor is less than half of it, and a run at its limit blows up."""
    grid = cubed_sphere_grid(4, hypervis_scaling=scaling)
    if mesh == "stretched":
        grid = unstructured_grid(*STRETCHED, hypervis_scaling=scaling)
    tensor, rng = grid.viscosity_tensor, np.random.default_rng(1)
    scalars, wind = rng.standard_normal((96, 4, 4, 1)), rng.standard_normal((2, 96, 4, 4, 1))
    of_scalars = power_iterated(lambda q: dss_wk(biharmonic_wk(q, grid, tensor), grid), scalars, grid)
    of_wind = power_iterated(lambda v: dss_wk(vbiharmonic_wk(v, grid, 1.0, tensor), grid), wind, grid)
    limit = stability_limits(grid, Viscosities(nu=1.0)).hyperviscosity
    assert 0.7 < max(of_scalars, of_wind) * limit <= 1.0
    if scaling:
        homme = 30.0**2 * grid.norm_inverse.max() ** (4.0 - scaling)
        assert of_scalars > 2.0 * homme


def test_a_factor_at_each_node_counts_twice():
    """In both Laplacians: twice the factor, a quarter of the step."""
    grid = unstructured_grid(*STRETCHED)
    one, two = (grid.replace(viscosity_factor=f * np.ones_like(grid.mass_matrix)) for f in (1.0, 2.0))
    limits = [stability_limits(g, Viscosities(nu=1e15)).hyperviscosity for g in (grid, one, two)]
    assert limits[1] == pytest.approx(limits[0], rel=1e-12) and limits[2] == pytest.approx(limits[0] / 4, rel=1e-9)


def test_a_step_chosen_on_a_mesh_is_that_of_hommes_cases_on_a_cubed_sphere():
    """The formula by ne agrees with that by waves where it holds; a day in whole calls of three steps."""
    for ne in (20, 30):
        by_waves = longest_step(cubed_sphere_grid(ne, cubed_sphere_map=2), HOMME_STABILITY[5])
        assert by_waves == pytest.approx(9000.0 / ne, rel=0.1)
    grid = unstructured_grid(*stretched_mesh(10, 2.0, 45.0, 106.0))
    step = with_step(homme(ne=4), grid).time.tstep
    assert (86400.0 / step) % 3 == 0 and 0.9 < step / longest_step(grid, HOMME_STABILITY[5]) <= 1.0
    assert with_step(homme(ne=4, tstep=77.0), grid).time.tstep == 77.0
    assert with_step(homme(ne=4), cubed_sphere_grid(4)).time.tstep == 0.0


def test_nu_that_is_left_out_is_chosen_by_a_rule_that_has_a_name():
    uniform, stretched = cubed_sphere_grid(4), unstructured_grid(*STRETCHED)
    assert e3sm_nu(-1.0, stretched, 3.0).line("s-1") == "nu = 3.4e-08 s-1: E3SM's for hypervis_scaling = 3\n"
    assert cam_nu(-1.0, uniform, 0.0).rule == "CAM-SE's for ne = 4"
    assert cam_nu(-1.0, stretched, 0.0).rule.startswith("CAM-SE's for the mesh's finest spacing of 285.1 km, little")
    assert cam_nu(-1.0, stretched, 3.0).rule == "CAM-SE's for its widest spacing of 1036 km, by a tensor"
    assert cam_nu(5.0, stretched, 3.0).line("s-1") == "" and cam_nu(0.0, uniform, 0.0).nu == 0.0
    assert cam_nu(-1.0, stretched, 0.0).nu < cam_nu(-1.0, uniform, 0.0).nu < spacing_nu(900e3, 6.376e6)


def test_e3sms_rule_and_cams_agree_where_both_were_tuned():
    """At ne30 and an exponent of 3 CAM-SE's rule gives E3SM's 3.4e-8 to some per cent."""
    grid = cubed_sphere_grid(30)
    assert automatic_nu(grid, 3.0) == pytest.approx(3.4e-8, rel=0.35)
