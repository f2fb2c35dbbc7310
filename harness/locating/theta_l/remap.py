"""Savepoints of the vertical remap of hydrostatic theta-l, and of a whole call of either form."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from pysces.arrays.backend import Array
from pysces.geometry.grid import Grid
from pysces.vertical.remap.remap import remap1

from ...kernels.catalogue import lookup
from ...registry import Fields, Kernel, Settings
from ...sides.adapters import Fortran, scalar, tracers
from ...sides.fortran import theta_l as reference
from ...sides.fortran import theta_l_forms as forms
from ...sides.pysces import theta_l as pieces
from ..savepoint import Savepoint
from .stages import NAMES, _named, _packed
from .terms import STATE


def _algorithms(settings: Settings) -> tuple[int, int]:
    """Of the dynamics and of the tracers."""
    u_alg, q_alg = settings.get("vert_remap_u_alg", 10), settings.get("vert_remap_q_alg", 10)
    return (q_alg if u_alg == -2 else u_alg), q_alg


def masses(x: Fields) -> dict:
    """What the dynamics remap: wind and Theta as masses, from the floating layers to those of the coordinate."""
    ps = x["hyai"][0] * 1.0e5 + np.cumsum(x["dp3d"], axis=-1)[..., -1:]
    target = np.diff(x["hyai"]) * 1.0e5 + np.diff(x["hybi"]) * ps
    return {"mass": np.concatenate([x["v"] * x["dp3d"], x["vtheta_dp"][None]]), "dp1": x["dp3d"], "dp2": target}


def _remap1(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    return {"mass": remap1(x["mass"], x["dp1"], x["dp2"], _algorithms(settings)[0])}


def _remap1_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    layers = (scalar(x[name]) for name in ("dp1", "dp2"))
    return {"mass": tracers.back(fortran("remap:remap1", tracers(x["mass"]), *layers, _algorithms(settings)[0]))}


def _vertical_remap(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    state, tracer_mass = pieces.remap_of(x, settings).apply(pieces.state_of(x), x.get("Qdp"), None, 0.0, grid)
    return pieces.named(state) | ({} if tracer_mass is None else {"Qdp": tracer_mass})


def _vertical_remap_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    reference.configure(x, fortran, settings)
    state = fortran("theta_l_hydrostatic:vertical_remap", *_packed(x))
    found = _named(*state)
    if "Qdp" in x:
        layers = scalar(x["dp3d"]), state[2]
        mass = fortran("remap:remap1", tracers(x["Qdp"]), *layers, _algorithms(settings)[1])
        found["Qdp"] = tracers.back(mass)
    return found


def _call(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    return lookup("theta_l_call").port(x, grid, settings)


def call_outputs(settings: Settings, names: Sequence[str] = (*NAMES, "Qdp")) -> dict:
    """Settings of one call by itself."""
    return {**settings, "calls": (1,), "outputs": tuple(f"call_1/{name}" for name in names)}


def _point(name: str, rung: str, title: str, port: Callable, fortran: Callable, units: dict) -> Savepoint:
    return Savepoint(Kernel(f"theta_l/{name}", port=port, fortran=fortran, outputs=units), rung, title)


REMAP1_POINT = _point("remap1", "operator", "the operator remap1", _remap1, _remap1_fortran, {"mass": ""})
VERTICAL_REMAP_POINT = _point(
    "vertical_remap", "remap", "the vertical remap", _vertical_remap, _vertical_remap_fortran, STATE
)
CALL_POINT = _point(
    "call",
    "step",
    "the whole call put together: dynamics, tracers, remap",
    _call,
    forms.run,
    {f"call_1/{name}": unit for name, unit in STATE.items()},
)
