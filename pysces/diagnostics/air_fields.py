"""Fields of output of models of air.

Names: CAM's history (cam_history), HOMME's (common_movie_mod: varnames); standard names: CF table 93
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..arrays.backend import Array, namespace
from ..models.sample import AirSample
from ..operators.integrals import column_integral
from ..operators.strong import divergence_sphere, vorticity_sphere
from .field_kinds import FLAT, INTERFACES, FieldKind

_STANDARD = {  # names of tracers in initial files: CF's standard names
    "Q": "specific_humidity",
    "CLDLIQ": "mass_fraction_of_cloud_liquid_water_in_air",
    "RAINQM": "mass_fraction_of_liquid_precipitation_in_air",
    "CLDICE": "mass_fraction_of_cloud_ice_in_air",
}
_ALSO = {"Q": ("q",), "CLDLIQ": ("qc",), "RAINQM": ("qr",)}


def _surface_pressure(s: AirSample) -> Array:
    return s.air.p_i[..., -1:]


def _phis(s: AirSample) -> Array:
    return s.air.phi_i[..., -1:]


def _geopotential(s: AirSample) -> Array:
    return (s.air.phi_i[..., :-1] + s.air.phi_i[..., 1:]) / 2


def _theta(s: AirSample) -> Array:
    c, xp = s.equations.constants, namespace(s.air.p)
    return s.air.temperature * xp.exp(-c.kappa * xp.log(s.air.p * (1.0 / c.p0)))


def _dry_pressure(s: AirSample) -> Array:
    return s.air.p_i[..., :1] + column_integral(s.air.dp_dry)


def _vapor_path(s: AirSample) -> Array:
    return column_integral(s.air.tracers[0] * s.air.dp) / s.equations.constants.gravity


FIELDS = (
    FieldKind("PS", "ps", "Pa", "surface pressure", "surface_air_pressure", _surface_pressure, FLAT),
    FieldKind("PHIS", "phis", "m2 s-2", "surface geopotential", "surface_geopotential", _phis, FLAT, ("geos",)),
    FieldKind("T", "T", "K", "temperature", "air_temperature", lambda s: s.air.temperature),
    FieldKind("U", "u", "m s-1", "eastward wind", "eastward_wind", lambda s: s.air.wind[0]),
    FieldKind("V", "v", "m s-1", "northward wind", "northward_wind", lambda s: s.air.wind[1]),
    FieldKind(
        "OMEGA",
        "omega",
        "Pa s-1",
        "pressure velocity",
        "lagrangian_tendency_of_air_pressure",
        lambda s: s.assembled(s.omega()),
    ),
    FieldKind(
        "Z3",
        "z3",
        "m",
        "geopotential height",
        "geopotential_height",
        lambda s: _geopotential(s) / s.equations.constants.gravity,
    ),
    FieldKind("GEOP", "geo", "m2 s-2", "geopotential", "geopotential", _geopotential),
    FieldKind("TV", "Tv", "K", "virtual temperature", "virtual_temperature", lambda s: s.virtual_temperature()),
    FieldKind("TH", "Th", "K", "potential temperature", "air_potential_temperature", _theta, also=("theta",)),
    FieldKind(
        "VOR",
        "zeta",
        "s-1",
        "relative vorticity",
        "atmosphere_upward_relative_vorticity",
        lambda s: s.assembled(vorticity_sphere(s.air.wind, s.grid)),
        also=("vorticity",),
    ),
    FieldKind(
        "DIV",
        "div",
        "s-1",
        "divergence of the wind",
        "divergence_of_wind",
        lambda s: s.assembled(divergence_sphere(s.air.wind, s.grid)),
        also=("divergence",),
    ),
    FieldKind("PMID", "pmid", "Pa", "pressure at midpoints", "air_pressure", lambda s: s.air.p, also=("p",)),
    FieldKind("PINT", "pint", "Pa", "pressure at interfaces", "air_pressure", lambda s: s.air.p_i, INTERFACES),
    FieldKind("PDEL", "dp3d", "Pa", "thickness of layers in pressure", "", lambda s: s.air.dp, also=("dp",)),
    FieldKind("PDELDRY", "dp3d_dry", "Pa", "dry air of layers in pressure", "", lambda s: s.air.dp_dry),
    FieldKind("PSDRY", "psdry", "Pa", "surface pressure of dry air", "", _dry_pressure, FLAT),
)
VERTICAL = (  # where air is accelerated vertically
    FieldKind(
        "W",
        "w",
        "m s-1",
        "vertical velocity, mean of a layer's two interfaces",
        "upward_air_velocity",
        lambda s: (s.air.w_i[..., :-1] + s.air.w_i[..., 1:]) / 2,
    ),
    FieldKind("W_I", "w_i", "m s-1", "vertical velocity", "upward_air_velocity", lambda s: s.air.w_i, INTERFACES),
)
VAPOR_PATH = FieldKind(
    "TMQ", "tmq", "kg m-2", "water vapor in the column", "atmosphere_mass_content_of_water_vapor", _vapor_path, FLAT
)


def _heating(s: AirSample) -> Array:
    return _or_zero(s.forced.temperature, s.air.temperature)


def _acceleration(s: AirSample) -> Array:
    return _or_zero(s.forced.wind, s.air.wind)


def _or_zero(rate: Any, like: Array) -> Array:
    return namespace(like).zeros_like(like) if rate is None else rate


TENDENCIES = (
    FieldKind(
        "PTTEND", "FT", "K s-1", "heating by physics", "tendency_of_air_temperature_due_to_model_physics", _heating
    ),
    FieldKind("UTEND", "FU", "m s-2", "eastward acceleration by physics", "", lambda s: _acceleration(s)[0]),
    FieldKind("VTEND", "FV", "m s-2", "northward acceleration by physics", "", lambda s: _acceleration(s)[1]),
)


def air_fields(dycore: Any, tracers: tuple[str, ...]) -> list[FieldKind]:
    """All fields of a run: of its air, its tracers by name, and of its physics where there is one."""
    vapor = (VAPOR_PATH,) if tracers[:1] == ("Q",) else ()
    suite = getattr(dycore.forcing, "suite", None)
    physics = () if suite is None else (*TENDENCIES, *_sources(tracers))
    rain = (RAIN,) if any(map(_rains, _members(suite))) else ()
    vertical = VERTICAL if getattr(dycore.equations, "has_w", False) else ()
    return [*FIELDS, *vertical, *vapor, *_ratios(tracers), *physics, *rain]


def all_air_fields() -> list[FieldKind]:
    """Those of nonhydrostatic runs that carry water in all its phases, and rain."""
    return [*FIELDS, *VERTICAL, VAPOR_PATH, *_ratios(tuple(_STANDARD)), *TENDENCIES, *_sources(("Q",)), RAIN]


def _ratios(tracers: tuple[str, ...]) -> list[FieldKind]:
    return [
        FieldKind(
            name,
            tracer_name(n),
            "kg kg-1",
            f"{name} per mass of moist air",
            _STANDARD.get(name, ""),
            _ratio(n),
            also=_ALSO.get(name, ()),
        )
        for n, name in enumerate(tracers)
    ]


def _ratio(n: int) -> Callable[[AirSample], Array]:
    return lambda s: s.air.tracers[n]


def _source(n: int) -> Callable[[AirSample], Array]:
    return lambda s: _or_zero(s.forced.tracers, s.air.tracers)[n]


def tracer_name(n: int) -> str:
    """HOMME's name of a tracer, numbered from 0."""
    return "Q" if n == 0 else f"Q{n + 1}"


def _sources(tracers: tuple[str, ...]) -> list[FieldKind]:
    return [
        FieldKind(
            f"PT{name}",
            f"F{tracer_name(n)}",
            "kg kg-1 s-1",
            f"source of {name} by physics, per mass of moist air",
            "tendency_of_specific_humidity_due_to_model_physics" if name == "Q" else "",
            _source(n),
        )
        for n, name in enumerate(tracers)
    ]


def _rain(s: AirSample) -> Array:
    """Of all members of the suite that rain, each from the air of the sample."""
    return sum(member.precipitation(s.air) for member in _members(s.dycore.forcing.suite) if _rains(member))  # type: ignore[union-attr]


RAIN = FieldKind("PRECT", "precl", "m s-1", "rain at the ground", "lwe_precipitation_rate", _rain, FLAT, ("PRECL",))


def _members(suite: Any) -> tuple:
    return getattr(suite, "members", (suite,))


def _rains(suite: Any) -> bool:
    return hasattr(suite, "precipitation") and getattr(suite, "raining", True)
