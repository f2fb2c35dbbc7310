"""What a run would choose on a mesh: step, viscosity and its substeps; for ``pysces mesh info``."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..config.presets import preset
from ..constants import E3SM
from ..dycore.stability import Viscosities, hypervis_subcycles, stability_limits
from ..geometry.grid import Grid, sphere_grid
from ..mesh.cubed_sphere import Elements
from ..models.model import with_step
from ..models.viscosity import E3SM_SCALING, e3sm_nu, nu_units
from .mesh_shape import span

MODEL = "theta_l"


def run_report(elements: Elements) -> dict[str, Any]:
    """Node spacing, and what a run of theta_l would choose on a mesh, JSON-ready, with a tensor and without."""
    grid = sphere_grid(elements, E3SM, 2, 0.0, 0.0)
    report: dict[str, Any] = {"nodes": int(grid.global_id.max()) + 1}
    report["spacing_km"] = [float(grid.dx_short.min()), float(grid.dx_long.max())]
    config = preset(MODEL)
    if elements.ne:
        config = replace(config, grid=replace(config.grid, ne=elements.ne))
    report["tstep_s"] = with_step(config, grid).step_length
    report["constant"] = _viscosity(grid, report["tstep_s"], 0.0)
    report["tensor"] = _viscosity(sphere_grid(elements, E3SM, 2, E3SM_SCALING, 0.0), report["tstep_s"], E3SM_SCALING)
    return report


def _viscosity(grid: Grid, tstep: float, scaling: float) -> dict[str, Any]:
    chosen = e3sm_nu(-1.0, grid, scaling)
    limit = stability_limits(grid, Viscosities(nu=chosen.nu)).hyperviscosity
    subcycles = hypervis_subcycles(tstep, chosen.nu, grid.ne, limit, scaling == 0)
    return {"hypervis_scaling": scaling, "nu": chosen.nu, "hypervis_subcycle": subcycles, "rule": chosen.rule}


def run_lines(report: dict[str, Any]) -> str:
    """A run report for people."""
    lines = [f"{report['nodes']} nodes, {span(report['spacing_km'])} km apart", f"tstep {report['tstep_s']:g} s"]
    for name in ("tensor", "constant"):
        v = report[name]
        units = nu_units(v["hypervis_scaling"])
        lines.append(
            f"{name} viscosity: hypervis_scaling {v['hypervis_scaling']:g}, nu {v['nu']:.3g} {units}, "
            f"hypervis_subcycle {v['hypervis_subcycle']} ({v['rule']})"
        )
    return "\n".join(lines)
