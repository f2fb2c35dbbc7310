"""Vertical coordinates by name, from files in HOMME's ASCII layout, and from TOML tables. Files are read on call only.

ASCII layout: a count, that many A coefficients, a count, that many B coefficients; ``!`` starts a comment. Interfaces
and midpoints stand in two files, as HOMME's vfile_int and vfile_mid, or one after the other in one file, as in data/.
HOMME: hybvcoord_mod:hvcoord_init
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import numpy as np

from .coordinate import (
    VerticalCoordinate,
    coordinate_from_eta,
    coordinate_from_interfaces,
    even_height,
    even_pressure,
    even_sigma,
)
from .dcmip_levels import dcmip2012, dcmip2016_supercell

NAMED_COORDINATES = ("cam_l26", "cam_l30", "cam_l32", "e3sm_l72")
FAMILIES: dict[str, Callable[..., VerticalCoordinate]] = {
    "even_sigma": even_sigma,
    "even_pressure": even_pressure,
    "even_height": even_height,
    "eta": coordinate_from_eta,
    "dcmip2012": dcmip2012,
    "dcmip2016_supercell": dcmip2016_supercell,
}


def count_levels(table: dict, vfile_int: str, name: str) -> int:
    """How many levels a coordinate will have, before it is made; 0 where only making it shows what is wrong.

    table : as for coordinate_from_table; empty where vfile_int, or else the name of a published set, counts.
    """
    nlev, interfaces = table.get("nlev"), table.get("hyai", table.get("etai"))
    if isinstance(nlev, int) and not isinstance(nlev, bool):
        return nlev
    if isinstance(interfaces, list | tuple):
        return len(interfaces) - 1
    source = str(table.get("file") or ("" if table else vfile_int))
    if source.endswith(".toml"):
        return count_levels(_load_toml(Path(source)), "", "")
    if source:
        return len(parse_ascii(_read_text(Path(source)), source)[0]) - 1
    digits = str(table.get("name") or name).rpartition("l")[2]
    return int(digits) if digits.isdecimal() else 0


def named_coordinate(name: str, p0: float = 1.0e5) -> VerticalCoordinate:
    """One of the sets in NAMED_COORDINATES, with p0 [Pa]; data files name their sources. Other names are refused."""
    if name not in NAMED_COORDINATES:
        raise ValueError(
            f"No vertical coordinate is called {name!r}; the known ones are {', '.join(NAMED_COORDINATES)}."
        )
    text = resources.files(__package__).joinpath("data", f"{name}.ascii").read_text(encoding="ascii")
    return coordinate_from_interfaces(*parse_ascii(text, f"{name}.ascii"), p0=p0)


def read_coordinate(
    path: str | os.PathLike, midpoints_path: str | os.PathLike | None = None, p0: float = 1.0e5
) -> VerticalCoordinate:
    """A coordinate from an ASCII file of interfaces (and midpoints), or from a TOML file.

    Parameters
    ----------
    path : file of interface coefficients (HOMME: vfile_int), or a ``.toml`` file with coordinate_from_table's entries.
    midpoints_path : file of midpoint coefficients (HOMME: vfile_mid); None takes those in the first file, or means.
    p0 : reference pressure [Pa]; a TOML file says its own.

    Raises
    ------
    ValueError
        One sentence naming the file and what is wrong with it.
    """
    path = Path(path)
    if path.suffix == ".toml":
        return coordinate_from_table(_load_toml(path), folder=path.parent)
    blocks = parse_ascii(_read_text(path), str(path))
    if midpoints_path is not None:
        blocks = [*blocks[:2], *parse_ascii(_read_text(Path(midpoints_path)), str(midpoints_path))[:2]]
    try:
        return coordinate_from_interfaces(*blocks, p0=p0)
    except ValueError as error:
        raise ValueError(f"Vertical coordinate file {path}: {error}") from None


def coordinate_from_table(table: dict, folder: str | os.PathLike = ".") -> VerticalCoordinate:
    """A coordinate from a configuration table.

    The table holds exactly one of ``name`` (a published set), ``file`` (with ``midpoints_file``; relative to folder),
    ``family`` (even_sigma, even_pressure, even_height, eta, dcmip2012, dcmip2016_supercell) with that function's
    arguments, or ``hyai`` and ``hybi`` (with ``hyam``, ``hybm``).

    Raises
    ------
    ValueError where it holds none or several of these, or arguments that do not fit.
    """
    options = dict(table)
    kinds = [kind for kind in ("name", "file", "family", "hyai") if kind in options]
    if len(kinds) != 1:
        found = kinds or sorted(options)
        raise ValueError(f"A vertical coordinate needs one of name, file, family or hyai, found {found}.")
    try:
        return _BUILDERS[kinds[0]](options, Path(folder))
    except TypeError as error:
        what = f"{kinds[0]} = {table[kinds[0]]!r}"
        raise ValueError(f"The vertical coordinate table with {what} does not fit: {error}.") from None


def parse_ascii(text: str, source: str) -> list[np.ndarray]:
    """The two (interfaces) or four (and midpoints) lists, (lev + 1,) or (lev,) [1], of a file in HOMME's layout.

    Raises
    ------
    ValueError that names source and what is wrong: a count, a number, too few of them or too many.
    """
    tokens = [token for line in text.splitlines() for token in line.split("!")[0].replace(",", " ").split()]
    blocks: list[np.ndarray] = []
    while tokens:
        if len(blocks) == 4:
            raise ValueError(f"Vertical coordinate file {source} has {len(tokens)} numbers after its last list.")
        block, tokens = _take_block(tokens, len(blocks), source)
        blocks.append(block)
    if len(blocks) not in (2, 4):
        raise ValueError(f"Vertical coordinate file {source} holds {len(blocks)} lists; it needs 2 (A, B) or 4.")
    return blocks


def _take_block(tokens: list[str], number: int, source: str) -> tuple[np.ndarray, list[str]]:
    name = ("hyai", "hybi", "hyam", "hybm")[number]
    if not tokens[0].isdecimal() or int(tokens[0]) < 1:
        expected = f"the count of {name} must be a positive integer"
        raise ValueError(f"Vertical coordinate file {source}: {expected}, found {tokens[0]!r}.")
    count = int(tokens[0])
    values, rest = tokens[1 : count + 1], tokens[count + 1 :]
    if len(values) < count:
        raise ValueError(f"Vertical coordinate file {source} ends after {len(values)} of {count} numbers of {name}.")
    return np.array([_number(v, name, k, source) for k, v in enumerate(values)]), rest


def _number(token: str, name: str, k: int, source: str) -> float:
    try:
        return float(token.lower().replace("d", "e"))  # Fortran writes 1.0d-3
    except ValueError:
        raise ValueError(f"Vertical coordinate file {source}: {name}[{k}] is {token!r}, not a number.") from None


def _read_text(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"Vertical coordinate file {path} cannot be read as text: {error}.") from None


def _load_toml(path: Path) -> dict:
    try:
        return tomllib.loads(_read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"Vertical coordinate file {path} is not valid TOML: {error}.") from None


def _from_family(options: dict, folder: Path) -> VerticalCoordinate:
    family = options.pop("family")
    if family not in FAMILIES:
        raise ValueError(
            f"No vertical coordinate family is called {family!r}; the known ones are {', '.join(FAMILIES)}."
        )
    return FAMILIES[family](**options)


def _from_file(options: dict, folder: Path) -> VerticalCoordinate:
    midpoints = options.pop("midpoints_file", None)
    return read_coordinate(folder / options.pop("file"), midpoints and folder / midpoints, **options)


_BUILDERS: dict[str, Callable[[dict, Path], VerticalCoordinate]] = {
    "name": lambda options, folder: named_coordinate(**options),
    "file": _from_file,
    "family": _from_family,
    "hyai": lambda options, folder: coordinate_from_interfaces(**options),
}
