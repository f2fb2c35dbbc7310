"""Space-filling curves visit every element once and step across edges; pieces cover everything."""

import numpy as np
import pytest

from pysces.mesh.cubed_sphere import cubed_sphere_elements
from pysces.topology.partition import cubed_sphere_curve, partition


@pytest.mark.parametrize("ne", [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 15])
def test_curve_visits_every_element_once(ne):
    assert np.array_equal(np.sort(cubed_sphere_curve(ne)), np.arange(6 * ne * ne))


@pytest.mark.parametrize("ne", [2, 3, 4, 5, 6, 8, 10, 12, 15, 30])
def test_consecutive_elements_share_an_edge(ne):
    vertices = cubed_sphere_elements(ne).vertices[cubed_sphere_curve(ne)]
    shared = (vertices[:-1, :, None] == vertices[1:, None, :]).sum(axis=(1, 2))
    assert np.all(shared == 2)


def test_pieces_cover_the_curve_and_differ_by_one_at_most():
    pieces = partition(96, 7)
    sizes = [p.stop - p.start for p in pieces]
    assert sum(sizes) == 96 and sizes == sorted(sizes, reverse=True) and sizes[0] - sizes[-1] == 1
    assert [p.start for p in pieces[1:]] == [p.stop for p in pieces[:-1]]


@pytest.mark.parametrize("parts", [0, 25])
def test_more_parts_than_elements_are_refused(parts):
    with pytest.raises(ValueError, match="1 to 24 parts"):
        partition(24, parts)
