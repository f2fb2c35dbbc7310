"""Work in a process of its own, so that what it loads, compiles and sets stays there."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ..errors import BadInput


def alone(function: Callable, arguments: tuple, what: str, environment: Mapping[str, str]) -> Any:
    """``function(*arguments)``, a module's function of plain values, in a fresh Python with more environment.

    Raises
    ------
    BadInput with the last line that it said, where what stopped.
    """
    with tempfile.TemporaryDirectory(prefix="pysces-alone-") as folder:
        target = Path(folder) / "result.pkl"
        code = (
            f"import pickle; from {function.__module__} import {function.__name__} as work; "
            f"result = work(*{arguments!r}); pickle.dump(result, open({str(target)!r}, 'wb'))"
        )
        command = [sys.executable, "-c", code]
        ended = subprocess.run(command, env={**os.environ, **environment}, stderr=subprocess.PIPE, text=True)
        if ended.returncode:
            said = ended.stderr.strip().splitlines() or [f"status {ended.returncode}"]
            raise BadInput(f"{what} stopped: {said[-1]}")
        return pickle.loads(target.read_bytes())
