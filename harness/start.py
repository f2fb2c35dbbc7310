"""Where the command ``pysces-verify`` begins: without a library that it needs it says so in one sentence."""

from __future__ import annotations

import sys
from collections.abc import Sequence

BAD_INPUT = 2
OURS = ("pysces", "pysces_dycore", "pysces_harness", "pysces_reference")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line (cli.py); exit status 2 where a library is missing."""
    try:
        from .cli import main as run
    except ModuleNotFoundError as error:
        missing = str(error.name)
        if missing.partition(".")[0] in OURS:
            raise
        said = f"{missing} is not installed; pip install '.[verify]' in a copy of pysces installs all that is needed."
        print(f"pysces-verify: {said}", file=sys.stderr)
        return BAD_INPUT
    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
