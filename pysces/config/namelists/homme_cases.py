"""HOMME's test cases by name: what they are here, or which one thing is missing.

HOMME: test_mod, dcmip12_wrapper, dcmip16_wrapper, baroclinic_inst_mod, held_suarez_mod
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from .homme import GIVEN_WIND, OLDER, PHYSICS_GRID, PLANE, SHALLOW
from .translation import Translation, Words


@dataclass(frozen=True)
class HommeCase:
    """One test case.

    ours : its name here.   options : {option of the case: word}.   fixed : options that HOMME gives it always.
    levels : the test whose levels it can make, for vanalytic = 1.   least : tracers without which HOMME stops.
    most, why : tracers whose contents are known, and the reason for no more.   vapor : the first one may be water.
    forced : by DCMIP's physics.
    """

    ours: str
    options: dict[str, str] = field(default_factory=dict)
    fixed: dict[str, Any] = field(default_factory=dict)
    levels: str = ""
    suite: str = "none"
    least: int = 0
    most: int = 100
    why: str = "pysces does not know what HOMME fills them with"
    vapor: bool = False
    forced: bool = False


_WAVE = {"speed": "dcmip2_x_ueq", "height": "dcmip2_x_h0", "half_width": "dcmip2_x_d", "wavelength": "dcmip2_x_xi"}
_MOUNTAIN = {"height": "dcmip2_0_h0", "outer_radius": "dcmip2_0_rm", "half_width": "dcmip2_0_zetam"}
CASES = {
    "jw_baroclinic": HommeCase("jablonowski_williamson", {"perturbation": "u_perturb"}),
    "held_suarez0": HommeCase(
        *("held_suarez", {}, {"temperature": 300.0, "ripple": 0.0}),
        suite="held_suarez",
        most=0,
        why="HOMME's forcing adds vapor at the ground and lets it rain there; that of pysces does not",
    ),
    "dcmip2012_test2_0": HommeCase("rest_over_mountain", _MOUNTAIN, {"as_homme": True}, "2_0", most=1),
    "dcmip2012_test2_1": HommeCase("schaer_waves", _WAVE, {"sheared": False}, "2_1", "schaer_sponge", most=1),
    "dcmip2012_test2_2": HommeCase("schaer_waves", _WAVE, {"sheared": True}, "2_2", "schaer_sponge", most=1),
    "mtest1": HommeCase("klemp_waves", {}, {"ridge": True}, "klemp_ridge", "klemp_ridge_sponge", most=0),
    "mtest2": HommeCase("klemp_waves", {}, {"sheared": False}, "klemp", "klemp_sponge", most=0),
    "mtest3": HommeCase("klemp_waves", {}, {"sheared": True}, "klemp", "klemp_sponge", most=0),
    "dcmip2012_test3": HommeCase("gravity_wave", levels="3", most=1),
    "dcmip2012_test4": HommeCase("jablonowski_williamson_vapor", levels="4"),
    "dcmip2016_test1": HommeCase("baroclinic_wave", least=6, vapor=True, forced=True),
    "dcmip2016_test2": HommeCase("tropical_cyclone", least=3, vapor=True, forced=True),
    "dcmip2016_test3": HommeCase("supercell", levels="supercell", suite="kessler", least=3, vapor=True),
}
_SPECIAL_WORDS = {  # words that one case alone reads
    "u_perturb": ("jw_baroclinic",),
    **dict.fromkeys(_MOUNTAIN.values(), ("dcmip2012_test2_0",)),
    **dict.fromkeys(_WAVE.values(), ("dcmip2012_test2_1", "dcmip2012_test2_2")),
    **dict.fromkeys(("dcmip4_moist", "dcmip4_x"), ("dcmip2012_test4",)),
    **dict.fromkeys(("dcmip16_prec_type", "dcmip16_pbl_type"), ("dcmip2016_test1", "dcmip2016_test2")),
}
MISSING = (  # names of HOMME's other cases, what they need, and what to do
    (r"planar_.*", PLANE, "it is on a plane, and theta_l runs on spheres"),
    (r"sj1", SHALLOW, "it is of the shallow-water model, where it is called swsj1"),
    (r"dcmip2016_test1_pg\d", PHYSICS_GRID, "its physics is on a grid of its own, which pysces does not have"),
    (
        r"dcmip2012_test1_.*|asp_tracer",
        GIVEN_WIND,
        "pysces does not have this given wind, only dcmip2012_test1_1 to 1_3",
    ),
    (r"baroclinic|asp_.*", OLDER, "pysces does not have this older case of HOMME's preqx"),
)


def translate_case(words: Words, to: Translation) -> HommeCase | None:
    """[case], [physics] and the planet; None, and a refusal, where the case is not there."""
    if "test_case" not in words:
        to.lack("case", "name", "has no test_case", f"name one of {', '.join(CASES)}")
        return None
    name = words.text("test_case")
    case = CASES.get(name)
    if case is None:
        _refuse_case(name, to)
        return None
    to.set("case", "name", case.ours)
    options = {option: float(words.number(w)) for option, w in case.options.items() if words[w] is not None}
    to.set("case", "options", case.fixed | options)
    _say_words_of_other_cases(name, words, to)
    if name == "dcmip2012_test4":
        _translate_test4(words, to)
    _translate_tracers(name, case, words, to)
    _translate_physics(name, case, words, to)
    return case


def _refuse_case(name: str, to: Translation) -> None:
    for pattern, cause, why in MISSING:
        if re.fullmatch(pattern, name):
            return to.refuse(cause, f"asks for test_case = '{name}': {why}", f"it has {', '.join(CASES)}")
    to.refuse(
        "test_case", f"asks for test_case = '{name}', which HOMME does not have", f"name one of {', '.join(CASES)}"
    )


def _say_words_of_other_cases(name: str, words: Words, to: Translation) -> None:
    for word, readers in _SPECIAL_WORDS.items():
        if word in words and name not in readers:
            to.became_idle(word, f"read for {' and '.join(readers)} alone")


def _translate_test4(words: Words, to: Translation) -> None:
    """The planet is smaller by dcmip4_X and turns faster by it, beside rearth and omega."""
    size = words.number("dcmip4_x")
    grid = to.table.get("grid", {})
    to.table["case"]["options"]["moist"] = words.number("dcmip4_moist") == 1
    if "rearth" in grid and words.number("qsize") > VORTICITY:
        to.notes.append("The tracer of vorticity uses the planet's radius; HOMME's uses dcmip4_X, not rearth.")
    if size != 1.0:
        to.set("grid", "rearth", grid.get("rearth", RADIUS) / size)
        to.set("grid", "omega", grid.get("omega", OMEGA) * size)


def _translate_tracers(name: str, case: HommeCase, words: Words, to: Translation) -> None:
    """qsize tracers with the case's own contents; the first is water where moisture says so."""
    number, wet = int(words.number("qsize")), words.text("moisture") != "dry"
    if number < case.least:
        to.notes.append(f"HOMME itself stops in {name} with fewer than {case.least} tracers; here they are {number}.")
    if number > case.most:
        return to.refuse("qsize", f"has qsize = {number} in {name}: {case.why}", f"set qsize to {case.most}")
    to.set("case", "tracers", number > 0)
    if not number:
        _leave_out_tracers(to)
    if number:
        to.set("case", "qsize", number)
        to.set("case", "moisture", wet and case.vapor)
    if name == "dcmip2016_test1":
        to.table["case"]["options"]["moist"] = wet and number > 0
    if name == "jw_baroclinic" and number == 10 and wet:
        to.notes.append(
            "HOMME makes the first of ten tracers a hundredth of the others with this moisture; here it is one."
        )
    if "moisture" in words and not (number and case.vapor):
        to.became_idle("moisture", "the air of this case has no vapor")


def _leave_out_tracers(to: Translation) -> None:
    """Options of tracers do nothing without any."""
    for section, option in OF_TRACERS:
        to.table.get(section, {}).pop(option, None)
        to.became_idle(option, "of tracers, and qsize = 0 carries none")


def _translate_physics(name: str, case: HommeCase, words: Words, to: Translation) -> None:
    """The suite of the case, and when it is applied."""
    ftype = next((words[w] for w in FTYPES if w in words), 0)
    given = [w for w in FTYPES if w in words]
    chlorine = name == "dcmip2016_test1" and words.number("qsize") > CL2
    suite = "none" if ftype == -1 else _dcmip2016(name, words, to) if case.forced else case.suite
    if ftype == -1 or (suite == "none" and not chlorine):
        for word in given:
            to.became_idle(word, "nothing forces this run")
        return
    water = WATER.get(suite, 0)
    if words.number("qsize") < water:
        what = f"has qsize = {words['qsize']} in {name}, whose rain takes {water} tracers"
        return to.refuse("qsize", what, f"set qsize to {water} or more")
    to.set("physics", "suite", suite)
    to.set("physics", "ftype", ftype)
    if chlorine:
        to.set("physics", "chemistry", "terminator")


SUITES: dict[tuple[int, int], str] = {  # (dcmip16_prec_type, dcmip16_pbl_type)
    (-1, -1): "none",
    (0, -1): "kessler",
    (1, -1): "large_scale_condensation",
    (1, 0): "reed_jablonowski",
    (0, 0): "kessler_reed_jablonowski",
}


WATER = {  # how many tracers the water of a suite is
    "kessler": 3,
    "large_scale_condensation": 1,
    "reed_jablonowski": 1,
    "kessler_reed_jablonowski": 3,
}


def _dcmip2016(name: str, words: Words, to: Translation) -> str:
    """The suite that rain and boundary layer make."""
    rain, layer = words["dcmip16_prec_type"], words["dcmip16_pbl_type"]
    if (rain, layer) not in SUITES or (layer == 0 and name == "dcmip2016_test1"):
        what = f"asks for dcmip16_prec_type = {rain} with dcmip16_pbl_type = {layer} in {name}"
        pairs = ", ".join(map(str, SUITES))
        to.refuse("dcmip16_pbl_type", what, f"pysces has the pairs {pairs}, with pbl_type -1 only in dcmip2016_test1")
        return "none"
    return SUITES[rain, layer]


OF_TRACERS = (("viscosity", "nu_q"), ("viscosity", "hypervis_subcycle_q"), ("dynamics", "limiter_option"))
FTYPES = ("se_ftype", "homme_ftype", "ftype")  # the word of today first
CL2 = 4  # the tracer, counted from 0, that is the last one of the toy chemistry
VORTICITY = 2  # the tracer of dcmip2012_test4, counted from 0, that grows as the planet shrinks
RADIUS, OMEGA = 6.376e6, 7.292e-5  # HOMME's own, which dcmip4_X divides and multiplies
