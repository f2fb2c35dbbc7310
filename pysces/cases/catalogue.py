"""The test cases by name, for configurations and the command line."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from ..constants import Constants
from ..geometry.grid import Grid
from ..vertical.coordinate import VerticalCoordinate
from .baroclinic_wave_umjs14 import baroclinic_wave_umjs14, baroclinic_wave_umjs14_dry_mass
from .held_suarez import held_suarez
from .initial_fields import DryMassFields, InitialFields, dry_mass_fields
from .jablonowski_williamson import jablonowski_williamson, jablonowski_williamson_steady
from .rest_over_mountain import rest_over_mountain
from .solid_body_rotation import solid_body_rotation
from .tropical_cyclone import tropical_cyclone, tropical_cyclone_dry_mass


@dataclass(frozen=True)
class Case:
    """One case: fields on layers of moist mass, on layers of dry mass if it has its own, and its planet."""

    fields: Callable
    description: str
    dry_mass: Callable | None = None
    rotates: bool = True

    def planet(self, constants: Constants) -> Constants:
        """The constants of the planet on which this case lives."""
        return constants if self.rotates else constants.replace(omega=0.0)


CASES = {
    "baroclinic_wave": Case(
        baroclinic_wave_umjs14,
        "Ullrich et al. (2014), DCMIP2016 1: options perturbation, moist",
        baroclinic_wave_umjs14_dry_mass,
    ),
    "jablonowski_williamson": Case(
        jablonowski_williamson, "Jablonowski & Williamson (2006): option perturbation [m s-1]"
    ),
    "jablonowski_williamson_steady": Case(
        jablonowski_williamson_steady, "Jablonowski & Williamson (2006) without gust"
    ),
    "held_suarez": Case(held_suarez, "Held & Suarez (1994), rest with a ripple: options temperature, ripple [K], seed"),
    "solid_body_rotation": Case(solid_body_rotation, "isothermal solid-body rotation: options speed, temperature"),
    "tropical_cyclone": Case(
        tropical_cyclone, "Reed & Jablonowski (2011), DCMIP2016 2: a vortex over warm water", tropical_cyclone_dry_mass
    ),
    "rest_over_mountain": Case(
        rest_over_mountain, "DCMIP2012 2-0-0, planet at rest: options height, half_width", rotates=False
    ),
}


def find_case(name: str) -> Case:
    """The case of that name, or one sentence that suggests the nearest."""
    if name not in CASES:
        near = get_close_matches(name, CASES, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(CASES)}."
        raise ValueError(f"No test case is called {name!r}; {hint}")
    return CASES[name]


def initial_fields(
    name: str, grid: Grid, coordinate: VerticalCoordinate, constants: Constants, options: dict | None = None
) -> InitialFields:
    """A case's fields on layers of moist mass."""
    case = find_case(name)
    return _evaluate(name, case.fields, grid, coordinate, constants, options or {})


def initial_dry_mass_fields(
    name: str, grid: Grid, coordinate: VerticalCoordinate, constants: Constants, options: dict | None = None
) -> DryMassFields:
    """A case's fields on layers of dry mass; a dry case needs no function of its own for them."""
    case = find_case(name)
    if case.dry_mass is not None:
        return _evaluate(name, case.dry_mass, grid, coordinate, constants, options or {})
    return dry_mass_fields(_evaluate(name, case.fields, grid, coordinate, constants, options or {}))


def _evaluate(
    name: str, function: Callable, grid: Grid, coordinate: VerticalCoordinate, constants: Constants, options: dict
) -> Any:
    check_options(name, function, options)
    return function(grid, coordinate, constants, **options)


def check_options(name: str, function: Callable, options: dict) -> None:
    """Refuse options that a case does not have, or that are not of its type."""
    known = {p.name: p for p in inspect.signature(function).parameters.values() if p.name not in _NOT_OPTIONS}
    for option, value in options.items():
        if option not in known:
            remedy = f"its options are {', '.join(known)}" if known else "it has none"
            raise ValueError(f"Case {name!r} has no option {option!r}; {remedy}.")
        kind = type(known[option].default)
        fits = (float, int) if kind is float else (kind,)
        if type(value) not in fits or (kind is float and not abs(value) < 1e300):
            raise ValueError(f"Option {option} of case {name!r} must be of type {kind.__name__}, found {value!r}.")


_NOT_OPTIONS = ("grid", "coordinate", "constants", "alpha")
