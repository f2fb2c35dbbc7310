"""One process of one run: what is added to pysces, then the command ``pysces run`` itself, then what it had built."""

from __future__ import annotations

import json
import os
import pickle
from pathlib import Path

import netCDF4

from pysces.config.presets import preset
from pysces.driver import cli, launch
from pysces.models.model import Setup
from pysces.models.registry import find_model

from .words import HISTORY

JOB, BUILT, STATUS = "job.pkl", "built.pkl", "status.txt"


def main(folder: str, process: int = 0, address: str = "") -> None:
    """Do the job in a folder, as one of the processes of a configuration; the first one says what came of it."""
    os.chdir(folder)
    words, start, processes = pickle.loads(Path(JOB).read_bytes())
    if processes > 1:  # of JAX; MPI says it by itself
        told = {launch.COORDINATOR: address, launch.RANKS: str(processes), launch.RANK: str(process)}
        os.environ.update(told)
    if start is not None:
        start.register()
    status = cli.main(["run", *words])
    here = launch.own_process()
    if here is None or here.rank == 0:
        if status == 0:
            Path(BUILT).write_bytes(pickle.dumps(built(HISTORY)))
        Path(STATUS).write_text(str(status))


def built(history: str) -> Setup:
    """What the configuration that a history keeps is set up as."""
    with netCDF4.Dataset(history) as data:
        table = json.loads(data.getncattr("config"))
    model = find_model(table["dynamics"]["model"])
    return model.setup(preset(model.name).with_table(table))
