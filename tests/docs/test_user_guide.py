"""What the user guide shows is true: its Python runs, its TOML is a configuration, its commands exist."""

import os
import re
import shlex
from pathlib import Path

import numpy as np
import pytest

from pysces.arrays.backend import use_compilation_cache
from pysces.config.run import read_toml
from pysces.driver.cli import _parser, configuration

DOCS = Path(__file__).parents[2] / "docs"
GUIDE, PARALLEL = ((DOCS / name).read_text() for name in ("use/running.md", "use/parallel.md"))


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, flags=re.DOTALL)


@pytest.mark.parametrize("block", _blocks("python"), ids=["run", "gradient"])
def test_python_of_the_guide_runs(block, capsys):
    if "jax" in block:
        pytest.importorskip("jax")
        use_compilation_cache(Path(os.environ["PYSCES_COMPILATION_CACHE"]) / "tests")
    exec(compile(block, "running.md", "exec"), {})
    last = float(capsys.readouterr().out.split()[-1])
    assert np.isfinite(last) and last != 0.0


def test_toml_of_the_guide_is_a_configuration(tmp_path):
    (block,) = _blocks("toml")
    path = tmp_path / "run.toml"
    path.write_text(block)
    config = read_toml(path)
    assert config.grid.ne == 8 and config.case.options == {"moist": True} and config.output.every_hours == 24.0


def test_commands_of_the_guide_parse():
    commands = re.findall(r"^    (?:mpiexec -n 4 )?pysces (run|plot)( .*)$", GUIDE + PARALLEL, flags=re.MULTILINE)
    assert len(commands) >= 8
    for name, rest in commands:
        options = _parser().parse_args([name, *shlex.split(rest, comments=True)])
        if name == "run":
            configuration(options)
