"""Parameters that change nothing in a configuration, by design; all others must act."""

from __future__ import annotations

ANY = "*"
DRY = ("topography", "rest state")  # CAM-SE's wave is moist
NO_EFFECT: set[tuple[str, str, str]] = {
    (ANY, ANY, "latent_heat_fusion"),  # no suite makes ice
    ("theta_l", ANY, "cp_vapor"),  # theta-l's air has the heat capacity of dry air
    ("theta_l", ANY, "R_vapor"),  # water is in the virtual temperature of the start; but see ACTS
    (ANY, ANY, "latent_heat_vaporization"),  # the dynamics condense nothing; but see ACTS
    (ANY, "zero tracers", "tracers"),
    *(("cam_se", dry, name) for dry in DRY for name in ("tracers", "R_vapor", "cp_vapor")),
}
CONDENSING = ("large_scale_condensation", "reed_jablonowski", "kessler_reed_jablonowski")
ACTS: set[tuple[str, str, str]] = {
    *((ANY, suite, "latent_heat_vaporization") for suite in CONDENSING),
    *(("theta_l", suite, "R_vapor") for suite in CONDENSING),
}


def has_no_effect(model: str, configuration: str, parameter: str) -> bool:
    """Whether nothing may come of the parameter there."""
    names = {(m, c, parameter) for m in (model, ANY) for c in (configuration, ANY)}
    return bool(names & NO_EFFECT) and not names & ACTS
