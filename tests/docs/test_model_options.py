"""The tables of options of docs/models are what runs take: all options of the equations, with their defaults."""

import pytest
from docs.places import ROOT, rows

from pysces.config.presets import preset

SECTIONS = ("time", "viscosity", "dynamics", "physics")
OF_EVERY_MODEL = {"tstep", "ndays", "nmax", "start_date", "calendar", "model"}  # explained in docs/use


@pytest.mark.parametrize("model", ["theta_l", "cam_se"])
def test_every_option_of_the_equations_is_on_the_page_with_its_default(model):
    found = rows((ROOT / "docs" / "models" / f"{model}.md").read_text(), "option | default")
    page = {name: default for name, default, _ in found}
    table = preset(model).table()
    known = {name: str(value) for section in SECTIONS for name, value in table[section].items()}
    assert len(page) == len(found) and page == {n: v for n, v in known.items() if n not in OF_EVERY_MODEL}
