"""The runs that are differentiated, small: what is on in each, and what in it has a kink by design."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from pysces.arrays.backend import Backend
from pysces.config.presets import preset
from pysces.config.run import RunConfig
from pysces.driver.simulation import simulation


def _levels(eta_top: float) -> dict[str, Any]:
    return {"vertical": {"table": {"family": "even_pressure", "nlev": 6, "eta_top": eta_top}}}


LEVELS = _levels(0.1)
HIGH = _levels(0.04)  # to 28 km; the sponge of mountain waves begins at 20 km
KINKS = {
    "remap": "the limiter of the vertical remap has kinks",
    "limiters": "the limiters of remap and tracers have kinks",
    "filter": "FV3's kord 10 and 11 jump where round-off alone makes a wave of an edge that was set to a mean",
    "physics": "friction, condensation and rain set in with a kink",
    "zero": "mixing ratios at zero sit on the kink of a limiter",
}
REMAP_WORD = {"theta_l": "vert_remap_q_alg", "cam_se": "vert_remap_u_alg"}
SMOOTHEST = {  # of the model; CAM-SE always has tracers, and -17 lets them become negative
    "theta_l": {"vert_remap_q_alg": -1},
    "cam_se": {"vert_remap_u_alg": 10, "limiter_option": 0},
}


@dataclass(frozen=True)
class Configuration:
    """options : by section, beside the smoothest ones.   kink : a name in KINKS, or none.   deep : only with --deep."""

    name: str
    options: dict[str, Any] = field(default_factory=dict)
    kink: str = ""
    deep: bool = False
    change: Callable[[Any], Any] | None = None


def without_tracers(run: Any) -> Any:
    """The run with mixing ratios of zero."""
    return replace(run, state=run.state.replace(tracer_mass=0.0 * run.state.tracer_mass))


SPONGE = {"nu_top": 2.5e5, "hypervis_subcycle_tom": 1}
MOIST = {"tracers": True, "options": {"moist": True}}


def _suite(suite: str, deep: bool = True, levels: dict[str, Any] | None = None) -> Configuration:
    return Configuration(suite, {"physics": {"suite": suite}} | (levels or {}), "physics", deep)


def _wet(suite: str) -> Configuration:
    options = {"case": MOIST, "physics": {"suite": suite}, "dynamics": {"limiter_option": 0}}
    return Configuration(suite, options, "physics", True)


def _columns(model: str, remap: int, limiter: int, deep: bool = True) -> Configuration:
    """A remap and a limiter, with moist tracers."""
    options = {"case": MOIST, "dynamics": {REMAP_WORD[model]: remap, "limiter_option": limiter}}
    kink = "filter" if remap in (-10, -11) else "limiters" if limiter else "remap"
    return Configuration(f"remap {remap}, limiter {limiter}", options, kink, deep)


def _air(model: str, columns: tuple[tuple[int, int], ...]) -> tuple[Configuration, ...]:
    first, *others = columns
    usual = _columns(model, *first, deep=False)
    kink = "" if model == "theta_l" else "remap"
    return (
        Configuration("sponge", {"viscosity": SPONGE}, kink),
        Configuration("topography", {"case": {"name": "rest_over_mountain"}, "viscosity": SPONGE}, kink, True),
        Configuration("rest state", {"case": {"name": "held_suarez"}, "viscosity": SPONGE}, kink, True),
        _suite("held_suarez", deep=False),
        _suite("schaer_sponge", levels=HIGH),
        usual,
        Configuration("zero tracers", usual.options, "zero", True, without_tracers),
        *(_columns(model, *pair) for pair in others),
        *(_wet(suite) for suite in ("large_scale_condensation", "reed_jablonowski", "kessler_reed_jablonowski")),
    )


CONFIGURATIONS: dict[str, tuple[Configuration, ...]] = {
    "shallow_water": (
        Configuration("galewsky", {"case": {"name": "galewsky"}}),
        Configuration("mountain", {"case": {"name": "williamson5"}}, deep=True),
    ),
    "theta_l": _air("theta_l", ((10, 9), (0, 8), (1, 4), (11, 0))),
    "cam_se": _air("cam_se", ((-9, 9), (-4, 8), (-10, 4), (-11, 0), (10, 0), (1, 9), (2, 9))),
}


def built(model: str, configuration: Configuration, ne: int) -> Any:
    """The run, on jax in double precision."""
    Backend("jax")
    run = simulation(configured(model, configuration, ne))
    return run if configuration.change is None else configuration.change(run)


def configured(model: str, configuration: Configuration, ne: int) -> RunConfig:
    """What the run is made of, before its change."""
    base = preset(model).with_options(ne=ne, backend="jax")
    if model in REMAP_WORD:
        smooth = {"dynamics": SMOOTHEST[model]}
        base = base.with_table(LEVELS).with_table(smooth).with_options(rsplit=1, tstep_type=1)
    return base.with_table(_of_model(model, configuration.options))


def _of_model(model: str, options: dict[str, Any]) -> dict[str, Any]:
    """Without what CAM-SE always has."""
    if model == "cam_se" and "tracers" in options.get("case", {}):
        case = {name: value for name, value in options["case"].items() if name != "tracers"}
        return {**options, "case": case}
    return options
