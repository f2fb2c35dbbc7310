"""The command ``pysces``: run a case, list cases and options, draw a history.

Bad input ends with one sentence and status 2; a run that blows up with one sentence and status 1.
"""

from __future__ import annotations

import argparse
import dataclasses
import signal
import sys
import tomllib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from ..config.namelist import read_namelist
from ..config.presets import from_table, preset, read_toml
from ..config.run import RunConfig
from ..io.restart import Restart, read_restart
from ..models.registry import MODELS
from .edge import brief, ending
from .launch import Place, end, start, this_place
from .signals import STOP, end_with_parent, ending_at_once

DESCRIPTION = "Spectral-element atmospheric dynamical cores: HOMME theta-l and CAM-SE."
EXAMPLE = "example: pysces run --case baroclinic_wave --ne 8 --days 10 --backend jax --output wave.nc"
CHANGEABLE = (  # and all of [output], when a run is resumed
    ("time", "ndays"),
    ("time", "nmax"),
    ("backend", "cache"),
    ("backend", "ranks"),
    ("backend", "devices"),
)
PUBLISHED_LEVELS = {26: "cam_l26", 30: "cam_l30", 32: "cam_l32", 72: "e3sm_l72"}


def main(arguments: list[str] | None = None) -> int:
    """Entry point; returns the exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # names of files need not be text
    options = _parser().parse_args(arguments)
    options.arguments = arguments
    try:
        with ending_at_once():
            return options.command(options)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read the output has gone, for instance `head`
        return 141
    except BaseException as error:
        return end(*ending(error))


class _Parser(argparse.ArgumentParser):
    """One sentence for a wrong command line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"pysces: {brief(message)}; see {self.prog} --help.\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser("pysces", description=DESCRIPTION, epilog=EXAMPLE)
    commands = parser.add_subparsers(required=True, metavar="command")
    _add_run(commands.add_parser("run", help="run a test case", epilog=EXAMPLE))
    cases = commands.add_parser("cases", help="list the test cases")
    cases.set_defaults(command=_list_cases)
    about = commands.add_parser("options", help="list every option of a configuration, its default and its meaning")
    about.add_argument("--model", default="theta_l", help=f"whose options: {', '.join(MODELS)}")
    about.set_defaults(command=_list_options)
    plot = commands.add_parser("plot", help="draw the surface pressure of a history and its minimum in time")
    plot.add_argument("history", help="NetCDF file written by pysces run")
    plot.add_argument("--image", default="surface_pressure.png", help="image to write")
    plot.add_argument("--overwrite", action="store_true", help="replace an image that is there")
    plot.set_defaults(command=_plot)
    climate = commands.add_parser("climate", help="print the jets and temperatures of a Held-Suarez run")
    climate.add_argument("history", help="NetCDF file written by pysces run")
    climate.add_argument("--after", type=float, default=0.0, metavar="DAY", help="leave out the spin-up until this day")
    climate.set_defaults(command=_climate)
    return parser


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("config", nargs="?", help="TOML configuration, or a HOMME namelist (.nl)")
    parser.add_argument("--case", help="test case (pysces cases)")
    parser.add_argument("--model", help=f"the equations, and their usual choices: {', '.join(MODELS)}; default theta_l")
    parser.add_argument("--ne", type=int, help="elements along a cube edge")
    parser.add_argument("--nlev", type=int, help="26, 30, 32 or 72 published levels; else equal steps of pressure")
    parser.add_argument("--days", type=float, help="length of the run")
    parser.add_argument("--backend", help="numpy or jax")
    parser.add_argument("--ranks", type=int, help="processes: MPI ranks on numpy, jax processes on jax; 0: this one")
    parser.add_argument("--devices", type=int, help="jax devices (GPUs, or parts of a CPU) in each process")
    parser.add_argument("--output", help="NetCDF history; its restart file is written beside it")
    parser.add_argument("--every-hours", type=float, help="model time between records")
    parser.add_argument("--set", action="append", default=[], metavar="SECTION.OPTION=VALUE", help="any other option")
    parser.add_argument(
        "--resume",
        metavar="RESTART",
        help="continue a run from its restart file, bit for bit; auto: from its own, if there is one, else start",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace files that pysces wrote")
    parser.add_argument("--dry-run", action="store_true", help="print how long and large the run would be, and end")
    parser.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    from .destination import check_input

    check_input(options.config)
    with _notes_printed():
        here = this_place()
        config, restart = _begin(options, here)
        return _go(options, here, config, restart)


def _begin(options: argparse.Namespace, here: Place | None) -> tuple[RunConfig, Restart | None]:
    """The configuration of a run, and what it goes on from."""
    from .destination import AUTO, own_restart

    if options.resume and options.overwrite:
        raise ValueError("--resume goes on with files and --overwrite replaces them; give one of them.")
    if options.resume and options.resume != AUTO:
        restart = read_restart(options.resume)
        return resumed(options, _kept(restart, options, here)), restart
    config = configuration(options)
    found = own_restart(config.output.restart, say=here is None or here.rank == 0) if options.resume else None
    return (config if found is None else checked(config, _kept(found, options, here))), found


def _kept(restart: Restart, options: argparse.Namespace, here: Place | None) -> RunConfig:
    """The configuration of the run that goes on; in one of several processes, their number is that of now."""
    kept = from_table(restart.config, options.resume)
    return kept if here is None else _with_backend(kept, ranks=0)


def _go(options: argparse.Namespace, here: Place | None, config: RunConfig, restart: Restart | None) -> int:
    """Check that a run can be made, then make it."""
    from .destination import AUTO, check_libraries, claimed, files_of, is_first_try
    from .session import run_with_output
    from .size import check_size, described, size_of

    files = files_of(config, (options.config,), options.overwrite)
    if options.resume == AUTO and restart is None:
        files = dataclasses.replace(files, overwrite=is_first_try(files, config))
    check_libraries(config)
    size = size_of(config)
    check_size(size)
    if options.dry_run or (here is None and config.backend.ranks):
        with claimed(files, config, restart):
            pass  # what is wrong with files is said here, before processes start
    if options.dry_run:
        print(described(config, size))
        return 0
    if here is None:
        return start(config, options.arguments) if config.backend.ranks else run_with_output(config, restart, files)
    end_with_parent()
    signal.signal(STOP, signal.default_int_handler)  # until the run listens to it
    return run_with_output(_with_backend(config, ranks=config.backend.ranks or here.size), restart, files)


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


def _with_backend(config: RunConfig, **changes: Any) -> RunConfig:
    return dataclasses.replace(config, backend=dataclasses.replace(config.backend, **changes))


def resumed(options: argparse.Namespace, kept: RunConfig) -> RunConfig:
    """The configuration of a run that goes on: its own, but for its length and its output."""
    return checked(
        (_from_file(options) if options.config else kept).with_table(_table(options), "the command line"), kept
    )


def checked(asked: RunConfig, kept: RunConfig) -> RunConfig:
    """What is asked for, where it only changes what a run that goes on may change."""
    for section, entries in kept.table().items():
        for name, value in entries.items():
            found = getattr(getattr(asked, section), name)
            if found != value and (section, name) not in CHANGEABLE and section != "output":
                raise ValueError(
                    f"--resume goes on with the run's own [{section}] {name} = {value!r}, found {found!r}; "
                    "leave it out, or start a new run."
                )
    return asked


def configuration(options: argparse.Namespace) -> RunConfig:
    """The configuration of a command line: the model's usual choices, the file's, then what the command line says."""
    config = _from_file(options) if options.config else preset(options.model or "theta_l")
    return config.with_table(_table(options), "the command line")


def _from_file(options: argparse.Namespace) -> RunConfig:
    if options.config.endswith(".toml"):
        return read_toml(options.config, preset(options.model) if options.model else None)
    config, passed_over = read_namelist(options.config, preset(options.model or "theta_l"))
    if passed_over:
        print(f"{options.config}: passed over {', '.join(passed_over)}")
    return config


def _table(options: argparse.Namespace) -> dict:
    """What the command line says, as a configuration's table."""
    given = {
        ("case", "name"): options.case,
        ("dynamics", "model"): options.model,
        ("grid", "ne"): options.ne,
        ("time", "ndays"): options.days,
        ("backend", "name"): options.backend,
        ("backend", "ranks"): options.ranks,
        ("backend", "devices"): options.devices,
        ("output", "file"): options.output,
        ("output", "every_hours"): options.every_hours,
    }
    if options.output:
        given["output", "restart"] = str(Path(options.output).with_suffix(".restart.nc"))
    if options.nlev is not None:
        given |= _levels(options.nlev)
    table: dict = {}
    for (section, name), value in given.items():
        if value is not None:
            table.setdefault(section, {})[name] = value
    for text in options.set:
        *path, name, value = _assignment(text)
        entries = table
        for step in path:
            entries = entries.setdefault(step, {})
        entries[name] = value
    return table


def _levels(nlev: int) -> dict:
    if nlev in PUBLISHED_LEVELS:
        return {("vertical", "name"): PUBLISHED_LEVELS[nlev]}
    if nlev < 2:
        raise ValueError(f"--nlev must be at least 2, found {nlev}.")
    return {("vertical", "table"): {"family": "even_pressure", "nlev": nlev, "eta_top": 0.02}}


def _assignment(text: str) -> tuple:
    """section.option=value as (section, option, value), or with one more name inside a table; the value is TOML."""
    key, equals, value = text.partition("=")
    path = [step.strip() for step in key.split(".")]
    if not equals or len(path) not in (2, 3) or not all(path):
        raise ValueError(f"--set takes SECTION.OPTION=VALUE, found {text!r}; for instance viscosity.nu=1e15.")
    try:
        return (*path, tomllib.loads(f"value = {value}")["value"])
    except tomllib.TOMLDecodeError:
        return (*path, value.strip())


def _list_cases(_: Any) -> int:
    from ..cases.catalogue import CASES

    for name, case in CASES.items():
        print(f"{name:32s} {case.description}")
    return 0


def _list_options(options: argparse.Namespace) -> int:
    config = preset(options.model)
    for name, section in config.sections().items():
        print(f"[{name}]")
        for f in dataclasses.fields(section):
            units = f" [{f.metadata['units']}]" if f.metadata["units"] else ""
            default = getattr(getattr(config, name), f.name)
            print(f"{f.name:22s} = {default!r:18}  # {f.metadata['long_name']}{units}")
        print()
    return 0


def _plot(options: argparse.Namespace) -> int:
    from ..diagnostics.plots import plot_history
    from .destination import check_image

    check_image(options.image, options.overwrite)
    print(f"wrote {plot_history(options.history, options.image)}")
    return 0


def _climate(options: argparse.Namespace) -> int:
    from ..diagnostics.zonal import held_suarez_report, zonal_climate

    print(held_suarez_report(zonal_climate(options.history, options.after)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
