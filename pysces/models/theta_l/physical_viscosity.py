"""Viscosity of the supercell: the same everywhere, along levels and across them.

    u, (theta, dp, w_i, phi_i)  gain  dt (mu, mu_s) (L of the field + second difference in height of field - its start)

with L the Laplacian along levels. It follows the hyperviscosity of every dynamics step, mu_q that of every tracer step.
What the air was at the start is not mixed up and down, so that its shear and its layers stay.

Equations: Klemp, Skamarock & Park (2015), doi:10.1002/2015MS000435; DCMIP2016 test case document
HOMME: prim_advance_mod:advance_physical_vis, prim_advection_base:advance_physical_vis
"""

from __future__ import annotations

from typing import Any

from ...arrays.backend import Array, namespace
from ...arrays.compiler import quotient, stored
from ...arrays.fields import field
from ...arrays.pytree import Tree, pytree, static
from ...geometry.grid import Grid
from ...operators.dss import dss_wk
from ...operators.laplacians import laplace_sphere_wk, vlaplace_sphere_wk_contra
from ...transport.limiters import limiter2d_zero
from ...vertical.basis import Basis
from ...vertical.even_laplacian import laplace_z
from .equations import S, ThetaLEquations

DEPTH = 20e3  # m, of all levels, which HOMME has here as a number


@pytree
class PhysicalViscosity(Tree):
    """The Mixing of a Dycore.

    start : the state that vertical mixing leaves alone.   ratio : the mixing ratios of tracers in it.
    of_air, of_tracers : which of the two it acts on.   limited : whether tracers are kept from falling below zero.
    eigenvalue : the largest that it applies [m-2], None where nobody took it.
    """

    mu: Array = field("m2 s-1", "viscosity of the wind", homme="dcmip16_mu")
    mu_s: Array = field("m2 s-1", "viscosity of theta, layer thickness, w and geopotential", homme="dcmip16_mu_s")
    mu_q: Array = field("m2 s-1", "viscosity of tracers", homme="dcmip16_mu_q")
    dp0: Array = field("Pa", "layer thickness at the reference surface pressure (lev,)", homme="dp0")
    start: Any = None
    ratio: Any = field("1", "mixing ratios at the start (tracer, elem, i, j, lev)", default=None)
    eigenvalue: Any = None
    of_air: bool = static(default=True)
    of_tracers: bool = static(default=True)
    limited: bool = static(default=True)

    @property
    def coefficients(self) -> tuple[str, ...]:
        """The fields that are viscosities and act."""
        return (("mu", "mu_s") if self.of_air else ()) + (("mu_q",) if self.of_tracers else ())

    def applied(self, qsplit: int) -> dict[str, tuple]:
        """As dycore.substeps wants it, under the words of the namelist: tracers take a step of qsplit at once."""
        steps = {"mu": 1, "mu_s": 1, "mu_q": qsplit}
        return {f"dcmip16_{n}": (getattr(self, n), steps[n], self.eigenvalue) for n in self.coefficients}

    def moved(self, before: Basis, after: Basis) -> PhysicalViscosity:
        """With reference layers of other levels; the start stays what it was."""
        old, new = (levels.dp_ref(levels.p0) for levels in (before.coordinate, after.coordinate))
        shrunk = before.grid.radius / after.grid.radius
        eigenvalue = None if self.eigenvalue is None else self.eigenvalue * shrunk**2
        return self.replace(dp0=self.dp0 + (new - old), eigenvalue=eigenvalue)

    def apply(self, state: S, dt: Array, grid: Grid, equations: ThetaLEquations[S]) -> S:
        """The state after dt, a number [s].

        HOMME: prim_advance_mod:advance_physical_vis
        """
        if not self.of_air:
            return state
        scalars, wind = dss_wk(stored(_air_spreading, self, state, dt, grid), grid)
        xp = namespace(state.dp)
        theta, dp = state.vtheta_dp / state.dp + scalars[0], state.dp + scalars[1]
        interfaces = [
            xp.concatenate([old[..., :-1] + change, old[..., -1:]], axis=-1)
            for old, change in zip(state.interfaces, scalars[2:])
        ]
        after = type(state)(state.wind + wind, stored(_product, theta, dp), dp, *interfaces)
        return equations.on_the_ground(after)

    def mix(self, tracer_mass: Array, dp: Array, dt: Array, grid: Grid) -> Array:
        """What becomes of tracer_mass (tracer, elem, i, j, lev) [Pa] in layers dp (elem, i, j, lev) [Pa] after dt [s].

        HOMME: prim_advection_base:advance_physical_vis
        """
        if not self.of_tracers:
            return tracer_mass
        xp, strength = namespace(tracer_mass), self.mu_q * dt
        weighted = stored(_tracers_spreading, self, tracer_mass, dp, strength, grid)
        tracer_mass = dss_wk(limiter2d_zero(weighted) if self.limited else weighted, grid)
        departure = self.dp0 * (quotient(tracer_mass, dp) - self.ratio)
        tracer_mass = tracer_mass + strength * laplace_z(departure, DEPTH / self.dp0.shape[0])
        return xp.maximum(tracer_mass, 0.0)


def stiffest(of_levels: float, nlev: int) -> float:
    """Largest eigenvalue [m-2] with that of the Laplacian along levels, and nlev of them."""
    return of_levels + 4.0 / (DEPTH / (nlev + 1)) ** 2


def _air_spreading(viscosity: PhysicalViscosity, state: S, dt: Array, grid: Grid) -> tuple[Array, Array]:
    """What theta, dp and the fields at upper interfaces gain, and what the wind gains; mass matrix included."""
    start, nlev = viscosity.start, state.dp.shape[-1]
    midpoints, interfaces = DEPTH / nlev, DEPTH / (nlev + 1)  # HOMME divides by all interfaces
    theta = state.vtheta_dp / state.dp
    upright = [
        laplace_z(theta - start.vtheta_dp / start.dp, midpoints),
        laplace_z(state.dp - start.dp, midpoints),
        *(laplace_z(f - f0, interfaces)[..., :-1] for f, f0 in zip(state.interfaces, start.interfaces)),
    ]
    xp = namespace(theta)
    along = laplace_sphere_wk(xp.stack([theta, state.dp, *(f[..., :-1] for f in state.interfaces)]), grid)
    scalars = (viscosity.mu_s * dt) * (xp.stack(upright) * grid.mass_matrix + along)
    shear = laplace_z(state.wind - start.wind, midpoints) * grid.mass_matrix
    return scalars, (viscosity.mu * dt) * (shear + vlaplace_sphere_wk_contra(state.wind, grid))


def _tracers_spreading(
    viscosity: PhysicalViscosity, tracer_mass: Array, dp: Array, strength: Array, grid: Grid
) -> Array:
    """Tracer mass with what it gains along levels; mass matrix included."""
    spread = laplace_sphere_wk(viscosity.dp0 * quotient(tracer_mass, dp), grid)
    return tracer_mass * grid.mass_matrix + strength * spread


def _product(a: Array, b: Array) -> Array:
    return a * b
