"""The lines that a run prints: what it is, what its steps are, and one for every record."""

from __future__ import annotations

from ..models.grids import described_grid, named_mesh
from ..models.model import World
from .simulation import Moment, Simulation
from .small_planets import start_name


def headline(run: Simulation) -> str:
    """What is run, and on what."""
    config, host = run.config, run.host
    calls = f"{run.calls_in_all - run.calls} calls of {run.dt_remap:g} s"
    backend = f"{config.backend.name}-f{config.backend.precision}{run.layout.name}"
    return (
        f"{start_name(config)}: {config.dynamics.model} {named_mesh(config.grid)}{_levels(run.where)}, "
        f"tstep {float(host.dt):g} s, {calls}, {backend}"
    )


def report_lines(run: Simulation) -> str:
    """What a mesh that is no cubed sphere is, and what the model says of its steps."""
    options, grid = run.config.grid, run.where.grid
    name = f"mesh {options.mesh}" if options.mesh else named_mesh(options)
    return run.report if grid.ne else f"{name}: {described_grid(grid)}\n{run.report}"


def _levels(where: World) -> str:
    return "" if where.coordinate is None else f" L{where.coordinate.nlev}"


def columns(moment: Moment) -> str:
    """Heads of the table; what is lowest has its model's name, pressures are in hPa."""
    lowest = moment.watched.lowest
    head = f"{lowest.name} [{'hPa' if lowest.units == 'Pa' else lowest.units}]"
    return f"{'day':>8s} {head:>13s} {'mass drift':>11s} {'energy drift':>13s} {'s per day':>10s} {'SYPD':>8s}"


def weights(moment: Moment) -> dict[str, float]:
    """What a run should keep: its mass, and its energy where the model has one."""
    return {"mass": moment.mass} | ({} if moment.energy is None else {"energy": float(moment.energy.total)})


def record_line(run: Simulation, moment: Moment, last: Moment | None, start: dict[str, float]) -> str:
    """A row of progress, drifts since the run's own start; the first chunk's time includes compiling."""
    drifts = {name: value / start[name] - 1.0 for name, value in weights(moment).items()}
    lowest = moment.watched.lowest
    shown = float(lowest.values) / (100.0 if lowest.units == "Pa" else 1.0)
    energy = f"{drifts['energy']:13.2e}" if "energy" in drifts else f"{'-':>13s}"
    text = f"{moment.days:8.3f} {shown:13.4f} {drifts['mass']:11.2e} {energy}"
    if last is None or moment.calls == last.calls:
        return text
    per_day = moment.wall / ((moment.calls - last.calls) * run.dt_remap / 86400.0)
    return f"{text} {per_day:10.2f} {86400.0 / per_day / 365.0:8.2f}"
