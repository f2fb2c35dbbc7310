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

from ..models.prescribed_wind.equations import PrescribedWind
from ..models.sample import Sampled
from .air_fields import air_fields, all_air_fields
from .carried_fields import carried_fields
from .field_kinds import FieldKind
from .own_fields import own_fields
from .shallow_fields import FIELDS as SHALLOW_FIELDS
from .shallow_fields import shallow_fields

HISTORY = ("PS", "PHIS", "T", "U", "V", "OMEGA", "W", "Z3", "PRECT")  # of a history that names none, with all tracers
SHALLOW_HISTORY = ("U", "V", "H", "ZS", "VOR")
CARRIED_HISTORY = ("PS", "U", "V", "PDEL")


def fields_of(model: Any, dycore: Any, state: Any, tracers: tuple[str, ...]) -> list[FieldKind]:
    """The fields that a run can write; of a model whose states are not sampled, those of its own history.

    Parameters
    ----------
    model : a models.model.Model.   dycore, state : on the host.   tracers : names of what it carries.
    """
    number = 0 if state.tracer_mass is None else len(state.tracer_mass)
    if not isinstance(model, Sampled):
        return own_fields(model, dycore, state)
    if isinstance(dycore.equations, PrescribedWind):
        return carried_fields(number)
    if not hasattr(dycore.equations, "coordinate"):
        return shallow_fields(number)
    return air_fields(dycore, tracers)


def listed_fields(shallow: bool) -> list[FieldKind]:
    """All fields there are: of shallow water with one tracer, or of moist air with physics that rains."""
    return shallow_fields(1) if shallow else all_air_fields()


def history_fields(model: Any, dycore: Any, state: Any, tracers: tuple[str, ...]) -> list[FieldKind]:
    """The fields of a history that names none; an empty list where the model writes its own."""
    if not isinstance(model, Sampled):
        return []
    kinds = fields_of(model, dycore, state, tracers)
    if isinstance(dycore.equations, PrescribedWind):
        carried = [kind.cam for kind in carried_fields(0)]
        return [kind for kind in kinds if kind.cam in CARRIED_HISTORY or kind.cam not in carried]
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
