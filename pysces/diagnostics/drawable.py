"""What of a history can be drawn: a file that is one, and the fields in it that lie on the model's nodes.

Our own design.
"""

from __future__ import annotations

import os
from difflib import get_close_matches

import numpy as np

from ..io.classic import Header, read_header
from ..io.durable import open_regular
from ..io.history import history_head
from ..io.restart import SOURCE as OF_RESTARTS
from .catalogue import name_among

SURFACES = ("ps", "PS", "zs", "ZS")  # shown where no field is named
_HORIZONTAL = {"elem", "ncol"}


def check_drawable(path: str | os.PathLike, name: str = "") -> str:
    """The field to draw, where none is named the surface's; ValueError in one sentence where it cannot be."""
    return drawable(os.fspath(path), name)[0]


def fields_of(header: Header) -> list[str]:
    """The names of all fields that lie on the sphere."""
    return [v.name for v in header.records if _HORIZONTAL & set(v.dimensions)]


def head(path: str) -> tuple[Header, np.ndarray]:
    """The header of a history and the times (record,) [day]; ValueError in one sentence where it is none."""
    if not os.path.exists(path):
        raise ValueError(f"There is no history {path}; give the --output of a run, and then the field.")
    if _is_restart(path):
        raise ValueError(f"{path} is a restart, which holds one state; give the history that lies beside it.")
    header, days = history_head(path)
    if not days.size:
        raise ValueError(f"{path} has no record yet; ask again after its first.")
    if not fields_of(header):
        raise ValueError(
            f"{path} holds no fields on a model's own nodes: a regular grid is drawn by xarray (pip install "
            "'pysces-dycore[io]'), xarray.open_dataset(file).T[-1, -1].plot(); give a history, or a stream without "
            "latlon."
        )
    return header, days


def drawable(path: str, field: str) -> tuple[str, Header, np.ndarray]:
    """The name of a field in a history, the history's header, and its times (record,) [day].

    Raises
    ------
    ValueError in one sentence where it cannot be drawn.
    """
    header, days = head(path)
    fields = fields_of(header)
    name = name_among(field, fields) if field else next((n for n in SURFACES if n in fields), "")
    if name not in fields:
        raise ValueError(f"{path} has no field {name or SURFACES[0]!r} to draw{_instead(name, header)}")
    return name, header, days


def _instead(word: str, header: Header) -> str:
    """The end of a sentence about a field that a history lacks: the one that is meant, or else all."""
    fields = fields_of(header)
    about = {v.name: v.attributes.get("long_name", "") for v in header.records if v.name in fields}
    sought = word.lower()
    called = [n for n, text in about.items() if sought == n.lower() or (len(sought) > 2 and sought in text.lower())]
    near = called or get_close_matches(word, fields, n=1)
    said = " or ".join(f"{n} ({about[n]})" if about[n] else n for n in near)
    return f"; did you mean {said}?" if near else f", but {', '.join(fields)}; name one."


def _is_restart(path: str | os.PathLike) -> bool:
    try:
        with open_regular(path) as file:
            return read_header(file).attributes.get("source") == OF_RESTARTS
    except (OSError, ValueError):
        return False
