"""The command ``pysces``: run a case, list cases and options, draw a history.

Bad input ends with one sentence and status 2; a run that blows up with one sentence and status 1.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import re
import shlex
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any, NoReturn

from ..config.presets import preset
from ..config.run import RunConfig
from ..config.toml_text import toml_text
from ..io.ownership import claimed
from ..io.restart import AUTO, Restart
from ..models.registry import MODELS
from ..version import described
from .edge import brief, ending
from .fields_command import add_fields
from .gallery_command import add_gallery
from .launch import end, own_process, start
from .mesh_command import add_mesh
from .namelist_command import add_as, add_namelist
from .plot_command import add_plot, add_summary
from .regrid_command import add_regrid
from .request import request, way_to_say
from .signals import STOP, end_with_parent, ending_at_once
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
        options.parser.error(f"unrecognized arguments: {' '.join(unknown)}{_meant(unknown[0], options.parser)}")
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


class _Parser(argparse.ArgumentParser):
    """One sentence for a wrong command line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"pysces: {brief(message)}; see {self.prog} --help.\n")


def _meant(unknown: str, parser: argparse.ArgumentParser) -> str:
    """What somebody who gives an unknown option may have meant; empty where nothing is near."""
    word = unknown.partition("=")[0]
    near = get_close_matches(word, re.findall(r"(?m)^  (?:-\w.*?, )?(--[\w-]+)", parser.format_help()), n=1)
    said = way_to_say(word.lstrip("-").replace("-", "_")) if parser.prog.endswith("run") else ""
    return f" (did you mean {said or near[0]}?)" if said or near else ""


class _Version(argparse.Action):
    """Prints what this pysces is, when it is asked for, and ends."""

    def __call__(self, parser: Any, *_: Any) -> NoReturn:
        print(described())
        raise SystemExit(0)


class _Stored(argparse.Action):
    """The last value of an option; that another one stood before it is kept for the check of the whole."""

    def __call__(self, parser: Any, namespace: Any, values: Any, option_string: str | None = None) -> None:
        before = getattr(namespace, self.dest, None)
        if before is not None and before != values:
            namespace.twice = f"{option_string} is given twice, as {before} and {values}; leave one of them out."
        setattr(namespace, self.dest, values)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser("pysces", description=DESCRIPTION, epilog=EXAMPLE)
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version, and the commit of a checkout")
    commands = parser.add_subparsers(required=True, metavar="command")
    _add_run(commands.add_parser("run", help="run a test case", epilog=EXAMPLE))
    cases = commands.add_parser("cases", help="list the test cases")
    cases.set_defaults(command=_list_cases)
    about = commands.add_parser("options", help="list every option of a configuration, its default and its meaning")
    about.add_argument("--model", default="theta_l", help=f"whose options: {', '.join(MODELS)}")
    about.set_defaults(command=_list_options)
    add_namelist(commands.add_parser("namelist", help="print what the words of a Fortran namelist become; run nothing"))
    add_plot(commands.add_parser("plot", help="draw a field of a history: map, zonal mean, section, movie"))
    add_summary(commands.add_parser("summary", help="print ranges, means and drifts of a history"))
    climate = commands.add_parser("climate", help="print the jets and temperatures of a Held-Suarez run")
    climate.add_argument("history", help="NetCDF file written by pysces run")
    climate.add_argument("--after", type=float, default=0.0, metavar="DAY", help="leave out the spin-up until this day")
    climate.set_defaults(command=_climate)
    add_fields(commands.add_parser("fields", help="list the fields that streams of output can hold"))
    add_regrid(commands.add_parser("regrid", help="bring a file to latitudes and longitudes"))
    add_gallery(commands.add_parser("gallery", help="draw one picture of each test case"), main)
    for command in commands.choices.values():
        command.set_defaults(parser=command)
    add_mesh(commands.add_parser("mesh", help="make, check, draw and convert meshes"))
    add_twin(commands.add_parser("twin", help="experiments whose truth is known: how near to it does a method come"))
    return parser


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.register("action", None, _Stored)
    parser.add_argument("config", nargs="?", help="TOML configuration, or a namelist of HOMME or CAM")
    add_as(parser)
    parser.add_argument("--case", help="test case (pysces cases)")
    parser.add_argument("--model", help=f"the equations, and their usual choices: {', '.join(MODELS)}; default theta_l")
    parser.add_argument("--ne", type=int, help="elements along a cube edge")
    parser.add_argument("--mesh", metavar="FILE", help="Exodus file of a mesh, in place of a cubed sphere")
    parser.add_argument("--nlev", type=int, help="26, 30, 32 or 72 published levels; else equal steps of pressure")
    parser.add_argument("--days", type=float, help="length of the run")
    parser.add_argument("--backend", help="numpy or jax")
    parser.add_argument("--ranks", type=int, help="processes: MPI ranks on numpy, jax processes on jax; 0: this one")
    parser.add_argument("--devices", type=int, help="jax devices (GPUs, or parts of a CPU) in each process")
    parser.add_argument("-o", "--output", help="NetCDF history; its restart file is written beside it")
    parser.add_argument("--write-initial", metavar="FILE", help="initial file of CAM-SE or E3SM, written at the end")
    parser.add_argument("--every-hours", type=float, help="model time between records")
    parser.add_argument("--set", action="append", default=[], metavar="SECTION.OPTION=VALUE", help="any other option")
    parser.add_argument(
        "--resume",
        metavar="RESTART",
        help="continue a run from its restart file, bit for bit; auto: from its own, if there is one, else start",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace files that pysces wrote")
    parser.add_argument("--quiet", action="store_true", help="print nothing but warnings and errors")
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--nml", action="store_true", help="print the run as a namelist of HOMME, and end")
    instead.add_argument("--toml", action="store_true", help="print the run as TOML, with what is chosen, and end")
    instead.add_argument("--dry-run", action="store_true", help="print how long and large the run would be, and end")
    parser.set_defaults(command=_run, twice="")


def _run(options: argparse.Namespace) -> int:
    """Check that a run can be made, then make it."""
    from ..config.namelists.writing import namelist_text
    from .session import run_with_output
    from .size import planned
    from .stream_files import run_files
    from .voice import Voice

    here = own_process()
    with _notes_printed():
        config, restart = request(options, here)
        files = run_files(config, (options.config,), options.overwrite, again=options.resume == AUTO)
        said = planned(config, restart)
        if options.toml or options.nml:
            return _as_text(config, restart, namelist_text if options.nml else toml_text)
        if options.dry_run or (here is None and config.backend.ranks):
            with claimed(files, config, restart):
                pass  # what is wrong with files is said here, before processes start
        if options.dry_run:
            return _without_running(config, restart, said)
        if here is not None:
            end_with_parent()
            signal.signal(STOP, signal.default_int_handler)  # until the run listens to it
        elif config.backend.ranks:
            return start(config, options.arguments)
        return run_with_output(config, restart, files, Voice(options.quiet, shlex.join(["pysces", *options.arguments])))


def _without_running(config: RunConfig, restart: Restart | None, said: str) -> int:
    """Print what a run would be, what setting it up says of its stability, and a configuration that makes it."""
    from .session import rehearse

    report, chosen = rehearse(config, restart)
    print(f"{said}\n{report}\n\n# as a configuration:\n{toml_text(chosen)}\nnothing was run")
    return 0


def _as_text(config: RunConfig, restart: Restart | None, text: Callable[[RunConfig], str]) -> int:
    """Print the configuration that makes a run, with nothing left to be chosen."""
    from .session import rehearse

    print(text(rehearse(config, restart)[1]), end="")
    return 0


@contextmanager
def _notes_printed() -> Iterator[None]:
    """What a run warns of about its options is one line each on stderr."""
    from .simulation import OptionNote

    others = warnings.showwarning

    def show(message: Any, category: Any, *where: Any, **more: Any) -> None:
        if issubclass(category, OptionNote):
            print(f"pysces: {message}", file=sys.stderr)
        else:
            others(message, category, *where, **more)

    with warnings.catch_warnings():
        warnings.simplefilter("always", OptionNote)
        warnings.showwarning = show
        yield


def _list_cases(_: Any) -> int:
    from ..cases.catalogue import CASES
    from ..cases.shallow_water.catalogue import SHALLOW_CASES
    from ..models.prescribed_wind.cases import WINDS
    from .small_planets import PUBLISHED

    for name, case in (CASES | SHALLOW_CASES).items():
        if name == next(iter(SHALLOW_CASES)):
            print("\nOf shallow water (--model shallow_water):")
        print(f"{name:32s} {case.description}")
        for option, default in case.defaults().items():
            shown = f"{default:.6g}" if isinstance(default, float) else repr(default)
            print(f"    {f'{option} = {shown}':33s} {case.options[option]}")
    print("\nWords of --case that bring planet, levels, step and viscosity of their document, of theta_l:")
    for word, settings in PUBLISHED.items():
        print(f"{word:32s} {settings.case} on {CASES[settings.case].small_radius:g} m, {settings.hours:g} hours")
    print("\nOf given winds (--model prescribed_wind):")
    for name, wind in WINDS.items():
        print(f"{name:32s} {wind.description}")
    print("\nAn option of a case is set with --set case.options.OPTION=VALUE.")
    return 0


def _list_options(options: argparse.Namespace) -> int:
    config = preset(options.model)
    for name, section in config.sections().items():
        print(f"[{name}]")
        for f in dataclasses.fields(section):
            units = f" [{f.metadata['units']}]" if f.metadata["units"] else ""
            default = getattr(getattr(config, name), f.name)
            print(f"{f.name:22s} = {default!r:18}  # {f.metadata['long_name']}{units}{_allowed(f.metadata)}")
        print()
    return 0


def _allowed(about: Mapping[str, Any]) -> str:
    """The values that an option takes, where they are few or have an end."""
    choices = about["choices"]
    said = f"; {'one of' if choices[1:] else 'only'} {', '.join(map(repr, choices))}" if choices else ""
    least = "" if about["least"] is None else f"; at least {about['least']:g}"
    return f"{said}{least}{' or -1' if about['automatic'] else ''}"


def _climate(options: argparse.Namespace) -> int:
    from ..diagnostics.zonal import held_suarez_report, zonal_climate

    _check_held_suarez(options.history)
    print(held_suarez_report(zonal_climate(options.history, options.after)))
    return 0


def _check_held_suarez(history: str) -> None:
    """Refuse a history whose run was neither started nor forced as Held and Suarez say."""
    from ..io.history import history_head

    try:
        config = json.loads(history_head(history)[0].attributes["config"])
        case, suite = config["case"]["name"], config.get("physics", {}).get("suite", "none")
    except (KeyError, TypeError, json.JSONDecodeError):
        raise ValueError(f"{history} does not say its configuration; give a history written by pysces run.") from None
    if "held_suarez" not in (case, suite):
        raise ValueError(
            f"{history} is of case {case!r} with suite {suite!r}, found no 'held_suarez'; give a history of "
            "`pysces run --case held_suarez --set physics.suite=held_suarez`."
        )
    if suite != "held_suarez":
        print(f"pysces: the run has suite {suite!r}, so that its climate is not Held-Suarez'.", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
