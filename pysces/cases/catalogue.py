"""The test cases by name, for configurations and the command line. HOMME: control_mod (test_case), test_mod"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

import numpy as np

from ..arrays.backend import Array
from ..config.section import SAID
from ..constants import E3SM, Constants
from ..geometry.grid import Grid
from ..models.registry import MODELS, find_model
from ..vertical.coordinate import VerticalCoordinate
from .baroclinic_wave_umjs14 import baroclinic_wave_umjs14, baroclinic_wave_umjs14_dry_mass
from .contents import Contents, clouds_and_chlorine, clouds_and_ones, passengers, vapor_and_ones
from .dcmip2012 import GUST_PLANET, WAVE_PLANET, gravity_wave, schaer_waves
from .dcmip2012_vortices import jablonowski_williamson_vapor, vapor_theta_vorticity
from .held_suarez import held_suarez
from .initial_fields import DryMassFields, InitialFields, dry_mass_fields
from .jablonowski_williamson import jablonowski_williamson, jablonowski_williamson_steady
from .klemp_waves import PLANET as KLEMP_PLANET
from .klemp_waves import klemp_waves
from .rest_over_mountain import rest_over_mountain
from .solid_body_rotation import solid_body_rotation
from .supercell import supercell, supercell_dry_mass
from .topographic_wave import topographic_wave, topographic_wave_dry_mass
from .transport.prescribed_transport import DCMIP
from .tropical_cyclone import tropical_cyclone, tropical_cyclone_dry_mass


@dataclass(frozen=True)
class Case:
    """One case: fields on layers of moist mass, on layers of dry mass if it has its own, its planet, its options.

    options : {name: what it is, with its units}; their defaults are those of the functions.
    contents : what HOMME fills its tracers with; None where nobody says.
    small_radius : of the planet that its document has [m], 0 for the Earth or any.
    complete : words of ``pysces run --case`` that bring this planet, levels, step and viscosity along.
    """

    fields: Callable
    description: str
    dry_mass: Callable | None = None
    rotates: bool = True
    options: Mapping[str, str] = field(default_factory=dict)
    contents: Contents | None = None
    small_radius: float = 0.0
    complete: tuple[str, ...] = ()

    def defaults(self) -> dict[str, Any]:
        """{option: default}, of the fields on layers of moist mass."""
        return {name: p.default for name, p in _options_of(self.fields).items()}

    def planet(self, constants: Constants) -> Constants:
        """The constants of the planet on which this case lives."""
        return constants if self.rotates else constants.replace(omega=0.0)


CASES = {
    "baroclinic_wave": Case(
        baroclinic_wave_umjs14,
        "Ullrich et al. (2014), DCMIP2016 1: a jet that a local push makes unstable",
        baroclinic_wave_umjs14_dry_mass,
        options={
            "perturbation": "'exponential' (eastward, 1 m s-1), 'streamfunction' (non-divergent, 0.5 m s-1) or 'none'",
            "moist": "with water vapor; True where layers are of dry mass (cam_se)",
        },
        contents=clouds_and_chlorine,
    ),
    "topographic_wave": Case(
        topographic_wave,
        "Hughes & Jablonowski (2023): a jet over two ridges, which start waves in their lee",
        topographic_wave_dry_mass,
        options={
            "height": "of the ridges [m]",
            "along": "e-folding distance of their height in latitude [degree]",
            "across": "e-folding distance of their height in longitude [degree]; 15 for meshes such as ne4",
            "moist": "with water vapor; True where layers are of dry mass (cam_se)",
        },
    ),
    "jablonowski_williamson": Case(
        jablonowski_williamson,
        "Jablonowski & Williamson (2006): a jet with a gust",
        options={"perturbation": "eastward wind of the gust [m s-1]"},
        contents=passengers,
    ),
    "jablonowski_williamson_steady": Case(
        jablonowski_williamson_steady, "Jablonowski & Williamson (2006) without gust"
    ),
    "held_suarez": Case(
        held_suarez,
        "Held & Suarez (1994): rest, with random waves of temperature",
        options={
            "temperature": "of all air [K]",
            "ripple": "standard deviation of the waves [K]",
            "seed": "of their random numbers",
        },
    ),
    "solid_body_rotation": Case(
        solid_body_rotation,
        "isothermal air that turns about the planet's axis, in balance",
        options={"speed": "eastward wind at the equator [m s-1]", "temperature": "of all air [K]"},
    ),
    "tropical_cyclone": Case(
        tropical_cyclone,
        "Reed & Jablonowski (2011), DCMIP2016 2: a vortex over warm water",
        tropical_cyclone_dry_mass,
        contents=clouds_and_ones,
    ),
    "rest_over_mountain": Case(
        rest_over_mountain,
        "DCMIP2012 2-0-0: air at rest over a mountain, on a planet that does not turn",
        rotates=False,
        options={
            "height": "of the summit [m]",
            "half_width": "half wavelength of the mountain's ripples [radian]",
            "outer_radius": "where the mountain ends [radian]",
            "as_homme": "with the document's gas constant, as HOMME starts it",
        },
        contents=vapor_and_ones,
    ),
    "schaer_waves": Case(
        schaer_waves,
        "DCMIP2012 2-1, 2-2: wind over a rippled mountain, on a planet of 1/500 of the radius that does not turn",
        rotates=False,
        small_radius=E3SM.radius / WAVE_PLANET,
        complete=("mountain_wave", "sheared_mountain_wave"),
        options={
            "sheared": "wind that grows with height (2-2)",
            "speed": "eastward wind at the equator [m s-1]",
            "height": "of the summit [m]",
            "half_width": "of the mountain [m]",
            "wavelength": "of its ripples [m]",
        },
        contents=vapor_and_ones,
    ),
    "klemp_waves": Case(
        klemp_waves,
        "Klemp et al. (2015) 1 to 3: wind over a mountain or a ridge, on a planet of 1/166.7 of the radius at rest",
        rotates=False,
        small_radius=E3SM.radius / KLEMP_PLANET,
        complete=("ridge_wave",),
        options={
            "ridge": "over a ridge from pole to pole (1), with [physics] suite = 'klemp_ridge_sponge'",
            "sheared": "wind that grows with height (3)",
        },
    ),
    "gravity_wave": Case(
        gravity_wave,
        "DCMIP2012 3-1: warm air that rings, on a planet of 1/125 of the radius that does not turn",
        rotates=False,
        small_radius=DCMIP.radius / GUST_PLANET,
        complete=("gravity_wave",),
        contents=vapor_and_ones,
    ),
    "supercell": Case(
        supercell,
        "DCMIP2016 3: a warm bubble in sheared moist air, on a planet of 1/120 of the radius that does not turn",
        supercell_dry_mass,
        rotates=False,
        small_radius=53133.0,
        complete=("supercell",),
        options={"perturbed": "with the bubble"},
        contents=clouds_and_ones,
    ),
    "jablonowski_williamson_vapor": Case(
        jablonowski_williamson_vapor,
        "DCMIP2012 4: the jet with a gust of 1 m s-1 on planets of any size, with HOMME's vapor",
        options={"moist": "with water vapor"},
        contents=vapor_theta_vorticity,
    ),
}


def find_case(name: str) -> Case:
    """The case of that name; a ValueError for any other suggests the nearest."""
    if name not in CASES:
        raise ValueError(f"No test case is called {name!r}; {_instead(name)}")
    return CASES[name]


def _instead(name: str) -> str:
    """The end of a sentence about a case that is not here: perhaps another model has it."""
    for model in MODELS:
        named = find_model(model).config().sections()["case"].__dataclass_fields__["name"]
        if name in (named.metadata["choices"] or ()):
            return f"model {model!r} has it: add --model {model}."
    near = get_close_matches(name, CASES, n=1)
    return f"did you mean {near[0]!r}?" if near else f"the known ones are {', '.join(CASES)}."


def initial_fields(
    name: str,
    grid: Grid,
    coordinate: VerticalCoordinate,
    constants: Constants,
    options: dict | None = None,
    phis: np.ndarray | None = None,
) -> InitialFields:
    """A case's fields on layers of moist mass, over the surface phis (elem, i, j, 1) [m2 s-2] or its own."""
    case = find_case(name)
    return _evaluate(name, case.fields, (grid, coordinate, constants), options or {}, phis)


def initial_dry_mass_fields(
    name: str,
    grid: Grid,
    coordinate: VerticalCoordinate,
    constants: Constants,
    options: dict | None = None,
    phis: np.ndarray | None = None,
) -> DryMassFields:
    """A case's fields on layers of dry mass, over the surface phis (elem, i, j, 1) [m2 s-2] or its own."""
    case, where = find_case(name), (grid, coordinate, constants)
    if case.dry_mass is not None:
        return _evaluate(name, case.dry_mass, where, options or {}, phis)
    return dry_mass_fields(_evaluate(name, case.fields, where, options or {}, phis))


def has_clouds(name: str) -> bool:
    """Whether a case's second and third tracers are cloud water and rain."""
    return find_case(name).contents in (clouds_and_chlorine, clouds_and_ones)


def tracer_contents(
    name: str, fields: InitialFields, grid: Grid, coordinate: VerticalCoordinate, number: int
) -> list[Array]:
    """Mixing ratios (elem, i, j, lev) [kg kg-1] of so many tracers, as HOMME fills them; ValueError of other cases."""
    contents = find_case(name).contents
    if contents is None:
        having = ", ".join(n for n, case in CASES.items() if case.contents is not None)
        raise ValueError(f"[case] qsize = {number}, but case {name!r} has no contents for tracers; {having} have them.")
    return contents(fields, grid, coordinate, number)


def _evaluate(name: str, function: Callable, where: tuple, options: dict, phis: np.ndarray | None) -> Any:
    check_options(name, function, options)
    if phis is None:
        return function(*where, **options)
    check_stands(name, function, options)
    return function(*where, **options, phis=phis)


def check_stands(name: str, function: Callable, options: dict) -> None:
    """Refuse a surface from a file under a case that is in balance over its own alone, or whose options shape one."""
    if "phis" not in inspect.signature(function).parameters:
        able = ", ".join(other for other, case in CASES.items() if "phis" in inspect.signature(case.fields).parameters)
        raise ValueError(
            f"Case {name!r} is in balance over its own surface alone, found [case] topography; leave it out, start "
            f"from [case] ncdata, or take one of {able}."
        )
    shaping = [option for option in options if option in _OF_THE_SURFACE]
    if shaping:
        raise ValueError(
            f"Option {shaping[0]} of case {name!r} shapes the surface that [case] topography replaces; leave one out."
        )


def check_options(name: str, function: Callable, options: dict) -> None:
    """Refuse options that a case does not have, or that are not of its type."""
    known = _options_of(function)
    for option, value in options.items():
        if option not in known:
            remedy = f"its options are {', '.join(known)}" if known else "it has none"
            raise ValueError(f"Case {name!r} has no option {option!r}; {remedy}.")
        kind = type(known[option].default)
        fits = (float, int) if kind is float else (kind,)
        if type(value) not in fits or (kind is float and not abs(value) < 1e300):
            raise ValueError(f"Option {option} of case {name!r} must be {SAID[kind]}, found {value!r}.")


def _options_of(function: Callable) -> dict[str, inspect.Parameter]:
    return {name: p for name, p in inspect.signature(function).parameters.items() if name not in _NOT_OPTIONS}


_NOT_OPTIONS = ("grid", "coordinate", "constants", "alpha", "phis")
_OF_THE_SURFACE = ("height", "half_width", "outer_radius")
