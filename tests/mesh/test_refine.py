"""Refined meshes: closed, no node hangs, as fine as asked where asked and untouched far away, well shaped."""

import time
from functools import cache

import numpy as np
import pytest

from pysces.mesh import made, quality
from pysces.mesh.made import refined_mesh, uniform_mesh
from pysces.mesh.quality import mesh_quality
from pysces.mesh.refine import box, cap, refined
from pysces.mesh.smoothing import smoothed, widened
from pysces.topology.connectivity import connect

CASES = {
    "cap": (8, [(cap, (45.0, 106.0, 30.0))], 1),
    "two levels": (6, [(cap, (45.0, 106.0, 15.0))], 2),
    "caps that meet": (8, [(cap, (10.0, 20.0, 25.0)), (cap, (-15.0, 50.0, 20.0)), (cap, (90.0, 0.0, 20.0))], 1),
    "box over Greenwich": (8, [(box, (-20.0, 30.0, 330.0, 40.0))], 1),
}


@cache
def _mesh(name):
    ne, regions, levels = CASES[name]
    return refined_mesh(ne, [make(*numbers) for make, numbers in regions], levels)


@pytest.mark.parametrize("name", CASES)
def test_a_mesh_is_closed_and_good(name):
    points, vertices = _mesh(name)
    connect(vertices, 4)  # refuses a side that is not in two elements: a hanging node makes such sides
    assert points.shape[1] - 2 * len(vertices) + len(vertices) == 2
    assert np.array_equal(np.unique(vertices), np.arange(points.shape[1]))
    found = mesh_quality(points, vertices)
    assert found.defects == []
    assert found.areas.min() > 0 and found.areas.sum() == pytest.approx(4 * np.pi, rel=1e-13)


def test_the_region_is_that_of_the_finer_cubed_sphere_and_the_rest_the_coarse_one():
    (points, vertices), (coarse, _) = _mesh("cap"), uniform_mesh(8)
    centre = np.array(
        [np.cos(np.pi / 4) * np.cos(np.radians(106)), np.cos(np.pi / 4) * np.sin(np.radians(106)), 0.5**0.5]
    )
    middles = points[:, vertices].mean(axis=-1)
    distance = np.degrees(np.arccos(centre @ middles / np.linalg.norm(middles, axis=0)))
    areas = mesh_quality(points, vertices).areas
    expected = mesh_quality(*uniform_mesh(24)).areas
    inside = areas[distance < 30 - 90 / 8]
    assert inside.size > 50 and expected.min() * 0.9 < inside.min() and inside.max() < 1.1 * expected.max()
    far = np.unique(vertices[distance > 125])
    apart = np.sqrt(((points[:, far, None] - coarse[:, None, :]) ** 2).sum(axis=0)).min(axis=1)
    assert far.size > 50 and apart.max() < 1e-15


def test_levels_multiply():
    areas = mesh_quality(*_mesh("two levels")).areas
    uniform = 4 * np.pi / (6 * 6**2)
    assert areas.min() < 1.3 * uniform / 81 and areas.max() > uniform / 2


def test_smoothing_makes_the_worst_angles_better_and_leaves_the_others():
    points, vertices = uniform_mesh(8)
    points, vertices, transition = refined(points, vertices, [cap(45.0, 106.0, 30.0)])
    free = widened(transition, vertices, 2)
    better = smoothed(points, vertices, free)
    before, after = (mesh_quality(p, vertices).angles for p in (points, better))
    assert before.min() < 34 < 38 < after.min() and after.max() < 135 < 145 < before.max()
    np.testing.assert_array_equal(better[:, ~free], points[:, ~free])
    np.testing.assert_allclose((better**2).sum(axis=0), 1.0, rtol=1e-15)


@pytest.mark.parametrize("seed", range(6))
def test_caps_anywhere_make_good_meshes(seed):
    rng = np.random.default_rng(seed)
    numbers = [(rng.uniform(-90, 90), rng.uniform(0, 360), rng.uniform(12, 50)) for _ in range(rng.integers(1, 4))]
    assert mesh_quality(*refined_mesh(int(rng.integers(6, 10)), [cap(*n) for n in numbers])).defects == []


def test_many_elements_take_seconds():
    """5,400 and more in 1.6 s on one core of 2.5 GHz; ten times that would be a loop over elements."""
    start = time.process_time()
    _, vertices = refined_mesh(15, [cap(45.0, 106.0, 55.0)])
    assert len(vertices) > 5400 and time.process_time() - start < 15


def test_a_bad_mesh_is_not_made(monkeypatch):
    unsmoothed = mesh_quality(*refined(*uniform_mesh(6), [cap(0.0, 45.0, 20.0)])[:2])
    monkeypatch.setattr(quality, "LEAST_ANGLE", float(unsmoothed.angles.min()) + 1.0)
    monkeypatch.setattr(made, "smoothed", lambda points, *_: points)
    with pytest.raises(ValueError, match=r"would have an angle of .* degrees, less than .*; move or enlarge"):
        refined_mesh(6, [cap(0.0, 45.0, 20.0)])


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: cap(91, 0, 10), "found 91 0 10; give degrees"),
        (lambda: cap(0, 0, 0), "found 0 0 0; give degrees"),
        (lambda: box(30, 20, 0, 10), "found 30 20 0 10; give degrees"),
        (lambda: refined_mesh(4, [cap(0, 0, 1)]), "No element has its centre in the region"),
        (lambda: refined_mesh(4, [cap(0, 0, 30)], 0), "at least 1 level of refinement, found 0"),
    ],
)
def test_what_cannot_be_refined_is_refused(make, sentence):
    with pytest.raises(ValueError, match=sentence):
        make()
