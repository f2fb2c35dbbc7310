"""What planted defects show: the smallest that a check notices, and which checks are weak."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from ..kernels.catalogue import registry
from ..running import mutate
from ..running.mutate import Defect
from . import compare, unnoticed
from .compare import Judgement
from .plan import Check
from .results import Result

NUMBERED = "numpy-f64"  # the configuration in which every number is tried
WEAK = 1e-12  # a check in double precision that lets a coefficient be off by this
ITERATED = 1e-11  # or by this, where an iteration may stop so far from its end


def smallest(noticed: Mapping[Defect, bool]) -> dict[str, float | None]:
    """The size of each kind that is noticed in every place; None where a place lets all sizes pass."""
    places: dict[tuple[str, str], list[float]] = {}
    for defect, seen in noticed.items():
        places.setdefault((defect.kind, defect.place), []).extend([defect.size] if seen else [])
    found: dict[str, float | None] = {}
    for (kind, _), sizes in places.items():
        worst = found.get(kind, 0.0)
        found[kind] = None if worst is None or not sizes else max(worst, min(sizes))
    return found


def by_place(noticed: Mapping[Defect, bool]) -> dict[str, float | None]:
    """The smallest size that is noticed in each place; None where all sizes pass."""
    sizes: dict[str, list[float]] = {}
    for defect, seen in noticed.items():
        sizes.setdefault(defect.place, []).extend([defect.size] if seen else [])
    return {place: min(found, default=None) for place, found in sizes.items()}


def by_number(results: Iterable[Result]) -> list[dict]:
    """By kernel and number that has a name: the size that one of its checks notices, None if no check does; and why."""
    sizes: dict[tuple[str, str], list[float]] = {}
    for r in results:
        for place, size in r.named.items():
            sizes.setdefault((r.kernel, place), []).extend([] if size is None else [size])
    return [
        {
            "kernel": kernel,
            "configuration": NUMBERED,
            "number": number,
            "smallest_detected": min(found, default=None),
            "reason": unnoticed.reason(kernel, number),
        }
        for (kernel, number), found in sizes.items()
    ]


def weak_numbers(rows: Iterable[dict]) -> list[str]:
    """One sentence for each number that may be off by more than 1e-10, and nothing says why."""
    weak = [r for r in rows if not unnoticed.excused(r["kernel"], r["number"], r["smallest_detected"])]
    return [f"{r['kernel']}: {r['number']} off by less than {_size(r['smallest_detected'])} passes" for r in weak]


def _size(size: float | None) -> str:
    return "any factor that was tried" if size is None else f"{size:g}"


def weaknesses(results: Iterable) -> list[str]:
    """One sentence for each check that lets a coefficient defect above 1e-12 pass, or a defect of any size."""
    found = []
    climbed = (r for r in results if r.reference == "golden" or r.reference.startswith("r"))
    for r in (r for r in climbed if not r.configuration.endswith("f32")):
        where = f"{r.kernel}/{r.case} ({r.reference}, {r.mesh} mesh) in {r.configuration}"
        ended = {words.partition(" ")[0] for words in r.crashed}
        missed = [kind for kind, size in r.smallest_detected.items() if size is None and kind not in ended]
        size = r.smallest_detected.get("coefficient")
        weak = size and size > (ITERATED if _iterated(r) else WEAK)
        found += [f"{where}: {kind.replace('_', ' ')} of any size passes" for kind in missed]
        found += [f"{where}: a coefficient off by less than {size:g} passes"] if weak else []
        found += [f"{where}: {words} ends the port: {said}" for words, said in r.crashed.items()]
    return found


def _iterated(r: Result) -> bool:
    """Whether an iteration makes all that was compared: an output that none makes notices as others do."""
    kernel = registry().get(r.kernel)
    names = {row["field"].rpartition("/")[2] for row in r.fields}
    return kernel is not None and bool(names) and names <= set(kernel.iterated)


def passes(judgements: list[Judgement]) -> bool:
    """Whether every field is equal or consistent with round-off."""
    return compare.worst_of(judgements).verdict in (compare.BITWISE, compare.ROUNDOFF)


def climb(
    result: Result,
    check: Check,
    precision: int,
    outputs: Mapping[str, np.ndarray],
    judge: Callable[..., list[Judgement]],
) -> None:
    """Graded defects in each output, up to the first one noticed; every field's row says how small that is.

    Fields that are compared by what is alike in them (numbers of nodes) have no size to be off by; totals follow.
    """
    noticed: dict[Defect, bool] = {}
    outputs = check.arranged(outputs)
    sized = [row for row in result.fields if row["field"] not in (*check.kernel.canonical, *check.kernel.totals)]
    for row in (row for row in sized if np.any(outputs.get(row["field"], 0.0))):
        one = outputs if check.kernel.totals else {row["field"]: outputs[row["field"]]}
        counted = row["field"] in check.separate
        for ladder in mutate.output_defects(check.kernel, row["field"], precision, counted):
            spoilt = (mutate.spoil(defect, one, check.separate) for defect in ladder)
            seen = (not passes(judge(outputs, row["field"])) for outputs in spoilt)
            tried = dict(zip(ladder, _until(seen)))
            row |= {f"smallest_{kind}": size for kind, size in smallest(tried).items()}
            noticed |= tried
    result.smallest_detected |= smallest(noticed)


def _until(seen: Iterable[bool]) -> Iterable[bool]:
    """All up to the first True."""
    for found in seen:
        yield found
        if found:
            return


def _of_all(sizes: list[float | None]) -> float | None:
    """The size that all notice."""
    known = [size for size in sizes if size is not None]
    return max(known) if len(known) == len(sizes) else None


def by_kernel(results: Iterable[Result]) -> list[dict]:
    """The objects of ``mutate --json``: by kernel, configuration and defect, the size that all checks notice."""
    sizes: dict[tuple[str, str, str], list[float | None]] = {}
    for r in results:
        for kind, size in r.smallest_detected.items():
            sizes.setdefault((r.kernel, r.configuration, kind), []).append(size)
    return [
        {
            "kernel": kernel,
            "configuration": name,
            "defect": kind,
            "smallest_detected": _of_all(found),
        }
        for (kernel, name, kind), found in sizes.items()
    ]
