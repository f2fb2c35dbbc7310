"""Made-up configurations as runs: splits, coefficients and forcings of which records have none.

theta-l's are the generated cases of the kernel theta_l_call, air over a hill with three tracers, on floating and fixed
layers, split in every way; and, with one dynamics step a call, rain and Held and Suarez' relaxation under every ftype.
CAM-SE's are moist air over a hill, alone and under the same suites.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from pysces.arrays.fields import names, to_record
from pysces.geometry.grid import Grid
from pysces.models.model import Setup
from pysces.vertical.coordinate import VerticalCoordinate

from ...golden.record import Field, Record
from ...inputs import cam_se as cam_se_inputs
from ...judging.plan import Check
from ...kernels.catalogue import lookup
from ...registry import Case
from ...sides.fortran.theta_l import default_nu
from ...sides.pysces.theta_l import SILENT
from .check import GIVEN, MESH, Assembled
from .forced import cam_forcing, homme_forced
from .read_back import CAM_ARRAYS
from .start import Start
from .words import RECORDED, Plan, cam_words, homme_words

WORD = "made-up"  # what these runs are called on the command line
KERNEL, CAM_KERNEL = "theta_l_call", "cam_se_step"
FTYPES = {2: "large_scale_condensation", 4: "large_scale_condensation", 0: "held_suarez"}
FTYPES |= dict.fromkeys((-1, 1, 3), "large_scale_condensation")  # which do nothing
CAM_FTYPES = {"none": 2, "large_scale_condensation": 2, "held_suarez": 0}
NODES = ("elem", "i", "j", "lev")
CAM_SPLIT = {"se_nsplit": 1, "se_rsplit": 2, "dtime_physics": 600.0, "stage_time_s": {"phys1": 600.0}}


def runs() -> list[Assembled]:
    """Every made-up case on a cubed sphere as a user would ask for it; whole runs have the other meshes."""
    cases = lookup(KERNEL).cases
    found = [case for case in cases() if cast(Grid, case.grid).ne] if cases is not None else []
    return [*map(_homme_run, (*found, *_forced(found))), *map(_cam_run, CAM_FTYPES)]


def _forced(found: list[Case]) -> list[Case]:
    """A case with tracers, whose vapor is saturated in the crests of its wave, under every ftype."""
    wet = next(case for case in found if "Qdp" in case.inputs)
    x, settings = wet.inputs, {**wet.settings, "rsplit": 1}
    p = x["hyai"][0] * settings["ps0"] + np.cumsum(x["dp3d"], axis=-1) - x["dp3d"] / 2
    wave = x["Qdp"][1] / x["dp3d"]
    vapor = 0.03 * (p / settings["p0"]) ** 3 * wave / wave.max() * x["dp3d"]
    x = {**x, "Qdp": np.concatenate([vapor[None], x["Qdp"][1:]])}
    return [
        replace(wet, name=f"{suite}_ftype{ftype}", inputs=x, settings={**settings, "suite": suite, "ftype": ftype})
        for ftype, suite in FTYPES.items()
    ]


def _homme_run(case: Case) -> Assembled:
    settings = {**SILENT, **case.settings, "ne": cast(Grid, case.grid).ne, "cubed_sphere_map": 2}
    settings |= {name: default_nu(name, settings) for name in ("nu_p", "nu_div", "nu_q")}
    steps = settings["qsplit"] * max(settings["rsplit"], 1)
    settings["seconds"] = [n * steps * settings["tstep"] for n in settings["calls"]]
    record, when = _as_record(case, settings, "homme"), Plan({f"call_{n}": n for n in settings["calls"]})
    start = Start("theta_l", case.inputs, RECORDED)
    return Assembled(record, when, homme_words(record, when), start, _check(KERNEL, case))


def _cam_run(suite: str) -> Assembled:
    ftype = CAM_FTYPES[suite]
    case = cam_se_inputs.damped(f"{suite}_ftype{ftype}", {**cam_se_inputs.STEP, **CAM_SPLIT}, names=("Q",))
    x, settings = case.inputs, case.settings
    vapor = 1.5 * x["Qdp"] * (np.cumsum(x["dp3d"], axis=-1) / settings["ps0"]) ** 3  # saturated near the ground
    settings |= {"ne": cast(Grid, case.grid).ne, "cubed_sphere_map": 0, "dt_dynamics": settings["dt"]}
    settings |= {"nu_div": 2.5 * settings["nu"], "sponge_del4_lev": 1}  # what a top at 200 Pa has
    settings |= {"suite": suite, "ftype": ftype, "se_ftype": ftype}
    case = replace(case, inputs={**x, "Qdp": vapor}, settings=settings)
    record, when = _as_record(case, settings, "cam_se"), Plan({"phys1": 1})
    start = Start("cam_se", case.inputs, RECORDED)
    return Assembled(record, when, cam_words(record, when), start, _check(CAM_KERNEL, case))


def _as_record(case: Case, settings: dict[str, Any], producer: str) -> Record:
    """A case in the form of a record without outputs, without the coefficients that a run computes."""
    computed = CAM_ARRAYS if producer == "cam_se" else ()
    inputs = {n: Field(np.asarray(a), _axes(a)) for n, a in case.inputs.items() if n not in computed}
    kernel = KERNEL if producer == "homme" else CAM_KERNEL
    return Record(Path("generated"), kernel, case.name, producer, settings, inputs, {}, {}, {})


def _axes(a: Any) -> tuple[str, ...]:
    return ("tracer",) * (a.ndim > len(NODES)) + NODES if a.ndim >= len(NODES) else ("number",)


def _check(kernel: str, case: Case) -> Check:
    """Without a coefficient of the kernel's own: what is planted is planted into what a run left."""
    judged = replace(lookup(kernel), coefficient=None)
    return Check(judged, case, MESH, source="generated", separate=("phys1/Qdp",), given=GIVEN)


def started(run: Assembled, setup: Setup) -> Case:
    """The case with the state, mesh, levels and coefficients that pysces had made of it, and with its forcing."""
    homme = run.model == "theta_l"
    model = "homme" if homme else "cam"
    case, state = run.check.case, setup.state
    levels = to_record(setup.where.coordinate, model)
    inputs = case.inputs | {name: levels[name] for name in names(VerticalCoordinate, model) if name != "ps0"}
    inputs |= to_record(state.dynamics, model) | ({} if state.tracer_mass is None else {"Qdp": state.tracer_mass})
    if not homme:
        inputs |= {n: a for n, a in to_record(setup.dycore.dissipation, "cam").items() if n in inputs}
    settings = {**case.settings, "outputs": ()}
    if settings.get("suite", "none") != "none":
        inputs = (homme_forced if homme else cam_forcing)(inputs, run.record.settings, setup.where)
    return replace(case, inputs=inputs, grid=setup.where.grid, settings=settings)
