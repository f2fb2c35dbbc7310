"""The command ``pysces namelist``: what the words of a namelist become, and the configuration that they make."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from ..cases.catalogue import CASES, check_options, find_case
from ..config.namelists import translate
from ..config.namelists.report import report
from ..config.namelists.translation import Translation
from ..config.presets import preset
from ..config.run import RunConfig
from ..config.toml_text import toml_text
from ..io.ownership import check_input

AS = ("theta_l",)


def add_namelist(parser: argparse.ArgumentParser) -> None:
    """The words of the command."""
    parser.add_argument("namelist", help="namelist of HOMME (input.nl) or of CAM (atm_in, user_nl_cam)")
    parser.add_argument("--toml", action="store_true", help="print the configuration as TOML, and nothing else")
    add_as(parser)
    parser.set_defaults(command=run_namelist)


def add_as(parser: argparse.ArgumentParser) -> None:
    """--as, of every command that reads namelists."""
    parser.add_argument("--as", dest="as_model", choices=AS, help="take a namelist of HOMME's preqx as one of theta-l")


def run_namelist(options: argparse.Namespace) -> int:
    """Print what every word became; 0 where it can be run, 2 where something is refused. Nothing is run."""
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
    print(f"\naccepted: model {config.model}, case {config.case.name}; nothing was run")
    return 0


def configured(translation: Translation) -> RunConfig:
    """The configuration of a translation, its case's options checked; ValueError in one sentence."""
    config: Any = preset(translation.model).with_table(translation.table, translation.source)
    if config.case.name in CASES:
        check_options(config.case.name, find_case(config.case.name).fields, config.case.options)
    return config
