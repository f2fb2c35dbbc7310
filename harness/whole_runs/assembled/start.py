"""What a record has and pysces' catalogue has not: a state of its own, and tracers beside the vapor.

A state becomes a case of the catalogue, as a user adds one, so that everything that a run makes of a case is pysces'
own. Tracers, for which no case has a place, are added to the state that the model sets up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pysces.arrays.backend import Array
from pysces.cases import catalogue
from pysces.cases.initial_fields import DryMassFields, InitialFields
from pysces.constants import Constants
from pysces.geometry.grid import Grid
from pysces.models import registry
from pysces.models.model import Model, OutputField, Setup, Watched, World
from pysces.thermodynamics.species import active_species
from pysces.vertical.coordinate import VerticalCoordinate


@dataclass(frozen=True)
class Start:
    """What is added to pysces before a run.

    case : its name in the catalogue, "" where the run starts from a case that is there.
    x : the record's inputs by name.   model : which model carries the record's further tracers.
    species : names of all thermodynamically active species, where a model weighs them.
    """

    model: str
    x: Mapping[str, np.ndarray]
    case: str = ""
    species: tuple[str, ...] = ()

    def register(self) -> None:
        """Add the case and the tracers, in this process."""
        if self.case:
            catalogue.CASES[self.case] = catalogue.Case(self._fields, "a golden record's state", self._dry_mass_fields)
        if "Qdp" in self.x and (len(self.x["Qdp"]) > 1 or self.species):
            CARRYING.append(Carrying(registry.find_model(self.model), self.x["Qdp"], self.species))
            registry.MODELS[self.model] = f"{__name__}:carrying"

    def _fields(self, grid: Grid, coordinate: VerticalCoordinate, constants: Constants) -> InitialFields:
        x = self.x
        ps = coordinate.ptop + x["dp3d"].sum(axis=-1, keepdims=True)
        p = coordinate.p_i(ps)[..., :-1] + x["dp3d"] / 2
        virtual = x["vtheta_dp"] / x["dp3d"] * (p / constants.p0) ** constants.kappa
        return InitialFields(x["v"], virtual, virtual, x["dp3d"], ps, x["phis"], self._vapor())

    def _dry_mass_fields(self, grid: Grid, coordinate: VerticalCoordinate, constants: Constants) -> DryMassFields:
        x = self.x
        ps_dry = coordinate.ptop + x["dp3d"].sum(axis=-1, keepdims=True)
        return DryMassFields(x["v"], x["T"], x["dp3d"], ps_dry, x["phis"], self._vapor())

    def _vapor(self) -> np.ndarray:
        return self.x["Qdp"][0] / self.x["dp3d"] if "Qdp" in self.x else np.zeros_like(self.x["dp3d"])


@dataclass(frozen=True)
class Carrying:
    """A model of the registry whose states carry a record's tracers behind the vapor: models.model.Model.

    Where the air is made of species the vapor is the record's too: in the stratosphere it is next to nothing, and CAM's
    own is the end of a search to 1e-13 of pressure, which no later level could be compared with.
    """

    of: Model
    tracer_mass: np.ndarray
    species: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its [dynamics] model."""
        return self.of.name

    @property
    def config(self) -> Any:
        """Its options."""
        return self.of.config

    def setup(self, config: Any, where: World | None = None) -> Setup:
        """The model's own, with more tracers, and with their species where the air is made of them."""
        made = self.of.setup(config, where)
        if not self.species:
            own = np.concatenate([made.state.tracer_mass, self.tracer_mass[1:]])
            return replace(made, state=made.state.replace(tracer_mass=own))
        made = replace(made, state=made.state.replace(tracer_mass=self.tracer_mass))
        of = made.where.constants
        air = active_species(self.species, of.R_dry, of.cp)
        equations, remap = (part.replace(species=air) for part in (made.dycore.equations, made.dycore.remap))
        return replace(made, dycore=made.dycore.replace(equations=equations, remap=remap))

    def watch(self, dycore: Any, state: Any) -> Watched:
        """The model's own."""
        return self.of.watch(dycore, state)

    def fields(self, dycore: Any, state: Any) -> list[OutputField]:
        """The model's own, and the ratio of every further tracer to its layer's mass."""
        layers: Array = dycore.equations.layer_mass(state.dynamics)
        more = ((tracer_name(k), m / layers) for k, m in enumerate(state.tracer_mass) if k)
        return [*self.of.fields(dycore, state), *(OutputField(n, q, "kg kg-1", "tracer") for n, q in more)]


CARRYING: list[Carrying] = []  # of this process; the registry finds the last by the name `carrying`


def __getattr__(name: str) -> Carrying:
    """The model that the registry is told of, by the name under which it stands there."""
    if name == "carrying" and CARRYING:
        return CARRYING[-1]
    raise AttributeError(name)


def tracer_name(k: int) -> str:
    """Of a tracer in the history; the vapor, 0, has the model's own."""
    return f"golden_tracer_{k}" if k else "q"
