"""The command ``pysces fields``: what streams of output can hold."""

from __future__ import annotations

import argparse

from ..diagnostics.catalogue import listed_fields
from ..models.registry import MODELS, find_model
from ..models.sample import Sampled


def add_fields(parser: argparse.ArgumentParser) -> None:
    """Give a parser the words of ``pysces fields``."""
    parser.add_argument("--model", default="theta_l", help=f"whose fields: {', '.join(MODELS)}; default theta_l")
    parser.set_defaults(command=_fields)


def _fields(options: argparse.Namespace) -> int:
    model = find_model(options.model)
    if not isinstance(model, Sampled):
        raise ValueError(f"Model {options.model!r} has no fields that a stream could hold; its history has all.")
    shallow = options.model == "shallow_water"
    print(f"{'CAM':8s} {'HOMME':10s} {'unit':9s} {'levels':6s} meaning")
    for kind in listed_fields(shallow):
        also = f" (also {', '.join(kind.also)})" if kind.also else ""
        print(f"{kind.cam:8s} {kind.homme:10s} {kind.units:9s} {kind.levels or '-':6s} {kind.long_name}{also}")
    if not shallow:
        print("\nTracers go by their names. Water, rain and what physics does are there where a run has them.")
    return 0
