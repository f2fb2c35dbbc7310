"""Every level of every output of a record, taken times 1 + 1e-9, is noticed, or said to hold less than round-off.

A few records a run, other ones every day; all of them, whole runs too, with `pysces-verify golden --deep --levels`.
"""

from collections import Counter

import pytest
from pysces_harness.golden import record as golden
from pysces_harness.judging import plan, verify
from pysces_harness.kernels.catalogue import registry
from pysces_harness.running.configurations import CONFIGURATIONS

from tests.daily import DAY

SAMPLE = 4  # records a run: half a minute


def todays_records():
    """So many of those that are neither meshes nor whole runs, the next ones every day."""
    short = [name for name, kernel in registry().items() if not kernel.long and name != "mesh"]
    paths = [path for path in golden.find([golden.test_data()]) if path.parent.name in short]
    return [paths[(DAY * SAMPLE + n) % len(paths)] for n in range(SAMPLE)]


@pytest.fixture(scope="module")
def results():
    return verify.verify(plan.golden_checks(todays_records()), [CONFIGURATIONS["numpy-f64"]], levels=1e-9)


def test_no_level_of_todays_records_may_be_off_by_1e9(results):
    """A level that nothing excuses makes its check VACUOUS; PYSCES_SAMPLE=<number> takes that day's records again."""
    assert len(results) >= SAMPLE
    assert not [f"PYSCES_SAMPLE={DAY}: {r.kernel}/{r.case} {r.configuration}: {r.reason}" for r in results if not r.ok]


def test_most_levels_need_no_excuse(results):
    excused = Counter(row["why"] for r in results for row in r.blind)
    levels = sum(r.compared["levels"] * r.compared["fields"] for r in results)
    assert not excused[""] and sum(excused.values()) < 0.1 * levels, excused
