"""Whether the viscosities of a dycore are stable in the substeps that it was built with.

Substeps are forward Euler: one of h seconds is stable while h times the rate of the fastest decay is at most 2. Their
number is part of the program, so that a viscosity changed beyond it is refused, not run into NaN.
"""

from __future__ import annotations

from typing import Any

from ..arrays.backend import Array, namespace
from ..arrays.pytree import Tree, pytree
from ..arrays.refusals import refuse_if
from ..vertical.basis import Basis
from .stability import FORWARD_EULER, StabilityLimits, Viscosities

MARGIN = 1.0 + 1e-6  # a run may use the whole of its limit


@pytree
class Stiffness(Tree):
    """Largest eigenvalues of what a dissipation applies; None where there is none, or nobody took it.

    biharmonic : [m-4], or with a tensor [1].   laplacian : of the sponge [m-2], or with a tensor [1].
    """

    biharmonic: Any = None
    laplacian: Any = None

    def moved(self, before: Basis, after: Basis) -> Stiffness:
        """On a sphere of another size; a tensor has its size in it."""
        shrunk = before.grid.radius / after.grid.radius
        biharmonic = self.biharmonic if before.grid.viscosity_tensor is not None else _times(self.biharmonic, shrunk**4)
        laplacian = self.laplacian if before.grid.sponge_tensor is not None else _times(self.laplacian, shrunk**2)
        return Stiffness(biharmonic, laplacian)


def stiffness_of(limits: StabilityLimits, strongest: Viscosities) -> Stiffness:
    """The eigenvalues that limits of a grid were made of, for the coefficients that they were made for."""
    return Stiffness(
        _eigenvalue(limits.hyperviscosity, strongest.nu),
        _eigenvalue(limits.sponge, strongest.nu_top),
    )


def judged(dycore: Any, stiffness: Stiffness) -> Any:
    """The dycore whose dissipation knows how stiff it is, where it has one that can."""
    if not hasattr(dycore.dissipation, "stiffness"):
        return dycore
    return dycore.replace(dissipation=dycore.dissipation.replace(stiffness=stiffness))


def refuse_unstable_substeps(dycore: Any) -> None:
    """ValueError in a sentence where a coefficient needs more substeps; in a compiled program as soon as it is known.

    dycore : its dissipation and its mixing say by ``substeps``, {name: (coefficient, number of substeps, eigenvalue)},
        what they do.
    """
    dissipation = dycore.dissipation
    judged = {} if getattr(dissipation, "stiffness", None) is None else dissipation.substeps
    for name, what in {**judged, **getattr(getattr(dycore, "mixing", None), "substeps", {})}.items():
        _refuse_unstable(name, what, dycore.dt)


def _refuse_unstable(name: str, what: tuple[Array, int, Any], dt: Array) -> None:
    coefficient, substeps, eigenvalue = what
    if eigenvalue is None:
        return
    fastest = namespace(coefficient).max(coefficient) * eigenvalue * dt / substeps
    refuse_if(
        fastest > FORWARD_EULER * MARGIN,
        f"The viscosity {name} is unstable in the {substeps} substep(s) a step that this run was set up with; "
        f"use a smaller one, or set the run up with it, which chooses more substeps.",
    )


def _times(x: Any, factor: Array) -> Any:
    return None if x is None else x * factor


def _eigenvalue(limit: float, coefficient: float) -> float | None:
    return 1.0 / (limit * coefficient) if coefficient > 0.0 else None
