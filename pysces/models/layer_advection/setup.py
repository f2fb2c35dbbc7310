"""Layer advection from its options: a bell of thicker air, carried around the sphere in `period` days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...config import CaseOptions, DynamicsOptions, RunConfig, option, section
from ...dycore.dycore import Dycore, ModelState
from ...dycore.idle import FloatingLayers
from ...stepping.tableaus import HOMME_TSTEP_TYPES
from ..model import OutputField, Setup, Watched, World, air_mass, declared, own_planet, still, with_step, world
from .equations import Layer, LayerAdvection


@dataclass(frozen=True)
class Dynamics(DynamicsOptions):
    """[dynamics]"""

    model: str = option("layer_advection", "equations", choices=("layer_advection",))
    period: float = option(12.0, "time of one turn around the sphere", "day", least=0.1)


@dataclass(frozen=True)
class Case(CaseOptions):
    """[case]"""

    name: str = option("bell", "the initial state", choices=("bell",))
    options: dict = option({}, "it has none", choices=({},))


@dataclass(frozen=True)
class LayerAdvectionConfig(RunConfig):
    """A run of layer advection."""

    dynamics: Dynamics = section(Dynamics)
    case: Case = section(Case)


@dataclass(frozen=True)
class LayerAdvectionModel:
    """The model as a run sees it: models.model.Model."""

    name: str = "layer_advection"
    config: type[LayerAdvectionConfig] = LayerAdvectionConfig

    def setup(self, config: LayerAdvectionConfig, where: World | None = None) -> Setup:
        """The dycore and a bell of 20 % more air around longitude pi on the equator."""
        where = where or world(config, own_planet(config))
        grid, dt = where.grid, with_step(config, where.grid).step_length
        speed = 2.0 * np.pi * grid.radius / (config.dynamics.period * 86400.0)
        equations = LayerAdvection(np.stack([speed * np.cos(grid.lat), 0.0 * grid.lat]))
        bell = np.exp(-5.0 * (1.0 + np.cos(grid.lat) * np.cos(grid.lon)))
        state = Layer(where.coordinate.dp_ref(where.coordinate.p0) * (1.0 + 0.2 * bell))
        dycore: Dycore = Dycore(grid, equations, None, FloatingLayers(), np.float64(dt), scheme=HOMME_TSTEP_TYPES[5])
        return Setup(dycore, ModelState(state, None, np.float64(0.0)), f"wind of {speed:.4g} m/s", where, still(config))

    def watch(self, dycore: Dycore, state: ModelState) -> Watched:
        """The thinnest layer, and the mass of all air."""
        dp, thinnest = state.dynamics.dp, float(state.dynamics.dp.min())
        return Watched(OutputField("dp_min", thinnest, "Pa", "thinnest layer"), air_mass(dp, dycore.grid))

    def fields(self, dycore: Dycore, state: ModelState) -> list[OutputField]:
        """What goes into the history."""
        return [declared("dp", state.dynamics.dp, Layer, "dp")]


LAYER_ADVECTION = LayerAdvectionModel()
