"""What a kernel would give if one thing in what it is given were otherwise, fitted to a difference.

pysces itself is run (NumPy) with a metric term left out, a matrix transposed, the components of a wind exchanged, a
setting ignored; the change that this makes is held against the change that somebody else's port shows.
"""

from __future__ import annotations

import itertools
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from pysces.geometry.grid import Grid

from ..registry import Case, Kernel
from .fits import EXPLAINED, NEARLY, factor
from .patterns import COMPONENTS

Outputs = dict[str, np.ndarray]
Supposed = tuple[str, dict[str, Any], Grid | None, dict[str, Any]]  # in words, inputs, grid, settings
SLIGHT = 1e-6  # relative change of a setting, from which its derivative follows
BUDGET = 10.0  # s; the likeliest come first, and how many are tried changes no verdict
NEAREST = 12  # suppositions that are tried in pairs
SIMPLE = (-1.0, 0.5, 2.0, -0.5, -2.0)
GRADED = "larger: "  # how the words of a derivative begin
FORMS = {"form": ("contra", "cartesian")}  # settings that are words


class Suppositions:
    """The changes that suppositions make in a kernel's outputs on one case, computed once they are asked for.

    arranged : makes the outputs what they are compared with: levels that are stored, and so on.
    """

    def __init__(self, kernel: Kernel, case: Case, arranged: Callable[[Mapping], Outputs]) -> None:
        self.kernel, self.case, self.arranged = kernel, case, arranged
        self._found: dict[str, Outputs] | None = None

    def looks(self, name: str, difference: np.ndarray) -> str:
        """The supposition whose change the difference of an output is, or a multiple of it; empty where none fits."""
        parts = {words: one[name] for words, one in self.changes.items() if name in one}
        parts = {words: one for words, one in parts.items() if one.shape == difference.shape}
        alone = _said(difference, parts, EXPLAINED) or _in_one_component(difference, parts)
        return alone or _two(difference, parts) or _said(difference, parts, NEARLY)

    @property
    def changes(self) -> dict[str, Outputs]:
        """{supposition: {output: its change}}, as many as there is time for."""
        if self._found is None:
            self._found = self._computed()
        return self._found

    def _computed(self) -> dict[str, Outputs]:
        found: dict[str, Outputs] = {}
        end = time.monotonic() + BUDGET
        base = self._run(dict(self.case.inputs), self.case.grid, dict(self.case.settings))
        if base is None:
            return found
        for words, inputs, grid, settings in supposed(self.case):
            if time.monotonic() > end:
                break
            outputs = self._run(inputs, grid, settings)
            if outputs is not None:
                size = SLIGHT if words.startswith(GRADED) else 1.0
                found[words] = {
                    n: (a - base[n]) / size for n, a in outputs.items() if n in base and a.shape == base[n].shape
                }
        return found

    def _run(self, inputs: dict[str, Any], grid: Any, settings: dict[str, Any]) -> Outputs | None:
        """None where what is supposed cannot be computed."""
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                outputs = self.arranged({n: np.asarray(a) for n, a in self.kernel.port(inputs, grid, settings).items()})
        except Exception:
            return None
        finite = {n: np.asarray(a, float) for n, a in outputs.items() if np.isfinite(a).all()}
        return finite or None


def _in_one_component(difference: np.ndarray, parts: Mapping[str, np.ndarray]) -> str:
    """What explains the eastward or the northward component of a vector, each apart."""
    if difference.ndim != 5 or difference.shape[0] != 2:
        return ""
    said = []
    for n, component in enumerate(COMPONENTS):
        if np.abs(difference[n]).max() <= EXPLAINED * np.abs(difference).max():
            continue
        looks = _said(difference[n], {words: part[n] for words, part in parts.items()}, EXPLAINED)
        said += [f"in the {component} component {looks}"] if looks else []
    return "; ".join(said)


def _said(difference: np.ndarray, parts: Mapping[str, np.ndarray], tolerance: float) -> str:
    """The likeliest of the suppositions that fit, and another one that cannot be told from it."""
    found = [(words, *factor(difference, part)) for words, part in parts.items() if np.any(part)]
    fits = [(words, c, left) for words, c, left in found if left < tolerance]
    if tolerance > EXPLAINED:
        fits = sorted(fits, key=lambda fit: fit[2])[:1]
    likeliest = min((_doubt(words, c) for words, c, _ in fits), default=0)
    alike = [fit for fit in fits if _doubt(*fit[:2]) == likeliest]
    return ", or ".join(_words(*fit) for fit in alike[:2])


def _two(difference: np.ndarray, parts: Mapping[str, np.ndarray]) -> str:
    """Two suppositions that explain a difference together, of those that come nearest to it alone."""
    found = sorted((factor(difference, part)[1], words) for words, part in parts.items() if np.any(part))
    for (_, one), (_, two) in itertools.combinations(found[:NEAREST], 2):
        basis = np.stack([(parts[words] / np.abs(parts[words]).max()).ravel() for words in (one, two)], axis=-1)
        d = (difference / np.abs(difference).max()).ravel()
        found_c, *_ = np.linalg.lstsq(basis, d, rcond=None)
        if np.linalg.norm(d - basis @ found_c) < EXPLAINED * np.linalg.norm(d):
            sizes = [np.abs(difference).max() / np.abs(parts[words]).max() for words in (one, two)]
            said = [_words(words, c * size, 0.0) for words, c, size in zip((one, two), found_c, sizes)]
            return ", and ".join(said)
    return ""


def _doubt(words: str, c: float) -> int:
    """How unlikely it is that a difference is c times what is supposed, among suppositions that fit alike."""
    if words.startswith(GRADED):
        return 1
    return 0 if abs(c - 1.0) < 1e-3 else 2 if any(abs(c - known) < 1e-3 for known in SIMPLE) else 3


def _words(words: str, c: float, left: float) -> str:
    about = "" if left < EXPLAINED else "about "
    if words.startswith(GRADED):
        return f"it is {about}as if {words.removeprefix(GRADED)} were 1 {c:+.4g} times what it is"
    if abs(c - 1.0) < (1e-3 if left < EXPLAINED else 0.1):
        return f"it is {about}as if {words}"
    return f"the difference is {about}{c:.4g} times the one there would be if {words}"


def supposed(case: Case) -> Iterator[Supposed]:
    """What may be otherwise, the likeliest first."""
    x, settings = dict(case.inputs), dict(case.settings)
    if case.grid is not None:
        for words, grid in _grids(case.grid):
            yield words, x, grid, settings
    for words, other in _settings(settings):
        yield words, x, case.grid, other
    for words, inputs in _inputs(x):
        yield words, inputs, case.grid, settings


def _grids(grid: Grid) -> Iterator[tuple[str, Grid]]:
    to_contra, to_sphere, inverse = grid.sphere_to_contra, grid.contra_to_sphere, grid.metric_inverse
    eye = np.eye(2).reshape(2, 2, *[1] * (to_contra.ndim - 2))
    yield "the derivative matrix were transposed", grid.replace(derivative_matrix=grid.derivative_matrix.T.copy())
    yield (
        "the metric terms off the diagonal were missing",
        grid.replace(sphere_to_contra=to_contra * eye, contra_to_sphere=to_sphere * eye, metric_inverse=inverse * eye),
    )
    yield (
        "the matrices D and Dinv were transposed",
        grid.replace(sphere_to_contra=to_contra.swapaxes(0, 1), contra_to_sphere=to_sphere.swapaxes(0, 1)),
    )
    yield "the metric tensor were missing", grid.replace(metric_inverse=np.broadcast_to(eye, inverse.shape))
    one = np.ones_like(grid.jacobian)
    yield "the jacobian (metdet) were missing", grid.replace(jacobian=one, inverse_jacobian=one)
    yield "the radius were 1", grid.replace(radius=1.0, inverse_radius=1.0, rigid_rotation_factor=1.0)
    yield "shared nodes were not summed (DSS)", grid.replace(assembly=_Apart(grid.assembly))
    copies = grid.assembly.assemble(one)
    yield "DSS took plain means, without weights", grid.replace(mass_matrix=one, inverse_mass_matrix=1.0 / copies)
    yield "the Coriolis parameter were missing", grid.replace(coriolis_parameter=0.0 * grid.coriolis_parameter)
    yield "the Coriolis parameter had the other sign", grid.replace(coriolis_parameter=-grid.coriolis_parameter)


class _Apart:
    """An assembly that leaves every element to itself."""

    def __init__(self, assembly: Any) -> None:
        self._assembly = assembly

    def __getattr__(self, name: str) -> Any:
        return getattr(self._assembly, name)

    def assemble(self, tree: Any) -> Any:
        """What comes in."""
        return tree


def _settings(settings: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for key, value in settings.items():
        if isinstance(value, bool):
            yield f"{key} were {not value}", {**settings, key: not value}
        elif isinstance(value, int):
            yield from ((f"{key} were {n}", {**settings, key: n}) for n in (0, value - 1, value + 1) if n != value)
        elif isinstance(value, float) and value:
            yield from ((f"{key} were {n:g}", {**settings, key: n}) for n in (0.0, 1.0) if n != value)
            yield f"{GRADED}{key} ({value:g})", {**settings, key: value * (1.0 + SLIGHT)}
    for key, words in FORMS.items():
        yield from ((f"{key} were {word}", {**settings, key: word}) for word in words if word != settings.get(key))
    if "undamprrcart" not in settings:
        yield "solid-body rotation were damped", {**settings, "undamprrcart": False}


def _inputs(x: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    floats = {n: np.asarray(a) for n, a in x.items() if np.asarray(a).dtype.kind == "f"}
    for name, a in floats.items():
        for what, other in _otherwise(a):
            yield f"{name} {what}", {**x, name: other}
        without = {n: b for n, b in x.items() if n != name}
        yield f"there were no {name}", without
    for (one, a), (two, b) in itertools.combinations(floats.items(), 2):
        if a.shape == b.shape:
            yield f"{one} and {two} were exchanged", {**x, one: b, two: a}


def _otherwise(a: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    if a.ndim == 5 and a.shape[0] == 2:
        yield "had its northward component first", a[::-1]
        yield "had the other sign northward", np.stack([a[0], -a[1]])
    if a.ndim == 6 and a.shape[:2] == (2, 2):
        yield "were transposed", a.swapaxes(0, 1)
        yield "had its rows and columns for north first", a[::-1, ::-1]
    yield "were zero", 0.0 * a
    yield "had the other sign", -a
    if a.ndim >= 4 and a.shape[-3] == a.shape[-2] > 1:
        yield "had i and j exchanged", a.swapaxes(-3, -2)
    if a.ndim >= 1 and a.shape[-1] > 1:
        yield "were shifted one level down", np.roll(a, 1, -1)
        yield "were shifted one level up", np.roll(a, -1, -1)
        yield "had its levels bottom first", a[..., ::-1]
