"""CAM's words of history as [output]: nhtfrq of the first tape is the history's, lists of fields become streams.

CAM: cam_history (fincl, fexcl, nhtfrq, mfilt, ndens, avgflag_pertape, empty_htapes, interpolate_output)
"""

from __future__ import annotations

from typing import Any

from .translation import Translation, Words

TAPES = 10
FIELDS = (
    *("PS", "PHIS", "T", "U", "V", "OMEGA", "Z3", "TH", "VOR", "DIV"),
    *("PMID", "PINT", "PDEL", "PDELDRY", "PSDRY", "TMQ", "Q"),
)
OF_PHYSICS = ("PTTEND", "UTEND", "VTEND")  # fields of runs that have any
OF_MONTHS = ("PS", "T", "U", "V", "OMEGA", "Z3")  # of a first tape that names none
DAILY = -24  # nhtfrq of tapes after the first
BITS = {1: 64, 2: 32}  # of ndens
FLAGS = {"A": True, "I": False}  # of avgflag_pertape and of FIELD:FLAG: whether it is a mean


def translate_output(words: Words, to: Translation) -> None:
    """The history's hours, and a stream for every tape that names fields, or whose first one has means of months."""
    hours = _hours(1, words) if "nhtfrq" in words else -1.0
    if hours > 0.0:
        to.set("output", "every_hours", hours)
    for number in range(1, TAPES + 1):
        fields = _texts(words.given.get(f"fincl{number}"))
        if number == 1 and not hours and not fields:
            fields = list(OF_MONTHS)
            to.notes.append(f"h0 holds means over months of {', '.join(fields)}; name others in fincl1.")
        if fields:
            _set_tape(number, fields, words, to)


def _hours(number: int, words: Words) -> float:
    """Of nhtfrq of a tape: hours where it is negative, else physics steps; 0 is a month."""
    frequency = _nth("nhtfrq", number, words, 0 if number == 1 else DAILY)
    if not isinstance(frequency, int) or isinstance(frequency, bool):
        raise ValueError(f"nhtfrq must be a whole number, found {frequency!r}; give one.")
    return -float(frequency) if frequency < 0 else frequency * words.number("dtime") / 3600.0


def _set_tape(number: int, fields: list[str], words: Words, to: Translation) -> None:
    """Its means, and its instants, each in a file of its own where it has both."""
    hours, known = _hours(number, words), _known(number, fields, to)
    every = {"every_hours": hours} if hours else {"every_months": 1}
    flag = _nth("avgflag_pertape", number, words, "A")
    groups: dict[bool, list[str]] = {}
    for name, _, own in (text.partition(":") for text in known):
        kind = str(own or flag).strip().upper()
        if kind not in FLAGS:
            what = f"asks for {name} in h{number - 1} as avgflag {kind!r}"
            return to.refuse("avgflag_pertape", what, "pysces has A (means) and I (instants)")
        groups.setdefault(FLAGS[kind], []).append(name)
    for average, names in groups.items():
        letter = ("a" if average else "i") if len(groups) > 1 else ""
        stream = {"file": f"cam.h{number - 1}{letter}.nc", **every, "fields": list(dict.fromkeys(names))}
        stream |= {"average": True} if average else {}
        to.table.setdefault("output", {}).setdefault("stream", []).append(stream | _form(number, words, to))


def _known(number: int, fields: list[str], to: Translation) -> list[str]:
    """The fields, with their flags, that a run has; the others are noted."""
    physics = OF_PHYSICS if "suite" in to.table.get("physics", {}) else ()
    known = [text for text in fields if text.partition(":")[0] in (*FIELDS, *physics)]
    others = [text.partition(":")[0] for text in fields if text not in known]
    if others:
        to.notes.append(f"h{number - 1} is written without {', '.join(others)}, which the run does not have.")
    return known


def _form(number: int, words: Words, to: Translation) -> dict[str, Any]:
    """Precision, records in a file, and a regular grid."""
    dense, records = _nth("ndens", number, words, 2), _nth("mfilt", number, words, 0)
    if dense not in BITS:
        raise ValueError(f"ndens must be 1 (64 bits) or 2 (32 bits), found {dense!r}.")
    form = {"precision": BITS[dense]} | ({"records_per_file": records} if records else {})
    if _nth("interpolate_output", number, words, False) is not True:
        return form
    nlat, nlon, kind = (_nth(f"interpolate_{word}", number, words, 0) for word in ("nlat", "nlon", "gridtype"))
    if not (nlat and nlon) or kind not in (0, 1):
        what = f"interpolates h{number - 1} to {nlat} x {nlon} points of interpolate_gridtype = {kind or 1}"
        to.refuse("interpolate_output", what, "give interpolate_nlat and interpolate_nlon, with both poles (1)")
        return form
    return form | {"latlon": f"{nlat}x{nlon}"}


def _nth(word: str, number: int, words: Words, without: Any) -> Any:
    """A word's value for a tape, counted from 1; one that is not said is without."""
    value = words.given.get(word)
    values = value if isinstance(value, list) else [value]
    found = values[number - 1] if len(values) >= number else None
    found = found.strip() if isinstance(found, str) else found
    return without if found in (None, "") else found


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [text.strip().upper() for text in values if isinstance(text, str) and text.strip()]
