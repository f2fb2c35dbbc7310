"""The models by name. To register one, add its line; nothing else needs to know of it.

A model's package is imported when somebody asks for it, so that configurations can name models without loading them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .model import Model

MODELS = {  # name in [dynamics] model: module (of this package, after a dot) and object, a models.model.Model
    "theta_l": ".theta_l.setup:THETA_L",
    "cam_se": ".cam_se.setup:CAM_SE",
    "shallow_water": ".shallow_water.setup:SHALLOW_WATER",
    "prescribed_wind": ".prescribed_wind.setup:PRESCRIBED_WIND",
    "layer_advection": ".layer_advection.setup:LAYER_ADVECTION",
}


def find_model(name: str) -> Model:
    """The model of that name; one that is not in MODELS is refused."""
    if name not in MODELS:
        raise ValueError(f"[dynamics] model must be one of {', '.join(MODELS)}, found {name!r}.")
    module, _, attribute = MODELS[name].partition(":")
    return getattr(importlib.import_module(module, __package__), attribute)
