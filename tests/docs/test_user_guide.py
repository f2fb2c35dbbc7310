"""What the guides show is true: their TOML is a configuration, their commands exist. test_pages_run.py runs them."""

import re
import shlex
from pathlib import Path

from pysces.config.presets import read_toml
from pysces.driver.cli import _parser
from pysces.driver.request import configuration

USE = Path(__file__).parents[2] / "docs" / "use"
PAGES = {page.stem: page.read_text() for page in sorted([*USE.glob("*.md"), *(USE.parent / "evidence").glob("*.md")])}


def blocks(page: str, language: str) -> list[str]:
    """The blocks of a page in a language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", PAGES[page], flags=re.DOTALL)


def block(page: str, language: str) -> str:
    """The only block of a page in a language."""
    (found,) = blocks(page, language)
    return found


def test_python_of_configurations_makes_them():
    names = {}
    exec(compile(block("configuration", "python"), "configuration.md", "exec"), names)
    dry, wave = names["dry"], names["wave"]
    assert dry.viscosity.nu == 1e15 and dry.case.name == dry.physics.suite == "held_suarez"
    assert wave.case.options == {"moist": True} and wave.output.file == "wave.nc" and wave.dynamics.model == "cam_se"


def test_toml_of_the_guide_is_a_configuration(tmp_path):
    path = tmp_path / "run.toml"
    path.write_text(block("configuration", "toml"))
    config = read_toml(path)
    assert config.grid.ne == 8 and config.case.options == {"moist": True} and config.output.every_hours == 24.0


def test_commands_of_the_guides_parse():
    text = "\n".join(PAGES.values()).replace("\\\n", " ")
    commands = re.findall(r"^    (?:mpiexec -n 4 )?pysces (\w+)(.*)$", text, flags=re.MULTILINE)
    assert len(commands) >= 16
    made = {word for name, rest in commands if name == "mesh" for word in rest.split() if word.endswith(".g")}
    for name, rest in commands:
        options = _parser().parse_args([name, *shlex.split(rest, comments=True)])
        if name == "run":
            options.resume = None  # there is no restart here to go on from
            try:
                configuration(options)
            except ValueError as error:  # of a mesh that another command of the pages makes
                assert str(error).endswith("No such file or directory.") and any(mesh in str(error) for mesh in made)
