"""The dry atmosphere of Held and Suarez that experiments with physics are made in."""

from __future__ import annotations

from ..config.presets import homme
from ..config.run import RunConfig

STEP, COARSEST = 1800.0, 4  # s, at this ne and below


def forced_config(ne: int, days: float, every_hours: float = 240.0) -> RunConfig:
    """Ten levels, a step of half an hour at ne4, and remap by a spline, whose derivative is that of its program."""
    levels = {"vertical": {"table": {"family": "even_pressure", "nlev": 10, "eta_top": 0.02}}}
    step = STEP * COARSEST / max(ne, COARSEST)
    return homme(
        ne=ne,
        ndays=days,
        tstep=step,
        rsplit=1,
        vert_remap_q_alg=-1,
        backend="jax",
        case="held_suarez",
        suite="held_suarez",
        every_hours=every_hours,
    ).with_table(levels)
