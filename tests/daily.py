"""What a run of the tests takes of what is long: another share every day, with PYSCES_SAMPLE=<number> that day's."""

import os
import time
from collections.abc import Sequence

import pytest

DAY = int(os.environ.get("PYSCES_SAMPLE", time.time() // 86400))


def share(many: Sequence, parts: int, day: int = DAY) -> list:
    """One of so many shares of them; on as many days in a row each of them has its turn."""
    return list(many[day % parts :: parts])


def turn(number: int, parts: int = 3):
    """The mark of a long test that is run on one of so many days, and is said to be left out on the others."""
    if not 0 <= number < parts:
        raise ValueError(f"Of {parts} days number {number} never comes; use 0 to {parts - 1}.")
    said = f"long: run every {parts} days; today with PYSCES_SAMPLE={number}"
    return pytest.mark.skipif(DAY % parts != number, reason=said)
