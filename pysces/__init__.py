"""Spectral-element atmospheric dynamical cores, verified against Fortran and differentiable.

>>> from pysces import homme, march, simulation
>>> run = simulation(homme(ne=2, ndays=0.25, every_hours=6.0, case="solid_body_rotation"))
>>> moments = list(march(run))

Names below are loaded when they are first used: importing pysces needs numpy alone, and reads no file.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .arrays.backend import Backend as Backend
    from .config.presets import cam_se as cam_se
    from .config.presets import homme as homme
    from .config.presets import preset as preset
    from .config.presets import read_toml as read_toml
    from .driver.session import run_with_output as run_with_output
    from .driver.simulation import march as march
    from .driver.simulation import simulation as simulation
    from .dycore.dycore import Dycore as Dycore
    from .dycore.dycore import ModelState as ModelState

_HOMES = {
    "Backend": "arrays.backend",
    "Dycore": "dycore.dycore",
    "ModelState": "dycore.dycore",
    "cam_se": "config.presets",
    "homme": "config.presets",
    "march": "driver.simulation",
    "preset": "config.presets",
    "read_toml": "config.presets",
    "run_with_output": "driver.session",
    "simulation": "driver.simulation",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return importlib.import_module(".version", __name__).version()
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
