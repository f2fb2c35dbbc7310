"""Ten steps of the moist baroclinic wave, HOMME's and CAM-SE's, and whether two results have the same bits."""

import numpy as np
from refined import refined_grid

from pysces.arrays.backend import to_numpy
from pysces.config.presets import preset
from pysces.config.run import RunConfig
from pysces.driver.layout import lay_out
from pysces.io.restart import named_arrays
from pysces.models.model import World, planet, vertical_coordinate
from pysces.models.registry import find_model

CALLS, LEVELS = 5, {"family": "even_pressure", "nlev": 4, "eta_top": 0.05}
MODELS, MESHES = ("theta_l", "cam_se"), (4, 3)  # ne3: 4 parts do not share 54 elements evenly
REFINED = 0  # in place of ne: the mesh of refined.py


def wave(model: str, ne: int, **backend) -> RunConfig:
    table = {"vertical": {"table": LEVELS}, "case": {"tracers": True, "options": {"moist": True}}, "backend": backend}
    mesh = {"ne": ne, "tstep": 300.0} if ne != REFINED else {"ne": 2, "tstep": 100.0, "nu": 2e17}
    return preset(model).with_options(**mesh, nmax=10, rsplit=2).with_table(table)


def _refined(config: RunConfig) -> World:
    constants = planet(config)
    return World(refined_grid(), vertical_coordinate(config, constants.p0), constants)


def marched(model: str, ne: int, **backend) -> tuple[dict, dict]:
    """The arrays of the wave at its start and after ten steps, all elements, in every process."""
    config = wave(model, ne, **backend)
    setting = find_model(model).setup(config, _refined(config) if ne == REFINED else None)
    layout = lay_out(config.backend, setting.dycore.grid)
    start = layout.put(setting.state)
    whole = to_numpy if layout.parts is None else layout.parts.get
    return tuple(named_arrays(whole(state)) for state in (start, layout.put(setting.dycore).run(start, CALLS)))


def different(ours: tuple[dict, dict], theirs: tuple[dict, dict]) -> list[str]:
    """Names of arrays that have other bits; a result that did not move is different from everything."""
    (_, end), (start, reference) = ours, theirs
    still = [name for name in reference if np.array_equal(reference[name], start[name])]
    return still + [n for n in reference if n not in end or end[n].tobytes() != reference[n].tobytes()]
