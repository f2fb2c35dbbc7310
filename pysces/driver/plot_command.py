"""The commands ``pysces plot`` and ``pysces summary``: a history as pictures, and in numbers."""

from __future__ import annotations

import argparse
import math

from ..diagnostics.drawable import check_drawable
from ..diagnostics.movies import ENDINGS
from ..diagnostics.projections import FLAT, NAMES
from ..diagnostics.selection import Selection
from ..io.places import check_image


def add_plot(parser: argparse.ArgumentParser) -> None:
    """The words of the command."""
    parser.add_argument("history", help="NetCDF file written by pysces run")
    parser.add_argument("field", nargs="?", default="", help="its name in the file; default: ps, or zs")
    parser.add_argument("--level", type=int, help="counting from 0 at the top; default: the lowest")
    parser.add_argument(
        "--pressure", type=float, metavar="HPA", help="interpolate to this pressure, linearly in its logarithm"
    )
    parser.add_argument(
        "--time",
        "--day",
        dest="day",
        type=float,
        metavar="DAY",
        help="draw the record nearest to this day of the run; default: the last",
    )
    parser.add_argument("--projection", default=FLAT, help=f"{', '.join(NAMES)}, or a name of cartopy's")
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument(
        "--zonal-mean", action="store_true", help="draw the mean over longitude, against latitude and level"
    )
    kinds.add_argument("--section", metavar="LINE", help="lat=DEGREES, lon=DEGREES or LON,LAT,LON,LAT, against level")
    kinds.add_argument("--movie", action="store_true", help="draw all records, as .gif or .mp4")
    parser.add_argument("-o", "--image", help="image to write; default: surface_pressure.png, or FIELD.png")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing image")
    parser.set_defaults(command=_plot)


def add_summary(parser: argparse.ArgumentParser) -> None:
    """The words of the command."""
    parser.add_argument("history", nargs="+", help="NetCDF files written by pysces run")
    parser.set_defaults(command=_summary)


def _plot(options: argparse.Namespace) -> int:
    field = check_drawable(options.history, options.field)
    _check_together(options)
    image = _own_name(field, options) if options.image is None else options.image
    check_image(image, options.overwrite, ENDINGS if options.movie else None)
    chosen = Selection(options.history, field, options.day, options.level, options.pressure)
    print(f"wrote {_drawn(chosen, image, options)}")
    return 0


def _drawn(chosen: Selection, image: str, options: argparse.Namespace) -> str:
    from ..diagnostics import cuts, movies, plots

    if options.zonal_mean:
        return cuts.plot_zonal_mean(chosen, image)
    if options.section is not None:
        return cuts.plot_section(chosen, image, options.section)
    if options.movie:
        return movies.plot_movie(chosen, image, options.projection)
    return plots.plot_history(chosen, image, options.projection)


def _check_together(options: argparse.Namespace) -> None:
    """Refuse words of maps beside pictures of the vertical, and a time beside a movie of all."""
    kind = "--zonal-mean" if options.zonal_mean else "--section" if options.section is not None else ""
    if options.day is not None and not math.isfinite(options.day):
        raise ValueError(f"--time must be a day, found {options.day}.")
    said = {"--level": options.level, "--pressure": options.pressure}
    said |= {"--projection": None if options.projection == FLAT else options.projection}
    for word, value in said.items():
        if kind and value is not None:
            raise ValueError(f"{word} is for maps, and {kind} draws no map; leave one of them out.")
    if options.movie and options.day is not None:
        raise ValueError("--movie shows all records, found --time; leave one of them out.")


def _own_name(field: str, options: argparse.Namespace) -> str:
    """What a picture is called where nobody says."""
    kind = "_zonal_mean" if options.zonal_mean else "_section" if options.section is not None else ""
    if options.movie:
        return f"{field}.gif"
    return "surface_pressure.png" if field == "ps" and not kind else f"{field}{kind}.png"


def _summary(options: argparse.Namespace) -> int:
    from ..diagnostics.summary import summary

    print("\n\n".join(map(summary, options.history)))
    return 0
