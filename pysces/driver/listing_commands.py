"""The commands ``pysces cases`` and ``pysces options``: what there is to choose from."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Mapping
from typing import Any

from ..config.presets import preset
from ..models.registry import MODELS


def add_cases(parser: argparse.ArgumentParser) -> None:
    """The command that lists the test cases."""
    parser.set_defaults(command=_list_cases)


def add_options(parser: argparse.ArgumentParser) -> None:
    """The command that lists the options of a model, and its word."""
    parser.add_argument("--model", default="theta_l", help=f"whose options: {', '.join(MODELS)}")
    parser.set_defaults(command=_list_options)


def _list_cases(_: Any) -> int:
    from ..cases.catalogue import CASES
    from ..cases.shallow_water.catalogue import SHALLOW_CASES
    from ..models.prescribed_wind.cases import WINDS
    from .small_planets import PUBLISHED

    for name, case in (CASES | SHALLOW_CASES).items():
        if name == next(iter(SHALLOW_CASES)):
            print("\nIn shallow water (--model shallow_water):")
        print(f"{name:32s} {case.description}")
        for option, default in case.defaults().items():
            shown = f"{default:.6g}" if isinstance(default, float) else repr(default)
            print(f"    {f'{option} = {shown}':33s} {case.options[option]}")
    print("\nNames for --case that bring the planet, levels, step and viscosity of their document (theta_l):")
    for word, settings in PUBLISHED.items():
        length = f"{settings.hours:g} hour{'' if settings.hours == 1 else 's'}"
        print(f"{word:32s} {settings.case} on {CASES[settings.case].small_radius:g} m, {length}")
    print("\nWith given winds (--model prescribed_wind):")
    for name, wind in WINDS.items():
        print(f"{name:32s} {wind.description}")
    print("\nSet an option of a case with --set case.options.OPTION=VALUE.")
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
