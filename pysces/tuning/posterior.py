"""What observations say of parameters: the posterior near a fit, and which combinations they hardly determine.

Near its minimum the cost is a parabola with the Hessian H, and the posterior a normal distribution of covariance 1/H:
Tarantola (2005), Inverse Problem Theory, section 3.2. Gauss and Newton's H = R^T R, with R the Jacobian of residuals,
leaves out what second derivatives of the run add; both agree where residuals are small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .fits import Fit
from .parameters import Parameter

SMALLEST_PART = 0.1  # of a combination, in words


@dataclass(frozen=True)
class Posterior:
    """A normal distribution of the coordinates (parameter,) about z, whose inverse covariance is hessian; all [1]."""

    parameters: Sequence[Parameter]
    z: np.ndarray
    hessian: np.ndarray

    @property
    def covariance(self) -> np.ndarray:
        """(parameter, parameter) of the coordinates."""
        return np.linalg.inv(self.hessian)

    @property
    def deviations(self) -> np.ndarray:
        """(parameter,) of the coordinates; infinite where nothing is known."""
        curvature, directions = np.linalg.eigh(self.hessian)
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = np.where(directions == 0.0, 0.0, directions**2 / np.maximum(curvature, 0.0))
        return np.sqrt(shares.sum(axis=1))

    @property
    def deviations_of_values(self) -> np.ndarray:
        """(parameter,) of the values, each in its unit [U]."""
        return self.deviations * [p.slope(z) for p, z in zip(self.parameters, self.z)]

    @property
    def eigenvalues(self) -> np.ndarray:
        """(parameter,) of the Hessian, the worst determined combination first."""
        return np.linalg.eigh(self.hessian)[0]

    @property
    def combinations(self) -> np.ndarray:
        """(parameter, combination) of length one, the worst determined first."""
        return np.linalg.eigh(self.hessian)[1]

    def share(self, combination: int) -> dict[str, float]:
        """{name: part} of a combination's squared length, the largest first."""
        parts = self.combinations[:, combination] ** 2
        return {self.parameters[n].name: float(parts[n]) for n in np.argsort(-parts)}

    def report(self) -> str:
        """Values with their deviations, eigenvalues, and in words what is determined worst."""
        rows = [f"{'parameter':16s} {'value':>13s} {'deviation':>11s}"]
        found = zip(self.parameters, self.z, self.deviations_of_values)
        rows += [f"{p.name:16s} {p.value(z):13.6g} {d:11.3g} {p.units}" for p, z, d in found]
        rows += [f"eigenvalue {value:9.3e}: {self._words(n)}" for n, value in enumerate(self.eigenvalues)]
        worst = 1.0 / np.sqrt(max(self.eigenvalues[0], np.finfo(float).tiny))
        return "\n".join([*rows, f"worst determined, to {worst:.2g}: {self._words(0)}"])

    def _words(self, combination: int) -> str:
        """As a sum of coordinates, its largest part positive."""
        parts = self.combinations[:, combination]
        parts = parts * np.sign(parts[np.argmax(np.abs(parts))])
        said = [
            f"{'+' if part > 0 else '-'} {abs(part):.2f} {_coordinate_name(p)}"
            for p, part in zip(self.parameters, parts)
            if abs(part) >= SMALLEST_PART
        ]
        return " ".join(said).removeprefix("+ ")


def _coordinate_name(parameter: Parameter) -> str:
    return parameter.name if parameter.transform == "none" else f"{parameter.transform} {parameter.name}"


def posterior(fit: Fit, exact: bool = False) -> Posterior:
    """The posterior at a fit.

    exact : with the second derivatives of the run, in place of Gauss and Newton's Hessian.
    """
    problem = fit.problem
    if exact:
        return Posterior(problem.parameters, fit.z, np.asarray(problem.hessian(fit.z)))
    slopes = problem.residuals_and_jacobian(fit.z)[1] if fit.jacobian is None else fit.jacobian
    slopes = np.asarray(slopes)
    return Posterior(problem.parameters, fit.z, slopes.T @ slopes)
