"""Vertical remap and equation of state of HOMME: single columns, in the records and in generated inputs alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pysces.arrays.backend import Array
from pysces.arrays.fields import to_record, units
from pysces.cases.initial_fields import InitialFields
from pysces.constants import E3SM, constants_from
from pysces.dycore.dycore import ModelState
from pysces.geometry.grid import Grid
from pysces.models.theta_l.hydrostatic import HydrostaticColumn
from pysces.models.theta_l.remap import LevelRemap, NonhydrostaticRemap, ThetaLRemap
from pysces.models.theta_l.state import HydrostaticState
from pysces.thermodynamics import eos
from pysces.vertical.coordinate_files import named_coordinate
from pysces.vertical.remap.remap import VERT_REMAP_ALGS, remap1

from ..inputs import seeds
from ..inputs.theta_l import CONSTANTS
from ..registry import Case, Fields, Kernel, Settings
from ..sides.adapters import Fortran, flat, scalar, tracers, vector
from ..sides.pysces.shared import coordinate_of_interfaces
from ..sides.pysces.theta_l import named, state_of

_PRESSURES = units(eos.Pressures, "homme")
_NODES = 16  # columns of an element


def _ptop(x: Fields, settings: Settings) -> Array:
    return x["hyai"][0] * settings["ps0"]


def _as_elements(a: np.ndarray, column_axis: int = -2) -> np.ndarray:
    """(..., sample, lev) -> (..., elem, 4, 4, lev), the last sample repeated to fill the last element."""
    a = np.moveaxis(a, column_axis, 0)
    missing = -len(a) % _NODES
    padded = np.concatenate([a, np.repeat(a[-1:], missing, axis=0)]).reshape(-1, 4, 4, *a.shape[1:])
    return np.moveaxis(padded, (0, 1, 2), (-4, -3, -2)) if column_axis == -2 else padded


def _as_samples(a: np.ndarray, like: np.ndarray) -> np.ndarray:
    """(..., elem, 4, 4, lev) -> (..., sample, lev), with as many samples as like (..., sample, lev) has."""
    return a.reshape(*a.shape[:-4], -1, a.shape[-1])[..., : like.shape[-2], :]


def _surface(a: np.ndarray) -> np.ndarray:
    """A field without levels, (..., sample), as elements with one level."""
    return _as_elements(a[..., None])


def _remap1(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    return {"Qdp": remap1(x["Qdp"], x["dp1"], x["dp2"], settings["alg"])}


def _remap1_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    layers = (scalar(_as_elements(x[name])) for name in ("dp1", "dp2"))
    mass = fortran("remap:remap1", tracers(_as_elements(x["Qdp"])), *layers, settings["alg"])
    return {"Qdp": _as_samples(tracers.back(mass), x["Qdp"])}


def _eos_hydrostatic(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    found = eos.hydrostatic_pressures(x["dp3d"], _ptop(x, settings), constants_from(settings, "homme"))
    return to_record(found, "homme")


def _eos_nonhydrostatic(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    air = _ptop(x, settings), constants_from(settings, "homme")
    found = eos.nonhydrostatic_pressures(x["vtheta_dp"], x["dp3d"], x["phinh_i"], *air)
    return to_record(found, "homme")


def _phi_from_eos(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    fields = (x["phis"][..., None], x["vtheta_dp"], x["dp3d"])
    return {"phinh_i": eos.phi_from_eos(*fields, _ptop(x, settings), constants_from(settings, "homme"))}


def _configure(x: Fields, fortran: Fortran, settings: Settings) -> None:
    options = fortran.library.theta_l_settings
    for name in ("g", "Rgas", "Cp", "kappa", "p0", "ps0"):
        setattr(options, name.lower(), settings[name])
    options.vert_remap_u_alg = settings.get("vert_remap_u_alg", 10)
    coordinate = coordinate_of_interfaces(x, settings)
    options.set_vertical_coordinate(x["hyai"], x["hybi"], coordinate.hyam, coordinate.hybm)


def _pressures_fortran(
    routine: str, names: tuple[str, ...]
) -> Callable[[Fields, Fortran, Settings], dict[str, np.ndarray]]:
    def call(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
        _configure(x, fortran, settings)
        found = fortran(f"eos:{routine}", *(scalar(_as_elements(x[name])) for name in names))
        outputs = dict(zip(("pnh", "exner", "pnh_i", "dpnh_dp_i"), found))
        return {name: _as_samples(scalar.back(a), x["dp3d"]) for name, a in outputs.items()}

    return call


def _phi_from_eos_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    _configure(x, fortran, settings)
    layers = (scalar(_as_elements(x[name])) for name in ("vtheta_dp", "dp3d"))
    phi = fortran("eos:phi_from_eos", flat(_surface(x["phis"])), *layers)
    return {"phinh_i": _as_samples(scalar.back(phi), x["dp3d"])}


def _vertical_remap(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    """The nonhydrostatic state where the record has one, else the hydrostatic one; then the tracers."""
    given = {name: value for name, value in x.items() if name not in ("phinh_i", "w_i")}
    state = state_of(given if settings["theta_hydrostatic_mode"] else x)
    state, tracer_mass = _theta_l_remap(x, settings).apply(state, x["Qdp"], None, 0.0, grid)
    return {**named(state), "ps_v": _ps(x, settings), "Qdp": tracer_mass}


def _ps(x: Fields, settings: Settings) -> Array:
    return coordinate_of_interfaces(x, settings).ps(x["dp3d"])[..., 0]


def _theta_l_remap(x: Fields, settings: Settings) -> LevelRemap:
    algs = (settings["vert_remap_u_alg"], settings["vert_remap_q_alg"])
    coordinate = coordinate_of_interfaces(x, settings)
    if settings["theta_hydrostatic_mode"]:
        return ThetaLRemap(coordinate, *algs)
    ground = {name: x[name][..., None] for name in ("phis", "gradphis")}
    return NonhydrostaticRemap(coordinate, *algs, constants=constants_from(settings, "homme"), **ground)


def _vertical_remap_fortran(x: Fields, fortran: Fortran, settings: Settings) -> dict[str, np.ndarray]:
    if settings["theta_hydrostatic_mode"]:
        raise NotImplementedError("the hydrostatic state is remapped by theta_l_hydrostatic:vertical_remap.")
    _configure(x, fortran, settings)
    names = ("v", "vtheta_dp", "dp3d", "phinh_i", "w_i", "Qdp")
    layouts = (vector, scalar, scalar, scalar, scalar, tracers)
    given = (layout(_as_elements(x[name])) for name, layout in zip(names, layouts))
    gradphis = vector(_surface(x["gradphis"]))[:, :, :, 0]
    surface = (flat(_surface(x["phis"])), np.asfortranarray(gradphis))
    *state, ps_v = fortran("nonhydrostatic_remap:vertical_remap", *given, *surface, settings["vert_remap_q_alg"])
    outputs = {n: _as_samples(layout.back(a), x["dp3d"]) for n, layout, a in zip(names, layouts, state)}
    return outputs | {"ps_v": _as_samples(flat.back(ps_v), x["dp3d"])[..., 0]}


def _deformed_columns(rng: np.random.Generator, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Source and target layers with equal sums; interfaces cross several cells in the later columns."""
    target = 1e5 / shape[1] * (1.0 + 0.3 * rng.uniform(-1.0, 1.0, shape))
    strength = np.linspace(0.0, 0.95, shape[0])[:, None]
    coherent = np.cos(np.linspace(0.0, 9.0, shape[1]) + rng.uniform(0.0, 6.0, (shape[0], 1)))
    source = target * (1.0 + strength * np.where(strength > 0.5, coherent, rng.uniform(-1.0, 1.0, shape)))
    return source * (target.sum(1) / source.sum(1))[:, None], target


def remap_cases(ne: int | None = None, nlev: int = 30) -> list[Case]:
    """Rough, smooth and blocky tracers, one of them with exact zeros, for every algorithm; HOMME's default first.

    ne : as many columns as a cubed sphere of that size has; 32 without it.
    """
    rng = seeds.generator(20261122)
    source, target = _deformed_columns(rng, (_columns_of(ne), nlev))
    block = (np.abs(np.arange(nlev) - 0.4 * nlev) < 0.13 * nlev) * np.ones_like(source)
    smooth = 2.0 + np.sin(np.linspace(0.0, 5.0, nlev)) * np.ones_like(source)
    mass = np.stack([rng.uniform(0.2, 1.0, source.shape), smooth, block]) * source
    inputs = {"Qdp": mass, "dp1": source, "dp2": target}
    algs = (10, *(alg for alg in VERT_REMAP_ALGS if alg != 10))
    return [Case(f"rough_alg{alg}", inputs, {"alg": alg}, tracers=("Qdp",)) for alg in algs]


def _columns_of(ne: int | None) -> int:
    return 32 if ne is None else 6 * ne * ne * _NODES


def _columns(count: int) -> dict[str, np.ndarray]:
    """A deformed, nearly hydrostatic atmosphere over topography on CAM's 30 layers."""
    rng, l30 = seeds.generator(20261123), named_coordinate("cam_l30")
    phis = rng.uniform(0.0, 2e4, count)
    dp = l30.dp_ref(1e5 * np.exp(-phis / (287.04 * 288.0))[:, None])
    dp = dp * (1.0 + 0.3 * rng.uniform(-1.0, 1.0, dp.shape))
    exner = (l30.etam) ** E3SM.kappa
    vtheta_dp = dp * (220.0 + 70.0 * l30.etam + rng.normal(size=dp.shape)) / exner
    ptop = l30.ptop
    phi = eos.phi_from_eos(phis[:, None], vtheta_dp * (1.0 + 0.01 * rng.normal(size=dp.shape)), dp, ptop, E3SM)
    x = {"hyai": l30.hyai, "hybi": l30.hybi, "phis": phis, "vtheta_dp": vtheta_dp, "dp3d": dp, "phinh_i": phi}
    x |= {"v": 20.0 * rng.normal(size=(2, *dp.shape)), "w_i": rng.normal(size=phi.shape)}
    x["gradphis"] = 1e-2 * rng.normal(size=(2, count))
    return x | {"Qdp": dp * np.stack([rng.uniform(0.0, 1.0, dp.shape), np.ones_like(dp)])}


def _cases(*names: str, **options: Any) -> Callable[..., list[Case]]:
    def cases(ne: int | None = None, nlev: int = 30) -> list[Case]:
        columns = _columns(_columns_of(ne))
        settings = dict(CONSTANTS)
        inputs = {name: columns[name] for name in ("hyai", "hybi", *names)}
        return [Case("rough", inputs, settings | options, tracers=("Qdp",) if "Qdp" in names else ())]

    return cases


STATE_UNITS, TRACER_UNITS = units(HydrostaticState, "homme"), units(ModelState, "homme")
GEOPOTENTIAL = {"phinh_i": units(HydrostaticColumn, "homme")["phinh_i"]}
SURFACE_PRESSURE = {"ps_v": units(InitialFields, "homme")["ps_v"]}
KERNELS = [
    Kernel(
        "remap1",
        port=_remap1,
        fortran=_remap1_fortran,
        outputs=TRACER_UNITS,
        cases=remap_cases,
        bitwise=("numpy-f64",),  # XLA sums columns in another order
        coefficient="x.dp1",
    ),
    Kernel(
        "eos_hydrostatic",
        port=_eos_hydrostatic,
        fortran=_pressures_fortran("pnh_and_exner_hydrostatic", ("dp3d",)),
        outputs=_PRESSURES,
        cases=_cases("dp3d"),
        coefficient="settings.p0",
    ),
    Kernel(
        "eos_nonhydrostatic",
        port=_eos_nonhydrostatic,
        fortran=_pressures_fortran("pnh_and_exner_nonhydrostatic", ("vtheta_dp", "dp3d", "phinh_i")),
        outputs=_PRESSURES,
        cases=_cases("vtheta_dp", "dp3d", "phinh_i"),
        coefficient="settings.Rgas",
    ),
    Kernel(
        "phi_from_eos",
        port=_phi_from_eos,
        fortran=_phi_from_eos_fortran,
        outputs=GEOPOTENTIAL,
        cases=_cases("phis", "vtheta_dp", "dp3d"),
        coefficient="settings.Rgas",
    ),
    Kernel(
        "theta_l_vertical_remap",
        port=_vertical_remap,
        fortran=_vertical_remap_fortran,
        outputs={**STATE_UNITS, **GEOPOTENTIAL, "w_i": "m s-1", **TRACER_UNITS, **SURFACE_PRESSURE},
        cases=_cases(
            *("v", "vtheta_dp", "dp3d", "phinh_i", "w_i", "phis", "gradphis", "Qdp"),
            **{"vert_remap_u_alg": 11, "vert_remap_q_alg": 10, "theta_hydrostatic_mode": False},
        ),
        coefficient="x.hybi",
    ),
]
