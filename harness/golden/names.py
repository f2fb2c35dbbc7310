"""Names that come out of files: checked before they become a path, and never followed out of their folder."""

from __future__ import annotations

import re
from pathlib import Path

from ..errors import BadInput, brief

LONGEST = 120
NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*")
FILE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_. -]*\.nc")


def checked(where: object, what: str, name: object) -> str:
    """The name, if it is one: letters, digits, ``_-.``, no dot in front, not long."""
    if isinstance(name, str) and len(name) <= LONGEST and NAME.fullmatch(name):
        return name
    raise BadInput(
        f"{where}: {what} is {brief(name, 40)!r}; a name has letters, digits, '_', '-', '.', no dot in front, and at "
        f"most {LONGEST} characters."
    )


def checked_file(path: Path) -> str:
    """The name of a record's own file."""
    if len(path.name) <= LONGEST and FILE.fullmatch(path.name):
        return path.name
    raise BadInput(f"{brief(path)}: rename it; a record's name has letters, digits, '_-. ' and ends in '.nc'.")


def inside(folder: Path, path: Path) -> Path:
    """The path, if it stays in the folder when every link is followed."""
    if not path.resolve().is_relative_to(folder.resolve()):
        raise BadInput(f"{path}: leads out of {folder} by a link; nothing is read or written there.")
    return path
