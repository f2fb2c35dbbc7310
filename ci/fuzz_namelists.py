"""Damage namelists in random ways: each must give a configuration or sentences, never a traceback.

    python ci/fuzz_namelists.py FOLDER [--copies 2000] [--seed 1]

FOLDER and those below it hold namelists (tests/config/namelists, or HOMME's own). Prints how many copies were accepted
and refused; status 1, with the copy and what was said, where one ended otherwise.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import random
import re
import sys
import tempfile
import traceback
from collections import Counter
from pathlib import Path

from pysces.driver.cli import main as pysces

VALUES = (
    "-1 0 3 2.5 -2.5e300 1e400 1d3 nan inf 99999999999999999999 .true. f 'x' '' \"a'b\" 3*0.5 , 1,,3 1,2,3 (1,2) null"
    " /dev/null ${HOMME_TEST_NE} NE * % & 'é' '&end' 1e 0x10 -0 1_8 *3 r*2"
).split(" ")
NAMES = "nu ne NE nmax tstep test_case qsize moisture mesh_file vfile_int output_frequency se_nu nhtfrq fincl1".split()
LINES = ("/", "&end", "&ctl_nl", "$end", "nu(2) = 3", "nu(-1) = 3", "v%x = 3", "nu = 1, ne = ", "= 3", "'", "!", "\x00")


def damaged(text: str, dice: random.Random) -> str:
    """The text with one to three random edits."""
    for _ in range(dice.randint(1, 3)):
        lines = text.splitlines() or [""]
        n = dice.randrange(len(lines))
        match dice.randrange(8):
            case 0:
                lines[n] = re.sub(r"=.*", f"= {dice.choice(VALUES)}", lines[n])
            case 1:
                lines[n] = f"  {dice.choice(NAMES)} = {dice.choice(VALUES)}"
            case 2:
                del lines[n]
            case 3:
                lines.insert(n, dice.choice(LINES))
            case 4:
                lines[n] = lines[n].swapcase()
            case 5:
                lines.insert(dice.randrange(len(lines)), lines[n])
            case 6:
                at = dice.randrange(len(lines[n]) + 1)
                lines[n] = lines[n][:at] + dice.choice("'\"&/=,(%!*x") + lines[n][at + dice.randrange(2) :]
            case _:
                lines = lines[: n + 1]
        text = "\n".join(lines) + "\n" * dice.randrange(2)
    return text


def wrong(path: Path) -> tuple[int, str]:
    """The status of `pysces namelist`, and what is wrong with what it says; empty where nothing is."""
    said, complained = io.StringIO(), io.StringIO()
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complained):
            status = pysces(["namelist", str(path)])
            if status == 0:
                status = pysces(["namelist", str(path), "--toml"])
    except BaseException:
        return 3, traceback.format_exc()
    sentences = complained.getvalue().splitlines()
    fit = all(s.startswith("pysces: ") and s.endswith((".", "?", ".)")) for s in sentences)
    if status not in (0, 2) or not fit or bool(sentences) != (status == 2):
        return status, f"status {status}, and said {sentences}"
    return status, ""


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--copies", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    dice, counts = random.Random(options.seed), Counter[str]()
    files = sorted(path for path in options.folder.rglob("*") if path.is_file())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "in.nl"
        for _ in range(options.copies):
            path.write_text(damaged(dice.choice(files).read_text(errors="replace"), dice))
            status, fault = wrong(path)
            counts["WRONG" if fault else "accepted" if status == 0 else "refused"] += 1
            if fault:
                print(f"{path.read_text()}\n{fault}\n{72 * '-'}", flush=True)
    print(", ".join(f"{count} {verdict}" for verdict, count in counts.items()))
    return int(counts["WRONG"] > 0)


if __name__ == "__main__":
    sys.exit(main())
