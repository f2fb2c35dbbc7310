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


def norms(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """Integrals every statefreq steps; the states and their derivatives are Fortran's, the sums of this function."""
    frequency, levels, rows = settings["statefreq"], _levels(x), []
    with configured(x, fortran, settings):
        for record in range(settings["nmax"] // frequency + 1):
            if record:
                levels = _march(fortran, levels, x, settings, (record - 1) * frequency, frequency)
            seconds = record * frequency * settings["tstep"]
            curves = _integrals(fortran, levels[0], x, settings)
            rows.append({"day": seconds / 86400.0, **curves, **_errors(fortran, levels[0], x, settings, seconds)})
    return {name: np.stack([row[name] for row in rows]) for name in rows[0]}


def _integrals(fortran: Fortran, state: tuple[np.ndarray, np.ndarray], x: Fields, settings: Settings) -> dict:
    """As sweq_invariants prints them."""
    v, p = wind.back(state[0])[..., 0], flat.back(state[1])[..., 0]
    data, g = fortran.library.element_data, settings["g"]
    weight, spin = np.moveaxis(data.spheremp, -1, 0), np.moveaxis(data.fcor, -1, 0)
    operand = np.asfortranarray(state[0][:, :, :, None])
    divergence, vorticity = (
        fortran(f"sphere_operators:{name}_sphere", operand) for name in ("divergence", "vorticity")
    )
    smooth = fortran("assembly:dss", np.array(vorticity, order="F"))
    depth, below = (p + float(x["pmean"])) / g, x["ps"][..., 0] / g

    def mean(a: np.ndarray) -> float:
        return float((weight * a).sum() / (4.0 * np.pi))

    absolute = np.moveaxis(smooth[:, :, 0], -1, 0) + spin
    rough = [np.moveaxis(a[:, :, 0], -1, 0) for a in (divergence, vorticity)]
    decreed = settings["test_case"] == "swtc1"
    return {
        "mass": mean(depth),
        "kinetic_energy": mean(depth * 0.5 * (v[0] ** 2 + v[1] ** 2)),
        "potential_energy": mean(0.5 * g * ((depth + below) ** 2 - below**2)),
        "potential_enstrophy": 0.0 if decreed else mean(0.5 * absolute**2 / depth),
        "rms_div_over_f": np.sqrt(mean(rough[0] ** 2) / mean(spin**2)),
        "rms_vor_over_f": np.sqrt(mean(rough[1] ** 2) / mean(spin**2)),
    }


def _errors(
    fortran: Fortran, state: tuple[np.ndarray, np.ndarray], x: Fields, settings: Settings, seconds: float
) -> dict:
    """Relative errors of the thickness, which the first two cases know at any time; HOMME prints 0 of the start."""
    case, grid = settings["test_case"], fortran.grid
    if case not in ("swtc1", "swtc2") or grid is None:
        return {}
    exact = x["p"][..., 0] + float(x["pmean"])
    if case == "swtc1":
        exact = settings["g"] * _bell(grid.lon[..., 0], grid.lat[..., 0], seconds)
    error = flat.back(state[1])[..., 0] + float(x["pmean"]) - exact
    weight = np.moveaxis(fortran.library.element_data.spheremp, -1, 0)

    def integral(a: np.ndarray) -> float:
        return float((weight * a).sum())

    norms = {
        "l1": integral(abs(error)) / integral(abs(exact)),
        "l2": np.sqrt(integral(error**2) / integral(exact**2)),
        "linf": abs(error).max() / abs(exact).max(),
    }
    return {name: value * (seconds > 0) for name, value in norms.items()}


def _bell(lon: np.ndarray, lat: np.ndarray, seconds: float) -> np.ndarray:
    """Height [m] of the bell that goes around the equator in 12 days."""
    width = float(np.float32(1.0) / np.float32(3.0))
    centre = 1.5 * np.pi + 2.0 * np.pi * seconds / (12.0 * 86400.0)
    distance = np.arccos(np.clip(np.cos(lat) * np.cos(lon - centre), -1.0, 1.0))
    return np.where(distance < width, 500.0 * (1.0 + np.cos(np.pi * distance / width)), 0.0)
