"""HOMME's own initial states against the cases of pysces: NumPy only, as cases are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pysces.arrays.backend import Array
from pysces.arrays.fields import to_record, units
from pysces.cases.catalogue import initial_fields, tracer_contents
from pysces.cases.initial_fields import InitialFields, dry_fields, virtual_potential_temperature_mass
from pysces.cases.transport import dcmip2012_deformation, dcmip2012_hadley, dcmip2012_orography
from pysces.cases.transport.prescribed_transport import DCMIP, Flow
from pysces.constants import Constants, constants_from
from pysces.geometry.grid import Grid
from pysces.models.model import World
from pysces.models.theta_l.forms import Nonhydrostatic
from pysces.models.theta_l.references import surface_slope
from pysces.models.theta_l.state import NonhydrostaticState
from pysces.physics.terminator import Terminator
from pysces.vertical.coordinate import VerticalCoordinate
from pysces.vertical.dcmip_levels import dcmip2012, dcmip2016_supercell

from ..inputs.starts import start_cases
from ..registry import Fields, Kernel, Settings
from ..sides.fortran.starts import initial_state as reference

LID_OF_HOMME = float(np.float32(0.2)) * dcmip2012_deformation.P_TOP  # its program has a literal of single precision
DCMIP2012 = "dcmip2012_test"  # before the number of a test
THIN = 2e-3  # of pressure: pysces' given winds are means over layers, HOMME's are values at midpoints
Made = tuple[InitialFields, list[Array]]  # the air, and mixing ratios of the tracers


def _initial_state(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    name, const = settings["initial_condition"], constants_from(settings, "homme")
    if name not in MAKERS:
        raise NotImplementedError(f"pysces has no case {name}")
    grid = grid.replace(lat=x["lat"], lon=x["lon"])
    coordinate = _coordinate(x, settings)
    fields, tracers = MAKERS[name](grid, coordinate, const, settings)
    vapor = (const.R_vapor / const.R_dry - 1.0) * fields.q_moist if settings["use_moisture"] else 0.0
    moist = fields.replace(virtual_temperature=fields.temperature * (1.0 + vapor))
    theta = virtual_potential_temperature_mass(moist, coordinate, const)
    levels = {n: a for n, a in to_record(coordinate, "homme").items() if n not in (*x, "ps0")}
    found = {n: a for n, a in to_record(fields, "homme").items() if n != "Q"}
    if not settings["theta_hydrostatic_mode"]:
        where = World(grid, coordinate, const)
        found |= to_record(Nonhydrostatic().state(fields, where, theta), "homme")
        found["gradphis"] = surface_slope(fields.phis, grid)
    return levels | found | {"vtheta_dp": theta, "Qdp": np.stack([q * fields.dp for q in tracers or [0.0]])}


def _coordinate(x: Fields, settings: Settings) -> VerticalCoordinate:
    """The record's levels, or those that HOMME's test makes."""
    if "hyai" in x:
        return VerticalCoordinate(x["hyai"], x["hybi"], x["hyam"], x["hybm"], settings["ps0"])
    name, nlev = settings["initial_condition"], settings["nlev"]
    return dcmip2016_supercell(nlev) if name == "dcmip2016_test3" else dcmip2012(nlev, name.removeprefix(DCMIP2012))


def _jet(grid: Grid, coordinate: VerticalCoordinate, const: Constants, settings: Settings) -> Made:
    """With HOMME's tracer, a 400th of the temperature."""
    options = {"perturbation": settings["u_perturb"]}
    fields = initial_fields("jablonowski_williamson", grid, coordinate, const, options)
    return fields, [fields.temperature / 400.0]


def _wave(grid: Grid, coordinate: VerticalCoordinate, const: Constants, settings: Settings) -> Made:
    """With the terminator's two species in balance, and a tracer that is 1."""
    fields = initial_fields("baroclinic_wave", grid, coordinate, const, {"moist": True})
    none, one = np.zeros_like(fields.dp), np.ones_like(fields.dp)
    return fields, [fields.q_moist, none, none, *Terminator().steady_state(grid.lat, grid.lon), one]


def _rest(grid: Grid, coordinate: VerticalCoordinate, const: Constants, settings: Settings) -> Made:
    options = {"height": settings["dcmip2_0_h0"], "half_width": settings["dcmip2_0_zetam"]}
    return initial_fields("rest_over_mountain", grid, coordinate, DCMIP, options), []


def _isothermal(flow: Flow, tracers: list[Array], grid: Grid, coordinate: VerticalCoordinate) -> Made:
    """A given wind in air of 300 K over flat ground."""
    ps = np.full_like(grid.lat, DCMIP.p0)
    winds = [_at_midpoint(flow, grid, p) for p in np.moveaxis(coordinate.p_mid(ps), -1, 0)]
    return dry_fields(np.concatenate(winds, axis=-1), 300.0, ps, 0.0 * ps, coordinate), tracers


def _at_midpoint(flow: Flow, grid: Grid, p: Array) -> Array:
    """(2, elem, i, j, 1) wind at a pressure (elem, i, j), from means over thin layers: Richardson extrapolation."""
    layers = [np.stack([p * (1 - depth), p * (1 + depth)], axis=-1) for depth in (THIN, THIN / 2, THIN / 4)]
    thin, thinner, thinnest = (flow.wind(0.0, grid.lon, grid.lat, p_i) for p_i in layers)
    return (64.0 * thinnest - 20.0 * thinner + thin) / 45.0  # free of the squares and fourth powers of the depth


def _deformation(grid: Grid, coordinate: VerticalCoordinate, const: Constants, settings: Settings) -> Made:
    flow = dcmip2012_deformation.DeformationFlow(DCMIP.radius, lid=LID_OF_HOMME)
    p = coordinate.p_mid(np.full_like(grid.lat, DCMIP.p0))
    return _isothermal(flow, list(dcmip2012_deformation.tracers(grid.lon, grid.lat, p)), grid, coordinate)


def _hadley(grid: Grid, coordinate: VerticalCoordinate, const: Constants, settings: Settings) -> Made:
    """HOMME's layer of tracer is its second tracer, the first one is empty."""
    flow, p = dcmip2012_hadley.HadleyFlow(DCMIP.radius), coordinate.p_mid(np.full_like(grid.lat, DCMIP.p0))
    layer = dcmip2012_hadley.tracers(grid.lon, grid.lat, p)[0]
    return _isothermal(flow, [np.zeros_like(layer), layer], grid, coordinate)


def _clouds(grid: Grid, coordinate: VerticalCoordinate, const: Constants, settings: Settings) -> Made:
    """A given wind in air of 300 K over ridges."""
    height = dcmip2012_orography.surface_height(grid.lon, grid.lat)
    ps = dcmip2012_orography.surface_pressure(height)
    wind = dcmip2012_orography.flow(DCMIP.radius).wind(0.0, grid.lon, grid.lat, None)
    tracers = dcmip2012_orography.tracers(grid.lon, grid.lat, coordinate.p_mid(ps))
    return dry_fields(wind, 300.0, ps, DCMIP.gravity * height, coordinate), list(tracers)


def _vortices(grid: Grid, coordinate: VerticalCoordinate, const: Constants, settings: Settings) -> Made:
    """The air takes no notice of its vapor, which is put into it afterwards."""
    name, options = "jablonowski_williamson_vapor", {"moist": bool(settings["dcmip4_moist"])}
    fields = initial_fields(name, grid, coordinate, const, options)
    tracers = tracer_contents(name, fields, grid.replace(radius=const.radius), coordinate, settings["qsize"])
    return fields.replace(q_moist=0.0 * fields.dp), tracers


def _waves(grid: Grid, coordinate: VerticalCoordinate, const: Constants, settings: Settings) -> Made:
    """Over a mountain, sheared or not."""
    names = {"speed": "ueq", "height": "h0", "half_width": "d", "wavelength": "xi"}
    options = {ours: settings[f"dcmip2_x_{theirs}"] for ours, theirs in names.items()}
    options["sheared"] = settings["initial_condition"] == "dcmip2012_test2_2"
    return initial_fields("schaer_waves", grid, coordinate, const, options), []


def _ringing(grid: Grid, coordinate: VerticalCoordinate, const: Constants, settings: Settings) -> Made:
    return initial_fields("gravity_wave", grid, coordinate, const), []


def _cyclone(grid: Grid, coordinate: VerticalCoordinate, const: Constants, settings: Settings) -> Made:
    fields = initial_fields("tropical_cyclone", grid, coordinate, const, {})
    return fields, tracer_contents("tropical_cyclone", fields, grid, coordinate, settings["qsize"])


def _storm(grid: Grid, coordinate: VerticalCoordinate, const: Constants, settings: Settings) -> Made:
    """Without clouds and rain."""
    fields = initial_fields("supercell", grid, coordinate, const, {})
    none = np.zeros_like(fields.dp)
    return fields, [fields.q_moist, none, none]


MAKERS: dict[str, Callable[[Grid, VerticalCoordinate, Constants, Settings], Made]] = {
    "jw_baroclinic": _jet,
    "dcmip2016_test1": _wave,
    "dcmip2012_test2_0": _rest,
    "dcmip2012_test2_1": _waves,
    "dcmip2012_test2_2": _waves,
    "dcmip2012_test3": _ringing,
    "dcmip2012_test4": _vortices,
    "dcmip2016_test2": _cyclone,
    "dcmip2016_test3": _storm,
    "dcmip2012_test1_1": _deformation,
    "dcmip2012_test1_2": _hadley,
    "dcmip2012_test1_3": _clouds,
}
KERNELS = [
    Kernel(
        "theta_l_initial_state",
        port=_initial_state,
        fortran=reference,
        cases=start_cases,
        outputs=units(InitialFields, "homme") | units(NonhydrostaticState, "homme") | {"Qdp": "Pa"},
        coefficient="x.lat",
        only=("numpy-f64",),
        given={
            "dcmip2012_test1_3:Qdp": "its clouds lie in 4 of 24 elements",
            "dcmip2016_test2:v": "a cyclone's wind is zero far from it",
        },
    )
]
