"""Small runs on jax that the tests of assimilation share."""

import pytest

pytest.importorskip("jax")

from assimilation.four_d_var import problem, small_error, small_run


@pytest.fixture(scope="session")
def water():
    """Shallow water at ne2: a jet."""
    return small_run()


@pytest.fixture(scope="session")
def water_error(water):
    """B^1/2 of it: 2 m/s and 20 m, over 2000 km."""
    return small_error(water)


@pytest.fixture(scope="session")
def made(water, water_error):
    """A window of two times."""
    return problem(water, water_error)
