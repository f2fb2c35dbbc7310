"""The shallow water of reference_fortran, called with the inputs and settings of a golden record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from ...registry import Fields, Settings
from ..adapters import AxisOrder, Fortran, flat, matrix

wind = AxisOrder((2, 3, 0, 1), flat=True)  # (2, elem, i, j, 1) <-> (i, j, 2, elem)
SETTINGS = {
    "nu": 0.0,
    "nu_s": 0.0,
    "nu_div": 0.0,
    "hypervis_scaling": 0.0,
    "hypervis_order": 2,
    "hypervis_subcycle": 1,
    "LFTfreq": 1,
    "smooth": 0.0,
}


@contextmanager
def configured(x: Fields, fortran: Fortran, settings: Settings) -> Iterator[None]:
    """Options, tensor and the record's Coriolis parameter loaded while the block runs."""
    options, data = fortran.library.shallow_water_settings, fortran.library.element_data
    for name, default in SETTINGS.items():
        setattr(options, name.lower(), settings.get(name, default))
    options.pmean = float(x.get("pmean", 0.0))
    options.runge_kutta = settings.get("integration") == "runge_kutta"
    options.rk_stage_user = settings.get("rk_stage_user") or 3
    options.prescribed_wind = settings.get("test_case") == "swtc1"
    if "tensorVisc" in x:
        data.set_viscosity_tensor(matrix(x["tensorVisc"]))
    kept = np.array(data.fcor, order="F")
    try:
        if "fcor" in x:
            data.fcor[...] = flat(x["fcor"])
        yield
    finally:
        data.fcor[...] = kept


def tendency(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """The right-hand side, assembled."""
    with configured(x, fortran, settings):
        v, p = fortran("shallow_water:compute_and_apply_rhs", wind(x["v"]), flat(x["p"]), flat(x["ps"]), 0.0, 1.0)
    return {"v_tendency": wind.back(v), "p_tendency": flat.back(p)}


def hyperviscosity(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """The state after advance_hypervis over dt [s]."""
    with configured(x, fortran, settings):
        v, p = fortran("shallow_water:advance_hypervis", wind(x["v"]), flat(x["p"]), flat(x["ps"]), settings["dt"])
    return {"v": wind.back(v), "p": flat.back(p)}


def step(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """The state after one step; with a Robert filter, the older state too."""
    steps = max(settings.get("LFTfreq", 1), 1)
    with configured(x, fortran, settings):
        now, before = _march(fortran, _levels(x), x, settings, steps, 1)
    outputs = _named(now)
    return outputs | ({f"{n}_filtered": a for n, a in _named(before).items()} if settings.get("smooth") else {})


def run(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """The state after each of the steps that are wanted."""
    outputs: dict[str, np.ndarray] = {}
    done, levels = 0, _levels(x)
    with configured(x, fortran, settings):
        for steps in steps_wanted(settings):
            levels = _march(fortran, levels, x, settings, done, steps - done)
            outputs |= _named(levels[0], f"step_{steps}/")
            done = steps
    return outputs


def steps_wanted(settings: Settings) -> list[int]:
    """The numbers of steps in the names of outputs, such as step_10/v."""
    return sorted({int(name.split("/")[0].removeprefix("step_")) for name in settings["outputs"]})


Levels = tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]  # (v, p) now, and before


def _levels(x: Fields) -> Levels:
    now = wind(x["v"]), flat(x["p"])
    return now, (wind(x["v_nm1"]), flat(x["p_nm1"])) if "v_nm1" in x else now


def _march(fortran: Fortran, levels: Levels, x: Fields, settings: Settings, done: int, steps: int) -> Levels:
    now, before = levels
    routine, dt = "shallow_water:run", settings["tstep"]
    v, p, v_before, p_before = fortran(routine, *now, *before, flat(x["ps"]), dt, done, steps)
    return (v, p), (v_before, p_before)


def _named(state: tuple[np.ndarray, np.ndarray], prefix: str = "") -> dict:
    return {f"{prefix}v": wind.back(state[0]), f"{prefix}p": flat.back(state[1])}
