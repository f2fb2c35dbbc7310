"""The command ``pysces fields``: what streams of output can hold."""

from __future__ import annotations

import argparse
from typing import Any

from ..diagnostics.catalogue import fields_of, listed_fields
from ..diagnostics.field_kinds import FieldKind
from ..models.registry import MODELS, find_model

OF_AIR = ("theta_l", "cam_se")


def add_fields(parser: argparse.ArgumentParser) -> None:
    """Give a parser the words of ``pysces fields``."""
    parser.add_argument("--model", default="theta_l", help=f"whose fields: {', '.join(MODELS)}; default theta_l")
    parser.set_defaults(command=_fields)


def _fields(options: argparse.Namespace) -> int:
    model = find_model(options.model)
    of_air = options.model in OF_AIR
    kinds = listed_fields(False) if of_air else _of_a_small_run(model)
    print(f"{'CAM':8s} {'HOMME':10s} {'unit':9s} {'levels':6s} meaning")
    for kind in kinds:
        also = f" (also {', '.join(kind.also)})" if kind.also else ""
        print(f"{kind.cam:8s} {kind.homme:10s} {kind.units:9s} {kind.levels or '-':6s} {kind.long_name}{also}")
    if of_air:
        print("\nTracers go by their names. Fields of water, rain and physics exist in runs that have them.")
    return 0


def _of_a_small_run(model: Any) -> list[FieldKind]:
    """Those of its usual case, with tracers where it can carry them."""
    config = model.config().with_options(ne=2)
    if "tracers" in config.words():
        config = config.with_options(tracers=True)
    setup = model.setup(config)
    return fields_of(model, setup.dycore, setup.state, setup.tracers)
