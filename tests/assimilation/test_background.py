"""B^1/2: the transpose is exact, sigma is the deviation asked for, correlations have the length asked for."""

import numpy as np
import pytest

jax = pytest.importorskip("jax")

from pysces.assimilation.background import Error, background_error
from pysces.assimilation.cost import inner
from pysces.assimilation.variables import AirFields, WaterFields, each
from pysces.geometry.columns import columns_of, unit_vectors
from pysces.operators.strong import curl_sphere

MEMBERS = 400


def test_transpose_is_exact(water, water_error):
    grid, rng = water.dycore.grid, np.random.default_rng(0)
    white = water_error.white(rng)
    made = water_error.root(white, grid)
    other = each(lambda x: jax.numpy.asarray(rng.standard_normal(x.shape)), made)
    assert inner(made, other) == pytest.approx(inner(white, water_error.root_transpose(other, grid)), rel=1e-13)


def test_sigma_is_the_deviation_of_random_fields(water, water_error):
    """400 fields: each node's deviation is known to 1 / sqrt(800); 5 such at the worst of all nodes, 0.5 % in the mean.

    The mean over the sphere counts about 4 pi a^2 / (2 pi length^2) independent places.
    """
    many = water_error.white(np.random.default_rng(0), MEMBERS)
    fields = jax.jit(jax.vmap(lambda w: water_error.root(w, water.dycore.grid)))(many)
    for name, sigma in (("wind", 2.0), ("thickness", 20.0)):
        deviation = np.sqrt((np.asarray(getattr(fields, name)) ** 2).mean(axis=0)) / sigma
        assert np.abs(deviation - 1.0).max() < 5.0 / np.sqrt(2 * MEMBERS)
        assert np.sqrt((deviation**2).mean()) == pytest.approx(1.0, abs=0.02)


def test_correlations_fall_as_a_gaussian_of_the_length(water):
    """B of one node's thickness, over its own, none of it balanced: exp(-r^2 / (2 length^2)), to 0.05 at ne2."""
    grid, water_error = water.host.grid, background_error(water, WaterFields(wind=None, thickness=Error(20.0, 2e6)))
    columns = columns_of(grid)
    place = columns.gathered(unit_vectors(grid.lat[..., 0], grid.lon[..., 0]))
    at = water_error.zeros()
    nodal = each(lambda w: jax.numpy.zeros((*w.shape[:-2], *grid.lat.shape)), at)
    elem, i, j = np.unravel_index(columns.node[40], columns.number.shape)
    nodal = nodal.replace(thickness=nodal.thickness.at[elem, i, j].set(1.0))
    white = water_error.root_transpose(nodal, water.dycore.grid)
    column = columns.gathered(np.asarray(water_error.root(white, water.dycore.grid).thickness)[..., 0])
    away = np.arccos(np.clip(place @ place[40], -1.0, 1.0)) * float(grid.radius)
    assert column[40] == pytest.approx(20.0**2, rel=1e-12)
    assert np.abs(column / column[40] - np.exp(-(away**2) / (2 * 2e6**2))).max() < 0.05


def test_sampled_deviation_is_near_the_exact_one(water, water_error):
    """1 / sqrt(2 samples) of sigma, 5 times that at the worst node."""
    errors = WaterFields(Error(2.0, 2e6, divergent=0.2), Error(20.0, 2e6, balanced=0.9))
    sampled = background_error(water, errors, samples=MEMBERS)
    for name in ("wind", "thickness"):
        one, exact = (getattr(found.variables, name).scale for found in (sampled, water_error))
        assert np.abs(one / exact - 1.0).max() < 5.0 / np.sqrt(2 * MEMBERS)


@pytest.mark.parametrize(
    ("errors", "said"),
    [
        (AirFields(wind=Error(2.0, 2e6), temperature=Error(1.0, 2e6), ps=None), "WaterFields"),
        (WaterFields(wind=Error(2.0, 0.0), thickness=None), "above 0 m"),
        (WaterFields(wind=Error(np.ones(3), 2e6), thickness=None), r"deviation of shape \(3,\) does not fit"),
    ],
)
def test_errors_of_another_model_or_without_length_are_refused(water, errors, said):
    with pytest.raises(ValueError, match=said):
        background_error(water, errors)


@pytest.mark.parametrize("sigma", [-1.0, np.nan, np.inf, [1.0, -2.0]])
def test_a_deviation_below_0_is_refused(sigma):
    with pytest.raises(ValueError, match="deviations of 0 or more"):
        Error(sigma, 2e6)


def test_balanced_thickness_belongs_to_the_wind(water, water_error):
    """It goes with psi as f psi / g does, as far as sigma leaves it room; its slope is the wind's, geostrophically."""
    grid, g = water.dycore.grid, float(water.where.constants.gravity)

    @jax.jit
    @jax.vmap
    def made(white):
        fields = water_error.root(white, grid)
        stream = water_error.variables.wind.stream(white.wind, water_error.nodes, grid)
        return stream, fields.thickness, fields.wind, -curl_sphere(fields.thickness, grid)

    found = made(water_error.white(np.random.default_rng(0), MEMBERS))
    stream, thickness, wind, along = (np.asarray(x)[..., 0] for x in found)
    slope = (stream * thickness).mean(axis=0) / (stream**2).mean(axis=0)
    coriolis, most = np.asarray(grid.coriolis_parameter)[..., 0], np.sqrt(0.9 / 0.8) * 20.0
    assert np.abs(slope - np.clip(coriolis * 2.0 * 2e6 / g, -most, most)).max() < 5.0 * 20.0 / np.sqrt(0.8 * MEMBERS)
    alike = (wind * along).mean(axis=(0, 1)) / np.sqrt((wind**2).mean(axis=(0, 1)) * (along**2).mean(axis=(0, 1)))
    assert (np.sign(coriolis) * alike)[np.abs(coriolis) > 7e-5].min() > 0.5


def test_a_balance_without_a_streamfunction_is_refused(water):
    with pytest.raises(ValueError, match="needs a streamfunction"):
        background_error(water, WaterFields(wind=Error(2.0, 2e6), thickness=Error(20.0, 2e6, balanced=0.9)))
    with pytest.raises(ValueError, match="share of the wind's"):
        background_error(water, WaterFields(wind=Error(2.0, 2e6), thickness=Error(20.0, 2e6, divergent=0.1)))
