"""Shares of a day: together they are everything, and none of two days in a row is the same."""

from itertools import pairwise

import pytest

from tests.daily import DAY, share, turn


@pytest.mark.parametrize("count, parts", [(7, 3), (3, 3), (2, 3), (8, 1)])
def test_every_one_has_its_turn(count, parts):
    many = list(range(count))
    days = [share(many, parts, day) for day in range(20000, 20000 + parts)]
    assert sorted(one for day in days for one in day) == many
    assert all(set(a).isdisjoint(b) for a, b in pairwise(days))


@pytest.mark.parametrize("parts", [2, 3, 14])
def test_a_long_test_runs_on_one_day_of_so_many(parts):
    runs = [number for number in range(parts) if not turn(number, parts).args[0]]
    assert runs == [DAY % parts]
    with pytest.raises(ValueError, match="never comes"):
        turn(parts, parts)
