"""``pysces-verify explain``: what a port of a kernel is given and must return."""

from __future__ import annotations

import argparse

from ..errors import BadInput
from ..foreign.explain import explained


def run(options: argparse.Namespace) -> int:
    """Inputs, outputs, axes, units and conventions of a kernel, with a filled example, for the author of a port."""
    if not options.words:
        raise BadInput("explain needs the name of a kernel; pysces-verify list shows them all.")
    for name in options.words:
        for line in explained(name):
            print(line)
    return 0
