"""Parameters that change nothing in a configuration, by design; all others must act."""

from __future__ import annotations

ANY = "*"
DRY = ("topography", "rest state")  # CAM-SE's wave is moist
Entry = tuple[str, str, str]  # model, configuration, parameter
NEVER: set[Entry] = {  # from whatever state
    (ANY, ANY, "latent_heat_fusion"),  # no suite makes ice
    ("theta_l", ANY, "cp_vapor"),  # theta-l's air has the heat capacity of dry air
    ("theta_l", ANY, "R_vapor"),  # water is in the virtual temperature of the start; but see ACTS
    (ANY, ANY, "latent_heat_vaporization"),  # the dynamics condense nothing; but see ACTS
}
NOT_FROM_THE_START: set[Entry] = {  # which has no water; the second state, off the kinks, has some
    (ANY, "zero tracers", "tracers"),
    *(("cam_se", dry, name) for dry in DRY for name in ("tracers", "R_vapor", "cp_vapor")),
}
CONDENSING = ("large_scale_condensation", "reed_jablonowski", "kessler_reed_jablonowski")
ACTS: set[Entry] = {
    *((ANY, suite, "latent_heat_vaporization") for suite in CONDENSING),
    *(("theta_l", suite, "R_vapor") for suite in CONDENSING),
}


def never_acts(model: str, configuration: str, parameter: str) -> bool:
    """Whether nothing may come of the parameter there, from any state."""
    names = _names(model, configuration, parameter)
    return bool(names & NEVER) and not names & ACTS


def acts_later(model: str, configuration: str, parameter: str) -> bool:
    """Whether nothing may come of the parameter from the run's own start, and something must from the second state."""
    return bool(_names(model, configuration, parameter) & NOT_FROM_THE_START)


def _names(model: str, configuration: str, parameter: str) -> set[Entry]:
    return {(m, c, parameter) for m in (model, ANY) for c in (configuration, ANY)}
