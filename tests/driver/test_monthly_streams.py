"""Streams by the months of a calendar: when they have records, in which files, and what their means are of."""

import dataclasses

import numpy as np
import pytest

from pysces.config.presets import homme
from pysces.config.streams import StreamOptions
from pysces.driver.stream_times import records_of

pytest.importorskip("netCDF4")
xarray = pytest.importorskip("xarray")
DAY = 48  # remap calls of half an hour
STREAM = StreamOptions(file="s.nc", every_months=1, fields=["T"], average=True)


def config(start="2000-01-01", calendar="noleap", days=100, **more):
    return homme(ne=2, ndays=days, tstep=600.0, rsplit=3, **more).with_table(
        {"time": {"start_date": start, "calendar": calendar}}
    )


@pytest.mark.parametrize(
    "start, calendar, months, days",
    [
        ("2000-01-01", "noleap", 1, [31, 59, 90, 120, 151]),
        ("2000-01-01", "gregorian", 1, [31, 60, 91, 121, 152]),
        ("2000-01-11", "360_day", 1, [20, 50, 80, 110, 140]),
        ("2000-11-30 12:00:00", "noleap", 3, [62.5, 151.5, 243.5]),
    ],
)
def test_a_month_ends_where_the_calendar_says(start, calendar, months, days):
    found = records_of(dataclasses.replace(STREAM, every_months=months), config(start, calendar))
    assert [end / DAY for end in found.months] == [0, *days]
    assert found.first == days[0] * DAY and not found.holds(0) and found.ends(0)
    assert found.to_next(1) == found.first - 1 and found.to_next(found.first) == (days[1] - days[0]) * DAY
    assert found.latest(found.first - 1) is None and found.latest(found.first + 5) == found.first


def test_windows_and_files_are_of_months():
    late = dataclasses.replace(STREAM, start_hours=24.0, end_hours=24.0 * 119, records_per_file=2)
    found = records_of(late, config())
    assert [n / DAY for n in range(101 * DAY) if found.holds(n)] == [59, 90]  # the first month had begun before
    assert found.of_files(100 * DAY) == [(59 * DAY, 90 * DAY)] and found.first_of_file(90 * DAY) == 59 * DAY
    instants = records_of(dataclasses.replace(STREAM, average=False, records_per_file=1), config())
    assert instants.of_files(70 * DAY) == [(0, 0), (31 * DAY, 31 * DAY), (59 * DAY, 59 * DAY)]
    assert records_of(STREAM, config(days=3)).of_files(3 * DAY) == [(31 * DAY, 31 * DAY)]


def test_a_month_that_ends_within_a_call_is_refused():
    with pytest.raises(ValueError, match=r"not a whole number of remap calls of 1800 s; use a tstep"):
        records_of(STREAM, config("2000-01-01 00:10:00"))


def test_a_run_writes_the_mean_of_what_it_saw_of_a_month(tmp_path):
    """Six hours round the end of a month, of which three belong to it."""
    from pysces.driver.session import run_with_output

    streams = [
        {"file": str(tmp_path / "month.nc"), "every_months": 1, "fields": ["T", "PS"], "average": True},
        {"file": str(tmp_path / "instants.nc"), "every_steps": 3, "fields": ["T", "PS"]},
    ]
    levels = {"vertical": {"table": {"family": "even_pressure", "nlev": 4, "eta_top": 0.1}}}
    asked = config("2001-02-28 21:00:00", days=0.25).with_table(levels | {"output": {"stream": streams}})
    with pytest.warns(UserWarning, match="has a record at the end of every month"):
        assert run_with_output(asked) == 0
    with xarray.open_dataset(tmp_path / "month.nc") as means, xarray.open_dataset(tmp_path / "instants.nc") as seen:
        assert [str(t) for t in means.time_bnds.values.ravel()] == ["2001-02-28 21:00:00", "2001-03-01 00:00:00"]
        for name in ("T", "ps"):
            np.testing.assert_allclose(means[name][0], seen[name][1:7].mean("time"), rtol=1e-14)
