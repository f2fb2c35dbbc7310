"""A Fortran ensemble of baroclinic waves one ulp apart, and the port's wave beside it.

The control run of reference_fortran starts from the wave; every member from the wave with vtheta_dp moved by one ulp up
or down at each node and level (the same at all copies of a node); the port from the wave itself. What is kept of a run
is its distance to the control, and its mass and energy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from pysces.geometry.grid import Grid
from pysces.models.theta_l.energy import theta_l_energy

from ..errors import BadInput
from ..inputs import seeds
from ..kernels.catalogue import lookup
from ..locating.theta_l import start as theta_l_start
from ..running.configurations import FORTRAN, Configuration
from ..running.spread import SEED
from ..running.worker import FortranSide, PortSide
from ..sides.pysces import theta_l as pieces

FIELDS = {"ps": "Pa", "theta": "K", "wind": "m s-1"}  # surface; middle level; lowest level
BUDGETS = ("mass", "energy")
STATE = ("v", "vtheta_dp", "dp3d")
SIZES = {"ne": 4, "nlev": 12}
FINER_STEP = 300.0  # s, on meshes that are no cubed sphere


@dataclass(frozen=True)
class Wave:
    """The run: inputs, grid, settings, how many calls between outputs and how many outputs."""

    x: Mapping[str, np.ndarray]
    grid: Any
    settings: Mapping
    calls: int
    outputs: int

    @property
    def days(self) -> np.ndarray:
        """Model time of the outputs, the start left out."""
        call = self.settings["tstep"] * self.settings["qsplit"] * self.settings["rsplit"]
        return np.arange(1, self.outputs + 1) * self.calls * call / 86400.0


def wave(ne: int | str, nlev: int, days: float, hours: float) -> Wave:
    """The dry baroclinic wave with remap every third step, hyperviscosity and sponge."""
    start = theta_l_start.start("baroclinic_wave", ne, nlev)
    settings = {**start.settings, "rsplit": 3, "tstep": 600.0 if isinstance(ne, int) else FINER_STEP}
    calls = round(hours * 3600.0 / (settings["tstep"] * settings["rsplit"]))
    outputs = round(days * 24.0 / hours)
    if calls < 1 or outputs < 1:
        raise BadInput(
            f"growth needs an output, half an hour or more apart; found {days:g} days every {hours:g} hours."
        )
    x = {name: a for name, a in start.x.items() if name != "Qdp"}
    return Wave(x, start.grid, settings, calls, outputs)


@dataclass(frozen=True)
class Look:
    """What is kept of a state."""

    fields: Mapping[str, np.ndarray]
    budgets: Mapping[str, float]


def looks(evaluate: Callable, case: Wave, x: Mapping, grid: Grid) -> Iterator[Look]:
    """One side's run: a Look at each output."""
    kernel, settings = lookup("theta_l_run"), {**case.settings, "calls": (case.calls,)}
    for _ in range(case.outputs):
        after = evaluate(kernel, x, grid, settings)
        x = {**x, **{name: after[f"call_{case.calls}/{name}"] for name in STATE}}
        yield _look(case, x)


def _look(case: Wave, x: Mapping) -> Look:
    dp = np.asarray(x["dp3d"], float)
    middle = dp.shape[-1] // 2
    ps = case.x["hyai"][0] * case.settings["ps0"] + dp.sum(axis=-1, keepdims=True)
    theta = (np.asarray(x["vtheta_dp"], float) / dp)[..., middle : middle + 1]
    state = pieces.state_of({name: np.asarray(x[name], float) for name in STATE})
    energy = theta_l_energy(pieces.equations_of(case.x, case.settings), state, case.grid)
    mass = float((case.grid.mass_matrix * dp).sum())
    wind = np.asarray(x["v"][..., -1:], float)
    return Look({"ps": ps, "theta": theta, "wind": wind}, {"mass": mass, "energy": float(energy.total)})


@dataclass(frozen=True)
class Distances:
    """Of one run to the control: {field: rms at each output}, {budget: relative difference at each output}."""

    fields: Mapping[str, np.ndarray]
    budgets: Mapping[str, np.ndarray]


class Ensemble:
    """The Fortran side: control, members, and how far anything is from the control."""

    def __init__(self, case: Wave, build: str, report: Callable[[str], None] = lambda text: None) -> None:
        self.case, self.fortran, self.report = case, FortranSide(FORTRAN[build]), report
        self.control = list(looks(self.fortran, case, case.x, case.grid))

    def members(self, count: int) -> list[Distances]:
        """So many Fortran runs that begin one ulp apart."""
        rng = seeds.generator(SEED)
        found = []
        for n in range(count):
            x = {**self.case.x, "vtheta_dp": _nudged(self.case, rng, self.fortran.dtype)}
            found.append(self.distances(looks(self.fortran, self.case, x, self.case.grid)))
            self.report(f"member {n + 1} of {count}")
        return found

    def port(self, configuration: Configuration, defect: float = 0.0) -> Distances:
        """The port's run; with a defect, its derivative matrix is off by that factor."""
        grid = self.case.grid
        if defect:
            grid = grid.replace(derivative_matrix=grid.derivative_matrix * (1.0 + defect))
        return self.distances(looks(PortSide(configuration), self.case, self.case.x, grid))

    def distances(self, run: Iterator[Look]) -> Distances:
        """How far a run is from the control at each output."""
        weights = self.case.grid.mass_matrix
        pairs = list(zip(run, self.control))
        rms = lambda d: float(np.sqrt((weights * d * d).sum() / weights.sum() / (d.size / weights.size)))  # noqa: E731
        fields = {n: np.array([rms(a.fields[n] - b.fields[n]) for a, b in pairs]) for n in FIELDS}
        budgets = {n: np.array([a.budgets[n] / b.budgets[n] - 1.0 for a, b in pairs]) for n in BUDGETS}
        return Distances(fields, budgets)

    def saturation(self, name: str) -> float:
        """Rms difference of two states of the control's own variance that know nothing of each other."""
        deviations = [look.fields[name] - look.fields[name].mean() for look in self.control]
        return float(np.sqrt(2.0) * max(np.sqrt((d * d).mean()) for d in deviations))


def _nudged(case: Wave, rng: np.random.Generator, dtype: DTypeLike) -> np.ndarray:
    """vtheta_dp one ulp up or down, alike at all copies of a node."""
    field = case.x["vtheta_dp"].astype(dtype)
    nodes = case.grid.global_id
    up = rng.integers(0, 2, (int(nodes.max()) + 1, field.shape[-1]))[nodes] == 1
    return np.nextafter(field, np.where(up, np.inf, -np.inf).astype(dtype))
