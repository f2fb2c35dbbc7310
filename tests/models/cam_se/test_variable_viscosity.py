"""CAM-SE's scalar variable viscosity: each element's factor, its cap, and what a run makes of it."""

import numpy as np
import pytest

from pysces.config.presets import cam_se
from pysces.constants import CAM
from pysces.driver.simulation import simulation
from pysces.geometry.grid import cubed_sphere_grid, unstructured_grid
from pysces.mesh.made import stretched_mesh
from pysces.models.cam_se.variable_viscosity import SPACING_OF_NE1, scalar_nu, viscosity_factor
from pysces.models.model import World
from pysces.models.viscosity import uniform_nu
from pysces.vertical.coordinate import even_pressure

STRETCHED = unstructured_grid(*stretched_mesh(3, 2.0, 45.0, 106.0), CAM)
CUBE = cubed_sphere_grid(1, CAM)  # six equal elements: smoothing leaves their factors as they are


def test_the_factor_is_the_root_of_the_longest_spacing_to_a_power():
    found = viscosity_factor(CUBE, 3.2, 30)
    np.testing.assert_allclose(found, (float(CUBE.dx_long[0]) / (111.28 * 30 / 30)) ** 1.6, rtol=1e-13)
    np.testing.assert_allclose(viscosity_factor(CUBE, 3.2, -1), 1.0, rtol=1e-13)


def test_the_courant_number_is_what_is_allowed_where_it_would_be_more():
    """dt nu factor^2 lambda^2 / dx^4, with 30 for the largest eigenvalue of an element's Laplacian."""
    largest = 30.0 * (float(CUBE.norm_inverse[0]) / CAM.radius) ** 2
    capped = viscosity_factor(CUBE, 3.2, 30, 1.9, 300.0 * 1e20)
    np.testing.assert_allclose(300.0 * 1e20 * capped**2 * largest**2, 1.9, rtol=1e-13)
    np.testing.assert_array_equal(viscosity_factor(CUBE, 3.2, 30, 1.9, 1.0), viscosity_factor(CUBE, 3.2, 30))


def test_the_factor_is_continuous_bilinear_and_between_those_of_the_elements():
    factor = viscosity_factor(STRETCHED, 3.2, -1)
    copies = STRETCHED.assembly.assemble(factor * STRETCHED.mass_matrix) * STRETCHED.inverse_mass_matrix
    np.testing.assert_allclose(copies, factor, rtol=1e-13)
    x = STRETCHED.gll_nodes
    between = factor[:, :1] + (x[:, None, None] + 1) / 2 * (factor[:, -1:] - factor[:, :1])
    np.testing.assert_allclose(between, factor, rtol=1e-13)
    own = (STRETCHED.dx_long / STRETCHED.dx_long.min()) ** 1.6
    assert own.min() < factor.min() < factor.max() < own.max() and factor.max() > 2.0 * factor.min()


def test_nu_is_that_of_fine_ne_and_of_ne_and_else_must_be_given():
    assert scalar_nu(-1.0, 60, STRETCHED).nu == uniform_nu(60, CAM.radius)
    assert scalar_nu(-1.0, -1, cubed_sphere_grid(2, CAM)).nu == uniform_nu(2, CAM.radius)
    assert scalar_nu(1e15, 60, STRETCHED).nu == 1e15
    with pytest.raises(
        ValueError, match=r"nu = -1 with hypervis_power has no spacing to choose for .* give nu, or fine_ne\.$"
    ):
        scalar_nu(-1.0, -1, STRETCHED)


def test_a_run_damps_coarse_elements_by_the_square_of_the_factor():
    """With the same nu the factor is all that differs; with fine_ne so large that it is one, nothing does."""
    where = World(STRETCHED, even_pressure(5, 0.1), CAM)
    options = {"nu": 1e16, "tstep": 100.0, "nmax": 3, "case": "topographic_wave"}
    runs = {
        name: simulation(cam_se(**options, **words), where=where)
        for name, words in {"constant": {}, "variable": {"hypervis_power": 3.2}}.items()
    }
    assert runs["constant"].host.grid.viscosity_factor is None
    np.testing.assert_array_equal(runs["variable"].host.grid.viscosity_factor, viscosity_factor(STRETCHED, 3.2, -1))
    rough = np.random.default_rng(0).standard_normal(STRETCHED.mass_matrix.shape) + np.zeros(5)
    rough = STRETCHED.assembly.assemble(rough * STRETCHED.mass_matrix) * STRETCHED.inverse_mass_matrix
    lost = {}
    for name, run in runs.items():
        start = run.state.dynamics.replace(temperature=280.0 + rough)
        cp = 1.0 / CAM.cp
        damping = run.host.dissipation.replace(temperature_ref=0.0 * rough, heated=0.0)
        lost[name] = damping.del4(start, 1.0, run.host.grid, cp).temperature - start.temperature
    ratio = np.sqrt((lost["variable"] ** 2).sum((1, 2, 3)) / (lost["constant"] ** 2).sum((1, 2, 3)))
    squared = (viscosity_factor(STRETCHED, 3.2, -1) ** 2).mean((1, 2, 3))
    assert 0.5 < (ratio / squared).min() and (ratio / squared).max() < 2.0 and ratio.max() > 10.0 * ratio.min()


def test_the_reference_spacing_is_cams():
    assert SPACING_OF_NE1 / 30 == pytest.approx(111.28)
