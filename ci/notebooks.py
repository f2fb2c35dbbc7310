"""Notebooks of the examples: examples/<name>.py in percent form becomes examples/notebooks/<name>.ipynb.

    python ci/notebooks.py                          # write all again; outputs of unchanged cells stay
    python ci/notebooks.py --execute NAME...        # run these, and keep small outputs (EXAMPLE_NE and others count)
    EXAMPLE_NE=2 EXAMPLE_DAYS=0.0625 python ci/notebooks.py --try   # run all of them (or NAME...), and keep nothing
    python ci/notebooks.py --repository OWNER/NAME  # the code has this address on GitHub now: badges everywhere

The first cell installs pysces where it is missing, as on Colab. If pyproject.toml names a repository on GitHub under
[project.urls], which --repository writes there, that cell installs from it, and badges of Colab and Binder are above it
and on docs/start/notebooks.md. Without an address the cell installs by name.
"""

import argparse
import base64
import io
import re
import sys
import tempfile
import tomllib
from pathlib import Path

try:
    import jupytext
    import nbformat
except ModuleNotFoundError as missing:
    sys.exit(f"ci/notebooks.py needs {missing.name}, which is not installed; pip install -e '.[docs]'.")

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES, NOTEBOOKS = ROOT / "examples", ROOT / "examples" / "notebooks"
NAMES = tuple(sorted(path.stem for path in EXAMPLES.glob("*.py")))
PROJECT, PAGE = ROOT / "pyproject.toml", ROOT / "docs" / "start" / "notebooks.md"
ROW = re.compile(r"(`examples/notebooks/(\w+)\.ipynb`)(?: \[!\[Open.*?\) \[!\[Open.*?\)\]\([^)]*\))?")
GITHUB = re.compile(r"https://github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?/?")
COLAB, BINDER = "https://colab.research.google.com", "https://mybinder.org"
EXTRAS = "jax,io,da,viz,verify"
LONGEST, WIDEST = 4000, 700  # characters of text, pixels of a picture that are kept
INSTALL = """try:
    import pysces.version
except ImportError:  # a fresh machine, such as Colab
    %pip install -q "{what}"
"""
NOT_YET = """    # Until PyPI has it, from a copy of the repository: %pip install -q "/path/to/the/copy[{extras}]"
"""


def address() -> str:
    """The repository's address that pyproject.toml gives, or ""."""
    return tomllib.loads(PROJECT.read_text())["project"].get("urls", {}).get("Repository", "")


def with_address(project: str, repository: str) -> str:
    """The text of pyproject.toml with this address in it."""
    line = f'Repository = "{repository}"'
    if re.search("^Repository = ", project, re.MULTILINE):
        return re.sub("^Repository = .*$", line, project, flags=re.MULTILINE)
    return f"{project.rstrip()}\n\n[project.urls]\n{line}\n"


def page(text: str, repository: str) -> str:
    """The page of notebooks with badges beside the name of each, or with none where there is no address."""
    return ROW.sub(lambda row: f"{row[1]} {badges(row[2], repository)}" if repository else row[1], text)


def notebook(name: str, repository: str | None = None) -> nbformat.NotebookNode:
    """The notebook of an example, without outputs; badges need an address on GitHub, "" leaves them out."""
    made = jupytext.read(EXAMPLES / f"{name}.py")
    repository = address() if repository is None else repository
    distribution = f"pysces-dycore[{EXTRAS}]"
    what = f"{distribution} @ git+{repository}" if repository else distribution
    install = INSTALL.format(what=what) + ("" if repository else NOT_YET.format(extras=EXTRAS))
    first = [nbformat.v4.new_code_cell(install.rstrip())]
    if repository:
        first.insert(0, nbformat.v4.new_markdown_cell(badges(name, repository)))
    made.cells = [*first, *made.cells]
    for number, cell in enumerate(made.cells):
        cell["id"] = f"{name[:40]}-{number}".replace("_", "-")
    made.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return made


def badges(name: str, repository: str) -> str:
    """Badges that open the notebook of an example in Colab and in Binder; ValueError if they could not."""
    found = GITHUB.fullmatch(repository)
    if not found:
        raise ValueError(
            f"Badges need Repository = https://github.com/OWNER/NAME in pyproject.toml, found {repository}."
        )
    path = (NOTEBOOKS / f"{name}.ipynb").relative_to(ROOT).as_posix()
    colab = f"[![Open in Colab]({COLAB}/assets/colab-badge.svg)]({COLAB}/github/{found[1]}/blob/main/{path})"
    return f"{colab} [![Open in Binder]({BINDER}/badge_logo.svg)]({BINDER}/v2/gh/{found[1]}/main?labpath={path})"


def sources(made: nbformat.NotebookNode) -> list[tuple[str, str]]:
    """Kind and text of every cell."""
    return [(cell.cell_type, cell.source) for cell in made.cells]


def kept(name: str) -> nbformat.NotebookNode:
    """The notebook of an example with the outputs that its file has, if its cells but the install are the same."""
    made, place = notebook(name), NOTEBOOKS / f"{name}.ipynb"
    program = len(jupytext.read(EXAMPLES / f"{name}.py").cells)
    before = nbformat.read(place, as_version=4) if place.exists() else nbformat.v4.new_notebook()
    if sources(before)[-program:] == sources(made)[-program:]:
        for cell, old in zip(made.cells[-program:], before.cells[-program:]):
            cell.update({**old, "id": cell["id"]})
    return made


def executed(name: str) -> nbformat.NotebookNode:
    """The notebook of an example with small outputs; it runs in an empty folder."""
    from nbclient import NotebookClient

    made = notebook(name)
    with tempfile.TemporaryDirectory() as folder:
        NotebookClient(made, timeout=3600, resources={"metadata": {"path": folder}}).execute()
    for cell in made.cells:
        cell.metadata = {}
        if cell.cell_type == "code":
            cell.outputs = [_small(output) for output in cell.outputs if output.get("name") != "stderr"]
    return made


def _small(output: nbformat.NotebookNode) -> nbformat.NotebookNode:
    if output.output_type == "stream" and len(output.text) > LONGEST:
        output.text = output.text[: LONGEST // 2] + "\n...\n" + output.text[-LONGEST // 2 :]
    if image := output.get("data", {}).get("image/png"):
        output.data = {"image/png": _smaller_picture(image)}
        output.metadata = {}
    return output


def _smaller_picture(encoded: str) -> str:
    from PIL import Image

    with Image.open(io.BytesIO(base64.b64decode(encoded))) as whole:
        small = whole.convert("RGB")
        small.thumbnail((WIDEST, WIDEST))
    written = io.BytesIO()
    small.quantize(64, dither=Image.Dither.NONE).save(written, format="png", optimize=True)
    return base64.b64encode(written.getvalue()).decode()


def main() -> int:
    """Write notebooks; run those that are named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--execute", nargs="+", default=[], choices=NAMES, metavar="NAME")
    parser.add_argument("--try", dest="tried", nargs="*", metavar="NAME")
    parser.add_argument("--repository", metavar="OWNER/NAME", help="put this address on GitHub into pyproject.toml")
    options = parser.parse_args()
    if options.repository and not GITHUB.fullmatch(f"https://github.com/{options.repository}"):
        parser.error(f"--repository takes OWNER/NAME, as in some/pysces, found {options.repository}")
    if options.repository:
        PROJECT.write_text(with_address(PROJECT.read_text(), f"https://github.com/{options.repository}"))
    if options.tried is not None:
        for name in options.tried or NAMES:
            executed(name)
            print(f"{name} runs", flush=True)
        return 0
    NOTEBOOKS.mkdir(exist_ok=True)
    PAGE.write_text(page(PAGE.read_text(), address()))
    for name in options.execute or NAMES:
        made = executed(name) if options.execute else kept(name)
        nbformat.write(made, NOTEBOOKS / f"{name}.ipynb")
        print(f"wrote {name}.ipynb", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
