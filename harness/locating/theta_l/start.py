"""Where a walk through theta-l begins: a generated atmosphere over a hill, a test case, or a golden record."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pysces.cases.catalogue import CASES, initial_fields
from pysces.cases.initial_fields import virtual_potential_temperature_mass
from pysces.constants import E3SM
from pysces.geometry.grid import Grid
from pysces.models.theta_l.references import sponge_profile
from pysces.vertical.coordinate import even_pressure

from ...errors import BadInput
from ...golden import meshes
from ...golden import record as golden
from ...inputs.fields import coefficients, sphere
from ...inputs.theta_l import CONSTANTS, SPONGE, TOP, atmosphere, damped
from ...sides.fortran.theta_l import COEFFICIENTS
from .. import mesh_point
from ..march import Start
from . import walk as theta_l

HILL = "hill"
DEFAULTS = {"ne": 3, "nlev": 12}
SETTINGS = {
    **CONSTANTS,
    **SPONGE,
    "theta_advect_form": 1,
    "pgrad_correction": 1,
    "tstep_type": 5,
    "tstep": 300.0,
    "rsplit": 2,
    "qsplit": 1,
    "limiter_option": 9,
}
NEEDED = ("v", "vtheta_dp", "dp3d", "phis", *COEFFICIENTS)


def start(case: str, ne: int | str | None = None, nlev: int | None = None) -> Start:
    """The Start of a case's name or of a record's path."""
    if is_record(case):
        return recorded(case)
    ne, nlev = ne or DEFAULTS["ne"], nlev or DEFAULTS["nlev"]
    grid = sphere(ne)
    x = atmosphere(grid, "smooth", nlev) if case == HILL else _catalogued(case, grid, nlev)
    wave = np.sin(grid.lat) + 0.0 * x["dp3d"]
    ratios = np.stack([np.ones_like(wave), 1e-3 * (2.0 + wave), 1.0 * (wave > 0.2)])  # constant, smooth, a step
    profile = sponge_profile(even_pressure(nlev, TOP))
    settings = {
        **SETTINGS,
        **damped(ne),
        "built": mesh_point.built(grid, ne, 2, E3SM.omega),
        "nu_q": damped(ne)["nu"],
        "nlev_tom": int(np.count_nonzero(profile)),
    }
    x = {**x, "nu_scale_top": profile, "Qdp": ratios * x["dp3d"]}
    return Start("theta_l", case, theta_l.walk, x, settings, grid, {"ne": ne, "nlev": nlev})


def is_record(case: str) -> bool:
    """Whether it names a file."""
    return case.endswith(".nc") or Path(case).is_file()


def _catalogued(case: str, grid: Grid, nlev: int) -> dict:
    """A test case's state on evenly spaced levels."""
    if case not in CASES:
        known = ", ".join((HILL, *CASES))
        raise BadInput(f"Case {case!r} is unknown; give the path of a record, or one of {known}.")
    coordinate = even_pressure(nlev, TOP)
    fields = initial_fields(case, grid, coordinate, E3SM)
    x = coefficients(coordinate)
    vtheta_dp = virtual_potential_temperature_mass(fields, coordinate, E3SM)
    return {**x, "phis": fields.phis, "v": fields.wind, "vtheta_dp": vtheta_dp, "dp3d": fields.dp}


def recorded(path: str, hydrostatic_form: bool = True) -> Start:
    """The state and settings of a golden record of a theta-l run in that form."""
    record = golden.read(path)
    missing = [name for name in NEEDED if name not in record.inputs]
    settings = {"tstep_type": 5, "rsplit": 1, "qsplit": 1, **record.settings}
    settings["tstep"] = settings.get("tstep", settings.get("dt"))
    other_form = settings.get("theta_hydrostatic_mode", True) != hydrostatic_form
    if missing or settings["tstep"] is None or other_form:
        form = "hydrostatic" if hydrostatic_form else "nonhydrostatic"
        lacking = f"no {missing[0]}" if missing else f"no {form} run of known time step"
        raise BadInput(f"{path}: locate starts from a record of a {form} theta-l run; this one has {lacking}.")
    x = {name: field.values for name, field in record.inputs.items() if field.values.dtype.kind == "f"}
    settings = {name: value for name, value in settings.items() if name != "outputs"}
    return Start("theta_l", path, theta_l.walk, x, settings, meshes.golden_grid(record), {})


def points() -> tuple:
    """Every savepoint of this model, to find one by its name."""
    from .. import transport
    from ..savepoint import Savepoint
    from . import dissipation
    from . import remap as theta_l_remap
    from . import stages as theta_l_stages
    from . import terms as theta_l_terms

    modules = (mesh_point, theta_l_terms, theta_l_stages, dissipation, theta_l_remap, transport)
    found = [value for module in modules for value in vars(module).values() if isinstance(value, Savepoint)]
    return (*found, *theta_l_terms.TERMS)
