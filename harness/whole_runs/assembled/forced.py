"""How a suite enters each model, written down a second time.

HOMME's forcing is what a call with ftype 0, 2 or 4 does to the state at its start; with one dynamics step in a call
ftype 4, which brings heat and momentum in pieces, brings them all at once too. CAM's is what its dynamics are given.
HOMME: prim_advance_mod:applyCAMforcing_tracers, applyCAMforcing_dynamics (theta-l)   CAM: dp_coupling, dyn_comp:dyn_run
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pysces.models.model import World
from pysces.models.suites import SUITES
from pysces.physics.suite import Air, Tendency

ACTING = (0, 2, 4)  # the ftypes that do anything outside of E3SM's atmosphere model
Fields = dict[str, np.ndarray]


def homme_forced(x: Mapping[str, np.ndarray], settings: Mapping[str, Any], where: World) -> Fields:
    """The inputs of a call with its state after forcing by settings["suite"] for one dynamics step."""
    if settings["ftype"] not in ACTING:
        return dict(x)
    dt, dp = settings["tstep"], x["dp3d"]
    ps = x["hyai"][0] * settings["ps0"] + dp.sum(axis=-1, keepdims=True)
    p = x["hyai"][0] * settings["ps0"] + np.cumsum(dp, axis=-1) - dp / 2
    relative = _gas_constant(x["Qdp"][0] / dp, settings) / settings["Rgas"]
    temperature = _exner(p, settings) * x["vtheta_dp"] / relative / dp
    rates = _rates(x, temperature, (p, dp), dt, settings, where)
    source = np.zeros_like(x["Qdp"]) if rates.tracers is None else dt * rates.tracers * dp
    tracer_mass = np.where((x["Qdp"] > 0) & (source < 0), np.maximum(x["Qdp"] + source, 0.0), x["Qdp"] + source)
    gained = tracer_mass[0] - x["Qdp"][0]
    hydrostatic = [x["hyam"] * settings["ps0"] + x["hybm"] * s for s in (ps, ps + gained.sum(axis=-1, keepdims=True))]
    p = hydrostatic[1] + (p - hydrostatic[0])
    dp = dp + gained
    temperature = temperature if rates.temperature is None else temperature + dt * rates.temperature
    relative = _gas_constant(tracer_mass[0] / dp, settings) / settings["Rgas"]
    wind = x["v"] if rates.wind is None else x["v"] + dt * rates.wind
    heat = relative * temperature * dp / _exner(p, settings)
    return {**x, "v": wind, "vtheta_dp": heat, "dp3d": dp, "Qdp": tracer_mass}


def _exner(p: np.ndarray, settings: Mapping[str, Any]) -> np.ndarray:
    return (p / settings["p0"]) ** settings["kappa"]


def _gas_constant(q: np.ndarray, settings: Mapping[str, Any]) -> np.ndarray:
    return settings["Rgas"] + (settings["Rwater_vapor"] - settings["Rgas"]) * q


def cam_forcing(x: Mapping[str, np.ndarray], settings: Mapping[str, Any], where: World) -> Fields:
    """The inputs of a physics step with what physics hands over: FT [K s-1], FM [m s-2] and dq, of dry mixing ratios.

    Physics heats with one heat capacity, the air has its own; it counts sources by the mass of moist air.
    """
    dp, dt = x["dp3d"] + x["Qdp"][0], settings["dtime_physics"]
    p = x["hyai"][0] * settings["ps0"] + np.cumsum(dp, axis=-1) - dp / 2
    rates = _rates(x, x["T"], (p, dp), dt, settings, where)
    q = x["Qdp"][0] / x["dp3d"]
    cp = (settings["cpair"] + settings["cpwv"] * q) / (1.0 + q)
    zero = np.zeros_like(x["T"])
    return {
        **x,
        "FT": zero if rates.temperature is None else settings["cpair"] / cp * rates.temperature,
        "FM": np.zeros_like(x["v"]) if rates.wind is None else rates.wind,
        "dq": np.zeros_like(x["Qdp"]) if rates.tracers is None else rates.tracers * dp * dt / x["dp3d"],
    }


def _rates(
    x: Mapping[str, np.ndarray],
    temperature: np.ndarray,
    layers: tuple[np.ndarray, np.ndarray],
    dt: float,
    settings: Mapping[str, Any],
    where: World,
) -> Tendency:
    """What the suite asks for of this air, pressure and thickness of its layers; suites have their own tests."""
    (p, dp), grid = layers, where.grid
    top = np.full_like(dp[..., :1], x["hyai"][0] * settings["ps0"])
    p_i = np.concatenate([top, top + np.cumsum(dp, axis=-1)], axis=-1)
    air = Air(
        wind=x["v"],
        temperature=temperature,
        tracers=x["Qdp"] / dp,
        dp=dp,
        dp_dry=dp - x["Qdp"][0],
        p=p,
        p_i=p_i,
        phi_i=np.zeros_like(p_i),
        lat=grid.lat,
        lon=grid.lon,
        dt=np.float64(dt),
    )
    return SUITES[settings["suite"]].build(where.coordinate, where.constants)(air, np.float64(0.0))
