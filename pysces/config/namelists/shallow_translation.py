"""A namelist of HOMME's shallow-water model (sweqx) as a configuration of shallow_water.

HOMME: sweqx, namelist_mod
"""

from __future__ import annotations

import re

from . import homme
from .homme_output import translate_output
from .homme_run import in_whole_calls, translate_mesh, translate_restart, translate_time
from .parser import Groups
from .translation import Translation, Words, classified
from .words import Table, acts, acts_on, idle, one_value, words

CASES = {
    "swtc1": "williamson1",
    "swtc2": "williamson2",
    "swtc5": "williamson5",
    "swtc6": "williamson6",
    "swsj1": "galewsky",
    "planar_dbl_vrtx": "double_vortex",
}
ON_PLANES = ("planar_dbl_vrtx",)
DOUBLE_VORTEX = {"lx": 5.0e6, "ly": 5.0e6, "fcor": 6.147e-5}  # m and s-1: HOMME's, where no lx and ly are said
SHALLOW_NAME = re.compile(r"sw.*|vortex|swirl|planar_dbl_vrtx")
LEAPFROG = "explicit"
_AIR = idle("of models of air, which have levels")
_OF_AIR = (
    "theta_hydrostatic_mode theta_advect_form pgrad_correction vert_remap_q_alg vert_remap_u_alg",
    "nu_p nu_top tom_sponge_start hypervis_subcycle_tom laplace_scaling hv_ref_profiles",
    "hv_theta_correction se_ftype ftype homme_ftype dcmip16_prec_type dcmip16_pbl_type",
    "moisture u_perturb hypervis_subcycle_q nu_q",
)
_READ_ELSEWHERE = (
    "dcmip2_0_h0 dcmip2_0_rm dcmip2_0_zetam dcmip2_x_ueq dcmip2_x_h0 dcmip2_x_d dcmip2_x_xi",
    "dcmip4_moist dcmip4_x",
)
CTL: Table = {
    **homme.CTL,
    **words(_AIR, *_OF_AIR, *_READ_ELSEWHERE),
    "topology": acts_on("[grid] geometry, which is the plane for 'plane'", "cube"),
    "geometry": acts_on("[grid] geometry", "sphere"),
    "ne_x": acts_on("[grid] ne_x", 0),
    "ne_y": acts_on("[grid] ne_y", 0),
    "lx": acts_on("[grid] lx, of a plane", 0.0),
    "ly": acts_on("[grid] ly, of a plane", 0.0),
    **words(one_value(0, says="planes whose corner is the origin"), "sx", "sy"),
    "planar_slice": one_value(False, says="planes that are as long as ly says"),
    "integration": acts_on("[time] integration", LEAPFROG),
    "tstep_type": idle("of theta-l's schemes; integration says those of sweqx"),
    "lftfreq": acts_on("[time] lftfreq, of integration = 'explicit'", 0),
    "smooth": acts_on("[time] smooth, of integration = 'explicit' with lftfreq = 0", 0.05),
    "rk_stage_user": acts_on("[time] rk_stage_user, of integration = 'runge_kutta'", 0),
    "nu_s": acts("viscosity", "nu_s", -1.0),
    "sub_case": one_value(1, says="the first form of every case"),
    "hypervis_order": acts("viscosity", "hypervis_order", 0),
    "hypervis_subcycle": acts("viscosity", "hypervis_subcycle", 1),
    "hypervis_scaling": acts("viscosity", "hypervis_scaling", 0.0),
    "limiter_option": acts_on("[dynamics] positive_thickness, of integration = 'runge_kutta'", 0),
    "prescribed_wind": idle("the case says whether its wind is given"),
    "qsize": idle("sweqx carries tracers as layers of its own"),
}
GROUPS = homme.GROUPS | {"ctl_nl": CTL}


def is_shallow(groups: Groups) -> bool:
    """Whether the test case is one of the shallow-water model."""
    name = groups.values.get("ctl_nl", {}).get("test_case")
    return isinstance(name, str) and bool(SHALLOW_NAME.fullmatch(name.strip()))


def translate_shallow(groups: Groups) -> Translation:
    """What a namelist of sweqx asks for."""
    to = Translation(groups.source, "shallow_water", notes=list(groups.notes))
    to.set("dynamics", "model", "shallow_water")
    tables = {name: table for name, table in GROUPS.items() if name != "vert_nl"}
    with to.refusing():
        known = classified(groups, tables, to)
        for word in ("hypervis_order", "hypervis_subcycle", "hypervis_scaling"):
            if known["hypervis_order"] or word in known or word == "hypervis_order":
                to.set("viscosity", word, known[word])
        if "plane" in (known.text("topology"), known.text("geometry")):
            _translate_plane(known, to)
        else:
            translate_mesh(known, to)
        translate_time(known, to)
        _translate_viscosity(known, to)
        _keep_what_there_is(known, to)
        in_whole_calls(to)
        _translate_scheme(known, to)
        _translate_limiter(known, to)
        translate_restart(known, to)
        _translate_case(known, to)
        translate_output(known, to)
    return to


def _translate_plane(known: Words, to: Translation) -> None:
    """A doubly periodic plane, of the size of HOMME's case where none is said."""
    for word, other in (("topology", "geometry"), ("geometry", "topology")):
        if known.text(word) != "plane":
            return to.refuse(word, f"has {other} = 'plane' and {word} = '{known.text(word)}'", "set both to 'plane'")
    to.table["grid"] = {"geometry": "plane", "ne_x": known["ne_x"], "ne_y": known["ne_y"], **DOUBLE_VORTEX}
    if known.number("lx") or known.number("ly"):
        to.table["grid"] |= {"lx": known.number("lx"), "ly": known.number("ly")}


def _translate_viscosity(known: Words, to: Translation) -> None:
    """A negative coefficient is nu; without an order there is none, whatever nu says."""
    if known["hypervis_order"] or "nu" in known:
        to.set("viscosity", "nu", known.number("nu"))
    for word in ("nu_s", "nu_div"):
        to.set("viscosity", word, max(known.number(word), -1))


def _keep_what_there_is(known: Words, to: Translation) -> None:
    """sweqx has the gnomonic map where none is said, no splits, and one layer."""
    if "ne" in to.table.get("grid", {}) and known["cubed_sphere_map"] == -1:
        to.set("grid", "cubed_sphere_map", 0)
    for word in ("rearth", "omega"):
        if word in known and to.table.get("grid", {}).get("geometry") != "plane":
            to.set("grid", word, known[word])
    for option in ("qsplit", "rsplit"):
        to.table.get("time", {}).pop(option, None)
    for word in ("qsplit", "rsplit", "dt_remap_factor", "dt_tracer_factor"):
        to.became_idle(word, "of models of air, which carry tracers and remap")


def _translate_scheme(known: Words, to: Translation) -> None:
    """Leapfrogs or Runge-Kutta; HOMME's implicit schemes are not there."""
    scheme = known.text("integration")
    if scheme not in (LEAPFROG, "runge_kutta"):
        what = f"asks for integration = '{scheme}'"
        return to.refuse(homme.IMPLICIT, what, "pysces has explicit and runge_kutta for shallow water")
    to.set("time", "integration", scheme)
    if scheme == "runge_kutta":
        to.set("time", "rk_stage_user", known["rk_stage_user"])
        return
    to.set("time", "lftfreq", known["lftfreq"])
    if known["lftfreq"] == 0:
        to.set("time", "smooth", known.number("smooth"))


def _translate_limiter(known: Words, to: Translation) -> None:
    """HOMME limits what is carried less a constant, which is none in swtc1 alone; no other limiter is without tracers.

    HOMME: sweqx/advance_mod (advance_nonstag_rk), shallow_water_mod (tc1_init_pmean)
    """
    found, name = known["limiter_option"], known.text("test_case")
    if found == 0:
        return
    if found != 4:
        return to.refuse("limiter_option", f"asks for limiter_option = {found!r}", "sweqx has 0 and 4 without tracers")
    if known.text("integration") != "runge_kutta":
        return to.became_idle("limiter_option", "of stages of integration = 'runge_kutta'")
    if name != "swtc1":
        what = f"has limiter_option = 4 in {name}, where HOMME limits the thickness less its mean"
        return to.refuse("limiter_option", what, "set it to 0; pysces limits whole thickness, as swtc1 has it")
    to.set("dynamics", "positive_thickness", True)


def _translate_case(known: Words, to: Translation) -> None:
    name = known.text("test_case")
    if name not in CASES:
        return to.refuse("test_case", f"asks for test_case = '{name}'", f"pysces has {', '.join(CASES)} of sweqx")
    on_plane = to.table.get("grid", {}).get("geometry") == "plane"
    if on_plane != (name in ON_PLANES):
        where, other = ("a plane", "sphere") if on_plane else ("a sphere", "plane")
        return to.refuse("test_case", f"puts test_case = '{name}' on {where}", f"it is a case of a {other}")
    to.set("case", "name", CASES[name])
