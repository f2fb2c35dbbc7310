"""Sides, angles and areas of elements that can be worked out by hand."""

import numpy as np
import pytest

from pysces.mesh.made import uniform_mesh
from pysces.mesh.quality import corner_angles, mesh_quality, triangle_areas


def test_the_cube_has_angles_of_120_degrees_and_sixths_of_the_sphere():
    quality = mesh_quality(*uniform_mesh(1))
    np.testing.assert_allclose(quality.angles, 120.0, rtol=1e-14)
    np.testing.assert_allclose(quality.areas, 4 * np.pi / 6, rtol=1e-14)
    np.testing.assert_allclose(quality.sides, np.arccos(1 / 3), rtol=1e-14)
    assert quality.aspects.max() == pytest.approx(1) and quality.ratio == pytest.approx(1)
    assert list(quality.valences) == [3] * 8 and quality.defects == []


@pytest.mark.parametrize("size", [1e-1, 1e-4, 1e-7])
def test_a_small_triangle_has_its_flat_area(size):
    a, b, c = np.eye(3)[2], np.array([size, 0, 1.0]), np.array([0, size, 1.0])
    found = triangle_areas(a, b / np.linalg.norm(b), c / np.linalg.norm(c))
    assert found == pytest.approx(np.arctan(size**2 / (1 + 2 * np.sqrt(1 + size**2))) * 3 / 1, rel=1.0) and found > 0
    assert found == pytest.approx(size**2 / 2, rel=2 * size**2 + 4e-16 / size)


def test_an_octant_is_an_eighth_and_the_other_way_round_negative():
    a, b, c = np.eye(3)
    assert triangle_areas(a, b, c) == pytest.approx(np.pi / 2) and triangle_areas(a, c, b) == pytest.approx(-np.pi / 2)


def test_a_reflex_corner_is_seen():
    flat = np.array([[0.0, 0.0], [1.0, 0.0], [0.2, 0.2], [0.0, 1.0]]) * 1e-3
    corners = np.concatenate([flat, np.ones((4, 1))], axis=1)
    angles = corner_angles((corners / np.linalg.norm(corners, axis=1, keepdims=True))[None])[0]
    assert angles[2] > 180 and angles.sum() == pytest.approx(360, abs=1e-3)


def test_what_misses_the_bounds_is_named():
    points, vertices = uniform_mesh(4)
    squeezed = points * np.array([[1.0], [1.0], [0.15]])
    defects = mesh_quality(squeezed / np.linalg.norm(squeezed, axis=0), vertices).defects
    assert any("an aspect of" in d for d in defects) and any("degrees, more than 150" in d for d in defects)
