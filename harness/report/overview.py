"""The first page: what holds, what does not, what was loosened, what is weak, and where the numbers come from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ..judging import known_differences
from ..judging.compare import SEVERITY
from ..judging.known_differences import Difference
from ..judging.results import Result
from .cells import against, noticed, weak


@dataclass(frozen=True)
class Loosened:
    """One entry of known_differences.toml that results rest on."""

    kernels: str
    fields: str
    where: str
    bound: float
    fraction: float
    reason: str
    expires: str
    expired: bool
    checks: int


def headline(results: list) -> dict:
    """The figures at the top of the page."""
    counts = Counter(r.verdict for r in results)
    return {
        "checks": len(results),
        "failed": sum(not r.ok for r in results),
        "kernels": len({r.kernel for r in results}),
        "configurations": len({r.configuration for r in results}),
        "points": sum(r.compared.get("points", 0) for r in results),
        "verdicts": [(v, counts[v]) for v in SEVERITY if counts[v]],
        "loosened": sum(any(f.get("known_difference") for f in r.fields) for r in results),
        "weak": len(weak(results)),
    }


def failures(results: list) -> list:
    """Checks that do not hold, the worst verdicts first."""
    return sorted((r for r in results if not r.ok), key=lambda r: -SEVERITY.index(r.verdict))


def loosened(results: list) -> list[Loosened]:
    """Every documented difference that a result rests on, and every one that has expired."""
    used = Counter(reason for r in results for reason in {f.get("known_difference") for f in r.fields} if reason)
    return [
        Loosened(
            kernels=", ".join(d.kernels),
            fields=", ".join(d.fields),
            where=_where(d),
            bound=d.bound,
            fraction=d.fraction,
            reason=d.reason,
            expires=d.expires,
            expired=d.expired,
            checks=used[d.reason],
        )
        for d in known_differences.load()
        if d.reason in used or d.expired
    ]


def _where(d: Difference) -> str:
    """What narrows an entry down beside kernel and field."""
    settings = tuple(f"{name} = {value}" for name, value in d.settings.items())
    narrowed = (settings, d.producers, d.meshes, d.sides, d.configurations)
    return ", ".join(pattern for patterns in narrowed for pattern in patterns if pattern != "*")


def smallest_noticed(results: list) -> Counter:
    """{size: how many double-precision checks notice a coefficient defect of that size but no smaller one}."""
    sizes = [noticed(r) for r in results if r.graded and "f64" in r.configuration and noticed(r) is not None]
    return Counter(dict(sorted(Counter(sizes).items())))


def sides(results: list) -> list[tuple[str, str, int]]:
    """(name, what computed it, number of checks it takes part in) of every side; references first."""
    texts: Counter = Counter()
    for r in results:
        if r.provenance:
            name = r.producer if r.reference == "golden" else r.reference
            texts.update({(name, r.provenance.get("reference", "")), (r.configuration, r.provenance.get("side", ""))})
    order = list(dict.fromkeys(r.configuration for r in results if r.side == "port"))
    return [(*key, texts[key]) for key in sorted(texts, key=lambda key: (key[0] in order, key))]


def machines(results: list) -> list[dict]:
    """Host, processor, system and commit of every machine that computed something."""
    keys = ("host", "cpu", "system", "commit")
    return [dict(zip(keys, m)) for m in dict.fromkeys(tuple(r.provenance.get(k, "") for k in keys) for r in results)]


def describe(r: Result) -> str:
    """One check in words."""
    return f"{r.kernel} · {r.producer}/{r.case} · {r.configuration} against {against(r)}"
