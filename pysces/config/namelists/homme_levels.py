"""HOMME's levels: files by name, the published sets that are bundled here, or those that a case makes.

HOMME: hybvcoord_mod, dcmip12_wrapper
"""

from __future__ import annotations

import re
from pathlib import Path

from .translation import Translation, Words

BUNDLED = {
    "cami-26": "cam_l26",
    "cami-30": "cam_l30",
    "cami-32": "cam_l32",
    "acme-72i": "e3sm_l72",
}
NLEV = 30  # of cases that make their levels: HOMME's number of levels is compiled in
EITHER = "4"  # the test that takes levels of files, too
EVEN = re.compile(r"sabi-(\d+)")  # levels of equal sigma, by their number


def translate_levels(words: Words, to: Translation, family: str) -> None:
    """[vertical] of a namelist; family is the test whose levels the case can make, empty where it makes none."""
    if words["vanalytic"] == 1:
        return _made_by_the_case(to, family)
    interfaces = words.text("vfile_int")
    if not interfaces:
        return to.lack("vertical", "name", "has neither vfile_int nor vanalytic = 1", "name a file of levels")
    if family and family != EITHER:
        to.notes.append(
            "HOMME's case makes its own levels, here they are those of vfile_int; set vanalytic = 1 for the case's."
        )
    path = Path(to.source).parent / interfaces
    binary = ".fbin" in path.name
    if path.exists() and not binary:
        to.set("vertical", "vfile_int", str(path))
        if words.text("vfile_mid"):
            to.set("vertical", "vfile_mid", str(Path(to.source).parent / words.text("vfile_mid")))
        return
    name = re.sub(r"\.(ascii|fbin.*|nc)$", "", path.name)
    even = EVEN.fullmatch(name)
    if even:
        to.set("vertical", "table", {"family": "even_sigma", "nlev": int(even[1])})
    elif name in BUNDLED:
        to.set("vertical", "name", BUNDLED[name])
    else:
        what = f"names the levels {interfaces}, which are {'binary' if binary else 'not there'}"
        path = path.with_name(f"{name}.ascii")
        return to.refuse("levels", what, f"put the file at {path}; pysces itself has {', '.join(BUNDLED)} and sabi-N")
    to.notes.append(f"{interfaces} is {'binary' if binary else 'not there'}; pysces knows these levels by their name.")


def levels_of_test(test: str) -> dict[str, str]:
    """The table of the levels that a test makes, but for their number."""
    return {"family": "dcmip2016_supercell"} if test == "supercell" else {"family": "dcmip2012", "test": test}


def _made_by_the_case(to: Translation, family: str) -> None:
    if not family:
        return to.refuse(
            "levels", "has vanalytic = 1, but its test case makes no levels", "name vfile_int and vfile_mid"
        )
    to.set("vertical", "table", {**levels_of_test(family), "nlev": NLEV})
    to.notes.append(
        f"HOMME's number of levels is compiled in, and a namelist does not have it: {NLEV} are made; "
        "choose another number with --set vertical.table.nlev=N."
    )
