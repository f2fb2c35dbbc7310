"""The one configuration of a command that runs in this process beside the Fortran of its precision."""

from __future__ import annotations

import os

from ..errors import BadInput
from .configurations import FORTRAN, Configuration, configuration


def one_side(command: str, names: list[str] | None) -> Configuration:
    """The configuration of --config, or NumPy; its flags are set before jax wakes up."""
    names = names or ["numpy-f64"]
    if len(names) > 1:
        raise BadInput(
            f"{command} takes one configuration at a time, found {', '.join(names)}; name one with --config."
        )
    side = configuration(names[0])
    if side.side == "fortran":
        raise BadInput(f"{side.name} is the reference of {command}; name a configuration of pysces with --config.")
    if side.ranks > 1 or side.processes > 1:
        serial = f"take {side.serial}, whose bits it has"
        raise BadInput(f"{command} runs in one process and {side.name} in several: {serial}.")
    for one in (side, FORTRAN[side.fortran]):
        if reason := one.missing():
            raise BadInput(f"{command} cannot run {one.name}: {reason}.")
    os.environ.update(side.environment)
    return side
