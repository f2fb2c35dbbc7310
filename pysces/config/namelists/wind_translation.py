"""A namelist of HOMME with prescribed_wind = 1 as a configuration of prescribed_wind.

HOMME: test_mod:set_prescribed_wind, dcmip12_wrapper, prim_advection_base:euler_step
"""

from __future__ import annotations

from . import homme
from .homme_levels import translate_levels
from .homme_output import translate_output
from .homme_run import in_whole_calls, translate_mesh, translate_restart, translate_time
from .parser import Groups
from .translation import Translation, Words, classified
from .words import Table, acts, acts_on, idle, one_value, words

LIDDED = "hadley"  # the case whose wind means nothing above its levels
CASES = {  # test_case: (ours, its levels, the tracers that it fills)
    "dcmip2012_test1_1": ("deformation", "1_1", 4),
    "dcmip2012_test1_2": ("hadley", "1_2", 2),
    "dcmip2012_test1_3": ("thin_clouds", "1_3", 4),
}
PLANET = 6.37122e6  # m, that HOMME's winds are written for, whatever its mesh
_GIVEN = idle("wind and air are given, and nothing about them is computed")
_OF_AIR = (
    "theta_hydrostatic_mode theta_advect_form pgrad_correction vert_remap_u_alg tstep_type omega",
    "nu_s nu_div nu_top tom_sponge_start hypervis_order hypervis_subcycle moisture",
    "hypervis_subcycle_tom hypervis_scaling laplace_scaling hv_ref_profiles hv_theta_correction",
    "u_perturb se_ftype ftype homme_ftype dcmip16_prec_type dcmip16_pbl_type integration",
    "dcmip2_0_h0 dcmip2_0_rm dcmip2_0_zetam dcmip2_x_ueq dcmip2_x_h0 dcmip2_x_d dcmip2_x_xi",
    "dcmip4_moist dcmip4_x dcmip16_mu dcmip16_mu_s dcmip16_mu_q",
)
CTL: Table = {
    **homme.CTL,
    **words(_GIVEN, *_OF_AIR),
    "prescribed_wind": acts_on("[dynamics] model = prescribed_wind", 0),
    "test_case": acts_on("[case] name, and planet: the radius that HOMME's winds are written for"),
    "qsize": acts_on("[case] qsize", 0),
    "nu": acts_on("[viscosity] nu_q, where nu_p = 0 and nu_q is negative", 7.0e5),
    "nu_p": acts_on("[viscosity] nu_q: 0 leaves it as it is, else tracers are not diffused, as in HOMME", -1),
    "nu_q": acts_on("[viscosity] nu_q, where nu_p = 0", -1),
    "hypervis_subcycle_q": one_value(1, says="tracers diffused once a step"),
    "limiter_option": acts("dynamics", "limiter_option", 0),
    "vert_remap_q_alg": acts("dynamics", "vert_remap_q_alg", 0),
}
GROUPS = homme.GROUPS | {"ctl_nl": CTL}


def is_given_wind(groups: Groups) -> bool:
    """Whether the test case is one of those whose wind is given."""
    name = groups.values.get("ctl_nl", {}).get("test_case")
    return isinstance(name, str) and name.strip() in CASES


def translate_wind(groups: Groups) -> Translation:
    """What such a namelist asks for, of theta-l or of preqx, which carry tracers alike."""
    to = Translation(groups.source, "prescribed_wind", notes=list(groups.notes))
    to.set("dynamics", "model", "prescribed_wind")
    tables = {g: t for g, t in GROUPS.items() if g not in groups.values or g not in homme.UNREAD}
    with to.refusing():
        known = classified(groups, tables, to)
        for word in ("limiter_option", "vert_remap_q_alg"):
            to.set("dynamics", word, known[word])
        translate_mesh(known, to)
        if "rearth" in known:
            to.set("grid", "rearth", known["rearth"])
        translate_time(known, to)
        _remap_every_step(known, to)
        in_whole_calls(to)
        _translate_case(known, to)
        _translate_diffusion(known, to)
        translate_restart(known, to)
        translate_output(known, to)
    return to


def _remap_every_step(known: Words, to: Translation) -> None:
    """Layers float always; where HOMME keeps them fixed they are remapped after every tracer step."""
    time = to.table.get("time", {})
    if time.get("rsplit") == 0:
        time["rsplit"] = 1


def _translate_case(known: Words, to: Translation) -> None:
    ours, levels, filled = CASES[known.text("test_case")]
    if known["prescribed_wind"] != 1:
        what = f"has test_case = '{known.text('test_case')}' with prescribed_wind = {known['prescribed_wind']}"
        return to.refuse(homme.GIVEN_WIND, what, "pysces has this case with its wind given, set prescribed_wind to 1")
    number = int(known.number("qsize"))
    if not 1 <= number <= filled:
        what = f"has qsize = {number}: {filled} tracers are known in {known.text('test_case')}"
        return to.refuse("qsize", what, f"set qsize to a number from 1 to {filled}")
    to.set("case", "name", ours)
    to.set("case", "qsize", number)
    to.set("case", "planet", PLANET)
    to.notes.append("HOMME gives the vertical wind too; here it is what continuity makes of the horizontal one.")
    translate_levels(known, to, levels)
    if ours == LIDDED and known["vanalytic"] != 1:
        what = f"has levels of a file for {known.text('test_case')}, whose wind ends at 12 km"
        to.refuse("levels", what, "set vanalytic = 1: HOMME makes the levels of this case itself")


def _translate_diffusion(known: Words, to: Translation) -> None:
    """HOMME diffuses tracers by what its dynamics diffused of the layers, and with nu_p = 0 by themselves."""
    nu_q = known.number("nu_q") if known.number("nu_q") >= 0 else known.number("nu")
    if known.number("nu_p") == 0 and nu_q > 0:
        to.set("viscosity", "nu_q", float(nu_q))
