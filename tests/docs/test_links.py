"""Every link, every path and every Python name that a page, a docstring or a comment gives exists."""

import os
import re

import pytest
from docs.places import ROOT, anchors, files, links, names, paths, resolves

PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
PAGES.append(ROOT / "reference_fortran" / "README.md")
SOURCES = sorted(
    path
    for folder in ("pysces", "harness", "examples", "ci", "benchmarks")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in (".py", ".toml", ".sh", ".j2")
)
MADE_UP = {
    *("harness/kernels/mass_flux.py", "reference_fortran/operators/mass_flux.F90"),  # add_a_kernel.md's example
    "examples/ne60_to_ne15.g",  # what the command beside its name makes
}


def _id(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=_id)
def test_links_of_a_page_lead_somewhere(page):
    for link in links(page.read_text()):
        target, _, anchor = link.partition("#")
        place = (page.parent / target).resolve() if target else page
        assert _known(place), f"{_id(page)} links to {link}"
        assert not anchor or anchor in anchors(place.read_text()), f"{_id(page)} links to heading {link}"


@pytest.mark.parametrize("page", PAGES, ids=_id)
def test_lines_of_a_page_are_at_most_120_characters(page):
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    if re.search("do not edit|^Written by", text):
        pytest.skip("written by a program")
    long = [line for line in text.splitlines() if len(line) > 120 and not line.startswith(("|", "    "))]
    assert not long, f"{_id(page)}: {long}"


@pytest.mark.parametrize("text", PAGES + SOURCES, ids=_id)
def test_paths_that_a_text_gives_exist(text):
    bases = (text.parent, ROOT / "pysces", ROOT / "harness", ROOT / "reference_fortran")
    missing = {path for path in paths(text.read_text()) if not _known(ROOT / path)}
    missing |= {file for file in files(text.read_text()) if not any(_known(base / file) for base in (ROOT, *bases))}
    assert not missing, f"{_id(text)} names {sorted(missing)}"


def _known(place):
    return place.exists() or os.path.relpath(place, ROOT) in MADE_UP


@pytest.mark.parametrize("page", PAGES, ids=_id)
def test_python_names_that_a_page_gives_exist(page):
    pytest.importorskip("jax")
    missing = {name for name in names(page.read_text()) if not resolves(name)}
    assert not missing, f"{_id(page)} names {sorted(missing)}"


def test_what_is_written_later_or_made_up_is_not_there():
    there = [path for path in MADE_UP if (ROOT / path).exists()]
    assert not there, f"{there} exist: take them out of these lists."


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see `docs/use/running.md`, or ci/test.sh.", {"docs/use/running.md", "ci/test.sh"}),
        ("harness/kernels/{a,b}.py, each", {"harness/kernels/a.py", "harness/kernels/b.py"}),
        ("tests/{a,b}", {"tests/a", "tests/b"}),
        ("`reference_fortran/<room>/x.F90` pysces/models/*", {"reference_fortran", "pysces/models"}),
        ("test_data/homme/theta_l_run/....nc", {"test_data/homme/theta_l_run"}),
        ("components/docs/a.md, my_pysces/b", set()),
    ],
)
def test_paths_are_recognised(text, found):
    assert paths(text) == found


def test_links_files_and_names_are_recognised():
    assert links("[a](b.md#c) [d](https://e) `[f](g)`\n```\n[h](i)\n```\n![j](k.png)") == ["b.md#c", "k.png"]
    assert anchors("# One `two`, three\n## What it is") == {"one-two-three", "what-it-is"}
    assert files("equations/theta_l.py (x/y.md) a/<b>/c.py d.py") == {"equations/theta_l.py", "x/y.md"}
    assert names("from pysces.a import b, c\n`pysces.d.E.f(x)`") == {
        "pysces.a",
        "pysces.a.b",
        "pysces.a.c",
        "pysces.d.E.f",
    }
    assert resolves("pysces.dycore.dycore.Dycore.step") and resolves("pysces.dycore.dycore.Dycore.grid")
    assert not resolves("pysces.dycore.dycore.Dycore.nothing") and not resolves("pysces.nowhere")
