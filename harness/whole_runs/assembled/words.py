"""A golden record's settings as what a user writes: a HOMME namelist or a TOML file, and words of ``pysces run``."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from pysces.driver.request import PUBLISHED_LEVELS
from pysces.models.theta_l.options import ThetaLConfig
from pysces.vertical.coordinate_files import named_coordinate

from ...golden import mesh_files, meshes
from ...golden.record import Record

HISTORY, RESTART, RECORDED = "history.nc", "history.restart.nc", "golden_record"
HOMME_CASES = ("dcmip2016_test1", "jw_baroclinic", "asp_baroclinic", "dcmip2012_test2_0")  # pysces has them
SECTIONS = ("grid", "time", "viscosity", "dynamics")  # of a configuration, whose words are HOMME's
ALSO = ("theta_hydrostatic_mode", "transport_alg", "ftype", "nu_s", "mesh_file")  # a namelist has them, too
CAM_WORDS = {  # of records: section and option
    "ne": ("grid", "ne"),
    "cubed_sphere_map": ("grid", "cubed_sphere_map"),
    "dt_dynamics": ("time", "tstep"),
    "se_tstep_type": ("time", "tstep_type"),
    "se_rsplit": ("time", "rsplit"),
    "se_qsplit": ("time", "qsplit"),
    **{nu: ("viscosity", nu) for nu in ("nu", "nu_div", "nu_p", "nu_q", "nu_top", "hypervis_scaling")},
    "se_hypervis_subcycle": ("viscosity", "hypervis_subcycle"),
    "se_hypervis_subcycle_q": ("viscosity", "hypervis_subcycle_q"),
    "se_hypervis_subcycle_sponge": ("viscosity", "hypervis_subcycle_tom"),
    "se_limiter_option": ("dynamics", "limiter_option"),
    "se_pgf_formulation": ("dynamics", "se_pgf_formulation"),
    "vert_remap_uvTq_alg": ("dynamics", "vert_remap_u_alg"),
    "vert_remap_tracer_alg": ("dynamics", "vert_remap_q_alg"),
}
SAME_LEVELS = 1e-6  # a set of levels is named where it is meant; whether it is the record's to the last bit is judged


@dataclass(frozen=True)
class Asked:
    """What a user has: files by name, and the words after ``pysces run`` (files in the folder it is started in).

    own_start : whether the case is one of pysces', or the record's state under the name RECORDED.
    every : remap calls between records of the history.   call : length of one [s].
    """

    files: Mapping[str, str]
    words: tuple[str, ...]
    own_start: bool
    every: int
    call: float


@dataclass(frozen=True)
class Plan:
    """The remap calls after which a record has outputs, by stage, of those that are to be run."""

    stages: Mapping[str, int] = field(default_factory=dict)

    @property
    def last(self) -> int:
        """How many calls the run has."""
        return max(self.stages.values())

    @property
    def every(self) -> int:
        """The most calls between records of a history that has all stages."""
        return math.gcd(*self.stages.values()) or 1


UNSAID = {  # of records: the equations, no physics of the case, and what pysces takes where HOMME takes nothing
    **{"theta_hydrostatic_mode": True, "dcmip16_prec_type": -1, "dcmip16_pbl_type": -1},
    **{"hypervis_order": 2},
}


def homme_words(record: Record, plan: Plan) -> Asked:
    """A record of HOMME as a namelist; tracers and moisture, which a namelist leaves to its case, as words."""
    settings = record.settings
    own = settings.get("initial_condition") in HOMME_CASES
    steps = settings["qsplit"] * max(settings["rsplit"], 1)
    words = {word for word, (section, _) in ThetaLConfig.words().items() if section in SECTIONS} - {"mesh"}
    given = UNSAID | {word: settings[word] for word in sorted(words | set(ALSO)) if word in settings}
    given |= {"nmax": plan.last * steps}
    if settings.get("mesh", "").partition("_x")[2].isdigit():  # a small planet
        given |= {word: settings[word] for word in ("rearth", "omega")}
    if own:
        given["test_case"] = settings["initial_condition"]
        given |= {"u_perturb": settings["u_perturb"]} if "u_perturb" in settings else {}
    if (corners := meshes.find_corners(record)) is not None:
        given["mesh_file"] = str(corners.with_suffix(mesh_files.SUFFIX))
    levels, files = _levels(record)
    said = [*levels, *([] if own else ["--case", RECORDED]), *_moist(record, own)]
    text = f"&ctl_nl\n{_namelist(given)}/\n"
    if files:
        text += f"&vert_nl\n{_namelist(dict(zip(('vfile_int', 'vfile_mid'), files)))}/\n"
    return _asked({"run.nl": text, **files}, ["run.nl", *said], own, plan, settings["tstep"] * steps)


def _moist(record: Record, own: bool) -> list[str]:
    if "Qdp" not in record.inputs:
        return []
    vapor = own and record.settings.get("use_moisture", False)
    said = ["case.tracers=true", *(["case.options.moist=true"] if vapor else [])]
    if "suite" in record.settings:  # a namelist's ftype speaks of physics that HOMME alone does not have
        said += [f"physics.suite={record.settings['suite']}", f"physics.ftype={record.settings['ftype']}"]
    return [word for option in said for word in ("--set", option)]


def cam_words(record: Record, plan: Plan) -> Asked:
    """A record of CAM-SE as a TOML file, with the defects of its code that pysces has on demand."""
    settings = record.settings
    made = settings.get("initial_data", {})
    own = made.get("pert") == 0 and not made.get("topography", 1)  # the balanced wave, as CAM starts it
    steps = settings["se_qsplit"] * settings["se_rsplit"]
    table: dict[str, dict[str, Any]] = {"dynamics": {"model": "cam_se", "cam_compatible": True}}
    for word, (section, name) in CAM_WORDS.items():
        if word in settings:
            table.setdefault(section, {})[name] = settings[word]
    table["time"]["nmax"] = plan.last * steps
    table["case"] = {"name": "baroclinic_wave" if own else RECORDED}
    if settings.get("suite", "none") != "none":
        table["physics"] = {name: settings[name] for name in ("suite", "ftype")}
    levels, files = _levels(record)
    if files:
        table["vertical"] = dict(zip(("vfile_int", "vfile_mid"), files))
    text = "\n".join(f"[{name}]\n{_toml(section)}" for name, section in table.items())
    return _asked({"run.toml": text, **files}, ["run.toml", *levels], own, plan, settings["dt_dynamics"] * steps)


def _asked(files: dict[str, str], words: list[str], own: bool, plan: Plan, call: float) -> Asked:
    hours = plan.every * call / 3600.0
    written = ("--every-hours", repr(hours), "--output", HISTORY, "--set", "output.layout=element")
    return Asked(files, (*words, *written), own, plan.every, call)


def _levels(record: Record) -> tuple[list[str], dict[str, str]]:
    """The word that names a published set, or else files of levels."""
    a, b, a_mid, b_mid = (record.inputs[name].values.ravel() for name in ("hyai", "hybi", "hyam", "hybm"))
    if a_mid.size in PUBLISHED_LEVELS:
        published = named_coordinate(PUBLISHED_LEVELS[a_mid.size])
        if all(np.allclose(x, y, atol=SAME_LEVELS) for x, y in ((a, published.hyai), (b, published.hybi))):
            return ["--nlev", str(a_mid.size)], {}
    return [], {"interfaces.ascii": _ascii(a, b), "midpoints.ascii": _ascii(a_mid, b_mid)}


def _ascii(*lists: np.ndarray) -> str:
    """HOMME's files of levels: a count and that many numbers."""
    return "".join(f"{len(x)}\n" + "".join(f"{float(v)!r}\n" for v in x) for x in lists)


def _namelist(words: Mapping[str, Any]) -> str:
    return "".join(f"  {word} = {_fortran(value)}\n" for word, value in words.items())


def _fortran(value: Any) -> str:
    if isinstance(value, bool):
        return f".{str(value).lower()}."
    return f"'{value}'" if isinstance(value, str) else repr(value)


def _toml(section: Mapping[str, Any]) -> str:
    return "".join(f"{name} = {json.dumps(value)}\n" for name, value in section.items())


def write(asked: Asked, folder: Path) -> None:
    """The files of a user into a folder."""
    for name, text in asked.files.items():
        (folder / name).write_text(text)
