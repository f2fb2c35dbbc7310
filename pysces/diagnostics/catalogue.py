"""All fields of output of a run, and those that a stream asks for.

>>> from pysces.driver.simulation import simulation
>>> from pysces.config.presets import preset
>>> run = simulation(preset("theta_l").with_options(ne=2))
>>> [kind.cam for kind in fields_of(run.model, run.host, run.state, run.tracers)][:3]
['PS', 'PHIS', 'T']
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..models.sample import Sampled
from .air_fields import air_fields, all_air_fields
from .field_kinds import FieldKind
from .shallow_fields import FIELDS as SHALLOW_FIELDS
from .shallow_fields import shallow_fields

HISTORY = ("PS", "PHIS", "T", "U", "V", "OMEGA", "Z3", "PRECT")  # of a history that names none, with all tracers
SHALLOW_HISTORY = ("U", "V", "H", "ZS", "VOR")


def fields_of(model: Any, dycore: Any, state: Any, tracers: tuple[str, ...]) -> list[FieldKind]:
    """The fields that a run can write; none of a model whose states are not sampled.

    Parameters
    ----------
    model : a models.model.Model.   dycore, state : on the host.   tracers : names of what it carries.
    """
    if not isinstance(model, Sampled):
        return []
    if not hasattr(dycore.equations, "coordinate"):
        return shallow_fields(0 if state.tracer_mass is None else len(state.tracer_mass))
    return air_fields(dycore, tracers)


def listed_fields(shallow: bool) -> list[FieldKind]:
    """All fields there are: of shallow water with one tracer, or of moist air with physics that rains."""
    return shallow_fields(1) if shallow else all_air_fields()


def history_fields(model: Any, dycore: Any, state: Any, tracers: tuple[str, ...]) -> list[FieldKind]:
    """The fields of a history that names none."""
    kinds = fields_of(model, dycore, state, tracers)
    if kinds and kinds[0].cam != "PS":
        return [kind for n, kind in enumerate(kinds) if kind.cam in SHALLOW_HISTORY or n >= len(SHALLOW_FIELDS)]
    return [kind for kind in kinds if kind.cam in (*HISTORY, *tracers)]


def name_among(word: str, names: Iterable[str]) -> str:
    """Which of the names in a file is that of a field called by any of its words; the word itself where none is."""
    names = list(names)
    if word in names:
        return word
    kinds = [kind for shallow in (False, True) for kind in listed_fields(shallow) if word in kind.words]
    return next((name for kind in kinds for name in kind.words if name in names), word)
