"""The symbols of the models' equations are the fields that have the Fortran's name and the page's unit."""

import dataclasses
import importlib

import pytest
from docs.places import ROOT, rows

MODELS = {"theta_l": "homme", "cam_se": "cam", "shallow_water": "homme"}
PAGES = {page: (ROOT / "docs" / "models" / f"{page}.md").read_text() for page in MODELS}
SYMBOLS = [(source, *row) for page, source in MODELS.items() for row in rows(PAGES[page], "symbol")]


@pytest.mark.parametrize(("source", "symbol", "theirs", "ours", "units"), SYMBOLS)
def test_a_symbol_is_the_field_that_has_the_fortrans_name(source, symbol, theirs, ours, units):
    module, owner, name = ours.rsplit(".", 2)
    declared = {f.name: f.metadata for f in dataclasses.fields(getattr(importlib.import_module(module), owner))}
    assert (declared[name][source], declared[name]["units"]) == (theirs, units)
