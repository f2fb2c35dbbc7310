"""docs/develop/add_a_model.md is the model that it builds, and what it says works."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "develop" / "add_a_model.md").read_text()
FOLDER = ROOT / "pysces" / "models" / "layer_advection"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)


@pytest.mark.parametrize("name", ["equations.py", "setup.py"])
def test_the_page_shows_the_files_as_they_are(name):
    head = f"# pysces/models/layer_advection/{name}\n"
    (shown,) = [block.removeprefix(head) for block in BLOCKS if block.startswith(head)]
    assert shown == (FOLDER / name).read_text()


def test_the_model_is_one_small_folder_and_one_line():
    lines = sum(len(path.read_text().splitlines()) for path in FOLDER.glob("*.py"))
    assert lines <= 120 and f"{lines} lines" in PAGE
    mentions = [
        path.relative_to(ROOT).as_posix()
        for folder in ("pysces", "harness")
        for path in (ROOT / folder).rglob("*.py")
        if "layer_advection" in path.read_text() and path.parent != FOLDER
    ]
    assert mentions == ["pysces/models/registry.py"]


def test_its_gradient_runs(capsys):
    pytest.importorskip("jax")
    (block,) = [block for block in BLOCKS if block.startswith("import jax")]
    exec(compile(block, "add_a_model.md", "exec"), {})
    assert 0.1 < float(capsys.readouterr().out) < 1.0
