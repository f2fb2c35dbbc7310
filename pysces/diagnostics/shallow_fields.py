"""Fields of output of shallow water; names of HOMME's sweqx where it has them."""

from __future__ import annotations

from ..arrays.backend import Array
from ..models.sample import ShallowSample
from ..operators.strong import divergence_sphere, vorticity_sphere
from .field_kinds import FLAT, FieldKind


def _vorticity(s: ShallowSample) -> Array:
    return s.assembled(vorticity_sphere(s.wind, s.grid))


def _divergence(s: ShallowSample) -> Array:
    return s.assembled(divergence_sphere(s.wind, s.grid))


def _potential_vorticity(s: ShallowSample) -> Array:
    return (_vorticity(s) + s.grid.coriolis_parameter) / s.thickness


def _flat(cam: str, homme: str, units: str, long_name: str, standard: str, compute: object, *also: str) -> FieldKind:
    return FieldKind(cam, homme, units, long_name, standard, compute, FLAT, also)  # type: ignore[arg-type]


FIELDS = (
    _flat("U", "u", "m s-1", "eastward wind", "eastward_wind", lambda s: s.wind[0]),
    _flat("V", "v", "m s-1", "northward wind", "northward_wind", lambda s: s.wind[1]),
    _flat("H", "h", "m", "thickness of the layer", "", lambda s: s.thickness),
    _flat("ZS", "zs", "m", "height of the surface", "", lambda s: s.thickness + s.bottom),
    _flat("GEOP", "geop", "m2 s-2", "geopotential of the surface", "", lambda s: s.gravity * (s.thickness + s.bottom)),
    _flat("VOR", "zeta", "s-1", "relative vorticity", "atmosphere_upward_relative_vorticity", _vorticity, "vorticity"),
    _flat("DIV", "div", "s-1", "divergence of the wind", "divergence_of_wind", _divergence, "divergence"),
    _flat("PV", "pv", "m-1 s-1", "potential vorticity", "", _potential_vorticity),
)


def shallow_fields(number: int) -> list[FieldKind]:
    """All fields of a run with so many tracers."""
    tracers = [
        _flat(f"Q{n}", f"q{n}", "1", f"mixing ratio of tracer {n}", "", lambda s, n=n: s.tracers[n])
        for n in range(number)
    ]
    return [*FIELDS, *tracers]
