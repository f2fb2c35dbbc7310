"""The tables of docs/models/theta_l.md are what the code says: symbols by metadata, options with defaults."""

import dataclasses
import importlib

import pytest
from docs.places import ROOT, rows

from pysces.config.presets import homme

PAGE = (ROOT / "docs" / "models" / "theta_l.md").read_text()


@pytest.mark.parametrize(("symbol", "theirs", "ours", "units"), rows(PAGE, "symbol"))
def test_a_symbol_is_the_field_that_has_hommes_name(symbol, theirs, ours, units):
    module, owner, name = ours.rsplit(".", 2)
    declared = {f.name: f.metadata for f in dataclasses.fields(getattr(importlib.import_module(module), owner))}
    assert (declared[name]["homme"], declared[name]["units"]) == (theirs, units)


def test_options_have_the_defaults_of_the_page():
    page = {name: default for name, default, _ in rows(PAGE, "option")}
    known = {name: value for section in homme().table().values() for name, value in section.items()}
    assert {name: str(known[name]) for name in page} == page
