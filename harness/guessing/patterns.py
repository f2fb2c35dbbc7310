"""Familiar mistakes that turn one side's field into the other's: factors, signs, axes, components, levels, weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from pysces.geometry.grid import Grid

from .fits import EXPLAINED, factor, meaning

Candidate = tuple[str, np.ndarray, tuple]  # in words, the field that it makes, and where that can be told
EVERYWHERE = (Ellipsis,)
COMPONENTS = ("eastward", "northward")
NODES: dict[str, Callable[[np.ndarray], np.ndarray]] = {  # of (..., elem, i, j, lev)
    "i and j are exchanged": lambda a: np.swapaxes(a, -3, -2),
    "i runs the other way": lambda a: a[..., ::-1, :, :],
    "j runs the other way": lambda a: a[..., ::-1, :],
    "nodes are turned by 180 degrees": lambda a: a[..., ::-1, ::-1, :],
    "nodes are turned by 90 degrees": lambda a: np.swapaxes(a, -3, -2)[..., ::-1, :, :],
    "nodes are turned by -90 degrees": lambda a: np.swapaxes(a, -3, -2)[..., ::-1, :],
}
TURNED = {
    "eastward and northward components are exchanged": lambda a: a[::-1],
    "the vector is turned by 90 degrees": lambda a: np.stack([-a[1], a[0]]),
}
FACTORS = {
    "two": 2.0,
    "degrees and radians": 180.0 / np.pi,
    "hPa and Pa": 100.0,
    "a thousand": 1000.0,
    "gravity": 9.80616,  # both models' values lie within NAMED of it
}
NAMED = 1e-3  # how near a factor must be to one that has a name
WEIGHTS = {  # fields of a Grid
    "jacobian": "the jacobian (metdet)",
    "mass_matrix": "the mass matrix (spheremp)",
    "inverse_mass_matrix": "the inverse of the assembled mass matrix (rspheremp)",
    "node_weights": "the quadrature weights (mp)",
}


def pattern(got: np.ndarray, expected: np.ndarray, grid: Grid | None = None) -> str:
    """The familiar mistake that turns what is expected into what was got; empty where none does.

    Both (..., elem, i, j, lev), or any shape; grid : whose metric terms may be a factor too many or too few.
    """
    if not np.isfinite(got).all():
        return "the port holds NaN or infinity"
    if not np.any(got):
        return "the whole field is zero"
    with np.errstate(all="ignore"):
        for find in (_factor, _power, _by_component, _moved, _weighted, _constant):
            if said := find(got, expected, grid):
                return said
    return ""


def _factor(got: np.ndarray, expected: np.ndarray, grid: Grid | None) -> str:
    c, left = factor(got - expected, expected) if np.any(expected) else (0.0, 1.0)
    return _multiplied("the whole field", c, grid) if left < EXPLAINED else ""


def _multiplied(what: str, c: float, grid: Grid | None) -> str:
    """In words: something is 1 + c times what it should be."""
    ratio = 1.0 + c
    if abs(ratio + 1.0) < NAMED:
        return "the sign of the field is reversed" if what == "the whole field" else f"the sign of {what} is reversed"
    if abs(c) < 0.1:
        return f"{what} is multiplied by 1 {c:+.6g}{meaning(c)}"
    return f"{what} is multiplied by {ratio:.6g}{_name(ratio, grid)}"


def _name(ratio: float, grid: Grid | None) -> str:
    radius = 1.0 if grid is None else float(grid.radius)
    known = FACTORS | {"the radius": radius, "the radius squared": radius**2, "the radius to the fourth": radius**4}
    for name, value in known.items():
        for side, size in ((name, value), (f"1 / ({name})", 1.0 / value)):
            if value != 1.0 and abs(abs(ratio) / size - 1.0) < NAMED:
                return f": {'minus ' if ratio < 0 else ''}{side}"
    return ": a wrong factor"


def _power(got: np.ndarray, expected: np.ndarray, grid: Grid | None) -> str:
    if not ((got > 0).all() and (expected > 0).all() and np.ptp(expected)):
        return ""
    power, left = factor(np.log(got / expected), np.log(expected))
    return f"the whole field is raised to the power 1 {power:+.3g}{meaning(power)}" if left < EXPLAINED else ""


def _by_component(got: np.ndarray, expected: np.ndarray, grid: Grid | None) -> str:
    """Factors that are not the same in all components."""
    if got.ndim != 5 or got.shape[0] != 2:
        return ""
    said = []
    for name, a, b in zip(COMPONENTS, got, expected):
        c, left = factor(a - b, b) if np.any(b) and np.abs(a - b).max() > EXPLAINED * np.abs(b).max() else (0.0, 0.0)
        if left >= EXPLAINED:
            return ""
        said += [_multiplied(f"the {name} component", c, grid)] if c else []
    return "; ".join(said)


def _moved(got: np.ndarray, expected: np.ndarray, grid: Grid | None) -> str:
    for what, candidate, inside in _candidates(got, expected):
        a, b, e = got[inside], candidate[inside], expected[inside]
        off = np.abs(a - e).max()
        if np.abs(a - b).max() < EXPLAINED * off:
            return what
        c, left = factor(a, b) if np.any(b) else (0.0, 1.0)
        if left < EXPLAINED and np.abs(e - b).max() > EXPLAINED * np.abs(b).max():
            return f"{what}, and {_multiplied('the whole field', c - 1.0, grid)}"
    return ""


def _candidates(got: np.ndarray, expected: np.ndarray) -> Iterator[Candidate]:
    nodes = NODES if expected.ndim >= 4 and expected.shape[-3] == expected.shape[-2] > 1 else {}
    vector = TURNED if expected.ndim == 5 and expected.shape[0] == 2 else {}
    for maps in (nodes, vector):
        yield from ((what, moved(expected), EVERYWHERE) for what, moved in maps.items())
    for first, moved in nodes.items():
        yield from (
            (f"{first}, and {second}", turned(moved(expected)), EVERYWHERE) for second, turned in vector.items()
        )
    yield from _levels(expected)
    if expected.ndim >= 4 and expected.shape[-4] > 1:
        yield "elements are in another order", _reordered(got, expected), EVERYWHERE


def _levels(expected: np.ndarray) -> Iterator[Candidate]:
    if expected.ndim >= 4 and expected.shape[-1] > 2:
        inner = (Ellipsis, slice(1, -1))
        yield "every level holds what belongs one level above", np.roll(expected, 1, -1), inner
        yield "every level holds what belongs one level below", np.roll(expected, -1, -1), inner
    if expected.ndim >= 2 and expected.shape[-1] > 1:
        yield "levels are in reverse order, bottom first", expected[..., ::-1], EVERYWHERE


def _reordered(got: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """The expected elements in the order that the sums over elements of what was got suggest."""
    others = tuple(n for n in range(expected.ndim) if n != expected.ndim - 4)
    order = np.empty(expected.shape[-4], int)
    order[np.argsort(got.sum(others))] = np.argsort(expected.sum(others))
    return np.take(expected, order, axis=-4)


def _weighted(got: np.ndarray, expected: np.ndarray, grid: Grid | None) -> str:
    """A weight of the quadrature or of the metric too many, or too few."""
    if grid is None or expected.ndim < 4 or expected.shape[-4:-1] != grid.jacobian.shape[:-1]:
        return ""
    for name, words in WEIGHTS.items():
        weight = np.asarray(getattr(grid, name), float)
        for done, candidate in (("multiplied", expected * weight), ("divided", expected / weight)):
            c, left = factor(got, candidate) if np.any(candidate) else (0.0, 1.0)
            if left < EXPLAINED:
                more = "" if abs(c - 1.0) < NAMED else f", and {_multiplied('the whole field', c - 1.0, grid)}"
                return f"the whole field is {done} by {words}{more}"
    return ""


def _constant(got: np.ndarray, expected: np.ndarray, grid: Grid | None) -> str:
    difference = got - expected
    if difference.size < 2 or not np.ptp(expected):
        return ""
    c, left = factor(difference, np.ones_like(difference))
    return f"{c:.6g} is added everywhere" if left < EXPLAINED else ""


def confined(difference: np.ndarray) -> str:
    """Where a difference that nothing explains is confined to."""
    size = np.abs(difference)
    small = 1e-6 * size.max()
    return (_on_the_mesh(size, small) if difference.ndim >= 4 and min(difference.shape[-3:-1]) > 2 else "") or _few(
        size, small
    )


def _few(size: np.ndarray, small: float) -> str:
    share = float((size > small).mean())
    return (
        f"only {100 * share:.2g} % of the points differ: a branch or a limiter decides otherwise" if share < 0.5 else ""
    )


def _on_the_mesh(size: np.ndarray, small: float) -> str:
    if size[..., 1:-1, 1:-1, :].max() < small:
        return "only nodes on element boundaries differ: assembly, or what precedes it, at shared nodes"
    levels = [k for k in range(size.shape[-1]) if size[..., k].max() > small]
    if len(levels) < size.shape[-1] / 2:
        return f"only levels {', '.join(map(str, levels))} differ"
    elements = [n for n in range(size.shape[-4]) if np.take(size, n, axis=-4).max() > small]
    if len(elements) < size.shape[-4] / 2:
        shown = ", ".join(map(str, elements[:8])) + (", ..." if len(elements) > 8 else "")
        return f"only {len(elements)} of {size.shape[-4]} elements differ: {shown}"
    if size.ndim == 5 and size.shape[0] == 2:
        wrong = [name for name, part in zip(COMPONENTS, size) if part.max() > small]
        return f"only the {wrong[0]} component differs" if len(wrong) == 1 else ""
    return ""
