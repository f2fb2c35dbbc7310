"""Copies of a vertex are added in HOMME's order, and nodes are numbered as HOMME's columns."""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1] / "parallel"))

from refined import refined_corners

from pysces.topology.connectivity import connect


def test_corner_neighbours_follow_clockwise_from_one_edge_to_the_other():
    points, vertices = refined_corners()
    copies = connect(vertices, 4).copies
    at = ([0, 3, 3, 0], [0, 0, 3, 3])  # corners SW, SE, NE, NW
    centres = points[:, vertices].mean(axis=-1)
    more_than_one = 0
    for element, corner in np.ndindex(len(vertices), 4):
        others = copies[2:, element, at[0][corner], at[1][corner]]
        others = others[others >= 0] // 16
        up = points[:, vertices[element, corner]]
        turn = -azimuths(up, centres[:, [element, *others]])[1:] % (2 * np.pi)
        assert np.all(np.diff(turn) > 0)
        more_than_one += others.size > 1
    meeting = np.bincount(vertices.ravel())
    assert more_than_one == meeting[meeting > 4].sum() > 0


def azimuths(up: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Angles around a direction, from the first of some points, counterclockwise seen from outside."""
    up = up / np.linalg.norm(up)
    ahead = points[:, 0] - up * (up @ points[:, 0])
    left = np.cross(up, ahead)
    return np.arctan2(left @ points, ahead @ points)


def test_numbers_count_each_element_along_i_first():
    ids = connect(refined_corners()[1], 4).global_id
    seen = -1
    for element in ids:
        own = element.T.ravel()
        new = own[own > seen]
        np.testing.assert_array_equal(new, np.arange(seen + 1, seen + 1 + new.size))
        seen += new.size
