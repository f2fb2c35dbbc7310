"""The metadata of every array, declared where the array is declared: units, meaning, names in the Fortran models."""

from __future__ import annotations

import dataclasses
from typing import Any


def field(units: str, long_name: str, homme: str = "", cam: str = "", **kwargs) -> Any:
    """A dataclass field that carries its metadata.

    Parameters
    ----------
    units : SI, in the CF spelling ("m s-1", "Pa", "1" for a pure number).
    long_name : what it is, in the field's standard words.
    homme, cam : the variable's name in HOMME and in CAM-SE.
    kwargs : passed on to ``dataclasses.field`` (default, ...).
    """
    metadata = {"units": units, "long_name": long_name, "homme": homme, "cam": cam}
    return dataclasses.field(metadata=metadata, **kwargs)


def metadata(cls_or_instance, name: str) -> dict[str, str]:
    """units, long_name, homme and cam of one field of a dataclass; KeyError if the class has no such field."""
    for f in dataclasses.fields(cls_or_instance):
        if f.name == name:
            return {k: v for k, v in f.metadata.items() if k in ("units", "long_name", "homme", "cam")}
    raise KeyError(f"{cls_or_instance!r} has no field {name!r}.")
