"""What a command line asks for: the configuration of a run, and the restart that it goes on from."""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..config.namelists import namelist_table
from ..config.presets import model_of, toml_table
from ..config.run import RunConfig
from ..io.files_of_run import check_input
from ..io.history import history_head
from ..io.restart import AUTO, Damaged, Restart, restart_to_continue
from ..io.same_run import check_same
from ..models.model import with_step
from ..models.registry import MODELS, find_model
from .launch import Process
from .small_planets import published

PUBLISHED_LEVELS = {26: "cam_l26", 30: "cam_l30", 32: "cam_l32", 72: "e3sm_l72"}


def request(options: argparse.Namespace, here: Process | None = None) -> tuple[RunConfig, Restart | None]:
    """The configuration that ``pysces run`` is asked for, and what it goes on from, None for a new run.

    The usual choices of the model, what the file or the restart says, then what the command line says.

    Parameters
    ----------
    options : the words of the command line.   here : which of several processes this is; the first one prints.

    Raises
    ------
    ValueError in one sentence where they do not fit together.
    """
    if options.resume and options.overwrite:
        raise ValueError("--resume continues files and --overwrite replaces them; give one of them.")
    first = here is None or here.rank == 0
    said = table_said(options)
    table, resume = _table_of_file(options, said, first) if options.config else ({}, "")
    own = _last("restart", table, said)
    restart, passed_over = _restart(options.resume or resume, own)
    if resume and not options.resume and restart is not None:
        table = _longer(table, restart)
    if passed_over and first:
        print(f"pysces: {passed_over}", file=sys.stderr)
    source = options.config or ""
    if restart is not None and not options.config and options.resume != AUTO:
        table, source = restart.config, options.resume
        if here is not None:
            table = table | {"backend": {**table["backend"], "ranks": 0}}  # as many as were started now
    model = options.model or model_of(table) or model_of(said) or "theta_l"
    usual: dict[str, Any] = {}
    if not options.config and options.resume in (None, AUTO):
        usual, said = published(said, model, options.nlev)
    config = find_model(model).config().with_table(usual).with_table(table, source)
    config = _with_entries(config.with_table(said, "the command line"), options.set)
    _check_said_once(options)
    config = with_step(config)
    if restart is not None:
        remedy = "leave it out, or start a new run"
        check_same(restart.config, config.table(), "the run that --resume continues", remedy, free_output=True)
        _say_other_backend(restart, config, first)
    if here is not None and not config.backend.ranks:
        config = config.with_options(ranks=here.size)
    return config, restart


def _say_other_backend(restart: Restart, config: RunConfig, first: bool) -> None:
    """A line where a run goes on with another array library than it was made with."""
    before, now = restart.config.get("backend", {}).get("name"), config.backend.name
    if first and before != now:
        print(
            f"pysces: the run was made on {before} and continues on {now}: the same to round-off, not bit for bit.",
            file=sys.stderr,
        )


def configuration(options: argparse.Namespace) -> RunConfig:
    """The configuration alone."""
    return request(options)[0]


def _restart(asked: str | None, own: str) -> tuple[Restart | None, str]:
    """What to continue from; a history given in its place is recognised."""
    try:
        return restart_to_continue(asked, own)
    except Damaged:
        beside = Path(asked or "").with_suffix(".restart.nc")
        if asked == AUTO or not (beside.exists() or _is_history(asked)):
            raise
        kind = "a history, no restart" if _is_history(asked) else "no restart file"
        if beside.exists():
            raise ValueError(f"{asked} is {kind}, but one lies beside it; give --resume {beside}.") from None
        raise ValueError(f"{asked} is {kind}, and there is no {beside} beside it; give its run's restart.") from None


def _is_history(name: str | None) -> bool:
    try:
        return bool(name) and history_head(str(name)) is not None
    except ValueError:
        return False


def _last(option: str, *tables: dict) -> str:
    """What the last table that has it says of an option of [output]; empty where none does."""
    found = [t["output"][option] for t in tables if isinstance(t.get("output"), dict) and option in t["output"]]
    return found[-1] if found and isinstance(found[-1], str) else ""


def _table_of_file(options: argparse.Namespace, said: dict, first: bool) -> tuple[dict, str]:
    """What a TOML file or a namelist says, and the restart that a namelist goes on from."""
    name = options.config
    check_input(name)
    if name.endswith(".toml"):
        return toml_table(name), ""
    translation = namelist_table(name, options.as_model is not None, said)
    first = first and not (options.quiet or options.toml or options.nml)
    if first and translation.passed_over():
        print(f"{name}: passed over {', '.join(translation.passed_over())}")
    for note in translation.notes if first else ():
        print(f"{name}: {note}")
    return translation.table, translation.resume


def _longer(table: dict, restart: Restart) -> dict:
    """A namelist's table with the steps that its restart has done before; HOMME counts its length from there."""
    time = table["time"]
    done = restart.calls * time["qsplit"] * max(time["rsplit"], 1)
    steps = time["nmax"] if "nmax" in time else round(86400.0 * time["ndays"] / time["tstep"])
    return table | {"time": {k: v for k, v in time.items() if k != "ndays"} | {"nmax": done + steps}}


FLAGS = {  # words of the command line for one option each
    "case": ("case", "name"),
    "model": ("dynamics", "model"),
    "ne": ("grid", "ne"),
    "mesh": ("grid", "mesh"),
    "days": ("time", "ndays"),
    "backend": ("backend", "name"),
    "ranks": ("backend", "ranks"),
    "devices": ("backend", "devices"),
    "output": ("output", "file"),
    "write_initial": ("output", "initial"),
    "every_hours": ("output", "every_hours"),
}


def way_to_say(word: str) -> str:
    """How the command line says an option that has this name in a file; empty where no model has one."""
    flags = {path: f"--{flag.replace('_', '-')}" for flag, path in FLAGS.items()}
    for model in MODELS:
        path = find_model(model).config.words().get(word)
        if path is not None:
            return flags.get(path, f"--set {'.'.join(path)}=VALUE")
    return ""


def table_said(options: argparse.Namespace) -> dict:
    """What the command line says, as a configuration's table."""
    given = {path: getattr(options, flag) for flag, path in FLAGS.items()}
    if options.output:
        given["output", "restart"] = str(Path(options.output).with_suffix(".restart.nc"))
    if options.nlev is not None:
        given |= levels_of_nlev(options.nlev)
    table: dict[str, Any] = {}
    for (section, name), value in given.items():
        if value is not None:
            table.setdefault(section, {})[name] = value
    for section, *option, value in map(_assignment, options.set):
        if len(option) == 1:
            table.setdefault(section, {})[option[0]] = value
    if "ndays" in table.get("time", {}):
        table["time"].setdefault("nmax", 0)  # days that are said win over the steps of a file
    return table


def _check_said_once(options: argparse.Namespace) -> None:
    """Refuse an option with two values on one command line, whatever words give them."""
    if options.twice:
        raise ValueError(options.twice)
    said = {path: (f"--{flag} {value}", value) for flag, path, value in _of_flags(options)}
    if options.nlev is not None:
        said |= {path: (f"--nlev {options.nlev}", value) for path, value in _said_by_nlev(options.nlev)}
    for text in options.set:
        *path, whole = _assignment(text)
        for name, value in _entries(tuple(path), whole):
            word, other = said[name[:2]] if name[:2] in said else said.setdefault(name, (f"--set {text}", value))
            if other != value:
                raise ValueError(f"{'.'.join(name)} is given twice, by {word} and by --set {text}; leave one out.")


def _of_flags(options: argparse.Namespace) -> Iterator[tuple[str, tuple[str, str], Any]]:
    for flag, path in FLAGS.items():
        if getattr(options, flag) is not None:
            yield flag.replace("_", "-"), path, getattr(options, flag)


def _said_by_nlev(nlev: int) -> Iterator[tuple[tuple, Any]]:
    """What no other word may say beside --nlev; the top of equal steps is free."""
    said = {name: value for (_, name), value in levels_of_nlev(nlev).items() if name != "nlev"}
    table = {name: value for name, value in said["table"].items() if name != "eta_top"}
    return _entries(("vertical",), {"name": "", **said, "table": table})


def _entries(path: tuple, value: Any) -> Iterator[tuple[tuple, Any]]:
    """An option and its value, or every entry of a table with its path."""
    if not isinstance(value, dict) or not value:
        yield path, value
        return
    for name, entry in value.items():
        yield from _entries((*path, name), entry)


def _with_entries(config: RunConfig, texts: list[str]) -> RunConfig:
    """A copy with what --set SECTION.OPTION.NAME=VALUE says added to the tables that are options."""
    for section, *option, value in map(_assignment, texts):
        if len(option) == 2:
            kept = getattr(getattr(config, section, None), option[0], None)
            entries = {**(kept if isinstance(kept, dict) else {}), option[1]: value}
            config = config.with_table({section: {option[0]: entries}}, "the command line")
    return config


def levels_of_nlev(nlev: int) -> dict:
    """These levels and no others, whatever a file says; ValueError for fewer than 2."""
    if nlev < 2:
        raise ValueError(f"--nlev must be at least 2, found {nlev}.")
    table = {} if nlev in PUBLISHED_LEVELS else {"family": "even_pressure", "nlev": nlev, "eta_top": 0.02}
    said = {"table": table, "vfile_int": "", "vfile_mid": "", "nlev": 0}
    if nlev in PUBLISHED_LEVELS:
        said["name"] = PUBLISHED_LEVELS[nlev]
    return {("vertical", name): value for name, value in said.items()}


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
