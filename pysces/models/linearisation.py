"""The option that says how limiters are differentiated, for every model that has limiters of a remap."""

from __future__ import annotations

from typing import Any

from ..config.section import option
from ..vertical.remap.linearisation import LINEARISATIONS


def remap_linearisation() -> Any:
    """The field of a model's [dynamics]."""
    return option("exact", "how limiters of remap and tracers are differentiated (jax)", choices=LINEARISATIONS)


def linearisation_notes(config: Any) -> list[str]:
    """A sentence where there is nothing to differentiate."""
    if config.backend.name == "jax" or not config.dynamics.changed("remap_linearisation"):
        return []
    return ["[dynamics] remap_linearisation is for gradients, and backend numpy takes none; use backend jax."]
