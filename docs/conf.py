"""The documentation as a site: ``sh ci/docs.sh`` builds it from the pages as they are, any warning being an error."""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

project = "pysces"
author = copyright = "the pysces developers"
release = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.mathjax", "sphinxcontrib.mermaid"]
root_doc = "docs/contents"  # the source is the repository, because pages link to files outside docs/
include_patterns = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "reference_fortran/README.md", "docs/**"]
exclude_patterns = ["docs/conf.py"]
myst_heading_anchors = 4
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_fence_as_directive = ["mermaid"]
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings say shapes and units
html_theme = "furo"
html_title = f"pysces {release}"


def as_written(app, what, name, obj, options, lines):
    """Docstrings line by line, as they stand in the source: they are plain text with ``code`` and headings."""
    shown = []
    for line, below in zip(lines, [*lines[1:], ""]):
        if below and not below.strip("-"):
            shown += ["", f"**{line}**", ""]
        elif not line or line.strip("-"):
            shown.append(f"| {escaped(line)}" if line.strip() else "")
    lines[:] = [*shown, ""]


def escaped(line):
    """A line of text without what reStructuredText would read as markup, but for ``code``."""
    parts = re.split(r"(``.+?``)", line)
    return "".join(part if n % 2 else re.sub(r"([\\*`|_])", r"\\\1", part) for n, part in enumerate(parts))


def setup(app):
    """Called by Sphinx."""
    app.connect("autodoc-process-docstring", as_written)
