"""The table of options of docs/models/theta_l.md has the defaults of the code."""

from docs.places import ROOT, rows

from pysces.config.presets import homme

PAGE = (ROOT / "docs" / "models" / "theta_l.md").read_text()


def test_options_have_the_defaults_of_the_page():
    page = {name: default for name, default, _ in rows(PAGE, "option")}
    known = {name: value for section in homme().table().values() for name, value in section.items()}
    assert {name: str(known[name]) for name in page} == page
