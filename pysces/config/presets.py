"""Configurations to start from: each model's usual choices, with any option changed by its namelist word.

>>> homme(ne=8, ndays=10, backend="jax")
"""

from __future__ import annotations

import dataclasses

from .run import SECTIONS, RunConfig
from .section import suggest

SHORT = {  # words for options whose own names are ambiguous
    "case": ("case", "name"),
    "case_options": ("case", "options"),
    "levels": ("vertical", "name"),
    "backend": ("backend", "name"),
    "output": ("output", "file"),
}
_AMBIGUOUS = ("name", "options", "table", "file")
OPTIONS = SHORT | {
    f.name: (section, f.name)
    for section, cls in SECTIONS.items()
    for f in dataclasses.fields(cls)
    if f.name not in _AMBIGUOUS
}


def homme(**options) -> RunConfig:
    """HOMME theta-l, hydrostatic, with the choices of its standard cases: RK5, remap every third step, limiter 9."""
    return with_options(RunConfig(), **options)


def cam_se(**options) -> RunConfig:
    """CAM-SE as CAM sets it by default: gnomonic map, CAM's constants, RK5, three hyperviscosity substeps, a sponge."""
    table = {
        "grid": {"cubed_sphere_map": 0, "constants": "cam"},
        "time": {"tstep": 300.0, "tstep_type": 4},
        "viscosity": {"nu_top": 1.25e5, "hypervis_subcycle": 3, "hypervis_subcycle_tom": 1},
        "dynamics": {"model": "cam_se", "vert_remap_u_alg": -9, "limiter_option": 8},
        "case": {"tracers": True},
    }
    return with_options(RunConfig().with_table(table), **options)


PRESETS = {"theta_l": homme, "cam_se": cam_se}


def preset(model: str) -> RunConfig:
    """The usual choices of a model by its [dynamics] name."""
    if model not in PRESETS:
        raise ValueError(f"[dynamics] model must be one of {', '.join(PRESETS)}, found {model!r}.")
    return PRESETS[model]()


def with_options(config: RunConfig, **options) -> RunConfig:
    """A copy with options changed by their namelist words, whatever section they belong to."""
    table: dict = {}
    for word, value in options.items():
        if word not in OPTIONS:
            raise ValueError(f"There is no option {word!r}; {suggest(word, OPTIONS)}")
        section, name = OPTIONS[word]
        table.setdefault(section, {})[name] = value
    return config.with_table(table)
