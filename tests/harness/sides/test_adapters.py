"""Fortran's axis order and tables: nothing is lost on the way there and back."""

import numpy as np
import pytest
from pysces_harness.inputs.fields import sphere
from pysces_harness.sides import adapters

SHAPES = {
    "scalar": ((5, 4, 4, 7), (4, 4, 7, 5)),
    "vector": ((2, 5, 4, 4, 7), (4, 4, 2, 7, 5)),
    "tracers": ((3, 5, 4, 4, 7), (4, 4, 7, 3, 5)),
    "flat": ((5, 4, 4, 1), (4, 4, 5)),
    "matrix": ((3, 2, 5, 4, 4, 1), (4, 4, 3, 2, 5)),
}


@pytest.mark.parametrize("kind", SHAPES)
def test_there_and_back_is_the_identity(kind):
    ours, theirs = SHAPES[kind]
    layout, field = getattr(adapters, kind), np.random.default_rng(0).random(ours)
    fortran = layout(field)
    assert fortran.shape == theirs and fortran.flags.f_contiguous
    assert np.array_equal(layout.back(fortran), field)


def test_every_copy_of_a_node_lies_where_fortran_is_told():
    """Fortran's 1-based addresses lead to nodes of the same latitude and longitude, and to all of them."""
    grid = sphere(2)
    copies, neighbours = adapters._connectivity(grid)
    ids = np.asfortranarray(np.transpose(grid.global_id, (1, 2, 0))).ravel(order="F")
    for elem in range(grid.nelem):
        for b, (i, j) in enumerate(adapters._BOUNDARY):
            found = [ids[n - 1] for n in copies[:, b, elem] if n > 0]
            own = grid.global_id[elem, i, j]
            assert set(found) <= {own} and len(found) + 1 == (grid.global_id == own).sum()
    assert neighbours.max() == grid.nelem and (neighbours != np.arange(1, grid.nelem + 1)).all()


def test_an_unknown_routine_is_not_implemented():
    pytest.importorskip("pysces_reference")
    if "r8_strict" not in __import__("pysces_reference").available():
        pytest.skip("no Fortran build")
    with pytest.raises(NotImplementedError, match="no_such_routine"):
        adapters.Fortran("r8_strict")("sphere_operators:no_such_routine")
