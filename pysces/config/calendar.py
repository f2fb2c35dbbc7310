"""Dates of a run: when it starts, and what day it is after so many seconds, in the calendars of CF.

CF: https://cfconventions.org/cf-conventions/cf-conventions.html#calendar
"""

from __future__ import annotations

import re
from typing import Any

CALENDARS = ("noleap", "gregorian", "360_day")
FIRST_DAY = "0001-01-01"
_CF_NAMES = {"gregorian": "standard"}  # CF 1.9 took the old name out of use
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?: (\d{2}):(\d{2}):(\d{2}))?")


def cf_calendar(calendar: str) -> str:
    """What CF calls a calendar."""
    return _CF_NAMES.get(calendar, calendar)


def check_date(date: str, calendar: str) -> None:
    """Refuse what is no date of a calendar.

    Raises
    ------
    ValueError in one sentence.
    """
    if date != FIRST_DAY:
        _start(date, calendar)


def time_units(date: str) -> str:
    """Units of time since a date, as files have them."""
    return f"days since {date}" if " " in date else f"days since {date} 00:00:00"


def stamp(date: str, calendar: str, seconds: float) -> str:
    """The date that long after another, as CAM writes it into names of files: year-month-day-second of the day."""
    from datetime import timedelta

    then = _start(date, calendar) + timedelta(seconds=round(seconds))
    of_day = 3600 * then.hour + 60 * then.minute + then.second
    return f"{then.year:04d}-{then.month:02d}-{then.day:02d}-{of_day:05d}"


def month_ends(date: str, calendar: str, months: int, seconds: float) -> list[float]:
    """Seconds from a date to the first of every so-many-th month after it, up to the first one beyond `seconds`."""
    import cftime

    start, ends = _start(date, calendar), [0.0]
    while ends[-1] <= seconds:
        month = start.month - 1 + months * len(ends)
        then = cftime.datetime(start.year + month // 12, month % 12 + 1, 1, calendar=cf_calendar(calendar))
        ends.append((then - start).total_seconds())
    return ends[1:]


def _start(date: str, calendar: str) -> Any:
    import cftime

    found = _DATE.fullmatch(date)
    try:
        if found is None:
            raise ValueError
        return cftime.datetime(*(int(n or 0) for n in found.groups()), calendar=cf_calendar(calendar))
    except ValueError:
        raise ValueError(f"[time] start_date {_wrong(date, calendar)}") from None


def _wrong(date: str, calendar: str) -> str:
    """What is wrong with a date, and the remedy."""
    whole = re.match(rf"{_DATE.pattern}(?= ?[.,+A-Z-]|$)", date.replace("T", " "))
    rest = date[whole.end() :] if whole else ""
    if whole and rest[:1] in (".", ","):
        return f"{date!r} has a fraction of a second, and runs start at whole ones; give {whole[0]!r}."
    if rest:
        return f"{date!r} has a time zone, and models count in UTC alone; give the date in UTC without {rest!r}."
    if whole and "T" in date:
        return f"{date!r} has a T before its time; give {whole[0]!r}."
    return (
        f"{date!r} is not a date of calendar {calendar!r}; give year-month-day, as 2000-01-31 or 2000-01-31 06:00:00."
    )
