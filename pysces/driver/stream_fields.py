"""What a stream sees of a state: its fields, on its levels, computed where the state lives."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..arrays.backend import Array, take_rows
from ..arrays.compiler import compiled
from ..arrays.pytree import tree_map
from ..config.streams import StreamOptions
from ..diagnostics.catalogue import fields_of, history_fields
from ..diagnostics.field_kinds import FLAT, INTERFACES, MIDPOINTS, FieldKind, find_field
from ..diagnostics.levels import at_pressures
from ..diagnostics.own_fields import own_sample
from ..models.model import OutputField
from ..models.sample import Sampled

PARTNERS = {"U": "V", "V": "U", "UTEND": "VTEND", "VTEND": "UTEND"}  # components of one vector
HECTOPASCAL = 100.0  # Pa


@dataclass(frozen=True)
class Seen:
    """The fields of a stream.

    kinds : what is written.   helpers : what is computed for them alone, the other component of a vector.
    observe : (dycore, state) -> {name of CAM: (elem, i, j, lev) [as its kind says]}, for arrays of any kind.
    """

    kinds: tuple[FieldKind, ...]
    helpers: tuple[FieldKind, ...]
    observe: Callable[[Any, Any], dict[str, Array]]

    @cached_property
    def observed(self) -> Callable[[Any, Any], dict[str, Array]]:
        """The same, compiled once."""
        return compiled(self.observe)

    @cached_property
    def on_columns(self) -> Callable[[Any, Any, Array], dict[str, Array]]:
        """The same at nodes (column,) [1], addresses of Columns: fields (column, lev), compiled once."""

        def observe(dycore: Any, state: Any, node: Array) -> dict[str, Array]:
            return tree_map(lambda x: take_rows(x.reshape(-1, x.shape[-1]), node), self.observe(dycore, state))

        return compiled(observe)

    @property
    def has_levels(self) -> bool:
        """Whether any field has."""
        return any(kind.levels for kind in self.kinds)

    def output(self, values: dict[str, np.ndarray], names: str, method: str) -> list[OutputField]:
        """Collected values as fields of a file; method is how a value stands for its time: point or mean."""
        return [
            OutputField(
                kind.name(names),
                values[kind.cam],
                kind.units,
                kind.long_name,
                kind.standard_name,
                f"time: {method}",
                kind.levels,
            )
            for kind in self.kinds
        ]


def stream_fields(run: Any, options: StreamOptions) -> Seen:
    """What a stream of a run sees.

    Raises
    ------
    ValueError in one sentence for a field or a level that there is not.
    """
    known = fields_of(run.model, run.host, run.state, run.tracers)
    whose = f"{options}: model {run.config.model!r}"
    kinds = [find_field(known, word, whose) for word in options.fields]
    if len({kind.cam for kind in kinds}) < len(kinds):
        raise ValueError(f"{options}: two of its fields {options.fields} are one; leave one out.")
    if options.pressure_levels and not isinstance(run.model, Sampled):
        raise ValueError(f"{whose} does not say the pressure of its layers; leave pressure_levels out.")
    _check_levels(run, options, kinds)
    if run.where.grid.on_plane and (options.latlon or options.grid_files):
        raise ValueError(f"{options} has latlon or grid_files, and the run is on a plane; leave them out.")
    kinds = _with_surface_pressure(options, kinds, known)
    return _seen(run, kinds, _partners(kinds, known) if options.latlon else (), _placed(options))


def fields_of_history(run: Any) -> Seen | None:
    """What a history on columns sees; None of a model whose states are not sampled."""
    kinds = history_fields(run.model, run.host, run.state, run.tracers)
    return _seen(run, kinds, (), lambda kind, field, sample: field) if kinds else None


Place = Callable[[FieldKind, Array, Any], Array]  # a field brought to the levels of a stream


def _seen(run: Any, kinds: Iterable[FieldKind], helpers: Iterable[FieldKind], place: Place) -> Seen:
    everything, model, config = (*kinds, *helpers), run.model, run.config

    def observe(dycore: Any, state: Any) -> dict[str, Array]:
        sampled = isinstance(model, Sampled)
        sample = model.sample(config, dycore, state) if sampled else own_sample(model, dycore, state)
        return {kind.cam: place(kind, kind.compute(sample), sample) for kind in everything}

    return Seen(tuple(kinds), tuple(helpers), observe)


def _placed(options: StreamOptions) -> Place:
    if options.levels:
        chosen = np.array(options.levels)
        return lambda kind, field, sample: field[..., chosen] if kind.levels == MIDPOINTS else field
    pressures = HECTOPASCAL * np.array(options.pressure_levels, np.float64)

    def at(kind: FieldKind, field: Array, sample: Any) -> Array:
        return at_pressures(field, sample.air.p, pressures) if kind.levels != FLAT and pressures.size else field

    return at


def _check_levels(run: Any, options: StreamOptions, kinds: list[FieldKind]) -> None:
    chosen = options.levels or options.pressure_levels
    what = "levels" if options.levels else "pressure_levels"
    if chosen and all(kind.levels == FLAT for kind in kinds):
        raise ValueError(f"{options} has {what}, but no field with levels; leave them out.")
    between = [kind.cam for kind in kinds if kind.levels == INTERFACES]
    if chosen and between:
        raise ValueError(f"{options}: {between[0]} lies at interfaces, where {what} choose none; leave it out.")
    if options.levels and max(options.levels) >= run.where.coordinate.nlev:
        nlev = run.where.coordinate.nlev
        raise ValueError(f"{options}: there is no level {max(options.levels)}; the run has 0 to {nlev - 1}.")


def _with_surface_pressure(options: StreamOptions, kinds: list[FieldKind], known: list[FieldKind]) -> list[FieldKind]:
    """Levels of the model stand with the surface pressure that says where they lie."""
    on_levels = any(kind.levels for kind in kinds) and not options.pressure_levels
    if not on_levels or any(kind.cam == "PS" for kind in kinds):
        return kinds
    return [*(kind for kind in known if kind.cam == "PS"), *kinds]


def _partners(kinds: list[FieldKind], known: list[FieldKind]) -> tuple[FieldKind, ...]:
    there = {kind.cam for kind in kinds}
    wanted = {PARTNERS[name] for name in there if name in PARTNERS} - there
    return tuple(kind for kind in known if kind.cam in wanted)
