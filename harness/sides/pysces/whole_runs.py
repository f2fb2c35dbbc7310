"""pysces as a user starts it: words make a RunConfig, the driver makes everything else and marches."""

from __future__ import annotations

from typing import Any

import numpy as np

from pysces.arrays.backend import Backend
from pysces.arrays.fields import to_record
from pysces.config.presets import preset
from pysces.config.run import RunConfig
from pysces.driver.simulation import Moment, Simulation, march, simulation
from pysces.geometry.grid import Grid

from ...registry import Settings
from ..fortran.whole_runs import CAM_L30, TOP, padded
from ..meshes import file_of

RECORDS = {"theta_l": "homme", "cam_se": "cam"}  # whose names a model's fields have in records


def config_of(settings: Settings) -> RunConfig:
    """The configuration that the words of a case make, as ``pysces run`` makes it of --ne, --nlev and --set."""
    config = preset(settings["model"])
    words = {word: settings[word] for word in config.words() if word in settings and word not in ("nlev", "backend")}
    if words.get("mesh"):
        words["mesh"] = str(file_of(words["mesh"]))
    config = config.with_options(**words)
    table: dict[str, Any] = {"backend": settings["backend"], "time": {"nmax": 0}}
    if settings["nlev"] != CAM_L30 or "eta_top" in settings:
        steps = {"family": "even_pressure", "nlev": settings["nlev"], "eta_top": settings.get("eta_top", TOP)}
        table["vertical"] = {"table": steps | ({"eta_c": settings["eta_c"]} if "eta_c" in settings else {})}
    table["time"]["nmax"] = settings.get("calls", 1) * config.time.steps_per_call
    return config.with_table(table)


def simulation_of(settings: Settings) -> Simulation:
    """The run that the words make."""
    return simulation(config_of(settings))


def first(run: Simulation) -> dict[str, Any]:
    """The state that a run starts from."""
    return _fields(run, next(march(run)))


def last(run: Simulation) -> dict[str, Any]:
    """The state at its end, in every process."""
    *_, moment = march(run)
    return _fields(run, moment)


def _fields(run: Simulation, moment: Moment) -> dict[str, Any]:
    """A whole state by its names in records."""

    def named() -> dict[str, Any]:
        state = moment.state
        mass = {} if state.tracer_mass is None else {"Qdp": state.tracer_mass}
        return to_record(state.dynamics, RECORDS[run.config.model]) | mass

    return run.layout.broadcast(named)


def rounded(run: Simulation, fields: dict[str, Any]) -> dict[str, Any]:
    """Fields of the host in the precision of the run."""
    return Backend("numpy", run.config.backend.precision).asarray(fields)


def copies_of(grid: Grid) -> np.ndarray:
    """(copy, elem, i, j, 1): the other copies of each node in the order in which they are added.

    Nodes are counted from 1, element by element, j fastest; 0: no more.
    """
    return np.asarray(grid.assembly.copies, float)[..., None]


def first_nodes(grid: Grid) -> np.ndarray:
    """(elem, i, j, 1): the lowest number among all copies of each node, counted as in copies_of."""
    _, lowest, which = np.unique(grid.global_id, return_index=True, return_inverse=True)
    return 1.0 + lowest[which].reshape(grid.global_id.shape)[..., None]


def neighbours_of(grid: Grid) -> np.ndarray:
    """(elem, 1, 1, AROUND): the elements around each, counted from 1, in order; 0 in front where there are fewer."""
    around = np.asarray(grid.assembly.neighbours)
    own = np.arange(grid.nelem)[:, None]
    found = np.sort(np.where(around == own, 0, around + 1), axis=-1)
    return padded(found)[:, None, None, :]
