"""Where texts point to: links, paths of files, names of Python things, rows of tables, as found in a text."""

import importlib
import importlib.util
import itertools
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("docs", "pysces", "harness", "tests", "ci", "examples", "reference_fortran", "test_data", "benchmarks")
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
PATH = re.compile(rf"(?<![\w/.<-])(?:{'|'.join(ROOMS)})/(?:[\w./*<>-]|\{{[\w,]*\}})*")
FILE = re.compile(r"(?<![\w/.<>*-])(?:[\w-]+/)+[\w-]+\.(?:py|md|toml|sh|F90)\b(?!\.)")
NAME = re.compile(r"(?<![\w./])(?:pysces|pysces_harness)(?:\.[A-Za-z_]\w*)+")
IMPORT = re.compile(r"^\s*from (pysces[\w.]*) import ([\w, ]+)", re.MULTILINE)
OUTPUT = ("results/",)  # what runs leave behind
OPEN_END = re.compile(r"[*<]|\.\.\.")  # a pattern or a placeholder: what stands before it must exist


def links(markdown: str) -> list[str]:
    """Targets of links that do not leave the repository."""
    prose = re.sub(r"`[^`]*`", "", FENCE.sub("", markdown))
    return [target for target in LINK.findall(prose) if not re.match(r"[a-z]+:", target)]


def anchors(markdown: str) -> set[str]:
    """What GitHub makes of the headings."""
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", markdown), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def paths(text: str) -> set[str]:
    """Paths from the root of the repository, {a,b} written out, cut before the first placeholder."""
    found = (path for match in PATH.findall(text) for path in _written_out(match))
    return {_certain(path) for path in found}


def files(text: str) -> set[str]:
    """Every file with a folder before its name, from wherever it is named."""
    return {file for file in FILE.findall(text) if not file.startswith(OUTPUT)}


def names(text: str) -> set[str]:
    """Dotted names of pysces and its harness, those that are imported too."""
    imported = {f"{m}.{n.strip()}" for m, names in IMPORT.findall(text) for n in names.split(",") if n.strip()}
    return set(NAME.findall(text)) | imported


def rows(page: str, head: str) -> list[tuple[str, ...]]:
    """Rows of the table whose first line begins so, as tuples of cells without backticks."""
    lines = page[page.index(f"| {head} |") :].split("\n\n")[0].splitlines()
    return [tuple(cell.strip().strip("`") for cell in line.strip("|").split(" | ")) for line in lines[2:]]


def resolves(name: str) -> bool:
    """Whether a dotted name is a module, or something that one holds."""
    parts = name.split(".")
    for k in range(len(parts), 0, -1):
        module = ".".join(parts[:k])
        if k == 1 or _is_module(module):
            return _holds(importlib.import_module(module), parts[k:])
    return False


def _is_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def _holds(thing, parts: list[str]) -> bool:
    for part in parts:
        declared = getattr(thing, "__annotations__", {})
        if part in declared and not hasattr(thing, part):
            return True  # a field without default
        if not hasattr(thing, part):
            return False
        thing = getattr(thing, part)
    return True


def _written_out(path: str) -> list[str]:
    pieces = re.split(r"\{([^}]*)\}", path)
    choices = [piece.split(",") if k % 2 else [piece] for k, piece in enumerate(pieces)]
    return ["".join(choice) for choice in itertools.product(*choices)]


def _certain(path: str) -> str:
    found = OPEN_END.search(path)
    return path[: found.start()].rpartition("/")[0] if found else path.rstrip("/.")
