"""Stability limits of explicit steps on a grid, steps chosen by them, and the number of hyperviscosity substeps.

Waves, advection, and constant viscosity on cubed spheres are judged by HOMME's formulas, which read the shortest node
spacing. A viscosity that varies, and every one on other meshes, is judged by the largest eigenvalue of its operator,
found by power iteration: HOMME's formula for tensors is 2.4 times too small for hypervis_scaling = 3 on cubed spheres,
and 5 times on refined ones, because elements that are longer than wide diffuse as fast as their long side wants.

Equations: Guba et al. (2014), doi:10.5194/gmd-7-2803-2014 (tensor hyperviscosity)
HOMME: global_norms_mod:print_cfl, namelist_mod (hypervis_subcycle)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..arrays.backend import Array
from ..geometry.grid import Grid
from ..operators.dss import dss, dss_wk
from ..operators.laplacians import biharmonic_wk, laplace_sphere_wk

LAMBDA_ADVECTION = {4: 2.74}  # np -> largest eigenvalue of the element's derivative, dx_reference = 2
LAMBDA_VISCOSITY = {4: 30.0}  # np -> largest eigenvalue of its Laplacian
FASTEST_WIND, FASTEST_WAVE = 120.0, 342.0  # m s-1
FORWARD_EULER = 2.0  # stability on the negative real axis
MOST_SUBCYCLES = 1000  # in one step, which nothing can interrupt
ITERATIONS = 40  # of the power method, which is then 1 % short
VECTOR_MARGIN = 1.1  # the vector Laplacian's largest eigenvalue is up to 6 % above the scalar one's
USED = 0.7  # of the largest stable step: HOMME's cases take 9000 s / ne, with five stages
# tstep_type -> stability on the imaginary axis; schemes without it (RK2) or not listed are not judged
HOMME_STABILITY = {4: 4.0, 5: math.sqrt(15.0), 7: 4.0, 9: math.sqrt(15.0), 10: 4.0}
CAM_STABILITY = {2: math.sqrt(3.0), 3: math.sqrt(8.0), 4: math.sqrt(15.0)}


@dataclass(frozen=True)
class StabilityLimits:
    """Largest stable steps [s] per unit of stability: multiply by S of the scheme; inf where a process is absent."""

    advection: float
    gravity_wave: float
    tracer_ssp: float
    hyperviscosity: float
    sponge: float
    vertical_sound: float = math.inf


@dataclass(frozen=True)
class Steps:
    """The steps of a run [s]; stability is that of the Runge-Kutta scheme, tracer 0 where none are carried."""

    dynamics: float
    stability: float | None
    hypervis_subcycle: int
    hypervis_subcycle_tom: int = 0
    tracer: float = 0.0


@dataclass(frozen=True)
class Viscosities:
    """What the limits depend on besides the grid: the largest coefficients."""

    nu: float = 0.0
    nu_top: float = 0.0


def stability_limits(grid: Grid, viscosity: Viscosities) -> StabilityLimits:
    """Limits of a grid, with its tensors; viscosity.nu_top includes the largest factor of the sponge's profile."""
    n, s = float(np.max(np.asarray(grid.norm_inverse))), float(grid.inverse_radius)
    waves = n * LAMBDA_ADVECTION[grid.npts] * s
    return StabilityLimits(
        advection=1.0 / (FASTEST_WIND * waves),
        gravity_wave=1.0 / (FASTEST_WAVE * waves),
        tracer_ssp=float(np.min(np.asarray(grid.gll_weights))) / (FASTEST_WIND * n * s),
        hyperviscosity=_inverse(viscosity.nu and viscosity.nu * largest_of_hyperviscosity(grid)),
        sponge=_inverse(viscosity.nu_top and viscosity.nu_top * _largest_of_sponge(grid)),
    )


def largest_of_hyperviscosity(grid: Grid) -> float:
    """Largest eigenvalue of a grid's biharmonic [m-4], or with its tensor [1]."""
    tensor, factor = grid.viscosity_tensor, grid.viscosity_factor
    if tensor is None and factor is None and grid.ne:
        return _constant_laplacian(grid) ** 2
    return VECTOR_MARGIN * _largest_eigenvalue(lambda q: dss_wk(biharmonic_wk(q, grid, tensor, factor), grid), grid)


def _largest_of_sponge(grid: Grid) -> float:
    """Largest eigenvalue of the sponge's Laplacian [m-2], or with its tensor [1]."""
    if grid.sponge_tensor is None and grid.ne:
        return _constant_laplacian(grid)
    return VECTOR_MARGIN * _largest_eigenvalue(
        lambda q: dss_wk(laplace_sphere_wk(q, grid, grid.sponge_tensor), grid), grid
    )


def largest_of_laplacian(grid: Grid) -> float:
    """Largest eigenvalue of a grid's Laplacian [m-2], without tensors."""
    if grid.ne:
        return _constant_laplacian(grid)
    return VECTOR_MARGIN * _largest_eigenvalue(lambda q: dss_wk(laplace_sphere_wk(q, grid), grid), grid)


def _constant_laplacian(grid: Grid) -> float:
    shortest = float(np.max(np.asarray(grid.norm_inverse))) * float(grid.inverse_radius)
    return LAMBDA_VISCOSITY[grid.npts] * shortest**2


def _largest_eigenvalue(operator: Callable[[Array], Array], grid: Grid) -> float:
    """By the power method, from the same field every time; the operator's eigenvalues are real and of one sign."""
    field = dss(np.random.default_rng(0).standard_normal((grid.nelem, grid.npts, grid.npts, 1)), grid)
    size = 1.0
    for _ in range(ITERATIONS):
        field = operator(field / np.linalg.norm(field))
        size = float(np.linalg.norm(field))
    return size


def longest_step(grid: Grid, stability: float | None) -> float:
    """The dynamics step [s] to choose on any mesh: that of HOMME's cases, by what gravity waves allow.

    stability : of the Runge-Kutta scheme on the imaginary axis; None takes that of five stages.
    """
    allowed = (stability or HOMME_STABILITY[5]) * stability_limits(grid, Viscosities()).gravity_wave
    return USED * allowed


def _inverse(x: float) -> float:
    return 1.0 / x if x > 0 else math.inf


def hypervis_subcycles(tstep: float, nu: float, ne: int, limit: float, constant: bool) -> int:
    """Substeps of hyperviscosity for a dynamics step: as many as forward Euler needs, and not fewer than HOMME takes.

    HOMME takes substeps of 1.25e23 / (nu ne^4) s for constant nu [m4 s-1] on a cubed sphere.   tstep : [s].
    limit : StabilityLimits.hyperviscosity, of the largest coefficient.

    Raises
    ------
    ValueError where it would be more than MOST_SUBCYCLES.
    """
    needed = max(1.0, tstep / (FORWARD_EULER * limit), tstep * nu * ne**4 / 1.25e23 if constant else 1.0)
    if not needed <= MOST_SUBCYCLES:
        raise ValueError(
            f"A viscosity of nu = {nu:.4g} needs {needed:.3g} substeps of hyperviscosity in a step, more than "
            f"{MOST_SUBCYCLES}; use a smaller one (with hypervis_scaling it is in s-1, else in m4 s-1)."
        )
    return math.ceil(needed)


def checked_report(limits: StabilityLimits, steps: Steps) -> str:
    """How stable the steps of a run are, one line each.

    Raises
    ------
    ValueError in one sentence where one is too long.
    """
    check_step(steps.dynamics, steps.stability, limits)
    check_sound(steps.dynamics, steps.stability, limits)
    check_subcycles(steps.dynamics, steps.hypervis_subcycle, limits.hyperviscosity, "hypervis_subcycle")
    check_subcycles(steps.dynamics, steps.hypervis_subcycle_tom, limits.sponge, "hypervis_subcycle_tom")
    return cfl_report(limits, steps)


def check_step(tstep: float, stability: float | None, limits: StabilityLimits) -> None:
    """Refuse a dynamics step [s] that gravity waves make unstable; stability is the scheme's, None judges nothing."""
    if stability is not None and tstep > stability * limits.gravity_wave:
        raise ValueError(
            f"tstep = {tstep:g} s is unstable: gravity waves of {FASTEST_WAVE:g} m/s on this grid allow at "
            f"most {stability * limits.gravity_wave:.4g} s with this tstep_type; use a smaller one, or 0 to choose."
        )


def check_sound(tstep: float, stability: float | None, limits: StabilityLimits) -> None:
    """Refuse a dynamics step [s] that vertical sound, where it is stepped explicitly, makes unstable."""
    if stability is not None and tstep > stability * limits.vertical_sound:
        raise ValueError(
            f"tstep = {tstep:g} s is unstable: sound through the thinnest layer, which this tstep_type steps "
            f"explicitly, allows at most {stability * limits.vertical_sound:.4g} s; use a smaller one, or a tstep_type "
            "that solves for it (7, 9 or 10)."
        )


def check_subcycles(tstep: float, subcycles: int, limit: float, name: str) -> None:
    """Refuse too few substeps of a step [s] for forward Euler diffusion; limit [s], and name is the option's."""
    if subcycles and tstep / subcycles > FORWARD_EULER * limit:
        needed = math.ceil(tstep / (FORWARD_EULER * limit))
        chosen = " or -1" if name == "hypervis_subcycle" else ""
        raise ValueError(
            f"{name} = {subcycles} is unstable with tstep = {tstep:g} s: diffusion allows at most "
            f"{FORWARD_EULER * limit:.4g} s a substep; use {name} = {needed}{chosen}, or a smaller tstep."
        )


def cfl_report(limits: StabilityLimits, steps: Steps) -> str:
    """Each process's step, its largest stable step, and how much of it is used.

    HOMME: global_norms_mod:print_cfl
    """
    dt, stability = steps.dynamics, steps.stability
    rows: list[tuple[str, float, float | None]] = [
        ("gravity waves 342 m/s", dt, stability and stability * limits.gravity_wave),
        ("vertical sound", dt, stability and stability * limits.vertical_sound),
        ("advection 120 m/s", dt, stability and stability * limits.advection),
        ("tracer stage 120 m/s", steps.tracer / 2, limits.tracer_ssp),
        ("hyperviscosity", dt / max(steps.hypervis_subcycle, 1), FORWARD_EULER * limits.hyperviscosity),
        ("sponge", dt / max(steps.hypervis_subcycle_tom, 1), FORWARD_EULER * limits.sponge),
    ]
    return "\n".join(_cfl_row(*row[:2], row[2]) for row in rows if row[1] > 0 and row[2] and np.isfinite(row[2]))


def _cfl_row(name: str, step: float, largest: float) -> str:
    return f"{name:22s} step {step:8.1f} s, stable to {largest:9.1f} s ({100 * step / largest:3.0f} %)"
