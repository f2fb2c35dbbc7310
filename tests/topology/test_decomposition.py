"""A mesh cut into parts assembles to the same bits, whatever the number of parts."""

import numpy as np
import pytest

from pysces.mesh.cubed_sphere import cubed_sphere_elements
from pysces.topology.assembly import gather_sum, local_assembly, node_rows
from pysces.topology.connectivity import connect
from pysces.topology.decomposition import decompose
from pysces.topology.partition import cubed_sphere_curve


def assemble_in_parts(d, field):
    """Each part's sums, with the exchange done by hand."""
    parts = [field[:, elements] for elements in d.elements]
    for p, own in enumerate(parts):
        halo = [node_rows(parts[q])[:, d.nodes.send[q, p]] for q in range(d.parts)]
        yield gather_sum(d.copies[p] + 1, own, np.concatenate([node_rows(own), *halo], axis=1))


@pytest.mark.parametrize(("ne", "parts"), [(2, 5), (3, 4), (4, 7), (2, 24), (3, 1)])
def test_sums_are_the_same_bits_on_any_number_of_parts(ne, parts):
    table = connect(cubed_sphere_elements(ne).vertices, 4)
    d = decompose(table, cubed_sphere_curve(ne), parts)
    field = np.random.default_rng(0).standard_normal((2, 6 * ne * ne, 4, 4, 3))
    whole = local_assembly(table).assemble(field)
    for elements, mine in zip(d.elements, assemble_in_parts(d, field)):
        assert np.array_equal(mine, whole[:, elements])


def test_every_element_is_owned_once_and_found_again():
    d = decompose(connect(cubed_sphere_elements(3).vertices, 4), cubed_sphere_curve(3), 4)
    assert np.array_equal(d.elements.ravel()[d.position], np.arange(54))
    assert np.array_equal(np.sort(d.elements[d.real]), np.arange(54)) and d.real.sum() == 54


def test_only_shared_nodes_are_exchanged():
    """A compact piece has far fewer nodes on its rim than inside."""
    d = decompose(connect(cubed_sphere_elements(8).vertices, 4), cubed_sphere_curve(8), 4)
    assert d.nodes.count.sum(axis=0).max() < 0.15 * d.elements.shape[1] * 16
