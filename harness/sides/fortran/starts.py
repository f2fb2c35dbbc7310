"""HOMME's initial states by reference_fortran: columns of a test case, made into theta-l's air.

Every routine takes longitudes and latitudes (ncol,), and gives fields (ncol, nlev); levels are those of the record, or
made by the test.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...registry import Fields, Settings
from ..adapters import Fortran, flat, scalar
from .theta_l import load_options
from .theta_l_nonhydrostatic import ground_of

LEVELS = ("hyai", "hybi", "hyam", "hybm")
TOPS = {"1": 12e3, "2_0": 12e3, "2": 30e3, "3": 10e3}  # m; of DCMIP2012's tests, by the longest name that fits
STORM = "dcmip2016_test3"
Air = dict[str, Any]  # u, v, t, ps, phis, q: what a case does not give is zero, ps is p0


class Start:
    """A test case at columns: where they are, the settings, and the routines."""

    def __init__(self, x: Fields, fortran: Fortran, settings: Settings) -> None:
        self.lon, self.lat = (x[name].reshape(-1) for name in ("lon", "lat"))
        self.call, self.settings, self.nlev = fortran, settings, len(np.asarray(fortran.library.levels.hyam))

    def air(self, routine: str, names: str, *options: float, at: tuple | None = None) -> Air:
        """What a routine gives, by names that are written in one string."""
        found = self.call(routine, *(at or (self.lon, self.lat)), *options, self.nlev)
        return dict(zip(names.split(), found))

    def layers(self, value: float) -> np.ndarray:
        """(ncol, nlev) of one value."""
        return np.full((self.lat.size, self.nlev), value)


def initial_state(x: Fields, fortran: Fortran, settings: Settings) -> dict:
    """Levels, air, ground and tracers of settings["initial_condition"] as HOMME sets it."""
    name = settings["initial_condition"]
    if name not in STARTS:
        raise NotImplementedError(f"reference_fortran has no start of {name}")
    load_options(fortran, settings)
    fortran("start_air:set_planet", settings["rearth"], settings["omega"], settings["Rwater_vapor"])
    _set_levels(x, fortran, settings)
    start = Start(x, fortran, settings)
    air = STARTS[name](start)
    zero = start.layers(0.0)
    air = {"u": zero, "v": zero, "ps": 0.0 * start.lat + settings["ps0"], "phis": 0.0 * start.lat, "q": []} | air
    vapor = air["q"][0] if settings["use_moisture"] and not air.get("dry") else zero
    dp, theta = fortran("start_air:set_thermostate", air["t"], vapor, air["ps"])
    back = lambda a: np.ascontiguousarray(a).reshape(*x["lat"].shape[:-1], -1)  # noqa: E731
    found = {"v": np.stack([back(air["u"]), back(air["v"])]), "dp3d": back(dp), "vtheta_dp": back(theta)}
    found |= {"ps_v": back(air["ps"]), "phis": back(air["phis"])}
    found["Qdp"] = np.stack([back(q * dp) for q in air["q"] or [zero]])
    if "hyai" not in x:
        found |= {of: np.array(getattr(fortran.library.levels, of)) for of in LEVELS}
    return found if settings["theta_hydrostatic_mode"] else found | _at_rest(found, fortran, settings)


def _at_rest(found: dict, fortran: Fortran, settings: Settings) -> dict:
    """Geopotential in balance, w of air that follows the ground, and its slope."""
    slope = ground_of({"phis": found["phis"]}, fortran)[1]
    fields = (flat(found["phis"]), scalar(found["vtheta_dp"]), scalar(found["dp3d"]))
    phi_i = scalar.back(fortran("eos:phi_from_eos", *fields))
    slope = np.moveaxis(slope, (2, 3), (0, 1))[..., None]
    climb = (found["v"][0, ..., -1:] * slope[0] + found["v"][1, ..., -1:] * slope[1]) / settings["g"]
    w_i = np.concatenate([0.0 * phi_i[..., :-1], climb], axis=-1)
    return {"phinh_i": phi_i, "w_i": w_i, "gradphis": np.ascontiguousarray(slope)}


def _set_levels(x: Fields, fortran: Fortran, settings: Settings) -> None:
    """Into Fortran's levels, and its options."""
    levels, nlev = fortran.library.levels, settings["nlev"]
    test = settings["initial_condition"].removeprefix("dcmip2012_test")
    if "hyai" in x:
        for name in LEVELS:
            setattr(levels, name, x[name])
    elif test == STORM:
        fortran("start_supercell:storm_levels", nlev)
    else:
        kind = {"2_0": "lapse", "3": "stable"}.get(test, "isothermal")
        fortran(f"start_levels:{kind}_levels", nlev, TOPS.get(test) or TOPS[test[0]])
    fortran.library.theta_l_settings.set_vertical_coordinate(*(getattr(levels, name) for name in LEVELS))


def _deformation(s: Start) -> Air:
    air = s.air("start_transport:deformation", "u v q")
    return air | {"t": s.layers(300.0), "q": _each(air["q"])}


def _hadley(s: Start) -> Air:
    air = s.air("start_transport:hadley", "u v q", at=(s.lat,))
    return air | {"t": s.layers(300.0), "q": _each(air["q"])}


def _clouds(s: Start) -> Air:
    air = s.air("start_transport:clouds", "u v ps phis q")
    return air | {"t": s.layers(300.0), "q": _each(air["q"])}


def _rest(s: Start) -> Air:
    return s.air("start_mountain:rest", "t ps phis", s.settings["dcmip2_0_h0"], s.settings["dcmip2_0_zetam"])


def _ripples(s: Start) -> Air:
    shear = 2.5e-4 if s.settings["initial_condition"].endswith("2_2") else 0.0
    mountain = (s.settings[f"dcmip2_x_{of}"] for of in ("ueq", "h0", "d", "xi"))
    return s.air("start_mountain:ripples", "u t ps phis", shear, *mountain)


def _gust(s: Start) -> Air:
    return s.air("start_mountain:gust", "u t ps")


def _jet(s: Start) -> Air:
    """HOMME's first passenger is the temperature over 400 K."""
    planet = s.settings["rearth"], s.settings["omega"]
    air = s.air("start_jet:jet", "u t phis", s.settings["u_perturb"], *planet)
    return air | {"q": [air["t"] / 400.0]}


def _vortices(s: Start) -> Air:
    """On the Earth's own size and the document's day; vapor cools the air, but is not counted in its gas constant."""
    earths, planet = s.settings["dcmip4_X"], (s.settings["rearth"] * s.settings["dcmip4_X"], 7.29212e-5)
    air = s.air("start_jet:jet", "u t phis", 1.0, *planet)
    theta = s.call("start_jet:potential_temperature", air["t"])
    vorticity = s.call("start_jet:potential_vorticity", s.lon, s.lat, air["t"], *planet)
    vapor = s.call("start_jet:vapor_of_jet", s.lat, s.nlev) * s.settings["dcmip4_moist"]
    return air | {"t": air["t"] / (1.0 + 0.608 * vapor), "q": [vapor, theta, earths * abs(vorticity)], "dry": True}


def _wave(s: Start) -> Air:
    """Vapor, no cloud, no rain, chlorine in balance with the sun, ones."""
    air, none, one = s.air("start_wave:wave", "u v t q"), s.layers(0.0), s.layers(1.0)
    *_, cl, cl2 = s.call("terminator_chemistry:terminator_source", s.lat, s.lat, s.lon, 1.0)
    return air | {"q": [air["q"], none, none, cl[:, None] * one, cl2[:, None] * one, one]}


def _cyclone(s: Start) -> Air:
    air, none = s.air("start_cyclone:cyclone", "u v t ps q"), s.layers(0.0)
    return air | {"q": [air["q"], none, none]}


def _storm(s: Start) -> Air:
    air, none = s.air("start_supercell:storm", "u t ps q"), s.layers(0.0)
    return air | {"q": [air["q"], none, none]}


def _each(q: np.ndarray) -> list[np.ndarray]:
    return list(np.moveaxis(q, -1, 0))


STARTS: dict[str, Callable[[Start], Air]] = {
    "jw_baroclinic": _jet,
    "dcmip2016_test1": _wave,
    "dcmip2016_test2": _cyclone,
    STORM: _storm,
    "dcmip2012_test1_1": _deformation,
    "dcmip2012_test1_2": _hadley,
    "dcmip2012_test1_3": _clouds,
    "dcmip2012_test2_0": _rest,
    "dcmip2012_test2_1": _ripples,
    "dcmip2012_test2_2": _ripples,
    "dcmip2012_test3": _gust,
    "dcmip2012_test4": _vortices,
}
