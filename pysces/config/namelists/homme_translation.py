"""A HOMME namelist as a configuration of theta_l."""

from __future__ import annotations

from .homme import (
    EQUATIONS,
    GIVEN_WIND,
    GROUPS,
    IMPLICIT,
    MESH,
    OLDER,
    PHYSICS_GRID,
    PLANE,
    SEMI_LAGRANGIAN,
    SHALLOW,
    TOOL,
    UNREAD,
)
from .homme_cases import translate_case
from .homme_levels import translate_levels
from .homme_output import translate_output
from .homme_run import (
    in_whole_calls,
    translate_equations,
    translate_mesh,
    translate_options,
    translate_restart,
    translate_time,
    translate_topography,
    translate_viscosity,
)
from .parser import Groups
from .translation import Translation, classified

FOLLOW: dict[str, tuple] = {
    TOOL: (),
    SHALLOW: (),
    PLANE: (MESH,),
}  # (): all
RANK = (TOOL, SHALLOW, PLANE, OLDER, EQUATIONS, GIVEN_WIND, SEMI_LAGRANGIAN, IMPLICIT, PHYSICS_GRID)


def translate_homme(groups: Groups, as_theta_l: bool = False) -> Translation:
    """What a namelist of HOMME asks for.

    as_theta_l : one of HOMME's preqx, which has no theta_hydrostatic_mode, is taken as one of theta-l.
    """
    to = Translation(groups.source, "theta_l", notes=list(groups.notes))
    tables = GROUPS | {name: {} for name in groups.values if name not in GROUPS or name in UNREAD}
    with to.refusing():
        words = classified(groups, {g: t for g, t in tables.items() if t}, to)
        translate_options(words, to)
        translate_mesh(words, to)
        translate_time(words, to)
        in_whole_calls(to)
        translate_viscosity(words, to)
        translate_equations(words, to, as_theta_l)
        translate_restart(words, to)
        case = translate_case(words, to)
        if case is not None or "test_case" not in words:
            translate_levels(words, to, case.levels if case else "")
        translate_output(words, to)
        translate_topography(words, to)
    to.refusals = main_causes(to.refusals)
    return to


def main_causes(refusals: dict[str, str]) -> dict[str, str]:
    """Refusals in the order of their weight, without those that follow from another one."""
    for cause, follow in FOLLOW.items():
        if cause in refusals:
            refusals = {c: s for c, s in refusals.items() if c == cause or (follow and c not in follow)}
    return dict(sorted(refusals.items(), key=lambda r: RANK.index(r[0]) if r[0] in RANK else len(RANK)))
