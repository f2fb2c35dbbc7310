"""The command ``pysces``: its commands, and how it ends.

Bad input ends with one sentence and status 2; a run that blows up with one sentence and status 1.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any, NoReturn

from ..version import described
from .climate_command import add_climate
from .command_line import Parser
from .edge import ending
from .fields_command import add_fields
from .gallery_command import add_gallery
from .launch import end, own_process
from .listing_commands import add_cases, add_options
from .mesh_command import add_mesh
from .namelist_command import add_namelist
from .plot_command import add_plot, add_summary
from .regrid_command import add_regrid
from .run_command import add_run
from .signals import ending_at_once
from .twin_command import add_twin

DESCRIPTION = "Spectral-element atmospheric dynamical cores: HOMME theta-l and CAM-SE."
EXAMPLE = "example: pysces run --case baroclinic_wave --ne 8 --days 10 --backend jax --output wave.nc"


def main(arguments: list[str] | None = None) -> int:
    """Entry point; returns the exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # names of files need not be text
    options, unknown = _parser().parse_known_args(arguments)
    if unknown:
        options.parser.refuse_unknown(unknown[0])
    options.arguments = arguments
    try:
        with ending_at_once():
            return options.command(options)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read the output has gone, for instance `head`
        here = own_process()
        if here is not None and here.coordinator:
            os._exit(141)  # JAX would wait for the other processes
        return 141
    except BaseException as error:
        return end(*ending(error))


class _Version(argparse.Action):
    """Prints what this pysces is, when it is asked for, and ends."""

    def __call__(self, parser: Any, *_: Any) -> NoReturn:
        print(described())
        raise SystemExit(0)


def _parser() -> Parser:
    parser = Parser("pysces", description=DESCRIPTION, epilog=EXAMPLE)
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version, and the commit of a checkout")
    commands = parser.add_subparsers(required=True, metavar="command")
    add_run(commands.add_parser("run", help="run a test case", epilog=EXAMPLE))
    add_cases(commands.add_parser("cases", help="list the test cases"))
    add_options(
        commands.add_parser("options", help="list every option of a configuration, its default and its meaning")
    )
    add_namelist(
        commands.add_parser("namelist", help="show what pysces makes of a Fortran namelist, without running it")
    )
    add_plot(commands.add_parser("plot", help="draw a field of a history: map, zonal mean, section, movie"))
    add_summary(commands.add_parser("summary", help="print ranges, means and drifts of a history"))
    add_climate(commands.add_parser("climate", help="print the jets and temperatures of a Held-Suarez run"))
    add_fields(commands.add_parser("fields", help="list the fields that streams of output can hold"))
    add_regrid(commands.add_parser("regrid", help="interpolate a file to latitudes and longitudes"))
    add_gallery(commands.add_parser("gallery", help="draw one picture of each test case"), main)
    for command in commands.choices.values():
        command.set_defaults(parser=command)
    add_mesh(commands.add_parser("mesh", help="make, check, draw and convert meshes"))
    add_twin(
        commands.add_parser("twin", help="run experiments whose truth is known, to see how close a method comes to it")
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
