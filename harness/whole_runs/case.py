"""Case level: a whole run of pysces beside the daily curves of the real model, through the same loop as ``pysces run``.

The configuration comes from the record's settings, the initial state from the record, mesh and everything else from
pysces. Each day is judged by max |difference| / scale of the surface pressure over all nodes.
"""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pysces.arrays.backend import Backend
from pysces.config.presets import homme
from pysces.config.run import RunConfig
from pysces.diagnostics.plots import draw_run
from pysces.driver.simulation import Moment, Simulation, march, simulation
from pysces.geometry.grid import Grid
from pysces.operators.integrals import surface_pressure
from pysces.operators.strong import vorticity_sphere

from ..errors import BadInput
from ..golden.meshes import own_grid_of
from ..golden.record import Record, find, read, test_data
from ..running.configurations import Configuration
from ..sides.adapters import Fortran
from ..sides.fortran.theta_l_forms import run_daily
from ..sides.pysces.theta_l import state_of

MASS_BOUND = 1e-14  # relative, over ten days; HOMME itself: 2.4e-15
BOUND = 1e-11  # of scale, surface pressure, through day 10; measured there 5e-13, the rest for other C libraries
KERNEL = "theta_l_run_daily"
PHYSICAL = ("grid", "time", "viscosity", "dynamics")  # the sections of a configuration that a record's settings decide
LEVELS = ("hyai", "hybi", "hyam", "hybm")


@dataclass(frozen=True)
class Day:
    """One day of a run beside the record; differences are max |difference| / max |reference|, mass drift relative."""

    day: float
    ps: float
    T_mid: float
    vort_bot: float
    ps_min: float
    ps_min_reference: float
    mass_drift: float
    wall: float

    @property
    def ok(self) -> bool:
        """Whether surface pressure and mass keep their bounds."""
        return self.ps <= BOUND and abs(self.mass_drift) <= MASS_BOUND


def records(words: list[str]) -> list[Record]:
    """Daily records among paths, or in test_data when a kernel's name or nothing is given."""
    paths: list[str | Path] = [w for w in words if w != KERNEL] or [test_data()]
    found = [r for r in map(read, find(paths)) if r.kernel == KERNEL]
    if not found:
        raise BadInput(f"No record of {KERNEL} in {', '.join(map(str, paths))}; give the path of one.")
    return found


@dataclass(frozen=True)
class CaseRun:
    """A finished run beside its record; ps is the last day's surface pressure (elem, i, j, 1)."""

    record: Record
    configuration: Configuration
    grid: Grid
    days: list[Day]
    ps: np.ndarray

    @property
    def ok(self) -> bool:
        """Whether every day does, and there is one."""
        return bool(self.days) and all(day.ok for day in self.days)


def run_case(record: Record, configuration: Configuration, days: int, report: Callable[[Day], None]) -> CaseRun:
    """March a record's run for some days; report is called after each."""
    days = min(days, int(record.outputs["day"].values[-1]))
    if configuration.side == "fortran":
        return _run_fortran(record, configuration, days, report)
    os.environ.update(configuration.environment)
    run = record_simulation(record, configuration, days)
    compared, start = [], None
    for moment in march(run):
        start = start or moment
        compared.append(_compare(record, run, moment, start.mass))
        report(compared[-1])
    return CaseRun(record, configuration, run.host.grid, compared, daily_fields(record, run, moment)["ps_v"])


def _run_fortran(record: Record, configuration: Configuration, days: int, report: Callable[[Day], None]) -> CaseRun:
    """The same with reference_fortran, on pysces' mesh."""
    if reason := configuration.missing():
        raise BadInput(f"case cannot run {configuration.name}: {reason}.")
    grid, fortran = own_grid_of(record), Fortran(configuration.name)
    if grid is None:
        raise BadInput(f"{record.path} names no mesh; a whole run needs one.")
    fortran.set_grid(grid)
    compared: list[Day] = []
    masses: list[float] = []
    clock = [time.perf_counter()]
    x = {name: field.values for name, field in record.inputs.items()}

    def done(day: int, found: dict[str, np.ndarray]) -> None:
        clock.append(time.perf_counter())
        masses.append(float((grid.mass_matrix * (found["ps_v"] - x["hyai"][0] * record.settings["ps0"])).sum()))
        reference = {name: record.outputs[name].values[day] for name in found}
        compared.append(
            Day(
                day=float(day),
                ps=_relative(found["ps_v"], reference["ps_v"]),
                T_mid=_relative(found["T_mid"], reference["T_mid"]),
                vort_bot=_relative(found["vort_bot"], reference["vort_bot"]),
                ps_min=float(found["ps_v"].min()),
                ps_min_reference=float(reference["ps_v"].min()),
                mass_drift=masses[-1] / masses[0] - 1.0,
                wall=clock[-1] - clock[-2],
            )
        )
        report(compared[-1])

    curves = run_daily(x, fortran, {**record.settings, "days": days}, done)
    return CaseRun(record, configuration, grid, compared, curves["ps_v"][-1])


def record_simulation(record: Record, configuration: Configuration, days: int) -> Simulation:
    """pysces set up as the record's settings say, started from the record's state."""
    run = simulation(record_config(record, configuration, days))
    x = {name: field.values for name, field in record.inputs.items()}
    dynamics = state_of(x)
    backend = Backend(configuration.backend, configuration.precision, kernels=configuration.kernels)
    state = backend.asarray(run.state.replace(dynamics=dynamics))
    return dataclasses.replace(run, state=state)


def record_config(record: Record, configuration: Configuration, days: int) -> RunConfig:
    """Settings are namelist words; the levels are the record's own."""
    usual = homme()
    words = usual.words()
    settings = {word: value for word, value in record.settings.items() if words.get(word, " ")[0] in PHYSICAL}
    settings.pop("mesh", None)  # the name of a record's mesh is no file
    levels = {name: np.asarray(record.inputs[name].values).ravel().tolist() for name in LEVELS}
    table = {
        "vertical": {"table": levels},
        "backend": {"name": configuration.backend, "precision": configuration.precision},
        "time": {"ndays": float(days)},
        "output": {"every_hours": 24.0},
    }
    return usual.with_options(**settings).with_table(table)


def _compare(record: Record, run: Simulation, moment: Moment, mass_at_start: float) -> Day:
    day = round(moment.days)
    found = daily_fields(record, run, moment)
    differences = {name: _relative(values, record.outputs[name].values[day]) for name, values in found.items()}
    return Day(
        day=moment.days,
        ps=differences["ps_v"],
        T_mid=differences["T_mid"],
        vort_bot=differences["vort_bot"],
        ps_min=moment.ps_min,
        ps_min_reference=float(record.outputs["ps_v"].values[day].min()),
        mass_drift=moment.mass / mass_at_start - 1.0,
        wall=moment.wall,
    )


def daily_fields(record: Record, run: Simulation, moment: Moment) -> dict[str, np.ndarray]:
    """The record's daily fields (elem, i, j, 1) of a state."""
    dynamics, equations, level = moment.state.dynamics, run.host.equations, record.settings["lev_mid"] - 1
    theta = dynamics.vtheta_dp / dynamics.dp
    return {
        "ps_v": surface_pressure(dynamics.dp, equations.coordinate.ptop),
        "T_mid": (theta * equations.column(dynamics).exner)[..., level : level + 1],
        "vort_bot": vorticity_sphere(dynamics.wind[..., -1:], run.host.grid),
    }


def _relative(found: np.ndarray, reference: np.ndarray) -> float:
    return float(np.abs(found - reference).max() / np.abs(reference).max())


def draw(case: CaseRun, image: Path) -> str:
    """Surface pressure of the last day on both sides, and both curves of its minimum."""
    grid, days, reference = case.grid, case.days, case.record.outputs["ps_v"].values
    last = round(days[-1].day)
    model = case.record.producer.upper()
    ours = "pysces" if case.configuration.side == "port" else "reference_fortran"
    maps = {f"{ours}, day {last}": case.ps[..., 0], f"{model}, day {last}": reference[last, ..., 0]}
    curves = {
        ours: ([d.day for d in days], [d.ps_min for d in days]),
        model: (np.arange(len(reference)), reference.min(axis=(1, 2, 3, 4))),
    }
    return draw_run(image, np.degrees(grid.lon[..., 0]), np.degrees(grid.lat[..., 0]), maps, curves)


def rows(case: CaseRun) -> list[dict]:
    """JSON rows, one a day; the last one with surface pressure and its difference at every node, for maps."""
    names: dict[str, Any] = {"kernel": case.record.kernel, "case": case.record.case, "producer": case.record.producer}
    names |= {"configuration": case.configuration.name, "side": "golden", "bound": BOUND}
    names["compared"] = {"fields": 1, "points": case.ps.size, "levels": 1, "times": 1}  # only ps is judged
    verdict = {True: "ROUNDOFF", False: "DIFFERENT"}
    found = [{**names, "verdict": verdict[d.ok], **asdict(d)} for d in case.days]
    return [*found[:-1], {**found[-1], "maps": _maps(case)}]


def _maps(case: CaseRun) -> dict:
    """Flat lists over the nodes, rounded to what a picture shows."""
    day = round(case.days[-1].day)
    difference = case.ps - case.record.outputs["ps_v"].values[day]
    return {
        "day": day,
        "lon": np.degrees(case.grid.lon).ravel().round(2).tolist(),
        "lat": np.degrees(case.grid.lat).ravel().round(2).tolist(),
        "port": np.asarray(case.ps, float).ravel().round(1).tolist(),
        "difference": [float(f"{d:.3g}") for d in np.asarray(difference, float).ravel()],
    }
