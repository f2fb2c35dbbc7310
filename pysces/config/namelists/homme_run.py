"""HOMME's words of mesh, time and viscosity as options of theta_l; what it takes where a word is left out, too.

HOMME: namelist_mod, control_mod:timestep_make_subcycle_parameters_consistent
"""

from __future__ import annotations

import math
from pathlib import Path

from ...stepping.imex import EXPLICIT_PART, HOMME_IMEX_TYPES
from ...stepping.tableaus import HOMME_TSTEP_TYPES
from ..section import AUTO
from .homme import EQUATIONS, MESH
from .translation import Translation, Words

NO_MESH = ("none", "null", "/dev/null", "")
DAY = 86400.0
WHOLE = 1e-6  # of a step
_SPLITS = ("dt_tracer_factor", "dt_remap_factor", "qsplit", "rsplit")
REFERENCES, BOTH = {0: 0, 6: 6}, 1  # of hv_ref_profiles; any other one is 1.  HOMME: initialize_reference_states
TIED = ("nu_div", "nu_p", "nu_s", "nu_q")  # a negative one is nu


def translate_mesh(words: Words, to: Translation) -> None:
    """ne or mesh_file, and the map of the reference element."""
    file, ne = words.text("mesh_file"), words.whole("ne")
    if file.lower() in NO_MESH:
        file = "none"
    if file in NO_MESH and ne == 0:
        to.lack("grid", "ne", "has neither ne nor mesh_file", "give ne, the elements along a cube edge")
    elif file in NO_MESH:
        to.set("grid", "ne", ne)
    elif ne != 0:
        to.refuse(MESH, f"has both ne = {ne} and mesh_file = {file!r}", "leave one of them out, as HOMME requires")
    else:
        to.set("grid", "mesh", str(Path(to.source).parent / file))
    if file in NO_MESH:
        to.set("grid", "cubed_sphere_map", 2 if words["cubed_sphere_map"] == -1 else words["cubed_sphere_map"])


def translate_time(words: Words, to: Translation) -> None:
    """Length of the run, of a step, and how many make a tracer step and a remap."""
    if "tstep" not in words or words.number("tstep") <= 0:
        to.lack("time", "tstep", "has no tstep above 0", "give the dynamics step in seconds")
    else:
        to.set("time", "tstep", words["tstep"])
    if words.number("ndays") > 0:
        to.set("time", "ndays", words["ndays"])
        _beside(words, to, "nmax", "ndays")
    else:
        to.set("time", "nmax", words.whole("nmax"))
    _translate_splits(words, to)


def in_whole_calls(to: Translation) -> None:
    """The length as HOMME runs it: whole steps of the days, then remap calls until there are as many."""
    time = to.table.get("time", {})
    if not time.get("tstep"):
        return
    asked = DAY * time["ndays"] / time["tstep"] if "ndays" in time else float(time.get("nmax", 0))
    steps, call = math.floor(asked + WHOLE), time.get("qsplit", 1) * max(time.get("rsplit", 1), 1)
    whole = -(-steps // call) * call
    if abs(asked - whole) > WHOLE:
        time.pop("ndays", None)
        time["nmax"] = whole
        to.notes.append(f"The run has {asked:.9g} steps; as in HOMME it makes {whole}, in remap calls of {call}.")


def _beside(words: Words, to: Translation, idle: str, counts: str) -> None:
    if idle in words:
        to.notes.append(f"{idle} is ignored beside {counts}, as in HOMME.")


def _translate_splits(words: Words, to: Translation) -> None:
    """dt_tracer_factor and dt_remap_factor win over qsplit and rsplit where both are given."""
    tracer, remap, qsplit, rsplit = (_whole_or_none(words, word) for word in _SPLITS)
    if tracer is not None and remap is not None and tracer >= 1 and remap >= 0:
        if remap % tracer:
            what = f"has dt_remap_factor = {remap}, not a multiple of dt_tracer_factor = {tracer}"
            to.refuse("factors", what, "make it one: only semi-Lagrangian transport remaps more often than it advects")
        qsplit, rsplit = tracer, remap // tracer
    else:
        qsplit, rsplit = 1 if qsplit is None else qsplit, 0 if rsplit is None else rsplit
        if qsplit < 1 or rsplit < 0:
            what = f"has qsplit = {qsplit} and rsplit = {rsplit}, and no dt_tracer_factor and dt_remap_factor instead"
            return to.refuse("factors", what, "give either pair")
    to.set("time", "qsplit", qsplit)
    to.set("time", "rsplit", rsplit)


def _whole_or_none(words: Words, word: str) -> int | None:
    return None if words[word] is None else words.whole(word)


def translate_options(words: Words, to: Translation) -> None:
    """Words that are options of ours by the same value."""
    for table in words.groups.values():
        for word, about in table.items():
            if about.option and (word in words or about.default is not None):
                to.set(*about.option, words[word])


def translate_viscosity(words: Words, to: Translation) -> None:
    """Coefficients, of which a negative one is nu; hypervis_order = 0 leaves hyperviscosity out."""
    if words["hypervis_order"] == 2 or "nu" in words:
        to.set("viscosity", "nu", words.number("nu"))
    for word in TIED:
        to.set("viscosity", word, max(words.number(word), -1))
    to.set("viscosity", "hv_ref_profiles", REFERENCES.get(words.whole("hv_ref_profiles"), BOTH))
    if not words["hypervis_order"] or not words["nu"]:
        for word in ("hypervis_subcycle", "hv_ref_profiles"):  # of no hyperviscosity, and then not said
            if word not in words:
                to.table["viscosity"].pop(word)
    _translate_physical_viscosity(words, to)


def _translate_physical_viscosity(words: Words, to: Translation) -> None:
    """dcmip16_mu and its kind; a negative one is the one before it, and the first then none."""
    for word, least in (("dcmip16_mu", 0), ("dcmip16_mu_s", -1), ("dcmip16_mu_q", -1)):
        if word in words:
            to.set("viscosity", word, float(max(words.number(word), least)))


def translate_equations(words: Words, to: Translation, as_theta_l: bool) -> None:
    """theta_hydrostatic_mode: without it theta-l is nonhydrostatic, or the namelist is one of HOMME's preqx."""
    said, of_theta_l = "theta_hydrostatic_mode" in words, words.number("tstep_type") in HOMME_IMEX_TYPES
    if not said and not as_theta_l and not of_theta_l:
        what = "has no theta_hydrostatic_mode: HOMME's preqx would run it, or theta-l in nonhydrostatic form"
        remedy = "set it to .true. or .false., or say --as theta_l, for theta-l in hydrostatic form"
        to.refuse(EQUATIONS, what, remedy)
        return
    hydrostatic = words["theta_hydrostatic_mode"] if said else not of_theta_l
    if not said and of_theta_l:
        scheme = f"tstep_type = {words['tstep_type']}"
        to.notes.append(f"{scheme} is of theta-l alone, which is nonhydrostatic without theta_hydrostatic_mode.")
    to.set("dynamics", "theta_hydrostatic_mode", hydrostatic)
    if hydrostatic is True:
        to.became_idle("nu_s", "diffuses geopotential, which the hydrostatic equations do not carry")
        to.set("viscosity", "nu_s", AUTO)
        _take_explicit_part(words, to)


def _take_explicit_part(words: Words, to: Translation) -> None:
    """Of a scheme that solves for vertical sound: HOMME takes its explicit steps where the form has no sound.

    HOMME: theta-l/share/imex_mod (compute_stage_value_dirk)
    """
    found = words["tstep_type"]
    if found in EXPLICIT_PART:
        to.set("time", "tstep_type", EXPLICIT_PART[found])
        to.became_other("tstep_type", f"[time] tstep_type = {EXPLICIT_PART[found]}, its explicit part: no sound here")
    elif found in HOMME_IMEX_TYPES:
        what = f"has tstep_type = {found}, which solves for vertical sound, in hydrostatic form"
        to.refuse("tstep_type", what, f"set it to one of {', '.join(map(str, HOMME_TSTEP_TYPES))}")


def translate_topography(words: Words, to: Translation) -> None:
    """The surface geopotential of a file, in place of the case's; ValueError where its name is no text."""
    file = words.first("infilenames")
    if not isinstance(file, str):
        raise ValueError(f"infilenames must be texts in quotes, found {file!r}; give them.")
    if file.strip():
        to.set("case", "topography", str(Path(to.source).parent / file.strip()))


def translate_restart(words: Words, to: Translation) -> None:
    """runtype 0 is a new run, 1 goes on exactly, 2 starts anew from a restart's state."""
    runtype, file = words["runtype"], words.text("restartfile") if "restartfile" in words else ""
    if runtype == 0:
        to.became_idle("restartfile", "read where runtype = 1 or 2")
    elif runtype not in (1, 2):
        to.refuse("runtype", f"asks for runtype = {runtype}", "set it to 0 (new), 1 (goes on) or 2 (branch)")
    elif not file:
        to.refuse("restartfile", f"has runtype = {runtype} and no restartfile", "name pysces' restart there")
    elif runtype == 1:
        to.resume = file
    elif to.model != "theta_l":
        to.refuse("runtype", f"asks for runtype = 2, and model {to.model} has no branches", "set it to 0 or 1")
    else:
        to.set("case", "branch", file)
