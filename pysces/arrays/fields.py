"""The metadata of every array, declared where the array is: units, meaning, shape, names in the Fortran models.

Output files, golden records, the harness and ``help(Grid)`` take names and units from here; nothing else lists them.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Mapping
from typing import Any, TypeVar

T = TypeVar("T")

MODELS = ("homme", "cam")
_KEYS = ("units", "long_name", *MODELS, "shape")


def field(units: str, long_name: str, homme: str = "", cam: str = "", shape: str = "", **kwargs: Any) -> Any:
    """A dataclass field that carries its metadata.

    Parameters
    ----------
    units : SI, in the CF spelling ("m s-1", "Pa", "1" for a pure number); "" for an object whose own fields have units.
    long_name : what it is, in the field's standard words.
    homme, cam : the variable's name in HOMME and in CAM-SE; ``derived%vn0`` is ``vn0`` in records.
    shape : its axes, "(elem, i, j, lev)", where the class does not say them once for all fields.
    kwargs : passed on to ``dataclasses.field`` (default, ...).
    """
    metadata = {"units": units, "long_name": long_name, "homme": homme, "cam": cam, "shape": shape}
    return dataclasses.field(metadata=metadata, **kwargs)


def metadata(cls_or_instance: Any, name: str) -> dict[str, str]:
    """units, long_name, homme, cam and shape of one field of a dataclass; KeyError if the class has no such field."""
    for f in dataclasses.fields(cls_or_instance):
        if f.name == name:
            return {k: v for k, v in f.metadata.items() if k in _KEYS}
    raise KeyError(f"{cls_or_instance!r} has no field {name!r}.")


def names(cls_or_instance: Any, model: str) -> dict[str, str]:
    """{name in the records of a model ("homme", "cam"): attribute}, of the fields that have a name there.

    ValueError for another model, or where two fields have one name.
    """
    if model not in MODELS:
        raise ValueError(f"Fields have names in {' and '.join(MODELS)}, found {model!r}; give one of these.")
    named = {f.name: f.metadata.get(model, "").rpartition("%")[2] for f in dataclasses.fields(cls_or_instance)}
    found = {theirs: ours for ours, theirs in named.items() if theirs}
    if len(found) < sum(map(bool, named.values())):
        raise ValueError(f"Two fields of {cls_or_instance!r} have one name in {model}: {named}; give each its own.")
    return found


def units(cls_or_instance: Any, model: str = "", per: str = "1", prefix: str = "") -> dict[str, str]:
    """{attribute: unit}, or {prefix + name in the records of a model: unit}.

    per : a unit that every one is multiplied with: units(State, per="s-1") are those of its tendency.
    """
    declared = {f.name: f.metadata["units"] for f in dataclasses.fields(cls_or_instance) if "units" in f.metadata}
    if model:
        declared = {theirs: declared[ours] for theirs, ours in names(cls_or_instance, model).items()}
    return {prefix + name: unit if per == "1" else multiplied(unit, per) for name, unit in declared.items()}


def multiplied(*factors: str) -> str:
    """The product of units in the CF spelling: "m s-1" and "s-1" make "m s-2"; a pure number is "1"."""
    powers: dict[str, int] = {}
    for token in " ".join(factors).split():
        symbol = token.rstrip("-0123456789")
        if symbol:
            powers[symbol] = powers.get(symbol, 0) + int(token[len(symbol) :] or 1)
    return " ".join(s if power == 1 else f"{s}{power}" for s, power in powers.items() if power) or "1"


def from_record(cls: type[T], record: Mapping[str, Any], model: str, **defaults: Any) -> T:
    """An instance from values by a model's names; KeyError, with that name, for a field that has no value at all.

    defaults : by attribute, for what the record does not hold; behind them are the defaults of the class.
    """
    values = dict(defaults)
    for theirs, ours in names(cls, model).items():
        if theirs in record:
            values[ours] = record[theirs]
        elif ours not in values and _is_required(cls, ours):
            raise KeyError(theirs)
    return cls(**values)


def _is_required(cls: type, name: str) -> bool:
    declared = next(f for f in dataclasses.fields(cls) if f.name == name)
    return declared.default is dataclasses.MISSING and declared.default_factory is dataclasses.MISSING


def to_record(instance: Any, model: str, prefix: str = "") -> dict[str, Any]:
    """{prefix + name in the records of a model: value}, of the fields that have a name there."""
    return {prefix + theirs: getattr(instance, ours) for theirs, ours in names(instance, model).items()}


def describe(cls: type) -> str:
    """A table of the fields that carry metadata, one a line, for ``help``; "" where there are none."""
    carrying = [f for f in dataclasses.fields(cls) if "units" in f.metadata]
    head = ("field", "shape", "units", "HOMME", "CAM-SE", "meaning")
    columns = ("shape", "units", *MODELS, "long_name")
    rows = [head, *((f.name, *(f.metadata.get(c, "") for c in columns)) for f in carrying)]
    used = [column for column in zip(*rows) if any(column[1:])]
    if not used:
        return ""
    widths = [max(map(len, column)) for column in used]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(row, widths)).rstrip() for row in zip(*used))


def documented(cls: type[T]) -> type[T]:
    """The class, with the table of its fields below its docstring."""
    table = describe(cls)
    cls.__doc__ = "\n\n".join(part for part in (inspect.cleandoc(cls.__doc__ or ""), table) if part)
    return cls
