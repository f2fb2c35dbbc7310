"""The command ``pysces namelist``: what the words of a namelist become, and the configuration that they make."""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from ..cases.catalogue import CASES, check_options, find_case
from ..config.namelists import translate
from ..config.namelists.report import report
from ..config.namelists.translation import Translation
from ..config.presets import preset
from ..config.run import RunConfig
from ..config.toml_text import toml_text
from ..io.files_of_run import FILES, LARGEST_INPUT, check_input

AS = ("theta_l",)


def add_namelist(parser: argparse.ArgumentParser) -> None:
    """The words of the command."""
    parser.add_argument("namelist", help="namelist of HOMME (input.nl) or of CAM (atm_in, user_nl_cam), or a folder")
    parser.add_argument("--toml", action="store_true", help="print the configuration as TOML, and nothing else")
    add_as(parser)
    parser.set_defaults(command=run_namelist)


def add_as(parser: argparse.ArgumentParser) -> None:
    """--as, of every command that reads namelists."""
    parser.add_argument("--as", dest="as_model", choices=AS, help="read a namelist of HOMME's preqx as one of theta-l")


def run_namelist(options: argparse.Namespace) -> int:
    """Print what every word became; 0 where it can be run, 2 where something is refused. Nothing is run."""
    if Path(options.namelist).is_dir():
        return _folder(options)
    check_input(options.namelist)
    translation = translate(options.namelist, options.as_model is not None)
    if not translation.refusals:
        translation.refusals = {" ".join(what): sentence for what, sentence in translation.lacking.items()}
    config = None if translation.refusals else configured(translation)
    if options.toml:
        translation.checked()
        print(toml_text(configured(translation)))
        return 0
    print(report(translation))
    if config is None:
        print(*(f"pysces: {sentence}" for sentence in translation.refusals.values()), sep="\n", file=sys.stderr)
        return 2
    print("", *_missing(config), f"accepted: model {config.model}, case {config.case.name}; nothing was run", sep="\n")
    return 0


def _missing(config: RunConfig) -> list[str]:
    """A sentence for each file that the run will read and that is not there."""
    named = {f"[{section}] {option}": getattr(getattr(config, section), option, "") for section, option in FILES}
    return [
        f"{name}, which {word} names, is not there; the run needs it."
        for word, name in named.items()
        if name and not Path(name).exists()
    ]


def _folder(options: argparse.Namespace) -> int:
    """A line for every namelist in a folder and those below it, and how many are accepted, or refused for what."""
    if options.toml:
        raise ValueError(f"--toml prints one namelist, but {options.namelist} is a folder; name one in it.")
    files = sorted(path for path in Path(options.namelist).rglob("*") if path.is_file() and _is_namelist(path))
    if not files:
        raise ValueError(f"{options.namelist} holds no namelist of HOMME or CAM; name another folder.")
    counts: Counter[str] = Counter()
    for path in files:
        verdict, said = _verdict(path, options.as_model is not None)
        counts[verdict] += 1
        print(f"{path.relative_to(options.namelist)}: {said}")
    print("", *(f"{count:5d} {verdict}" for verdict, count in counts.most_common()), sep="\n")
    return 0 if all(verdict.startswith("accepted") for verdict in counts) else 2


def _is_namelist(path: Path) -> bool:
    """Whether a file of any name has a group that a model reads; those without are not looked at."""
    if path.stat().st_size > LARGEST_INPUT:
        return False
    groups = re.findall(rb"(?im)^\s*[&$](\w+)", path.read_bytes())
    return bool({group.decode().lower() for group in groups} & {"ctl_nl", "dyn_se_inparm"})


def _verdict(path: Path, as_theta_l: bool) -> tuple[str, str]:
    """What counts for a namelist, and the line that is said of it."""
    cause = ""
    try:
        translation = translate(path, as_theta_l)
        cause = next(iter(translation.refusals), "")
        config = configured(translation.checked())
    except ValueError as error:
        cause = "a value" if cause in ("", "value") else cause
        return f"refused for {cause}", f"refused: {error}"
    return f"accepted, model {config.model}", f"accepted: model {config.model}, case {config.case.name}"


def configured(translation: Translation) -> RunConfig:
    """The configuration of a translation, its case's options checked; ValueError in one sentence."""
    config: Any = preset(translation.model).with_table(translation.table, translation.source)
    if config.case.name in CASES:
        check_options(config.case.name, find_case(config.case.name).fields, config.case.options)
    return config
