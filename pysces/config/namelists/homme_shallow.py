"""A namelist of HOMME's sweqx as a configuration of shallow water.

HOMME: namelist_mod, control_mod, sweqx/sweq_mod
"""

from __future__ import annotations

from .homme import GROUPS, IMPLICIT, UNREAD
from .homme_output import translate_output
from .homme_run import translate_mesh, translate_options, translate_restart, translate_time
from .parser import Groups
from .translation import Translation, Words, classified
from .words import Table, acts, acts_on, idle, one_value

CASES = {
    "swtc1": "williamson1",
    "swtc2": "williamson2",
    "swtc5": "williamson5",
    "swtc6": "williamson6",
    "swsj1": "galewsky",
    "sj1": "galewsky",
}
_ELSEWHERE = idle("of models with levels; shallow water has none")
_ACTS: Table = {
    "cubed_sphere_map": acts_on("[grid] cubed_sphere_map", 0),
    "integration": one_value("explicit", "runge_kutta", says="explicit stepping", cause=IMPLICIT),
    "lftfreq": acts_on("[time] lftfreq", 0),
    "smooth": acts_on("[time] smooth", 0.05),
    "rk_stage_user": acts_on("[time] rk_stage_user", 0),
    "nu": acts_on("[viscosity] nu", 7.0e5),
    "nu_s": acts_on("[viscosity] nu_s", -1),
    "nu_div": acts_on("[viscosity] nu_div", -1),
    "hypervis_order": acts("viscosity", "hypervis_order", 0),
    "hypervis_subcycle": acts_on("[viscosity] hypervis_subcycle", 1),
    "hypervis_scaling": acts("viscosity", "hypervis_scaling", 0.0),
    "limiter_option": one_value(0, says="thickness without a limiter"),
    "kmass": one_value(-1, says="one layer, no tracers among levels"),
    "sub_case": one_value(1, says="the first form of every case"),
}
_KEPT = (
    *("ne", "mesh_file", "rearth", "omega", "topology", "geometry", "rotate_grid", "fine_ne", "ne_x", "ne_y"),
    *("tstep", "ndays", "nmax", "runtype", "restartfile", "restartfreq", "restartdir", "test_case", "hypervis_power"),
    *("statefreq", "disable_diagnostics", "nthreads", "partmethod", "tasknum", "numnodes", "multilevel"),
)


def is_shallow(groups: Groups) -> bool:
    """Whether a namelist is of sweqx: its test case says so."""
    case = groups.values.get("ctl_nl", {}).get("test_case", "")
    return isinstance(case, str) and case.strip() in CASES


def translate_shallow(groups: Groups) -> Translation:
    """What a namelist of sweqx asks for."""
    to = Translation(groups.source, "shallow_water", notes=list(groups.notes))
    tables = GROUPS | {name: {} for name in groups.values if name not in GROUPS or name in UNREAD}
    tables |= {"ctl_nl": _control(), "vert_nl": dict.fromkeys(GROUPS["vert_nl"], _ELSEWHERE)}
    try:
        words = classified(groups, {g: t for g, t in tables.items() if t}, to)
        to.set("dynamics", "model", to.model)
        to.set("case", "name", CASES[words.text("test_case")])
        translate_options(words, to)
        translate_mesh(words, to)
        translate_time(words, to)
        _translate_scheme(words, to)
        _translate_viscosity(words, to)
        translate_restart(words, to)
        translate_output(words, to)
    except ValueError as error:
        sentence = str(error)
        placed = sentence if groups.source in sentence else f"Namelist {groups.source}: {sentence}"
        to.refusals.setdefault("value", placed)
    return to


def _control() -> Table:
    """ctl_nl, with theta-l's words idle and sweqx' own acting."""
    theirs = GROUPS["ctl_nl"]
    return {**dict.fromkeys(theirs, _ELSEWHERE), **{word: theirs[word] for word in _KEPT}, **_ACTS}


def _translate_scheme(words: Words, to: Translation) -> None:
    for word in ("qsplit", "rsplit"):  # of theta-l's calls
        to.table["time"].pop(word, None)
    integration = words.text("integration") if "integration" in words else "explicit"
    to.set("time", "integration", integration)
    if integration == "runge_kutta":
        stages = int(words.number("rk_stage_user"))
        if stages < 2:
            to.refuse("rk_stage_user", f"has rk_stage_user = {stages}", "give the stages of 'runge_kutta', at least 2")
        to.set("time", "rk_stage_user", stages)
        for word in ("lftfreq", "smooth"):
            to.became_idle(word, "of integration = 'explicit'")
        return
    to.became_idle("rk_stage_user", "of integration = 'runge_kutta'")
    frequency, smooth = int(words.number("lftfreq")), float(words.number("smooth"))
    if frequency and smooth:
        what = f"has smooth = {smooth:g} with LFTfreq = {frequency}, with which HOMME stops"
        to.refuse("smooth", what, "set one of them to 0")
    to.set("time", "lftfreq", frequency)
    if smooth:
        to.set("time", "smooth", smooth)


def _translate_viscosity(words: Words, to: Translation) -> None:
    """A negative coefficient is nu; the stages of 'runge_kutta' have no substeps."""
    if not words["hypervis_order"]:
        for word in ("nu", "nu_s", "nu_div", "hypervis_subcycle", "hypervis_scaling"):
            to.became_idle(word, "of viscosity, and hypervis_order = 0 leaves it out")
        to.table.get("viscosity", {}).pop("hypervis_scaling", None)
        return
    to.set("viscosity", "nu", words.number("nu"))
    for word in ("nu_s", "nu_div"):
        to.set("viscosity", word, max(words.number(word), -1))
    if to.table["time"]["integration"] == "explicit":
        to.set("viscosity", "hypervis_subcycle", words["hypervis_subcycle"])
