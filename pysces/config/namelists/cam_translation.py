"""CAM's atm_in or user_nl_cam as a configuration of cam_se.

CAM-SE: dyn_comp:dyn_readnl   CAM: inic_analytic, cam_initfiles
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .cam import ANALYTIC, GROUPS, HOMES, PACKAGE, PACKAGES, REMAPS
from .cam_output import translate_output
from .homme import MESH
from .homme_run import NO_MESH
from .parser import BARE, Groups
from .translation import IDLE, Became, Translation, Words, classified

REMAPPED = (("se_vert_remap_uvtq_alg", "vert_remap_u_alg"), ("se_vert_remap_tracer_alg", "vert_remap_q_alg"))
SPLITS = {"dtime", "se_nsplit", "se_rsplit", "se_qsplit"}


def is_cam(groups: Groups) -> bool:
    """Whether a file is CAM's."""
    names = {name for homes in HOMES.values() for name in homes}
    return bool(names & groups.values.keys()) or BARE in groups.values


def translate_cam(groups: Groups) -> Translation:
    """What a namelist of CAM asks for; groups of physics that is not run are passed over."""
    to = Translation(groups.source, "cam_se", notes=list(groups.notes))
    to.set("dynamics", "model", "cam_se")
    with to.refusing():
        words = classified(_regrouped(groups, to), GROUPS, to)
        _translate_options(words, to)
        _translate_mesh(words, to)
        _translate_time(words, to)
        _translate_start(words, to)
        _translate_physics(words, to)
        translate_output(words, to)
    return to


def _regrouped(groups: Groups, to: Translation) -> Groups:
    """Words by our tables, wherever CAM has them; those of other groups belong to physics."""
    found: dict[str, dict[str, Any]] = {name: {} for name in GROUPS}
    for group, values in groups.values.items():
        for word, value in values.items():
            table = next((t for t in GROUPS if word in GROUPS[t]), "")
            if table:
                found[table][word] = value
            elif group in (BARE, "dyn_se_inparm"):
                found["dyn_se_inparm"][word] = value  # unknown: refused there
            else:
                to.became.append(Became(group, word, value, IDLE, "of CAM's physics and couplers, which are not run"))
    return Groups(groups.source, {name: values for name, values in found.items() if values})


def _translate_options(words: Words, to: Translation) -> None:
    for table in words.groups.values():
        for word, about in table.items():
            if about.option and word in words:
                to.set(*about.option, words[word])
    for word, option in REMAPPED:
        if word in words:
            name = words.text(word)
            if name.lower() not in REMAPS:
                to.refuse(word, f"asks for {word} = '{name}'", f"pysces has {', '.join(REMAPS)}")
            else:
                to.set("dynamics", option, REMAPS[name.lower()])


def _translate_mesh(words: Words, to: Translation) -> None:
    """se_ne, or se_mesh_file where se_refined_mesh says so; CAM then takes ne as 0."""
    named = words.text("se_mesh_file").lower() not in NO_MESH
    if words["se_refined_mesh"] is True or named:
        if not named:
            return to.refuse(MESH, "has se_refined_mesh and no se_mesh_file", "name the mesh")
        return to.set("grid", "mesh", _beside(words.text("se_mesh_file"), to))
    if words["se_ne"] == 0:
        return to.lack("grid", "ne", "has no se_ne", "give the elements along a cube edge")
    to.set("grid", "ne", words["se_ne"])


def _beside(file: str, to: Translation) -> str:
    return str(Path(to.source).parent / file)


def _translate_time(words: Words, to: Translation) -> None:
    """CAM's physics step in se_nsplit pieces of se_rsplit x se_qsplit dynamics steps."""
    if not (SPLITS & words.given.keys()):
        return
    time = to.table.get("time", {})
    pieces = words.number("se_nsplit") * time.get("rsplit", 3) * time.get("qsplit", 1)
    if pieces < 1:
        return to.refuse(
            "se_nsplit", f"makes {pieces} steps of dtime", "give se_nsplit, se_rsplit and se_qsplit above 0"
        )
    to.set("time", "tstep", words.number("dtime") / pieces)
    if "dtime" not in words:
        to.notes.append("There is no dtime: CAM's physics step is taken to be 1800 s.")
    to.notes.append("CAM's driver says how long it runs, not a namelist: the run takes one day, or --days.")


def _translate_start(words: Words, to: Translation) -> None:
    """An analytic start on the levels of ncdata, or ncdata itself; topography from its file."""
    analytic, ncdata = words.text("analytic_ic_type"), words.text("ncdata")
    if analytic not in ("none", "") and analytic not in ANALYTIC:
        to.refuse("analytic_ic_type", f"asks for analytic_ic_type = '{analytic}'", f"pysces has {', '.join(ANALYTIC)}")
    elif analytic in ANALYTIC:
        name, options = ANALYTIC[analytic]
        to.set("case", "name", name)
        to.set("case", "options", dict(options))
        if ncdata:
            to.set("vertical", "vfile_int", _beside(ncdata, to))
        else:
            to.notes.append("There is no ncdata, from which CAM takes its levels: those of [vertical] name are used.")
    elif ncdata:
        to.set("case", "ncdata", _beside(ncdata, to))
    else:
        to.lack("case", "name", "has neither ncdata nor analytic_ic_type", f"give one of them: {', '.join(ANALYTIC)}")
    if words.text("bnd_topo") and words["use_topo_file"] is not False:
        to.set("case", "topography", _beside(words.text("bnd_topo"), to))


def _translate_physics(words: Words, to: Translation) -> None:
    """The simple packages; a namelist that names none is run without physics."""
    ftype = words["se_ftype"]
    if ftype not in (0, 2):
        to.refuse("se_ftype", f"asks for se_ftype = {ftype}", "pysces has 0 and 2, set one of them")
    if "cam_physpkg" not in words:
        to.notes.append("No cam_physpkg is named: CAM's compset chooses its physics, here there is none.")
        return
    package = words.text("cam_physpkg")
    if package not in PACKAGES:
        what = f"asks for cam_physpkg = '{package}', CAM's own physics"
        return to.refuse(PACKAGE, what, f"pysces has {', '.join(PACKAGES)}")
    if PACKAGES[package] != "none":
        to.set("physics", "suite", PACKAGES[package])
        to.set("physics", "ftype", ftype)
