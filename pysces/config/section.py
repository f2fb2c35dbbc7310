"""What a section of options is: frozen fields whose types, choices and bounds are checked when it is built."""

from __future__ import annotations

import dataclasses
import math
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, time
from functools import partial
from typing import Any, ClassVar

import numpy as np

AUTO = -1  # HOMME's mark for "choose one": the only negative number that an automatic option takes
_KINDS: dict[str, type] = {"int": int, "float": float, "str": str, "bool": bool, "dict": dict, "list": list}
SAID = {int: "a whole number", float: "a number", str: "text in quotes", bool: "true or false"} | {
    dict: "a table",
    list: "a list",
}


def option(
    default: Any,
    meaning: str,
    units: str = "",
    choices: tuple = (),
    least: float | None = None,
    automatic: bool = False,
) -> Any:
    """A field of a section with what it means and what it may be.

    automatic : AUTO (-1) lets the model choose, which the meaning explains; every other negative number is refused.
    """
    about = {"long_name": meaning, "units": units, "choices": choices, "least": least, "automatic": automatic}
    if isinstance(default, dict | list):
        return field(default_factory=lambda: deepcopy(default), metadata=about)
    return field(default=default, metadata=about)


def section(cls: type[Section], **changed: Any) -> Any:
    """A field of a configuration: a section with some defaults of its own."""
    return field(default_factory=partial(cls, **changed), metadata={"section": cls})


@dataclass(frozen=True)
class Section:
    """Base of the sections: checks types, choices and lower bounds when it is built. ``name`` is its name in a file."""

    section: ClassVar[str] = ""

    def __init_subclass__(cls, name: str = "", **rest: Any) -> None:
        super().__init_subclass__(**rest)
        cls.section = name or cls.section

    def __post_init__(self) -> None:
        for f in dataclasses.fields(self):
            object.__setattr__(self, f.name, _checked(self.section, f, getattr(self, f.name)))

    def with_entries(self, entries: dict, usual: Section) -> Section:
        """A copy with options changed; usual is the section as the model has it, from which others may follow."""
        return dataclasses.replace(self, **entries)

    def changed(self, name: str) -> bool:
        """Whether an option is not at the default of its class."""
        return getattr(self, name) != getattr(type(self)(), name)


def _checked(section: str, f: dataclasses.Field, value: Any) -> Any:
    """The value in the field's type, or one sentence."""
    kind = _KINDS[str(f.type)]
    name = f"[{section}] {f.name}"
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, dict | list):
        value = deepcopy(value)  # the caller's stays the caller's
    if kind is str and isinstance(value, date | time):  # of TOML, without quotes; datetime is a date
        value = str(value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        if abs(value) > 10**300:
            raise ValueError(f"{name} must be finite, found a whole number beyond 1e300.")
        value = float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        units = f" [{f.metadata['units']}]" if f.metadata["units"] else ""
        raise ValueError(f"{name} must be {SAID[kind]}{units}, found {_brief(value)}.")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{name} must be finite, found {value!r}.")
    _check_bounds(name, f, value)
    return value


def _check_bounds(name: str, f: dataclasses.Field, value: Any) -> None:
    choices, least = f.metadata["choices"], f.metadata["least"]
    if choices and value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(repr(c) for c in choices)}, found {_brief(value)}.")
    if least is not None and value < least and not (f.metadata["automatic"] and value == AUTO):
        or_auto = ", or -1, which chooses one" if f.metadata["automatic"] else ""
        units = f" {f.metadata['units']}" if f.metadata["units"] else ""
        raise ValueError(f"{name} must be at least {least:g}{units}{or_auto}, found {value!r}.")
    if f.metadata["automatic"] and value < 0 and value != AUTO:
        raise ValueError(f"{name} must not be negative, except for -1, which chooses one; found {value!r}.")


def _brief(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
