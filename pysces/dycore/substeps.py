"""Whether the viscosities of a dycore are stable in the substeps that it was built with.

Substeps are forward Euler: one of h seconds is stable while h times the rate of the fastest decay is at most 2. Their
number is part of the program, so that a viscosity changed beyond it is refused, not run into NaN.
"""

from __future__ import annotations

from typing import Any

from ..arrays.backend import Array, is_traced, namespace
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
    """ValueError in a sentence where a coefficient decays too fast; in a compiled program as soon as it is known.

    dycore : its dissipation says by ``substeps`` {name: (coefficient, number of substeps, eigenvalue)}, its mixing by
        ``applied(qsplit)`` {name: (coefficient, dynamics steps that it is applied for at once, eigenvalue)}.
    """
    dissipation, mixing = dycore.dissipation, getattr(dycore, "mixing", None)
    if getattr(dissipation, "stiffness", None) is not None:
        for name, (coefficient, number, eigenvalue) in dissipation.substeps.items():
            where = f"in the {number} substep(s) a step that this run was set up with"
            remedy = "set the run up with it, which chooses more substeps"
            _refuse_unstable(name, coefficient, eigenvalue, dycore.dt / number, (where, remedy))
    for name, (coefficient, steps, eigenvalue) in ({} if mixing is None else mixing.applied(dycore.qsplit)).items():
        _refuse_unstable(name, coefficient, eigenvalue, dycore.dt * steps, ("on this mesh", "take a shorter step"))


def _refuse_unstable(name: str, coefficient: Array, eigenvalue: Any, h: Array, said: tuple[str, str]) -> None:
    if eigenvalue is None:
        return
    strongest, most = namespace(coefficient).max(coefficient), FORWARD_EULER * MARGIN / (eigenvalue * h)
    where, remedy = said
    found, limit = (f"The viscosity {name} is unstable {where}", "a smaller one")
    if not is_traced(strongest * most):
        found = f"The viscosity {name} = {float(strongest):g} is unstable {where}, in {float(h):g} s"
        limit = f"at most {float(most):.3g}"
    refuse_if(strongest > most, f"{found}; use {limit}, or {remedy}.")


def _times(x: Any, factor: Array) -> Any:
    return None if x is None else x * factor


def _eigenvalue(limit: float, coefficient: float) -> float | None:
    return 1.0 / (limit * coefficient) if coefficient > 0.0 else None
