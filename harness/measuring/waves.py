"""The baroclinic wave in the forms whose speed is followed, set up as a user's run is."""

from __future__ import annotations

from typing import Any

SINGLE = ("hydrostatic",)  # timed in single precision too
RUNS: dict[str, tuple[str, dict[str, dict]]] = {
    "hydrostatic": ("theta_l", {}),
    "hydrostatic, 4 tracers": ("theta_l", {"case": {"tracers": True, "qsize": 4}}),
    "hydrostatic, 10 tracers": ("theta_l", {"case": {"tracers": True, "qsize": 10}}),
    "nonhydrostatic": ("theta_l", {"dynamics": {"theta_hydrostatic_mode": False}, "time": {"tstep_type": 9}}),
    "cam_se, 3 subcycles": ("cam_se", {"viscosity": {"hypervis_subcycle": 3}}),
}


def wave(name: str, ne: int) -> tuple[Any, Any]:
    """One of RUNS on ne, two hyperviscosity subcycles unless RUNS says other: (dycore, state) on NumPy."""
    from pysces.config.presets import preset
    from pysces.models.registry import find_model

    model, tables = RUNS[name]
    config = preset(model).with_options(ne=ne, tstep=min(600.0, 9000.0 / ne), hypervis_subcycle=2, rsplit=3)
    made = find_model(model).setup(config.with_table(tables))
    return made.dycore, made.state
