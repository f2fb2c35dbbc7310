"""The command ``pysces regrid``: a file on a spectral-element mesh on latitudes and longitudes, and the way back."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator

from ..config.streams import regular_grid
from ..constants import E3SM
from ..geometry.gll_interpolation import regular_points
from ..geometry.grid import sphere_grid
from ..io.column_file import GRIDS, ColumnFile, opened
from ..io.mesh_file import read_mesh
from ..io.regridding import EASTWARD, PAIRS, Regridder, placement, regrid, regridder
from ..mesh.cubed_sphere import Elements, cubed_sphere_elements
from ..mesh.quadrilaterals import elements_from_corners
from .analysis_to_nodes import MODELS, to_nodes

EXAMPLE = "example: pysces regrid wave.nc wave_1deg.nc --resolution 1.0"
SPHERES = ((2, True), (0, True), (0, False))  # map, areas corrected: of HOMME's theta-l, CAM-SE, HOMME's sweqx


def add_regrid(parser: argparse.ArgumentParser) -> None:
    """Give a parser the words of ``pysces regrid``."""
    parser.epilog = EXAMPLE
    parser.add_argument("input", help="NetCDF file of pysces, CAM-SE or HOMME: on ncol, or on elem, i, j")
    parser.add_argument("output", help="NetCDF file to write")
    parser.add_argument(
        "--grid", metavar="LATxLON", help="number of latitudes, with both poles, and of longitudes: 181x360"
    )
    parser.add_argument("--resolution", metavar="DEGREES", help="the spacing of that grid instead: 1.0 is 181x360")
    parser.add_argument("--mesh", metavar="FILE", help="Exodus file of the mesh, if it is not a cubed sphere")
    parser.add_argument(
        "--to-ne",
        type=int,
        metavar="NE",
        help="interpolate an analysis (ERA5) to the nodes of a cubed sphere with this ne",
    )
    parser.add_argument(
        "--to-mesh", metavar="FILE", help="interpolate an analysis to the nodes of the mesh in an Exodus file"
    )
    parser.add_argument("--nlev", type=int, help="with --to-ne, --to-mesh: levels there, as in pysces run; default 30")
    parser.add_argument(
        "--model", choices=MODELS, help=f"with --to-ne: {' or '.join(MODELS)}, whose nodes differ; default {MODELS[0]}"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace an existing file")
    parser.set_defaults(command=_regrid)


def _regrid(options: argparse.Namespace) -> int:
    targets = ("grid", "resolution", "to_ne", "to_mesh")
    if sum(getattr(options, name) is not None for name in targets) != 1:
        raise ValueError("pysces regrid takes one of --grid, --resolution, --to-ne and --to-mesh; give one.")
    if options.to_ne is not None or options.to_mesh is not None:
        _check_output(options.input, options.output, options.overwrite)
        return to_nodes(options)
    if options.nlev is not None or options.model is not None:
        raise ValueError("--nlev and --model are for --to-ne and --to-mesh; leave them out.")
    sizes = regular_grid(options.grid or options.resolution)
    _check_output(options.input, options.output, options.overwrite)
    with opened(options.input) as file:
        to = _regridder(file, options.mesh or "", sizes)
        said = f"pysces regrid to {sizes[0]} x {sizes[1]} by the elements' own basis"
        names = regrid(file, to, options.output, said)
        alone = [name for name in names if name in (*PAIRS, *EASTWARD) and _partner(name) not in names]
    if not names:
        raise ValueError(f"{options.input} has no field on the nodes; nothing was regridded.")
    for name in alone:
        print(f"note: {name} has no {_partner(name)} beside it; near the poles, components alone are not smooth.")
    print(f"wrote {options.output}: {', '.join(names)} on {sizes[0]} x {sizes[1]}")
    return 0


def _partner(name: str) -> str:
    return PAIRS.get(name) or EASTWARD[name]


def _check_output(source: str, name: str, overwrite: bool) -> None:
    folder = os.path.dirname(os.path.realpath(name))
    if not os.path.isdir(folder):
        raise ValueError(f"Cannot write {name}: there is no folder {folder}; make it first.")
    if not os.path.lexists(name):
        return
    if os.path.isdir(name) or (os.path.exists(source) and os.path.samefile(source, name)):
        raise ValueError(f"Cannot write {name}: it is a folder, or the file that is read; give another name.")
    if not overwrite:
        raise ValueError(f"{name} exists; replace it with --overwrite, or give another name.")


def _regridder(file: ColumnFile, mesh: str, sizes: tuple[int, int]) -> Regridder:
    """On the first of the meshes that the file may lie on that it does lie on."""
    refused: list[ValueError] = []
    for elements, number, corrected in _meshes(file, mesh):
        grid = sphere_grid(elements, E3SM, number, 0.0, 0.0, corrected)
        try:
            place = placement(file, grid)
        except ValueError as error:
            refused.append(error)
            continue
        return regridder(place, grid, regular_points(elements, number, *sizes))
    raise (
        refused[0]
        if refused
        else file.refusal("names no mesh and is not on a cubed sphere", "give its mesh with --mesh")
    )


def _meshes(file: ColumnFile, mesh: str) -> Iterator[tuple[Elements, int, bool]]:
    """The mesh that was named, or else the one of the file's own run, or the cubed spheres of its size."""
    mesh = mesh or _own_mesh(file)
    if mesh:
        yield elements_from_corners(*read_mesh(mesh)), *SPHERES[0]
        return
    sizes = {name: len(dimension) for name, dimension in file.data.dimensions.items()}
    columns = next((sizes[f"ncol{ending}"] for ending in GRIDS if f"ncol{ending}" in sizes), 0)
    squares = sizes.get("elem", 0) / 6.0 if not columns else (columns - 2) / 54.0
    ne = round(squares**0.5) if squares > 0 else 0
    if ne >= 1 and ne**2 == squares:
        for sphere in SPHERES:
            yield cubed_sphere_elements(ne), *sphere


def _own_mesh(file: ColumnFile) -> str:
    """The mesh of the run of pysces that wrote a file; empty for a cubed sphere, or another program's file."""
    try:
        return json.loads(file.data.getncattr("config"))["grid"]["mesh"]
    except (AttributeError, ValueError, KeyError, TypeError):
        return ""
