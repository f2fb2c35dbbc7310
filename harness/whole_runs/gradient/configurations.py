"""The runs that are differentiated, small: what is on in each, and what in it has a kink by design."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from pysces.arrays.backend import Backend
from pysces.config.presets import preset
from pysces.driver.simulation import simulation

LEVELS = {"vertical": {"table": {"family": "even_pressure", "nlev": 6, "eta_top": 0.1}}}
KINKS = {
    "remap": "the limiter of the vertical remap has kinks",
    "limiter": "the limiter of tracers has kinks",
    "physics": "condensation and rain set in with a kink",
    "zero": "mixing ratios at zero sit on the kink of a limiter",
    "rest": "a column at rest sits on the kinks of the remap's limiter",
}
WITHOUT_EFFECT = {"shallow_water": ("R_dry", "cp", "gravity")}  # its air is water, and phi is its depth times g
REMAP = {"theta_l": {"vert_remap_q_alg": -1}, "cam_se": {"vert_remap_u_alg": -11}}  # the smoothest that the model has


@dataclass(frozen=True)
class Configuration:
    """options : by section, beside the smoothest ones.   kink : a name in KINKS, or none.   deep : only with --deep."""

    name: str
    options: dict[str, Any] = field(default_factory=dict)
    kink: str = ""
    deep: bool = False
    change: Callable[[Any], Any] | None = None


def without_effect(model: str, parameter: str) -> bool:
    """Whether the equations of a model do not have a parameter that its constants hold."""
    return parameter in WITHOUT_EFFECT.get(model, ())


def _moist(suite: str, deep: bool = True) -> Configuration:
    options = {"case": {"tracers": True, "options": {"moist": True}}, "physics": {"suite": suite}}
    return Configuration(suite, {**options, "dynamics": {"limiter_option": 0}}, "physics", deep)


def _tracers(limiter: int, deep: bool) -> Configuration:
    options = {"case": {"tracers": True, "options": {"moist": True}}, "dynamics": {"limiter_option": limiter}}
    return Configuration(f"limiter {limiter}", options, "limiter" if limiter else "", deep)


def without_tracers(run: Any) -> Any:
    """The run with mixing ratios of zero."""
    return replace(run, state=run.state.replace(tracer_mass=0.0 * run.state.tracer_mass))


HELD_SUAREZ = Configuration("held_suarez", {"physics": {"suite": "held_suarez"}}, "physics")
SPONGE = {"nu_top": 2.5e5, "hypervis_subcycle_tom": 1}
AIR = (
    Configuration("hyperviscosity"),
    HELD_SUAREZ,
    _tracers(0, True),
    _tracers(4, True),
    _tracers(8, True),
    _tracers(9, False),
    Configuration("sponge", {"viscosity": SPONGE}, deep=True),
    Configuration("topography", {"case": {"name": "rest_over_mountain"}}, deep=True),
    Configuration("rest state", {"case": {"name": "held_suarez"}}, deep=True),
    _moist("large_scale_condensation"),
    _moist("reed_jablonowski"),
    _moist("kessler"),
    _moist("kessler_reed_jablonowski"),
    Configuration("schaer_sponge", {"physics": {"suite": "schaer_sponge"}}, deep=True),
)
ZERO = Configuration(
    "zero tracers",
    {"case": {"tracers": True, "options": {"moist": True}}, "dynamics": {"limiter_option": 9}},
    "zero",
    True,
    without_tracers,
)


def _remaps(name: str, algorithms: tuple[int, ...], usual: int) -> tuple[Configuration, ...]:
    return tuple(Configuration(f"remap {a}", {"dynamics": {name: a}}, "remap", a != usual) for a in algorithms)


CONFIGURATIONS: dict[str, tuple[Configuration, ...]] = {
    "shallow_water": (
        Configuration("galewsky", {"case": {"name": "galewsky"}}),
        Configuration("mountain", {"case": {"name": "williamson5"}}, deep=True),
    ),
    "theta_l": (*AIR, *_remaps("vert_remap_q_alg", (10, 0, 1, 11), 10), ZERO),
    "cam_se": (*AIR, *_remaps("vert_remap_u_alg", (-9, -4, -10, 1, 2, 10), -9), ZERO),
}


def built(model: str, configuration: Configuration, ne: int) -> Any:
    """The run, on jax in double precision."""
    Backend("jax")
    base = preset(model).with_options(ne=ne, backend="jax")
    if model in REMAP:
        base = base.with_table(LEVELS).with_table({"dynamics": REMAP[model]}).with_options(rsplit=1)
    run = simulation(base.with_table(_of_model(model, configuration.options)))
    return run if configuration.change is None else configuration.change(run)


def _of_model(model: str, options: dict[str, Any]) -> dict[str, Any]:
    """Without what CAM-SE always has."""
    if model == "cam_se" and "tracers" in options.get("case", {}):
        case = {name: value for name, value in options["case"].items() if name != "tracers"}
        return {**options, "case": case}
    return options
