"""``pysces-verify compare A B``: what got worse, and what better, from one run to another.

A and B are files that ``--json`` wrote (results or times), or entries of the ledger that --ledger names: a commit (or
how it begins), or a number that counts runs from 0, or from the end: -1 is the newest.
"""

from __future__ import annotations

import argparse
import json
import re
from dataclasses import asdict
from pathlib import Path

from ..errors import BadInput, brief, near, reading
from ..guards import targets
from ..ledger import history
from ..ledger.history import Change, key
from ..report.material import gather


def run(options: argparse.Namespace) -> int:
    """What changed from A to B, each a file of --json or an entry (commit or number) of --ledger; 1 if it got worse."""
    if len(options.words) != 2:
        raise BadInput(f"compare needs two files or entries of a ledger, found {len(options.words)}.")
    before, now = (_rows(word, options.ledger) for word in options.words)
    shared = [k for k in before if k in now]
    if not shared:
        raise BadInput(f"{' and '.join(options.words)} have no kernel, configuration and reference in common.")
    found = [change for k in shared for change in history.changes(before[k], now[k])]
    if options.json:
        targets.text(options.json, json.dumps([asdict(change) for change in found], indent=1))
    _show(found, len(shared), [k for k in before if k not in now], [k for k in now if k not in before])
    return 1 if any(change.worse for change in found) else 0


def _rows(word: str, ledger: Path | None) -> dict[tuple[str, str, str], dict]:
    """The newest row for each kernel, configuration and reference."""
    with reading(word, "a file or an entry"):
        is_file = Path(word).is_file()
    if is_file:
        material = gather([Path(word)])
        return {key(row): row for row in [*history.summary(material.results), *history.times(material.perf)]}
    if ledger is None:
        raise BadInput(f"{brief(word)} is not a file; to compare entries of a ledger, name it with --ledger.")
    return {key(row): row for row in _entry(word, history.read(ledger), ledger)}


def _entry(word: str, rows: list[dict], ledger: Path) -> list[dict]:
    """All rows of a run by its number, or of a commit."""
    runs = list(dict.fromkeys((row["commit"], row["date"]) for row in rows))
    number = int(word) if re.fullmatch("-?[0-9]{1,9}", word) else len(runs)
    if -len(runs) <= number < len(runs):
        wanted = runs[number]
        return [row for row in rows if (row["commit"], row["date"]) == wanted]
    found = [row for row in rows if row["commit"].startswith(word)]
    if not found:
        commits = dict.fromkeys(commit for commit, _ in runs)
        last = runs[-1][0] if runs else "none"
        close = near(word, commits, f"; the newest is {brief(last, 20)}.")
        raise BadInput(f"{ledger} has no entry {brief(word, 40)!r} among its {len(runs)} runs{close}")
    return found


def _show(found: list[Change], shared: int, lost: list, new: list) -> None:
    """Worse first; then better; then what only one of them has."""
    for title, wanted in (("worse", True), ("better", False)):
        for change in (change for change in found if change.worse is wanted):
            print(f"{title}: {change}")
    for title, keys in (("no longer there", lost), ("new", new)):
        for kernel, configuration, reference in keys:
            print(f"{title}: {kernel} in {configuration} against {reference}")
    worse = sum(change.worse for change in found)
    print(f"{shared} compared: {worse} figures worse, {len(found) - worse} better, {len(lost)} lost, {len(new)} new")
