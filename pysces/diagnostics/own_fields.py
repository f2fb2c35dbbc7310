"""Fields of output of models that no sample is made of: those of their own history, as they name them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..arrays.backend import Array
from ..models.model import OutputField
from .field_kinds import FLAT, MIDPOINTS, FieldKind

Named = dict[str, Array]


def own_fields(model: Any, dycore: Any, state: Any) -> list[FieldKind]:
    """The fields that a model writes, of samples that ``own_sample`` makes; dycore, state : on the host."""
    return [
        FieldKind(
            field.name.upper(),
            field.name,
            field.units,
            field.long_name,
            field.standard_name,
            _named(field.name),
            MIDPOINTS if np.ndim(field.values) == 4 else FLAT,
        )
        for field in _on_nodes(model, dycore, state)
    ]


def own_sample(model: Any, dycore: Any, state: Any) -> Named:
    """{name: (elem, i, j, lev)} of all fields that a model writes of a state, wherever that lives."""
    return {field.name: _with_levels(field.values) for field in _on_nodes(model, dycore, state)}


def _with_levels(values: Any) -> Array:
    return values if values.ndim == 4 else values[..., None]


def _on_nodes(model: Any, dycore: Any, state: Any) -> list[OutputField]:
    return [field for field in model.fields(dycore, state) if np.ndim(field.values) >= 3]


def _named(name: str) -> Callable[[Named], Array]:
    return lambda sample: sample[name]
