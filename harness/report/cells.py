"""The page's matrix: kernels down, configurations across, each cell the worst of its checks, and what is weak."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatch

from ..judging.compare import SEVERITY
from ..judging.detection import weaknesses
from ..judging.results import Result
from ..kernels.catalogue import registry

# Rungs of the ladder by kernels' names; what fits no pattern is an operator or a mesh.
OPERATORS = "operators and mesh"
GROUPS = {
    OPERATORS: (),
    "columns and tracers": ("remap*", "eos_*", "phi_*", "tracer_*", "moist_*"),
    "HOMME theta-l": ("theta_l_*",),
    "CAM-SE": ("cam_se_*",),
}
GLYPHS = {"BITWISE": "=", "ROUNDOFF": "≈", "DIFFERENT": "≠", "VACUOUS": "∅", "NOT-RUN": "–", "NOT-OFFERED": "·"}


@dataclass(frozen=True)
class Cell:
    """One kernel in one configuration.

    r : the largest R_point of fields that are not loosened.   defect : in words, "" where none was planted.
    parts : (reference, worst verdict, count) of live Fortran, golden records, own mesh, one process.
    """

    verdict: str
    count: int
    r: float | None
    defect: str
    loosened: bool
    weak: bool
    parts: tuple[tuple[str, str, int], ...]

    @property
    def words(self) -> str:
        """The tooltip."""
        return "; ".join(f"against {name}: {verdict} ({count})" for name, verdict, count in self.parts)


def cells(results: list) -> tuple[list[str], dict[str, dict[str, Cell]]]:
    """(configurations, {kernel: {configuration: cell}}), the reference's own configurations first."""
    groups: dict[str, dict[str, list]] = {}
    for r in results:
        groups.setdefault(r.kernel, {}).setdefault(r.configuration, []).append(r)
    names = dict.fromkeys(r.configuration for r in sorted(results, key=lambda r: r.side != "fortran"))
    return list(names), {k: {c: _cell(members) for c, members in groups[k].items()} for k in ladder(groups)}


def group(kernel: str) -> str:
    """The heading that a kernel stands under."""
    return next((name for name, patterns in GROUPS.items() if any(fnmatch(kernel, p) for p in patterns)), OPERATORS)


def ladder(kernels: Iterable[str]) -> list[str]:
    """Kernels from operators up to whole runs: by heading, then as the registry lists them."""
    known, headings = list(registry()), list(GROUPS)
    place = {name: known.index(name) if name in known else len(known) for name in kernels}
    return sorted(place, key=lambda name: (headings.index(group(name)), place[name]))


def _cell(members: list) -> Cell:
    return Cell(
        verdict=worst(members),
        count=len(members),
        r=largest_r(members),
        defect=_defect(members),
        loosened=any(f.get("known_difference") for r in members for f in r.fields),
        weak=bool(weak(members)),
        parts=_parts(members),
    )


def worst(members: list) -> str:
    """The worst verdict, an excused NOT-RUN only where nothing else was run."""
    counted = [r for r in members if not (r.verdict == "NOT-RUN" and r.expected)] or members
    return max((r.verdict for r in counted), key=SEVERITY.index)


def largest_r(members: list) -> float | None:
    """The largest R_point of fields judged by the spread; 0 where everything is equal, None where nothing is known."""
    judged = [f for r in members for f in r.fields if not f.get("known_difference")]
    found = [f["r_point"] for f in judged if f.get("r_point") is not None]
    equal = any(f["verdict"] == "BITWISE" for f in judged)
    return max(found, default=0.0 if equal else None)


def noticed(result: Result) -> float | None:
    """The smallest coefficient defect noticed; infinity if none was, None if none was planted."""
    sizes = result.smallest_detected
    return None if "coefficient" not in sizes else math.inf if sizes["coefficient"] is None else sizes["coefficient"]


def weak(results: list) -> list[str]:
    """One sentence for each double-precision check that lets a defect pass that it should notice."""
    return weaknesses(r for r in results if r.graded)


def _defect(members: list) -> str:
    ladder = [size for r in members if r.graded and (size := noticed(r)) is not None]
    if ladder:
        return "missed" if math.isinf(max(ladder)) else f"{max(ladder):.0e}"
    gross = [size for r in members if (size := noticed(r)) is not None]
    return f"≤ {max(gross):.0e}" if gross and not math.isinf(max(gross)) else ""


def _parts(members: list) -> tuple[tuple[str, str, int], ...]:
    groups: dict[str, list] = {}
    for r in members:
        groups.setdefault(against(r), []).append(r)
    return tuple((name, worst(found), len(found)) for name, found in groups.items())


def against(r: Result) -> str:
    """What a result is judged against, in words."""
    if r.reference == "golden":
        whose = {"golden": "", "assembled": ", as run"}
        return f"golden records{whose.get(r.mesh, ', own mesh')}"
    return f"Fortran {r.reference}" if r.reference.startswith("r") else f"{r.reference} in one process"
