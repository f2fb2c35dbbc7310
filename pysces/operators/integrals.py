"""What is watched in a run: masses, energy and its exchanges, surface pressure, error norms, stability, bad numbers.

Global integrals are means over the sphere, summed in an order that no decomposition changes.

Equations: Taylor et al. (2020), doi:10.1029/2019MS001783, section 4; norms: Williamson et al. (1992)
HOMME: prim_state_mod, global_norms_mod
"""

from __future__ import annotations

import dataclasses

import numpy as np

from .arrays import Array, cumulative_sum, namespace
from .cfl import FORWARD_EULER, StabilityLimits, Steps
from .equations.theta_l import HydrostaticState, ThetaLHydrostatic
from .fields import field
from .geometry.grid import Grid
from .pytree import pytree


@pytree
class Energy:
    """Energy per area, mean over the sphere; or the rates of change of the three [W m-2]."""

    kinetic: Array = field("J m-2", "kinetic energy", homme="KE")
    internal: Array = field("J m-2", "internal energy", homme="IE")
    potential: Array = field("J m-2", "potential energy", homme="PE")

    @property
    def total(self) -> Array:
        return self.kinetic + self.internal + self.potential


@pytree
class ErrorNorms:
    """Differences from a reference, relative to the reference."""

    l1: Array = field("1", "integral of |error| / integral of |reference|")
    l2: Array = field("1", "root of the integral of error^2 / integral of reference^2")
    linf: Array = field("1", "largest |error| / largest |reference|")


def global_mean(x: Array, grid: Grid) -> Array:
    """Mean over the sphere of (..., elem, i, j, lev) -> (..., lev).

    HOMME: global_norms_mod:global_integral
    """
    return grid.assembly.sum(x * grid.mass_matrix) / grid.assembly.sum(grid.mass_matrix)


def mass(layer_mass: Array, grid: Grid, gravity) -> Array:
    """Mass per area [kg m-2], mean over the sphere, of layers in Pa: dp, or tracer mass (tracer, elem, i, j, lev)."""
    return global_mean(_column(layer_mass), grid)[..., 0] / gravity


def surface_pressure(dp: Array, ptop) -> Array:
    """(elem, i, j, 1) [Pa]"""
    return ptop + _column(dp)


def theta_l_energy(equations: ThetaLHydrostatic, state: HydrostaticState, grid: Grid) -> Energy:
    """Energy of a hydrostatic state.

    HOMME: prim_state_mod:prim_energy_halftimes
    """
    c, column = equations.constants, equations.column(state)
    u, v = state.wind
    thickness = column.phi_i[..., :-1] - column.phi_i[..., 1:]
    top = equations.coordinate.ptop * column.phi_i[..., :1]
    kinetic = _column(state.dp * (u * u + v * v) / 2)
    internal = _column(c.cp * state.vtheta_dp * column.exner - thickness * column.p) + top
    potential = _column(_midpoints(column.phi_i) * state.dp)
    return _mean_energy((kinetic, internal, potential), grid, c.gravity)


def theta_l_energy_rates(
    equations: ThetaLHydrostatic, state: HydrostaticState, tendency: HydrostaticState, grid: Grid
) -> Energy:
    """Rates of change [W m-2] of the three energies under a tendency: their sum is what the scheme does not conserve.

    The derivative of theta_l_energy along the tendency, term by term.
    """
    c, column = equations.constants, equations.column(state)
    u, v = state.wind
    du, dv = tendency.wind
    dp_rate = cumulative_sum(tendency.dp) - 0.5 * tendency.dp
    exner_rate = c.kappa * column.exner / column.p * dp_rate
    thickness = column.phi_i[..., :-1] - column.phi_i[..., 1:]
    relative = exner_rate / column.exner - dp_rate / column.p
    thickness_rate = c.R_dry * tendency.vtheta_dp * column.exner / column.p + thickness * relative
    phi_rate_i = cumulative_sum(thickness_rate, reverse=True)
    phi_rate = phi_rate_i - thickness_rate / 2
    heat_rate = c.cp * (tendency.vtheta_dp * column.exner + state.vtheta_dp * exner_rate)
    top = equations.coordinate.ptop * phi_rate_i[..., :1]
    kinetic = _column(state.dp * (u * du + v * dv) + tendency.dp * (u * u + v * v) / 2)
    internal = _column(heat_rate - thickness_rate * column.p - thickness * dp_rate) + top
    potential = _column(phi_rate * state.dp + _midpoints(column.phi_i) * tendency.dp)
    return _mean_energy((kinetic, internal, potential), grid, c.gravity)


def error_norms(found: Array, reference: Array, grid: Grid) -> ErrorNorms:
    """l1, l2 and linf of one field against a reference of its shape; levels count alike."""
    xp = namespace(found, reference)
    error = found - reference

    def integral(x):
        return global_mean(x, grid).sum(axis=-1)

    return ErrorNorms(
        integral(abs(error)) / integral(abs(reference)),
        xp.sqrt(integral(error**2) / integral(reference**2)),
        abs(error).max() / abs(reference).max(),
    )


def cfl_report(limits: StabilityLimits, steps: Steps) -> str:
    """Each process's step, its largest stable step, and how much of it is used.

    HOMME: global_norms_mod:print_cfl
    """
    dt, stability = steps.dynamics, steps.stability
    rows = [
        ("gravity waves 342 m/s", dt, stability and stability * limits.gravity_wave),
        ("advection 120 m/s", dt, stability and stability * limits.advection),
        ("tracer stage 120 m/s", steps.tracer / 2, limits.tracer_ssp),
        ("hyperviscosity", dt / max(steps.hypervis_subcycle, 1), FORWARD_EULER * limits.hyperviscosity),
        ("sponge", dt / max(steps.hypervis_subcycle_tom, 1), FORWARD_EULER * limits.sponge),
    ]
    return "\n".join(_cfl_row(*row) for row in rows if row[1] > 0 and row[2] and np.isfinite(row[2]))


def _cfl_row(name: str, step: float, largest: float) -> str:
    return f"{name:22s} step {step:8.1f} s, stable to {largest:9.1f} s ({100 * step / largest:3.0f} %)"


def check_state(state, time: float) -> None:
    """Refuse a state with a number that is not finite, or a layer that is not thick, naming field, element and level.

    Called on the host once per output interval, never inside a compiled loop.
    """
    for f in dataclasses.fields(state):
        value = getattr(state, f.name)
        if value is None:
            continue
        array = np.asarray(value)
        bad = ~np.isfinite(array)
        what = "is not finite"
        if f.name in ("dp", "dp_dry"):
            bad |= ~(array > 0)
            what = "is not positive"
        if bad.any():
            raise FloatingPointError(_sentence(f.name, array, bad, what, time))


def _sentence(name: str, array: np.ndarray, bad: np.ndarray, what: str, time: float) -> str:
    *_, elem, i, j, lev = index = tuple(int(k) for k in np.argwhere(bad)[0])
    found = f"{name} {what} ({array[index]:.6g}) at element {elem}, node ({i}, {j}), level {lev}"
    remedy = "use a smaller tstep or more viscosity, or look at the initial state"
    return f"After {time / 86400.0:.4g} days {found}, and at {int(bad.sum())} points in all; {remedy}."


def _mean_energy(columns: tuple, grid: Grid, gravity) -> Energy:
    return Energy(*(global_mean(column, grid)[0] / gravity for column in columns))


def _column(x: Array) -> Array:
    return x.sum(axis=-1, keepdims=True)


def _midpoints(at_interfaces: Array) -> Array:
    return (at_interfaces[..., :-1] + at_interfaces[..., 1:]) / 2
