"""A copy of pysces with a defect in it, and the command line of the harness on that copy.

The copy is what the kernels' checks and ``locate`` import; the Fortran and the harness are the installed ones.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pysces

from ..golden.record import test_data
from .edits import SourceEdit

# An editable install puts its own finder first, which would import the sources and not the copy.
SITE = """import sys
sys.meta_path[:] = [f for f in sys.meta_path if "editable" not in type(f).__module__]
"""
MAIN = "import sys; from pysces_harness.cli import main; sys.exit(main())"


class Planted:
    """A folder with the sources and a defect in them (None: as they are), and what they are run with."""

    def __init__(self, defect: SourceEdit | None, folder: Path) -> None:
        self.folder = folder
        _copy_sources(folder)
        if defect is not None:
            defect.plant(folder)
        places = {"PYTHONPATH": str(folder), "PYSCES_TEST_DATA": str(test_data().resolve())}
        self.environment = {**os.environ, **places}

    def verify(self, words: Sequence[str]) -> Any:
        """What ``pysces-verify words --json`` writes on the copy; RuntimeError where it comes to no verdict."""
        answer = self.folder / "answer.json"
        answer.unlink(missing_ok=True)
        command = [sys.executable, "-c", MAIN, *words, "--json", str(answer)]
        ended = subprocess.run(command, env=self.environment, cwd=self.folder, capture_output=True, text=True)
        if ended.returncode not in (0, 1) or not answer.exists():
            said = ended.stderr[-2000:]
            raise RuntimeError(f"pysces-verify {' '.join(words)} ended with status {ended.returncode}: {said}")
        return json.loads(answer.read_text())


def _copy_sources(folder: Path) -> None:
    """pysces as files that can be edited; the harness as it is; the compiled Fortran without its editable loader."""
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(pysces.__file__).parent, folder / "pysces", ignore=ignore)
    (folder / "pysces_harness").symlink_to(Path(__file__).resolve().parents[1])
    _link_fortran(folder / "pysces_reference")
    (folder / "sitecustomize.py").write_text(SITE)


def _link_fortran(folder: Path) -> None:
    import pysces_reference

    folder.mkdir()
    shutil.copy(pysces_reference.__file__, folder)
    for build in pysces_reference.available():
        library = Path(pysces_reference.load(build).__file__)
        (folder / library.name).symlink_to(library)
