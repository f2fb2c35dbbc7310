"""What a short run writes: the contents of its NetCDF files, without the configuration that they carry."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import netCDF4

from pysces.config.presets import preset
from pysces.driver.session import run_with_output
from pysces.driver.voice import Voice

CONFIGURATION = "config"  # the attribute that repeats what was asked for, whether or not anybody read it
EVERY_CALL = 0.01  # hours, less than any call lasts
OF_FILES = ("time.start_date", "time.calendar")  # options that act on files alone, beside those of [output]
CALLS = 2


def is_of_files(name: str) -> bool:
    """Whether an option, section.name, acts on what is written and on nothing else."""
    return name.startswith("output.") or name in OF_FILES


def with_files(config):
    """So short that it can be tried for every option, and with a history and a restart."""
    output = {"file": "history.nc", "restart": "restart.nc", "every_hours": EVERY_CALL}
    return config.with_table({"time": {"nmax": CALLS * config.time.steps_per_call}, "output": output})


@functools.cache
def usually_written(table: str) -> dict[str, list]:
    """As written, of a configuration's table in JSON; kept, since all options of a model are compared with it."""
    config = json.loads(table)
    return written(preset(config["dynamics"]["model"]).with_table(config))


def written(config) -> dict[str, list]:
    """{file: contents} that a run leaves in the working directory, which must have no NetCDF files that it replaces."""
    before = set(Path().glob("*.nc"))
    assert run_with_output(config, voice=Voice(quiet=True)) == 0
    files = sorted(set(Path().glob("*.nc")) - before)
    found = {path.name: _contents(path) for path in files}
    for path in files:
        path.unlink()
    return found


def _contents(path: Path) -> list:
    with netCDF4.Dataset(path) as data:
        data.set_auto_maskandscale(False)
        sizes = {name: len(dimension) for name, dimension in data.dimensions.items()}
        variables = [(name, v.dimensions, _attributes(v), v[...].tobytes()) for name, v in data.variables.items()]
        return [sizes, _attributes(data), variables]


def _attributes(of) -> dict[str, str]:
    return {name: str(of.getncattr(name)) for name in of.ncattrs() if name != CONFIGURATION}
