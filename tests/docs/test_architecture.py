"""The tables of docs/develop/architecture.md are what the code is: floors of rooms, libraries, protocols."""

import ast
import re
from itertools import groupby

from docs.places import ROOT
from test_layers import ONLY_IN, ROWS

from tests.harness.test_layers import ROWS as HARNESS_ROWS

PAGE = (ROOT / "docs" / "develop" / "architecture.md").read_text()


def table(heading):
    """Rows of the first table under a heading as tuples of cells."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = section[section.index("\n|") + 1 :].split("\n\n")[0].splitlines()
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines[2:]]


def floors(heading):
    """The rooms of each floor, top first; floors are numbered from 1 without a gap."""
    rows = [(int(number), room.strip("`")) for number, room, _ in table(heading)]
    found = {number: {room for _, room in group} for number, group in groupby(rows, key=lambda row: row[0])}
    assert list(found) == list(range(1, len(found) + 1))
    return list(found.values())


def test_rooms_of_pysces_are_those_of_the_layers():
    assert floors("The rooms of pysces") == [set(row.split()) for row in ROWS]


def test_libraries_are_those_of_the_layers():
    found = re.findall(r"^\| `(\w+)` \| ((?:`[\w.]+`(?:, )?)+) \|$", PAGE, flags=re.MULTILINE)
    assert {library: tuple(re.findall(r"`([\w.]+)`", where)) for library, where in found} == ONLY_IN


def test_rooms_of_harness_are_those_of_the_layers():
    assert floors("The rooms of harness") == [set(row.split()) for row in HARNESS_ROWS]


def test_protocols_are_those_of_the_page():
    path = ROOT / "pysces" / "dycore" / "protocols.py"
    classes = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.ClassDef)]
    found = {c.name: {m.name for m in c.body if isinstance(m, ast.FunctionDef)} for c in classes}
    page = table("How the parts talk: the protocols")
    assert {name.strip("`"): set(re.findall(r"`(\w+)`", methods)) for name, methods, _ in page} == found
