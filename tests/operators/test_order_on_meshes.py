"""Operators keep their order where elements change in size and shape; a bell in a patch is as good as elsewhere."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))

from refined_accuracy import FAMILIES, PATCH, bell_error, operator_errors, orders, patches

LEAST = {"gradient": 2.8, "divergence": 2.8, "Laplacian": 2.5}  # cubic elements: 3 less one derivative's, measured 2.7


@pytest.mark.parametrize("family", FAMILIES)
def test_operators_keep_their_order(family):
    errors = [operator_errors(FAMILIES[family](ne)) for ne in (6, 12)]
    found = {name: orders([e[name] for e in errors])[0] for name in LEAST}
    assert all(found[name] > least for name, least in LEAST.items()), found


def test_a_bell_in_a_patch_is_as_good_as_on_the_uniform_mesh_of_its_resolution():
    coarse, refined, _, fine = patches(3, PATCH).values()
    errors = [bell_error(*mesh) for mesh in (coarse, refined, fine)]
    assert errors[1] < 1.2 * errors[2] and errors[1] < 0.3 * errors[0], errors
