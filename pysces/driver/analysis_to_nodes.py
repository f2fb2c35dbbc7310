"""What ``pysces regrid --to-ne`` and ``--to-mesh`` do: an analysis brought to the nodes and levels of a run."""

from __future__ import annotations

import argparse

from ..config.presets import preset
from ..io.analysis import write_analysis
from ..models.grids import configured_grid
from ..models.model import own_planet, vertical_coordinate
from .request import levels_of_nlev

NLEV = 30
MODELS = ("theta_l", "cam_se")


def to_nodes(options: argparse.Namespace) -> int:
    """Write the analysis options.input, on latitudes, longitudes and pressure levels, as options.output.

    Raises
    ------
    ValueError for options that do not fit together, and for what the analysis lacks.
    """
    if options.mesh is not None:
        raise ValueError("--mesh names the mesh of the file that is read, and an analysis has none; give --to-mesh.")
    if options.to_mesh == "":
        raise ValueError("--to-mesh needs the name of an Exodus file, found ''; give one, or --to-ne.")
    nlev = NLEV if options.nlev is None else options.nlev
    vertical = {name: value for (_, name), value in levels_of_nlev(nlev).items()}
    grid = {"mesh": options.to_mesh} if options.to_mesh else {"ne": options.to_ne}
    config = preset(options.model or MODELS[0]).with_table({"grid": grid, "vertical": vertical})
    constants = own_planet(config)
    coordinate = vertical_coordinate(config, constants.p0)
    write_analysis(options.input, options.output, configured_grid(config.grid, constants), coordinate)
    where = options.to_mesh or f"ne{options.to_ne}"
    print(f"wrote {options.output}: U, V, T, Q, PS on the nodes of {where} and {coordinate.nlev} levels")
    return 0
