"""Configurations of shallow water, and of tracers in a given wind, as the words of HOMME's ctl_nl.

HOMME: sweqx, test_mod:set_prescribed_wind
"""

from __future__ import annotations

from typing import Any

from . import shallow_translation, wind_translation
from .homme_cases import HommeCase
from .writing import group_text, levels_of, mesh_words, split_words, step_words
from .writing_output import output_words
from .writing_words import refuse


def shallow_text(config: Any) -> str:
    """The namelist of a run of shallow water; ValueError in one sentence for what sweqx does not have."""
    name = _name(config, shallow_translation.CASES)
    if config.case.tracers:
        refuse("[case] tracers", True, "it carries them as layers; set it to false")
    mesh = {"topology": "cube", **mesh_words(config)} if config.grid.geometry == "sphere" else _plane_words(config)
    control = {"test_case": name, **mesh, **step_words(config)}
    control |= _scheme(config.time) | _limiter(config, name) | _viscosity(config.viscosity)
    return "\n".join([group_text("ctl_nl", control), group_text("analysis_nl", output_words(config, name))])


def _plane_words(config: Any) -> dict[str, Any]:
    """The plane; HOMME's Coriolis parameter is its case's, and its viscosity on planes is that of tensors."""
    grid, v = config.grid, config.viscosity
    if grid.fcor != shallow_translation.DOUBLE_VORTEX["fcor"]:
        refuse("[grid] fcor", grid.fcor, f"its case has {shallow_translation.DOUBLE_VORTEX['fcor']:g} s-1")
    if v.hypervis_order and not v.hypervis_scaling:
        refuse("[viscosity] hypervis_scaling", v.hypervis_scaling, "on planes it wants tensors: give an exponent")
    size = {word: getattr(grid, word) for word in ("ne_x", "ne_y", "lx", "ly")}
    return {"topology": "plane", "geometry": "plane", **size}


def _scheme(time: Any) -> dict[str, Any]:
    if time.integration == "tableau":
        refuse("[time] integration", time.integration, "sweqx has runge_kutta and explicit")
    if time.integration == "runge_kutta":
        return {"integration": time.integration, "rk_stage_user": time.rk_stage_user}
    filtered = {"smooth": time.smooth} if time.lftfreq == 0 else {}
    return {"integration": time.integration, "lftfreq": time.lftfreq, **filtered}


def _limiter(config: Any, name: str) -> dict[str, Any]:
    positive = config.dynamics.positive_thickness
    if positive and name != "swtc1":
        refuse("[dynamics] positive_thickness", positive, "sweqx limits so in swtc1 alone; set it to false")
    return {"limiter_option": 4} if positive else {}


def _viscosity(v: Any) -> dict[str, Any]:
    names = ("nu", "nu_s", "nu_div", "hypervis_order", "hypervis_subcycle", "hypervis_scaling")
    if v.hypervis_order and (v.nu < 0 or v.hypervis_subcycle < 1):
        name = "nu" if v.nu < 0 else "hypervis_subcycle"
        refuse(f"[viscosity] {name}", -1, "pysces chooses it: give the number that --dry-run prints")
    return {name: getattr(v, name) for name in names if v.hypervis_order or v.changed(name)}


def wind_text(config: Any) -> str:
    """The namelist of a run of tracers in a given wind; ValueError in one sentence for what HOMME does not have."""
    name = _name(config, {homme: ours for homme, (ours, *_) in wind_translation.CASES.items()})
    _, levels, filled = wind_translation.CASES[name]
    if config.case.planet != wind_translation.PLANET:
        refuse("[case] planet", config.case.planet, f"its winds are written for {wind_translation.PLANET:g} m")
    if config.time.changed("tstep_type"):
        refuse("[time] tstep_type", config.time.tstep_type, "it takes no such steps where the wind is given")
    control = {
        **{"test_case": name, "prescribed_wind": 1, "topology": "cube", "qsize": config.case.qsize or filled},
        **mesh_words(config),
        **split_words(config),
        **({"nu_p": 0, "nu_q": config.viscosity.nu_q} if config.viscosity.nu_q else {}),
        **{word: getattr(config.dynamics, word) for word in ("limiter_option", "vert_remap_q_alg")},
    }
    test = config.vertical.table.get("test")  # the three tests have the same levels
    levels = test if test in {made for _, made, _ in wind_translation.CASES.values()} else levels
    groups = {"ctl_nl": control, "vert_nl": levels_of(config, HommeCase("", levels=levels))}
    groups |= {"analysis_nl": output_words(config, name)}
    return "\n".join(group_text(title, words) for title, words in groups.items())


def _name(config: Any, ours: dict[str, str]) -> str:
    """HOMME's name of the case; refused where its options are not what HOMME has."""
    if config.grid.constants != "e3sm":
        refuse("[grid] constants", config.grid.constants, "HOMME has those of e3sm")
    names = {case: name for name, case in ours.items()}
    if config.case.name not in names:
        refuse("[case] name", config.case.name, f"it has {', '.join(names)} under its own names")
    if config.case.options:
        refuse("[case] options", config.case.options, "HOMME has no words for them; leave them out")
    return names[config.case.name]
