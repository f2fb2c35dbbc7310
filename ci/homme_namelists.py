"""Run two steps of every namelist of a copy of E3SM's components/homme that pysces accepts, on numpy and ne2.

    python ci/homme_namelists.py .../components/homme [--as theta_l] [--only TEXT]

The namelists are copied to a folder of their own, their placeholders filled; `pysces namelist FOLDER` counts them, then
each accepted one is run by `pysces run` on a mesh of ne2, to the first whole remap call of two steps or more. A line
for each that does not end well, and how many did; status 1 where one ended in a traceback or was not finite.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import re
import sys
import tempfile
import time
import traceback
from pathlib import Path

from pysces.config.namelists import translate
from pysces.driver.cli import main as pysces
from pysces.driver.namelist_command import configured

FOLDERS = ("test", "dcmip_tests")
FILLED = {  # what HOMME's scripts put in the place of ${HOMME_TEST_*}, of words in capitals and of BB*
    "NE": "4", "QSIZE": "4", "NDAYS": "1", "TIME_STEP": "300", "RSPLIT": "3", "QSPLIT": "1", "NU": "1e15",
    "NUDIV": "1e15", "NUTOP": "2.5e5", "LIM": "9", "HVSCALING": "0", "MOISTURE": "moist", "HVS": "1", "HVS_TOM": "0",
    "VCOORD_MID_FILE": "camm-30.ascii", "VCOORD_INT_FILE": "cami-30.ascii", "HY_MODE": ".true.", "FORM": "1",
    "TTYPE": "9", "HYDROSTATIC_MODE": "true", "NMAX": "12", "SFREQ": "12", "TSTEP": "300", "NUP": "1e15",
    "ORDER": "2", "NUQ": "1e15", "NUS": "1e15", "NU1": "1e15", "NU2": "1e15", "SUBCYCLE": "1", "RUNTYPE": "0",
    "NUU": "1e15", "HYMODE": ".false.", "TOM": "1", "NTOP": "0", "ADVFORM": "1",
}  # fmt: skip
CAPITALS = re.compile(r"(?m)(=\s*)\"?(?:\$\{HOMME_(?:TEST|THETA)_|\$\{HOMME_|BB|)([A-Z][A-Z0-9_]+)\}?\"?(?=\s|,|$)")
EMBEDDED = re.compile(r"\$\{HOMME_(?:TEST|THETA)_(\w+)\}")


def filled(text: str) -> str:
    """A namelist with its placeholders filled, for tensor viscosity with its coefficient; those not known stay."""
    tensor = re.search(r"(?m)^\s*hypervis_scaling\s*=\s*[1-9]", text)
    values = FILLED | (dict.fromkeys((n for n in FILLED if n.startswith("NU")), "3.4e-8") if tensor else {})
    text = CAPITALS.sub(lambda m: m[1] + values.get(m[2], m[0][len(m[1]) :]), text)
    return EMBEDDED.sub(lambda m: values.get(m[1], m[0]), text)


def copied(homme: Path, to: Path) -> list[Path]:
    """Every file with a group ctl_nl, filled, under the same name below `to`."""
    copies = []
    for path in sorted(p for folder in FOLDERS for p in (homme / folder).rglob("*") if p.is_file()):
        text = path.read_bytes().decode("utf-8", "replace")
        if re.search(r"(?i)ctl_nl", text):
            copy = to / path.relative_to(homme)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(filled(text))
            copies.append(copy)
    return copies


def two_steps(path: Path, as_theta_l: bool) -> str:
    """How `pysces run` ended: well, refused, or its status and last line, or a traceback."""
    try:
        config = configured(translate(path, as_theta_l).checked())
    except ValueError:
        return "refused"
    call = getattr(config.time, "qsplit", 1) * max(getattr(config.time, "rsplit", 1), 1)
    words = ["run", str(path), "--backend", "numpy", "--set", f"time.nmax={call * -(-2 // call)}", "--set"]
    words += ["time.ndays=0", "--quiet", "--overwrite", "-o", "history.nc", *(["--as", "theta_l"] * as_theta_l)]
    words += ["--ne", "2"] if config.grid.ne else []
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            status = pysces(words)
        except SystemExit as end:
            status = end.code
        except BaseException:
            return "TRACEBACK " + traceback.format_exc()
    return f"status {status}: {said.getvalue().strip().splitlines()[-1:]}" if status else "well"


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("homme", type=Path)
    parser.add_argument("--as", dest="as_model", choices=["theta_l"])
    parser.add_argument("--only", default="", help="part of the names of those that are run")
    options = parser.parse_args()
    as_theta_l, bad = options.as_model is not None, 0
    with tempfile.TemporaryDirectory() as folder:
        files = copied(options.homme.resolve(), Path(folder) / "namelists")
        os.chdir(folder)
        Path("movies").mkdir()
        pysces(["namelist", "namelists", *(["--as", "theta_l"] * as_theta_l)])
        for path in files:
            if options.only not in str(path):
                continue
            start = time.perf_counter()
            said = two_steps(path, as_theta_l)
            bad += "TRACEBACK" in said or "status 1" in said
            if said != "refused":
                print(f"{path.relative_to(folder)}: {said} ({time.perf_counter() - start:.0f} s)", flush=True)
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
