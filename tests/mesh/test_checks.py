"""Every fault of a mesh is one sentence that names it; good meshes, whatever meets at their points, pass."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).parents[1] / "parallel"))

from refined import refined_corners

from pysces.mesh.checks import check_mesh
from pysces.mesh.cubed_sphere import cubed_sphere_elements


def cube(ne: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Corner points and elements of a cubed sphere."""
    elements = cubed_sphere_elements(ne)
    points = np.zeros((3, elements.vertices.max() + 1))
    points[:, elements.vertices] = elements.corners
    return points, elements.vertices.copy()


def moved(point: int, to: np.ndarray | float):
    """A mesh with one point elsewhere."""
    points, vertices = cube()
    points[:, point] = to
    return points, vertices


def changed(element: int, corners: list[int] | np.ndarray):
    points, vertices = cube()
    vertices[element] = corners
    return points, vertices


def with_point(point: np.ndarray):
    points, vertices = cube()
    return np.concatenate([points, point[:, None]], axis=1), vertices


def duplicated():
    """One corner of one element has a point of its own where another one is."""
    points, vertices = with_point(cube()[0][:, 7])
    element = int(np.argwhere(vertices == 7)[0, 0])
    vertices[element][vertices[element] == 7] = points.shape[1] - 1
    return points, vertices


def pinched():
    """Two spheres, one turned about a point that they share."""
    points, vertices = cube()
    axis = points[:, 3]
    across = np.cross(axis, points, axis=0)
    turned = points * np.cos(0.1) + across * np.sin(0.1) + np.outer(axis, axis @ points) * (1 - np.cos(0.1))
    opposite = np.argmin(axis @ points)  # which stays, too
    turned[:, opposite] = turned[:, [opposite, 0]] @ [0.999, 0.001]
    turned /= np.linalg.norm(turned, axis=0)
    other = np.where(vertices == 3, 3, vertices + 56 - (vertices > 3))
    return np.concatenate([points, np.delete(turned, 3, axis=1)], axis=1), np.concatenate([vertices, other])


def twice():
    """Two copies of a sphere, turned so that no points coincide."""
    points, vertices = cube()
    c, s = np.cos(0.1), np.sin(0.1)
    turned = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ (np.array([[1, 0, 0], [0, c, -s], [0, s, c]]) @ points)
    return np.concatenate([points, turned], axis=1), np.concatenate([vertices, vertices + points.shape[1]])


def doubly_wound():
    """A cube on its tip covered twice by one closed surface: two poles of six elements each, which go around twice."""
    k = np.arange(6)
    upper, lower = 6 * [np.arcsin(1 / 3)], 6 * [-np.arcsin(1 / 3)]
    lon = np.radians(120.0 * k + 0.1 * (k >= 3))  # no two points at one place
    lons, lats = np.concatenate([[0, 0], lon, lon + np.pi / 3]), np.array([np.pi / 2, -np.pi / 2, *upper, *lower])
    points = np.stack([np.cos(lats) * np.cos(lons), np.cos(lats) * np.sin(lons), np.sin(lats)])
    north = np.stack([0 * k, 2 + k, 8 + k, 2 + (k + 1) % 6], axis=1)
    south = np.stack([0 * k + 1, 8 + (k + 1) % 6, 2 + (k + 1) % 6, 8 + k], axis=1)
    return points, np.concatenate([north, south])


FAULTS = {
    "no elements": ((cube()[0], np.zeros((0, 4), int)), "has no elements"),
    "index": (changed(4, [0, 1, 2, 56]), "element 5 has point 57 at corner 4, but the points are 1 to 56"),
    "index zero": (changed(4, [-1, 1, 2, 3]), "element 5 has point 0 at corner 1"),
    "triangle": (changed(4, [0, 1, 1, 2]), "element 5 has one point at two of its corners, 1, 2, 2, 3"),
    "unused": (with_point(np.array([0.6, 0.0, 0.8])), "point 57 belongs to no element"),
    "nan": (moved(11, np.array([np.nan, 0, 1])), r"point 12 has the coordinates \(nan, 0, 1\)"),
    "infinite": (moved(11, np.inf), r"point 12 has the coordinates \(inf, inf, inf\)"),
    "radius": (moved(11, 1.01 * cube()[0][:, 11]), "point 12 lies 1.01 from the centre, most others 1;"),
    "origin": (moved(11, 0.0), "point 12 lies 0 from the centre"),
    "a point": ((0.0 * cube()[0], cube()[1]), "its points lie 0 from the centre"),
    "beyond numbers": ((1e300 * cube()[0], cube()[1]), "its points lie inf from the centre"),
    "one place": (duplicated(), r"points 8 and 57 are at one place, \("),
    "flipped": (changed(4, cube()[1][4][::-1]), "element 5 .* runs clockwise seen from outside"),
    "not convex": (changed(4, cube()[1][4][[0, 2, 1, 3]]), r"element 5 is not convex at its corner \d \(point \d+\)"),
    "hole": ((cube()[0], np.delete(cube()[1], 4, axis=0)), r"the edge between points \d+ and \d+ belongs to 1 element"),
    "double": ((cube()[0], np.concatenate([cube()[1], cube()[1][4:5]])), r"belongs to 3 element\(s\) \(.*5.*, 55\)"),
    "pinched": (pinched(), "point 4 make more than one ring around it"),
    "two spheres": (twice(), "it has 112 points and 108 elements, a closed sphere of so many elements has 110"),
    "covered twice": (doubly_wound(), r"point [12] go 2 times around it"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named(fault):
    (points, vertices), sentence = FAULTS[fault]
    with pytest.raises(ValueError, match=sentence) as refused:
        check_mesh(points, vertices, "m")
    said = str(refused.value)
    assert said.startswith("Mesh m: ") and said.endswith(".") and "\n" not in said


@pytest.mark.parametrize("radius", [1.0, 6.371e6])
def test_good_meshes_pass(radius):
    for points, vertices in (cube(2), cube(5), refined_corners()):
        check_mesh(radius * points, vertices, "good")
        check_mesh((radius * points).astype(np.float32).astype(float), vertices, "of single precision")
