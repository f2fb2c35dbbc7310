"""The command ``pysces mesh``: makes meshes, says how good one is, draws it, and describes it for other tools."""

from __future__ import annotations

import argparse
import json
import os
from typing import Any

import numpy as np

from ..constants import E3SM
from ..geometry.grid import Grid, sphere_grid
from ..io.durable import replacing
from ..io.places import check_image, check_output
from ..mesh.cubed_sphere import Elements, cubed_sphere_elements
from ..mesh.made import Mesh, mesh_of, refined_mesh, stretched_mesh, uniform_mesh
from ..mesh.quadrilaterals import elements_from_corners
from ..mesh.refine import box, cap
from .mesh_shape import shape_lines, shape_report

EXAMPLE = "example: pysces mesh stretch --ne 30 --factor 2 --lat 45 --lon 106 mesh.g"


def add_mesh(parser: argparse.ArgumentParser) -> None:
    """Give a parser the commands below ``pysces mesh``."""
    parser.epilog = EXAMPLE
    commands = parser.add_subparsers(required=True, metavar="command")
    _add_makers(commands)
    info = commands.add_parser("info", help="check a mesh and print how good it is, and the step and viscosity for it")
    _add_subject(info)
    info.add_argument("--json", metavar="FILE", help="also write the figures as JSON")
    info.set_defaults(command=_info)
    plot = commands.add_parser("plot", help="draw a mesh, its elements coloured by the spacing of their nodes")
    _add_subject(plot)
    plot.add_argument("-o", "--image", default="mesh.png", help="image to write")
    plot.add_argument(
        "--centre",
        nargs=2,
        type=float,
        metavar=("LAT", "LON"),
        help="centre of the view [degree]; default: the finest place",
    )
    plot.set_defaults(command=_plot)
    convert = commands.add_parser(
        "convert", help="write the cells of the nodes, or a target grid, for regridding tools"
    )
    _add_subject(convert)
    convert.add_argument("--scrip", metavar="FILE", help="the cells as SCRIP, for ncremap and ESMF")
    convert.add_argument("--ugrid", metavar="FILE", help="the cells as UGRID, for uxarray")
    convert.add_argument("--latlon", metavar="FILE", help="a regular grid as fine as the mesh on average, as SCRIP")
    convert.add_argument("--nlat", type=int, help="cells of the regular grid from pole to pole, half as many as around")
    convert.set_defaults(command=_convert)
    for command in commands.choices.values():
        command.add_argument("--overwrite", action="store_true", help="replace files that pysces mesh wrote, or images")
        command.set_defaults(parser=command)


REGIONS = (
    ("--cap", ("LAT", "LON", "RADIUS"), "refine within a radius of a place [degree]; repeatable"),
    ("--box", ("SOUTH", "NORTH", "WEST", "EAST"), "refine between latitudes and longitudes [degree]; repeatable"),
)


def _add_makers(commands: Any) -> None:
    uniform = commands.add_parser("uniform", help="make a cubed sphere")
    uniform.set_defaults(command=_uniform)
    stretch = commands.add_parser("stretch", help="make a cubed sphere that is stretched to be finer around a place")
    stretch.add_argument("--factor", type=float, required=True, help="how much finer the mesh becomes there, at most")
    stretch.add_argument("--lat", type=float, required=True, help="latitude of the place [degree]")
    stretch.add_argument("--lon", type=float, required=True, help="longitude of the place [degree]")
    stretch.set_defaults(command=_stretch)
    refine = commands.add_parser("refine", help="make a cubed sphere whose elements are cut into 3 x 3 in some regions")
    for word, metavar, about in REGIONS:
        refine.add_argument(
            word, nargs=len(metavar), type=float, action="append", default=[], metavar=metavar, help=about
        )
    refine.add_argument(
        "--levels", type=int, default=1, help="how many times elements are cut; each time makes them 3 times finer"
    )
    refine.set_defaults(command=_refine)
    for maker in (uniform, stretch, refine):
        maker.add_argument("--ne", type=int, required=True, help="elements along a cube edge, of the cubed sphere")
        maker.add_argument("out", help="Exodus file to write")


def _add_subject(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("mesh", nargs="?", help="Exodus file")
    parser.add_argument("--ne", type=int, help="use a cubed sphere instead of a file")


def _uniform(options: argparse.Namespace) -> int:
    return _write(options, uniform_mesh(options.ne), f"ne{options.ne} cubed sphere")


def _stretch(options: argparse.Namespace) -> int:
    mesh = stretched_mesh(options.ne, options.factor, options.lat, options.lon)
    about = (
        f"ne{options.ne} cubed sphere, Schmidt-stretched by {options.factor:g} about {options.lat:g}N {options.lon:g}E"
    )
    return _write(options, mesh, about)


def _refine(options: argparse.Namespace) -> int:
    regions = [*(cap(*numbers) for numbers in options.cap), *(box(*numbers) for numbers in options.box)]
    if not regions:
        raise ValueError("pysces mesh refine needs a region to refine; give --cap or --box, each as often as needed.")
    said = [f"cap {' '.join(f'{x:g}' for x in c)}" for c in options.cap]
    said += [f"box {' '.join(f'{x:g}' for x in b)}" for b in options.box]
    about = f"ne{options.ne} cubed sphere, refined {options.levels} times by 3 in {', '.join(said)}"
    return _write(options, refined_mesh(options.ne, regions, options.levels), about)


def _write(options: argparse.Namespace, mesh: Mesh, title: str) -> int:
    from ..io.mesh_writer import write_exodus

    check_output("mesh", options.out, options.overwrite)
    write_exodus(options.out, *mesh, title)
    print(f"wrote {options.out}: {title}\n{shape_lines(shape_report(*mesh))}")
    return 0


def _subject(options: argparse.Namespace) -> tuple[Elements, str]:
    """The mesh that a command is about, and what it is called."""
    from ..io.mesh_file import read_mesh

    if (options.mesh is None) == (options.ne is None):
        raise ValueError("pysces mesh takes either a mesh file or --ne; give one of them.")
    if options.ne is not None:
        return cubed_sphere_elements(options.ne), f"ne{options.ne} cubed sphere"
    return elements_from_corners(*read_mesh(options.mesh)), options.mesh


def _info(options: argparse.Namespace) -> int:
    from .mesh_choices import run_lines, run_report

    elements, name = _subject(options)
    shape, run = shape_report(*mesh_of(elements)), run_report(elements)
    print(f"{name}\n{shape_lines(shape)}\n{run_lines(run)}")
    if options.json:
        _write_json(options.json, {"mesh": name, **shape, **run}, options.overwrite)
    return 0


def _write_json(name: str, report: dict, overwrite: bool) -> None:
    if os.path.lexists(name) and not overwrite:
        raise ValueError(f"{name} exists; replace it with --overwrite, or give another name.")
    with replacing(name) as file:
        file.write(f"{json.dumps(report, indent=1)}\n".encode())


def _plot(options: argparse.Namespace) -> int:
    from ..diagnostics.mesh_plot import draw_mesh

    check_image(options.image, options.overwrite)
    elements, name = _subject(options)
    print(f"wrote {draw_mesh(options.image, elements, _grid(elements), name, options.centre)}")
    return 0


def _grid(elements: Elements) -> Grid:
    return sphere_grid(elements, E3SM, 2, 0.0, 0.0)


def _convert(options: argparse.Namespace) -> int:
    outputs = [name for name in (options.scrip, options.ugrid, options.latlon) if name]
    if not outputs:
        raise ValueError("pysces mesh convert has nothing to write; give --scrip, --ugrid or --latlon with a file.")
    for name in outputs:
        check_output("grid description", name, options.overwrite)
    if len(set(map(os.path.realpath, outputs))) < len(outputs):
        raise ValueError(f"Two descriptions would be one file, {outputs[-1]}; give them different names.")
    if options.nlat is not None and (options.nlat < 2 or not options.latlon):
        raise ValueError(
            f"A regular grid takes --latlon and cells from pole to pole, found --nlat {options.nlat}; give 2 or more."
        )
    elements, name = _subject(options)
    grid = _grid(elements)
    if options.latlon:
        _convert_latlon(options.latlon, options.nlat or round(np.sqrt(np.pi * (grid.global_id.max() + 1)) / 2))
    if options.scrip or options.ugrid:
        _convert_cells(options, elements, grid, f"cells round the GLL nodes of {name}")
    return 0


def _convert_latlon(path: str, nlat: int) -> None:
    from ..io.grid_descriptions import write_scrip_latlon

    title = f"regular grid of {nlat} x {2 * nlat} cells"
    write_scrip_latlon(path, nlat, title)
    print(f"wrote {path}: {title}")


def _convert_cells(options: argparse.Namespace, elements: Elements, grid: Grid, title: str) -> None:
    from ..geometry.control_cells import control_cells
    from ..io.grid_descriptions import write_scrip, write_ugrid

    cells = control_cells(elements, grid)
    misfit = np.abs(cells.areas / cells.masses - 1).max()
    said = f"{len(cells.masses)} cells, areas equal to quadrature weights within {misfit:.0e}"
    if options.scrip:
        write_scrip(options.scrip, cells, title)
        print(f"wrote {options.scrip}: {said}")
    if options.ugrid:
        write_ugrid(options.ugrid, cells, grid.global_id, title)
        print(f"wrote {options.ugrid}: {said}")
