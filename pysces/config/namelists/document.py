"""The tables of words as Markdown, for docs/use/namelists.md: ``python -m pysces.config.namelists.document``."""

from __future__ import annotations

from . import cam, homme, shallow_translation, wind_translation
from .translation import fortran
from .words import ACTS, IDLE, ONE_VALUE, Table, Word

TITLES = {ACTS: "acts", ONE_VALUE: "one value", IDLE: "passed over"}


def every_group() -> dict[str, Table]:
    """The tables of HOMME, those of its shallow-water words that are something else there, and those of CAM."""
    of_others = {"ctl_nl, sweqx": shallow_translation.CTL, "ctl_nl, given wind": wind_translation.CTL}
    other = {name: {w: a for w, a in table.items() if a != homme.CTL[w]} for name, table in of_others.items()}
    of_cam = {f"CAM: {name}": table for name, table in cam.GROUPS.items()}
    return homme.GROUPS | other | of_cam


def markdown(groups: dict[str, Table]) -> str:
    """A table of every word of every group, those of one meaning in one row."""
    rows = ["| group | words | it | what, or why |", "|---|---|---|---|"]
    for group, table in groups.items():
        for about, names in _alike(table).items():
            rows.append(f"| {group} | {', '.join(f'`{n}`' for n in names)} | {_kind(about)} | {about.says} |")
    return "\n".join(rows)


def _alike(table: Table) -> dict[Word, list[str]]:
    found: dict[Word, list[str]] = {}
    for name, about in table.items():
        found.setdefault(about, []).append(name)
    return found


def _kind(about: Word) -> str:
    values = f": {', '.join(map(fortran, about.values))}" if about.kind == ONE_VALUE else ""
    return TITLES.get(about.kind, "refused") + values


if __name__ == "__main__":
    print(markdown(every_group()))
