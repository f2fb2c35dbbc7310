"""The command ``pysces run``: its words, and what is made of them: a run, a plan of one, or its configuration."""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..config.run import RunConfig
from ..config.toml_text import toml_text
from ..io.ownership import claimed
from ..io.restart import AUTO, Restart
from ..models.registry import MODELS
from .launch import own_process, start
from .namelist_command import add_as
from .request import request
from .signals import STOP, end_with_parent


class _Stored(argparse.Action):
    """The last value of an option; that another one stood before it is kept for the check of the whole."""

    def __call__(self, parser: Any, namespace: Any, values: Any, option_string: str | None = None) -> None:
        before = getattr(namespace, self.dest, None)
        if before is not None and before != values:
            namespace.twice = f"{option_string} is given twice, as {before} and {values}; leave one of them out."
        setattr(namespace, self.dest, values)


def add_run(parser: argparse.ArgumentParser) -> None:
    """The words of the command."""
    parser.register("action", None, _Stored)
    parser.add_argument("config", nargs="?", help="TOML configuration, or a namelist of HOMME or CAM")
    parser.add_argument("--case", help="test case (pysces cases)")
    parser.add_argument(
        "--model", help=f"the equations, with their usual settings: {', '.join(MODELS)}; default theta_l"
    )
    parser.add_argument("--ne", type=int, help="elements along a cube edge")
    parser.add_argument("--mesh", metavar="FILE", help="Exodus file of a mesh, in place of a cubed sphere")
    parser.add_argument(
        "--nlev", type=int, help="number of levels: published ones for 26, 30, 32 and 72, else equal steps of pressure"
    )
    parser.add_argument("--days", type=float, help="length of the run in days")
    parser.add_argument("--backend", help="numpy or jax")
    parser.add_argument("--ranks", type=int, help="processes: MPI ranks on numpy, jax processes on jax; 0: this one")
    parser.add_argument("--devices", type=int, help="jax devices (GPUs, or parts of a CPU) in each process")
    parser.add_argument("-o", "--output", help="NetCDF history; its restart file is written beside it")
    parser.add_argument("--write-initial", metavar="FILE", help="initial file of CAM-SE or E3SM, written at the end")
    parser.add_argument("--every-hours", type=float, help="hours of model time between records")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="SECTION.OPTION=VALUE",
        help="set any other option; pysces options lists them",
    )
    parser.add_argument(
        "--resume",
        metavar="RESTART",
        help="continue a run bit for bit from its restart file; auto: from its own if it exists, else start",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace files that pysces wrote")
    parser.add_argument("--quiet", action="store_true", help="print nothing but warnings and errors")
    add_as(parser)
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--nml", action="store_true", help="print the run as a namelist of HOMME, and stop")
    instead.add_argument("--toml", action="store_true", help="print the run as TOML, with all choices made, and stop")
    instead.add_argument(
        "--dry-run", action="store_true", help="print how long and how large the run would be, and stop"
    )
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
        _make_folders(options, config)
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


def _make_folders(options: argparse.Namespace, config: RunConfig) -> None:
    """Those that a namelist's output_dir names, which HOMME's scripts make; those of other words must be there."""
    if not options.config or options.config.endswith(".toml"):
        return
    for file in (config.output.file, *(stream.file for stream in config.output.stream)):
        folder = Path(file).parent
        if file and not folder.exists() and folder.parent.is_dir():
            folder.mkdir(exist_ok=True)
            if not options.quiet:
                print(f"{options.config}: made the folder {folder}")


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
