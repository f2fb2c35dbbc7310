"""The documentation as a site: every page is on it, it builds without a warning, and versions agree."""

import re
import subprocess
import sys
import tomllib

import pytest
from docs.places import ROOT

import pysces

DOCS = ROOT / "docs"
CONTENTS = set(re.findall(r"(?m)^   (/?[\w/]+)$", (DOCS / "contents.rst").read_text()))
PAGES = {str(page.relative_to(DOCS).with_suffix("")) for page in DOCS.rglob("*.md")}


def test_every_page_stands_in_the_contents_once():
    assert CONTENTS == PAGES | {"api", "/README", "/CONTRIBUTING", "/CHANGELOG", "/reference_fortran/README"}
    lines = (DOCS / "contents.rst").read_text().split()
    assert all(lines.count(page) == 1 for page in CONTENTS)


def test_the_site_builds_without_a_warning(tmp_path):
    for library in ("sphinx", "myst_parser", "furo", "sphinxcontrib.mermaid"):
        pytest.importorskip(library, reason="pip install '.[docs]'")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-c", str(DOCS), str(ROOT), str(tmp_path)]
    built = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert built.returncode == 0, built.stderr
    shown = (tmp_path / "docs" / "api.html").read_text()
    assert "pysces.operators.strong.divergence_sphere" in shown and "sum_k d_k (J v^k)" in shown


def test_versions_agree():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert pysces.__version__ == version
    assert f"version: '{version}'" in (ROOT / "meson.build").read_text()
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text()
    assert f"\n## {version}" in (ROOT / "CHANGELOG.md").read_text()
