"""Fields of output of layers in a given wind: those of air that need no temperature; tracers by HOMME's names."""

from __future__ import annotations

from collections.abc import Callable

from ..arrays.backend import Array
from ..models.sample import CarriedSample
from .air_fields import FIELDS, tracer_name
from .field_kinds import FieldKind

OF_LAYERS = ("PS", "U", "V", "VOR", "DIV", "PMID", "PINT", "PDEL")


def carried_fields(number: int) -> list[FieldKind]:
    """All fields of a run with so many tracers: Q, Q2 and on."""
    return [*(kind for kind in FIELDS if kind.cam in OF_LAYERS), *map(_tracer, range(number))]


def _tracer(n: int) -> FieldKind:
    name = tracer_name(n)
    return FieldKind(name, name, "kg kg-1", f"tracer {n + 1} per mass of air", "", _ratio(n), also=(f"q{n + 1}",))


def _ratio(n: int) -> Callable[[CarriedSample], Array]:
    return lambda s: s.air.tracers[n]
