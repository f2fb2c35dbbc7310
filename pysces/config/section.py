"""What a section of options is: frozen fields whose types, choices and bounds are checked when it is built."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, ClassVar

AUTO = -1  # HOMME's mark for "the default": the same as nu, or computed


def option(default, meaning: str, units: str = "", choices: tuple = (), least: float | None = None) -> Any:
    """A field of a section with what it means and what it may be."""
    return field(default=default, metadata=_about(meaning, units, choices, least))


def _about(meaning: str, units: str = "", choices: tuple = (), least: float | None = None) -> dict:
    return {"long_name": meaning, "units": units, "choices": choices, "least": least}


@dataclass(frozen=True)
class Section:
    """Base of the sections: checks types, choices and lower bounds when it is built. ``name`` is its name in a file."""

    section: ClassVar[str] = ""

    def __init_subclass__(cls, name: str = "", **rest):
        super().__init_subclass__(**rest)
        cls.section = name or cls.section

    def __post_init__(self):
        for f in dataclasses.fields(self):
            object.__setattr__(self, f.name, _checked(self.section, f, getattr(self, f.name)))


def suggest(name: str, known) -> str:
    """The end of a sentence about an unknown name: the nearest one, or all."""
    near = get_close_matches(str(name), list(known), n=1, cutoff=0.5)
    return f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}."


def _checked(section: str, f: dataclasses.Field, value):
    """The value in the field's type, or one sentence."""
    kind = {"int": int, "float": float, "str": str, "bool": bool, "dict": dict}[f.type]
    whole = kind is float and isinstance(value, int) and not isinstance(value, bool)
    value = float(value) if whole else value
    name = f"[{section}] {f.name}"
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ValueError(f"{name} must be of type {kind.__name__}, found {value!r}.")
    if kind is float and not abs(value) < float("inf"):
        raise ValueError(f"{name} must be finite, found {value!r}.")
    choices, least = f.metadata["choices"], f.metadata["least"]
    if choices and value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(repr(c) for c in choices)}, found {value!r}.")
    if least is not None and value < least:
        raise ValueError(f"{name} must be at least {least:g}, found {value!r}.")
    return value
