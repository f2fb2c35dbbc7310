"""The vertical axis of a file: a model's hybrid levels, some of them, or pressures.

The numbers of lev and ilev are CAM's and HOMME's, 1000 (A + B). On columns CAM's order (time, lev, ncol) has a vertical
dimension that is not left of all others, of which CF warns; there the dimension is a plain number, and what it means is
said by an auxiliary coordinate: eta, eta_i or pressure.
CF: appendix D, atmosphere hybrid sigma pressure coordinate; section 2.4 on the order of dimensions
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..arrays.fields import metadata
from ..vertical.coordinate import VerticalCoordinate
from .classic import Variable, external

Fixed = list[tuple[Variable, np.ndarray]]
AUXILIARY = {"lev": "eta", "ilev": "eta_i", "plev": "pressure"}
_DOWN = {"positive": "down", "axis": "Z"}
_HYBRID_NAME = "atmosphere_hybrid_sigma_pressure_coordinate"
_P0 = "reference_air_pressure_for_atmosphere_vertical_coordinate"


@dataclass(frozen=True)
class VerticalAxis:
    """What a file says of its levels.

    coordinate : of the model; None where it has one layer.   levels : which of its levels; empty are all.
    pressures : [Pa] in their place.   ps : the name of the surface pressure in the file; empty where there is none.
    plain : whether dimensions are plain numbers and auxiliary coordinates say what they mean.
    """

    coordinate: Any
    levels: tuple[int, ...] = ()
    pressures: tuple[float, ...] = ()
    ps: str = ""
    plain: bool = True

    @property
    def sizes(self) -> dict[str, int]:
        """{dimension: size}"""
        if self.coordinate is None:
            return {}
        if self.pressures:
            return {"plev": len(self.pressures)}
        nlev = self.coordinate.nlev
        return {"lev": len(self.levels) or nlev, "ilev": nlev + 1}

    def dimensions(self, kind: str) -> tuple[str, ...]:
        """Of a field with this kind of levels: lev, ilev or none."""
        if self.pressures and kind:
            return ("plev",)
        return (kind,) if kind else ()

    def auxiliary(self, kind: str) -> tuple[str, ...]:
        """The auxiliary coordinates of such a field."""
        return tuple(AUXILIARY[name] for name in self.dimensions(kind)) if self.plain else ()

    def fixed(self) -> Fixed:
        """The variables of the axis and their values."""
        if self.coordinate is None:
            return []
        if self.pressures:
            about = {"units": "Pa", "long_name": "pressure", "standard_name": "air_pressure"} | _DOWN
            return [_variable("pressure" if self.plain else "plev", self.pressures, ("plev",), about)]
        levels = [*self._levels("lev", "m", "midpoints"), *self._levels("ilev", "i", "interfaces")]
        return [*levels, _variable("P0", self.coordinate.p0, (), _about("p0") | {"standard_name": _P0})]

    def _levels(self, name: str, end: str, where: str) -> Fixed:
        """Coefficients, levels, and A in Pa: compliance-checker knows no formula with P0 in it."""
        a, b, pressure = self._chosen(f"hya{end}"), self._chosen(f"hyb{end}"), f"ap{end}"
        terms = {"units": "Pa", "long_name": f"hybrid A coefficient at {where} times P0"}
        plain = {"units": "1e-3", "long_name": f"hybrid level at {where}, 1000 (A + B)"}
        made = [
            _variable(f"hya{end}", a, (name,), _about(f"hya{end}")),
            _variable(f"hyb{end}", b, (name,), _about(f"hyb{end}")),
            _variable(pressure, a * np.float64(self.coordinate.p0), (name,), terms),
            _variable(name, 1000.0 * (a + b), (name,), plain | ({} if self.plain else self._meaning(end))),
        ]
        if self.plain:
            about = {"units": "1", "long_name": f"hybrid level at {where}, A + B"} | self._meaning(end)
            made.append(_variable(AUXILIARY[name], a + b, (name,), about))
        return made

    def _meaning(self, end: str) -> dict[str, str]:
        if not self.ps:
            return _DOWN
        names = {"standard_name": _HYBRID_NAME, "computed_standard_name": "air_pressure"}
        return names | {"formula_terms": f"ap: ap{end} b: hyb{end} ps: {self.ps}"} | _DOWN

    def _chosen(self, name: str) -> np.ndarray:
        values = np.asarray(getattr(self.coordinate, name), np.float64)
        return values[list(self.levels)] if self.levels and name.endswith("m") else values


def _about(name: str) -> dict[str, str]:
    """Unit and meaning of a coefficient of the levels."""
    about = metadata(VerticalCoordinate, name)
    return {"units": about["units"], "long_name": about["long_name"]}


def _variable(name: str, values: Any, dimensions: tuple, about: dict) -> tuple[Variable, np.ndarray]:
    return Variable(name, dimensions, external("f8"), about), np.asarray(values, np.float64)
