"""``pysces-verify report FILE... --report DIR``: one page of everything that commands wrote with ``--json``."""

from __future__ import annotations

from pathlib import Path

from ..errors import BadInput
from .material import gather
from .publish import publish


def run(options) -> int:
    """One page of files that --json wrote, known by their content; --ledger L adds them to L and draws R over time."""
    if not options.words:
        raise BadInput("report needs the path of at least one file that --json wrote.")
    return publish(options, gather(map(Path, options.words)), tables=options.all)
