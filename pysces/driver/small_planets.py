"""What ``pysces run --case`` means for cases of small planets: the settings of their documents beside the start.

Planet, form, levels, step, viscosity, sponge and length; each may be said otherwise, and ``--toml`` prints them all.

Hyperviscosities fit HOMME's namelists (3.2e7 at ne20 for the mountain, 2.2e8 at ne30 for the ridge, 5.8e8 at ne30 for
the supercell) and records
(5e9 and 2.2e11 at ne4 for mountain and gravity wave). The supercell is as HOMME's namelist of ne8: hyperviscosity
of wind, theta and w alone, physical viscosity of everything.

Equations: Ullrich et al. (2012), DCMIP2012 test case document; DCMIP2016 test case document
HOMME: test/dcmip2012_test2.1_nh, test3.1_nh, mtest, dcmip2016_test3
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..cases.catalogue import CASES
from ..config.namelists.homme_cases import CASES as HOMME
from ..config.namelists.homme_levels import levels_of_test
from ..config.run import RunConfig
from ..models.registry import find_model

HOUR = 3600.0  # s
NU_SCALING = 3.2  # exponent of the element's size that goes through those viscosities


@dataclass(frozen=True)
class Published:
    """Settings of one case.

    case : its name in the catalogue, which knows its planet.   levels, nlev : which ones, and their number.
    ne, tstep [s], nu [m4 s-1] : on one mesh; others go by it.   hours : length of the run.   every : between records.
    scheme : tstep_type.   options : of the case.   physics : its options.   moist : whether water is carried.
    more : other options, by section.
    """

    case: str
    levels: Mapping[str, str]
    nlev: int
    ne: int
    tstep: float
    nu: float
    hours: float
    every: float
    scheme: int
    options: Mapping[str, Any] = field(default_factory=dict)
    physics: Mapping[str, Any] = field(default_factory=dict)
    moist: bool = False
    more: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def table(self, ne: int, nlev: int | None, steps: int) -> dict[str, Any]:
        """As a configuration's table, on a mesh of ne and so many levels, its own where None.

        steps : of one remap call, of which whole ones go into the time between records.
        """
        longest = self.tstep * self.ne / ne
        interval = HOUR * self.every
        tstep = interval / (steps * math.ceil(interval / (steps * longest)))
        usual: dict[str, dict[str, Any]] = {
            "grid": {"ne": ne, "rearth": CASES[self.case].small_radius},
            "vertical": {"table": {**self.levels, "nlev": nlev or self.nlev}},
            "time": {"tstep": tstep, "ndays": self.hours / 24.0, "tstep_type": self.scheme},
            "dynamics": {"theta_hydrostatic_mode": False},
            "viscosity": {"nu": self.nu * (self.ne / ne) ** NU_SCALING},
            "case": {"name": self.case, "options": dict(self.options), "tracers": self.moist},
            "output": {"every_hours": self.every},
            "physics": dict(self.physics),
        }
        return {section: {**entries, **self.more.get(section, {})} for section, entries in usual.items()}


_MOUNTAIN: dict[str, Any] = {
    "nlev": 60,
    "ne": 20,
    "tstep": 0.4,
    "nu": 3.2e7,
    "hours": 2.0,
    "every": 0.5,
}
_RIDGE: dict[str, Any] = {"nlev": 60, "ne": 30, "tstep": 0.5, "nu": 2.2e8, "hours": 2.0, "every": 0.5}
_STORM: dict[str, Any] = {
    "nlev": 40,
    "ne": 8,
    "tstep": 6.0,
    "nu": 4.0e10,
    "hours": 2.0,
    "every": 0.25,
    "more": {
        "time": {"rsplit": 2, "qsplit": 2},
        "viscosity": {"nu_p": 0.0, "nu_s": 0.0, "nu_q": 0.0, "dcmip16_mu": 500.0, "dcmip16_mu_s": 1500.0},
        "dynamics": {"limiter_option": 4, "vert_remap_q_alg": -1},
    },
}


def _as_homme(test: str, **published: Any) -> Published:
    """A case of HOMME's, with the levels, options, physics and vapor that its namelists get here."""
    case = HOMME[test]
    physics = {} if case.suite == "none" else {"suite": case.suite, "ftype": 0}
    of_case: dict[str, Any] = {
        "levels": levels_of_test(case.levels),
        "options": case.fixed,
        "physics": physics,
        "moist": case.vapor,
    }
    return Published(case.ours, **of_case, **published)


PUBLISHED = {
    "mountain_wave": _as_homme("dcmip2012_test2_1", scheme=9, **_MOUNTAIN),
    "sheared_mountain_wave": _as_homme("dcmip2012_test2_2", scheme=9, **_MOUNTAIN),
    "ridge_wave": _as_homme("mtest1", scheme=9, **_RIDGE),
    "gravity_wave": _as_homme("dcmip2012_test3", nlev=10, ne=27, tstep=1.0, nu=5e8, hours=1.0, every=0.25, scheme=10),
    "supercell": _as_homme("dcmip2016_test3", scheme=7, **_STORM),
}
USUAL_NE = 8  # of a run that says none: coarse


def start_name(config: RunConfig) -> str:
    """What a run starts from: a file or a case, and before the case the word that stands for its planet and options."""
    start, case = config.start, config.case
    for word, own in PUBLISHED.items():
        alike = own.options.items() <= dict(getattr(case, "options", {})).items()
        if start == own.case != word and alike and config.grid.rearth == CASES[own.case].small_radius:
            return f"{word} (case {start})"
    return start


def published(said: dict, model: str, nlev: int | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """The settings of the case that the command line names, and what else was said there.

    None of a case that has none, or where another model runs it.   nlev : of the case's own kind of levels.

    Raises
    ------
    ValueError in one sentence for a mesh that has no ne, and for options of the mesh and of time that cannot be.
    """
    case = said.get("case", {}).get("name")
    if case not in PUBLISHED or model != "theta_l":
        return {}, said
    if said.get("grid", {}).get("mesh"):
        raise ValueError(f"--case {case} has steps and viscosity for a cubed sphere, found --mesh; give --ne instead.")
    rest = {section: dict(entries) for section, entries in said.items()}
    rest["case"].pop("name")
    if nlev is not None:
        rest.pop("vertical")
    own = PUBLISHED[case]
    given = {
        "grid": {"ne": USUAL_NE} | rest.get("grid", {}),
        "time": {**own.more.get("time", {}), **rest.get("time", {})},
    }
    checked = find_model(model).config().with_table(given, "the command line")
    return own.table(checked.grid.ne, nlev, checked.time.steps_per_call), rest
