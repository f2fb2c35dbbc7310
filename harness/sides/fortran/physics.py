"""Simple physics through reference_fortran.

pysces' axes (..., elem, i, j, lev) are columns (ncol, nlev) here, element by element.
"""

from __future__ import annotations

import numpy as np

from ...registry import Fields, Settings
from ..adapters import Fortran


def columns(a: np.ndarray) -> np.ndarray:
    """(elem, i, j, lev) -> (ncol, nlev)."""
    return np.asfortranarray(a.reshape(-1, a.shape[-1]))


def flat(a: np.ndarray) -> np.ndarray:
    """(elem, i, j, 1) -> (ncol,)."""
    return a.reshape(-1)


def _back(a: np.ndarray, like: np.ndarray) -> np.ndarray:
    """(ncol, nlev), or (ncol,), -> (elem, i, j, nlev or 1)."""
    return np.ascontiguousarray(a).reshape(*like.shape[:-1], -1)


def _rate(after: np.ndarray, before: np.ndarray, settings: Settings) -> np.ndarray:
    """What a step changed, over its time."""
    return (_back(after, before) - before) / before.dtype.type(settings["dt"])


def kessler(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """Mixing ratios per mass of dry air in, per mass of the layer out."""
    share = x["dp_dry"] / x["dp3d"]
    water = x["Q"] / share
    rho = x["pmid"] / ((settings["rair"] + settings["rh2o"] * water[0]) * x["T"])  # of the dry air in it
    layers = (x["pmid"], rho, x["dp_dry"] / settings["gravit"])
    state = (columns(a) for a in (x["T"], *water))
    *after, rain, _ = fortran("warm_rain:kessler_columns", *state, *map(columns, layers), settings["dt"])
    sources = [share * _rate(a, before, settings) for a, before in zip(after[1:], water)]
    return {"FT": _rate(after[0], x["T"], settings), "FQ": np.stack(sources), "precl": _back(rain, x["T"])}


def _set_gas(fortran: Fortran, settings: Settings) -> None:
    names = ("gravit", "rair", "rh2o", "cpair", "latvap", "ps0")
    fortran("simple_physics:set_gas", *(settings[name] for name in names))


def large_scale_condensation(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """Vapor is the only tracer."""
    _set_gas(fortran, settings)
    fields = (columns(a) for a in (x["T"], x["Q"][0], x["pmid"], x["dp3d"]))
    rates = fortran("simple_physics:large_scale_condensation", *fields, settings["dt"])
    heating, source, rain = (_back(a, x["T"]) for a in rates)
    return {"FT": heating, "FQ": source[None], "precl": rain}


def reed_jablonowski(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """The air after all three parts."""
    _set_gas(fortran, settings)
    air = (x[name] for name in ("pmid", "pint", "phinh_i", "dp3d"))
    fields = map(columns, (*x["v"], x["T"], x["Q"][0], *air))
    found = fortran("simple_physics:reed_jablonowski", *fields, flat(x["T_sea"]), settings["dt"])
    u, v, temperature, q, rain, evaporation = (_back(a, x["T"]) for a in found)
    return {"v": np.stack([u, v]), "T": temperature, "Q": q[None], "precl": rain, "evaporation": evaporation}


def held_suarez(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """Rates by p / ps, or by the levels' coordinate where there is one."""
    sigma = np.broadcast_to(x["etam"], x["T"].shape) if "etam" in x else x["pmid"] / x["pint"][..., -1:]
    fields = map(columns, (*x["v"], x["T"], x["pmid"], sigma))
    found = fortran("held_suarez:held_suarez_forcing", *fields, flat(x["lat"]), settings["ps0"], settings["kappa"])
    heating, du, dv, equilibrium = (_back(a, x["T"]) for a in found)
    return {"FM": np.stack([du, dv]), "FT": heating, "T_eq": equilibrium}


def terminator(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """Sources of Cl and Cl2, and the two in equilibrium."""
    cl = x["Q"][0]
    place = (np.broadcast_to(x[name], cl.shape).reshape(-1) for name in ("lat", "lon"))
    found = fortran("terminator_chemistry:terminator_source", cl.reshape(-1), *place, settings["dt"])
    source, source2, steady, steady2 = (a.reshape(cl.shape) for a in found)
    return {"FQ": np.stack([source, source2]), "Cl": steady[..., :1], "Cl2": steady2[..., :1]}
