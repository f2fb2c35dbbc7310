"""Level profiles, ulps and worst columns show the defect that was planted, where it was planted."""

import numpy as np
import pytest
from pysces_harness.judging.comparison import Comparison
from pysces_harness.judging.diagnostics import POINTS, ULPS, diagnose, ulp_counts
from pysces_harness.judging.nodes import CLASSES, node_class, node_classes

from pysces.constants import E3SM
from pysces.geometry.grid import cubed_sphere_grid

AXES = ("elem", "i", "j", "lev")


@pytest.fixture(scope="module")
def grid():
    return cubed_sphere_grid(2, E3SM)


def pair(grid, error, spread=1e-15, dtype=np.float64):
    reference = np.ones((*grid.lat.shape[:3], 5))
    return Comparison((reference + error).astype(dtype), reference, np.full(reference.shape, spread), False)


def test_the_planted_point_leads_the_list_and_its_level_the_profile(grid):
    error = np.zeros((*grid.lat.shape[:3], 5))
    error[7, 1, 2, 3], error[4, 0, 0, 1] = 1e-12, 1e-14
    found = diagnose(pair(grid, error), AXES, grid)
    where = np.degrees(grid.lon[7, 1, 2, 0]), np.degrees(grid.lat[7, 1, 2, 0])
    assert found["points"][0][:2] == pytest.approx(where, abs=0.01) and found["points"][0][2] == 3
    assert found["points"][0][3] == pytest.approx(1000, rel=0.01) and len(found["points"]) == 2
    assert np.argmax(found["levels"]["error"]) == np.argmax(found["levels"]["r"]) == 3
    assert found["levels"]["error"][0] == 0.0 and found["by"] == "R"


def test_every_point_is_counted_in_the_bin_of_its_distance(grid):
    error = np.zeros((*grid.lat.shape[:3], 5))
    ulp = np.spacing(1.0)
    error[0, 0, 0, 0], error[1, 0, 0, 0], error[2, 0, 0, 0] = ulp, 3 * ulp, 1e6 * ulp
    counts = ulp_counts(pair(grid, error))
    assert sum(counts) == error.size
    assert (counts[ULPS.index(1)], counts[ULPS.index(4)], counts[-1]) == (1, 1, 1)


def test_ulps_are_those_of_the_ports_precision(grid):
    error = np.full((*grid.lat.shape[:3], 5), np.spacing(np.float32(1.0)))
    counts = ulp_counts(pair(grid, error, dtype=np.float32))
    assert counts[ULPS.index(1)] == error.size


def test_no_more_points_than_a_map_can_show(grid):
    error = 1e-14 * np.random.default_rng(0).random((*grid.lat.shape[:3], 5))
    found = diagnose(pair(grid, error), AXES, grid)["points"]
    assert len(found) == POINTS and [p[3] for p in found] == sorted((p[3] for p in found), reverse=True)


def test_a_vector_field_keeps_the_worse_component(grid):
    reference = np.ones((2, *grid.lat.shape[:3], 5))
    got = reference.copy()
    got[1, 3, 3, 3, 2] += 1e-10
    found = diagnose(Comparison(got, reference, None, False), ("comp", *AXES), grid)
    assert found["by"] == "error / scale" and len(found["points"]) == 1 and found["points"][0][2] == 2


def test_a_column_without_a_sphere_has_no_map(grid):
    one = Comparison(np.full((4, 5), 1.1), np.ones((4, 5)), None, False)
    assert diagnose(one, ("column", "lev"), None)["points"] == []


def test_the_sphere_has_eight_cube_corners_of_three_elements(grid):
    classes = node_classes(grid)
    assert (classes == CLASSES.index("cube corner")).sum() == 24
    assert node_class(grid, 0, 1, 1) == "interior" and node_class(grid, 0, 0, 1) == "edge"
