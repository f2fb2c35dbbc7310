"""Generated states of a hydrostatic atmosphere over a hill for the live theta-l cases, smooth or rough."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import numpy as np

from pysces.arrays.fields import to_record
from pysces.constants import E3SM
from pysces.geometry.grid import Grid
from pysces.models.theta_l.references import sponge_profile
from pysces.vertical.coordinate import even_pressure

from ..registry import Case
from . import seeds
from .fields import PATCH, SPONGE_SCALING, STRETCHED, coefficients, scalar_field, sphere, vector_field

NLEV = 8
TOP = 0.02  # eta
HIGH = 6.0  # times the hill of other cases: 13 km
CONSTANTS = {**to_record(E3SM, "homme"), "kappa": E3SM.kappa, "ps0": E3SM.p0}
SPONGE = {"nu_top": 2.5e5, "hypervis_subcycle_tom": 1}
SPONGE_TENSOR = {"nu_top": 5.0e-7, "laplace_scaling": SPONGE_SCALING}
TENSOR = {"nu": 3.4e-8, "hypervis_scaling": 3.2, "hypervis_subcycle": 1, "hv_ref_profiles": 1, "hv_theta_correction": 1}

# Damping as large as the field, so that what the reference profiles are made of counts in the result.
STRONG = {**TENSOR, "nu": 3.4e-6, "nu_top": 2.5e8}


def damped(ne: int | str) -> dict:
    """Viscosities of a mesh, a tensor's where it is no cubed sphere; hypervis_subcycle as in HOMME's cases."""
    if isinstance(ne, str):
        nu = 3.4e-8
        tensor = {"nu": nu, "nu_div": nu, "nu_p": nu, "hypervis_scaling": 3.2}
        return {**tensor, "hypervis_subcycle": 2, "hv_ref_profiles": 6, **SPONGE_TENSOR}
    nu = 2.0e18 * (2 / ne) ** 3.2
    return {"nu": nu, "nu_div": 2.5 * nu, "nu_p": 0.5 * nu, "hypervis_subcycle": 2, "hv_ref_profiles": 6}


def atmosphere(grid: Grid, kind: str, nlev: int = NLEV, hill: float = 1.0) -> dict[str, np.ndarray]:
    """Inputs of the theta-l kernels: a stable atmosphere over a hill, waves in every field; rough adds noise.

    hill : how many times 2.1 km high it is.
    """
    rng = seeds.generator(20261122)
    coordinate = even_pressure(nlev, TOP)
    waves = lambda: scalar_field(grid, "smooth", rng, nlev)  # noqa: E731
    noise = lambda: scalar_field(grid, kind, rng, nlev) if kind == "rough" else 0.0  # noqa: E731
    phis = hill * 5.0e3 * np.exp(np.sin(grid.lat) + np.cos(grid.lat) * np.cos(grid.lon))
    ps = 1.0e5 * np.exp(-phis / (287.04 * 288.0)) + 200.0 * scalar_field(grid, "smooth", rng, 1)
    dp = coordinate.dp_ref(ps) * (1.0 + 0.01 * waves() + 0.01 * noise())
    p = coordinate.p_mid(ps)
    theta = 220.0 + 80.0 * (p / 1.0e5) ** -0.2857 + 2.0 * waves() + noise()
    wind = 20.0 * vector_field(grid, "smooth", rng, nlev)
    if kind == "rough":
        wind = wind + 5.0 * vector_field(grid, kind, rng, nlev)
    return {**coefficients(coordinate), "phis": phis, "v": wind, "vtheta_dp": theta * dp, "dp3d": dp}


def air_case(
    name: str, settings: dict, kind: str = "smooth", ne: int | str = 2, nlev: int = NLEV, **more: np.ndarray
) -> Case:
    """One case of an atmosphere, with E3SM's constants beside its settings."""
    grid = sphere(ne)
    return Case(name, {**atmosphere(grid, kind, nlev), **more}, {**CONSTANTS, **settings}, grid)


def _over_a_high_hill(settings: dict, **more: np.ndarray) -> Case:
    """What refers to a profile over topography counts here, and not only in the last digits."""
    grid = sphere(2)
    x = atmosphere(grid, "smooth", hill=HIGH)
    return Case("over_a_high_hill", {**x, **more}, {**CONSTANTS, **settings}, grid)


def tendency_cases(ne: int = 2, nlev: int = NLEV) -> list[Case]:
    """Every form of the equations on floating and fixed layers, rough fields, layers too thin."""
    base = {"dt2": 100.0, "eta_ave_w": 0.25}
    variants = {
        "lagrangian_adv1_pgc1": {"theta_advect_form": 1, "pgrad_correction": 1, "rsplit": 1},
        "lagrangian_adv2_pgc0": {"theta_advect_form": 2, "pgrad_correction": 0, "rsplit": 1},
        "eulerian_adv0_pgc0": {"theta_advect_form": 0, "pgrad_correction": 0, "rsplit": 0},
        "eulerian_adv0_pgc1": {"theta_advect_form": 0, "pgrad_correction": 1, "rsplit": 0},
    }
    cases = [air_case(name, {**base, **variant}, ne=ne, nlev=nlev) for name, variant in variants.items()]
    rough = air_case("rough_lagrangian_adv1_pgc1", {**base, **variants["lagrangian_adv1_pgc1"]}, "rough", ne, nlev)
    patch = air_case(
        "patch_eulerian_adv1_pgc1", {**base, **variants["eulerian_adv0_pgc1"], "theta_advect_form": 1}, "rough", PATCH
    )
    high = _over_a_high_hill({**base, **variants["lagrangian_adv1_pgc1"]})
    return [*cases, rough, patch, _thin_layers({**base, **variants["lagrangian_adv1_pgc1"]}), high]


def _thin_layers(settings: dict) -> Case:
    """One layer over a hemisphere is thinner than the limiter allows, another one too cold."""
    case = air_case("thin_layers", settings)
    thin = np.where(sphere(2).lat > 0.3, 0.05, 1.0)
    for name in ("dp3d", "vtheta_dp"):
        case.inputs[name][..., 2:3] *= thin
    case.inputs["vtheta_dp"][..., 5] *= 0.2
    return case


def hyperviscosity_cases(ne: int = 2, nlev: int = NLEV) -> list[Case]:
    """Hyperviscosity by a number and by a tensor, with reference profiles and sponge."""
    base = {"dt2": 300.0, "eta_ave_w": 1.0}
    sponge, profile = _sponge()
    return [
        air_case("constant", {**base, **damped(ne)}, ne=ne, nlev=nlev),
        air_case("constant_rough_no_reference", {**base, **damped(2), "hv_ref_profiles": 0}, "rough"),
        air_case("constant_exact_reference", {**base, **damped(2), "hv_ref_profiles": 1}),
        air_case("tensor_sponge_slope", {**base, **TENSOR, **sponge}, nu_scale_top=profile),
        air_case("patch_tensor", {**base, **TENSOR}, "rough", PATCH),
        air_case(
            "stretched_tensors", {**base, **TENSOR, **sponge, **SPONGE_TENSOR}, ne=STRETCHED, nu_scale_top=profile
        ),
        _over_a_high_hill({**base, **sponge, **STRONG}, nu_scale_top=profile),
    ]


def _sponge() -> tuple[dict, np.ndarray]:
    """Settings and profile of a sponge over the generated coordinate."""
    profile = sponge_profile(even_pressure(NLEV, TOP))
    return {**SPONGE, "nlev_tom": int(np.count_nonzero(profile))}, profile


def step_cases(ne: int = 2, nlev: int = NLEV) -> list[Case]:
    """Dynamics steps of every scheme that reference_fortran has."""
    base = {"theta_advect_form": 1, "pgrad_correction": 1, "rsplit": 1, "dt": 300.0}
    return [
        air_case("tstep_type5_damped", {**base, "tstep_type": 5, **damped(ne)}, ne=ne, nlev=nlev),
        air_case("tstep_type4", {**base, "tstep_type": 4}),
        air_case("patch_tstep_type5", {**base, **TENSOR, "tstep_type": 5, "dt": 60.0}, ne=PATCH),
        air_case("tstep_type1_eulerian", {**base, "tstep_type": 1, "rsplit": 0, "theta_advect_form": 0}),
        air_case("tstep_type5_adv2_pgc0", {**base, "tstep_type": 5, "theta_advect_form": 2, "pgrad_correction": 0}),
        _over_a_high_hill({**base, **STRONG, "tstep_type": 5, "dt": 100.0}),
    ]


def call_cases(ne: int = 2, nlev: int = NLEV) -> list[Case]:
    """One call as HOMME's cases split it (three steps, remap), and four with tracers: constant, a wave, a step."""
    base = {"theta_advect_form": 1, "pgrad_correction": 1, "tstep_type": 5, "tstep": 300.0, "qsplit": 1, "calls": (1,)}
    dry = air_case("dry", {**base, "rsplit": 3, **damped(ne)}, ne=ne, nlev=nlev)
    wet = air_case("tracers", {**base, "rsplit": 2, **damped(2), "limiter_option": 9, "nu_q": 1.0e18})
    fixed = {**base, "rsplit": 0, "nu_p": 0.0, "limiter_option": 8, "theta_advect_form": 0, "pgrad_correction": 0}
    sponge, profile = _sponge()
    other = {**base, **TENSOR, **sponge, "qsplit": 2, "rsplit": 1, "tstep_type": 4, "tstep": 200.0, "nu_q": 3.4e-8}
    other |= {"vert_remap_u_alg": 11, "vert_remap_q_alg": 1, "limiter_option": 8}
    variant = air_case("tensor_sponge_qsplit2", other, nu_scale_top=profile)
    split = {**fixed, "qsplit": 2, "tstep": 200.0, "nu": 2.0e18, "nu_p": 5.0e17, "nu_q": 1.0e18}
    finer = {**base, **TENSOR, "rsplit": 2, "tstep": 100.0, "nu_q": 3.4e-8, "limiter_option": 9}
    patch = air_case("patch_tracers", finer, ne=PATCH)
    wet_cases = [
        wet,
        patch,
        air_case("eulerian_tracers", fixed),
        air_case("eulerian_tracers_qsplit2", split),
        variant,
    ]
    high = _over_a_high_hill(
        {**base, **STRONG, **sponge, "nu": 3.4e-7, "nu_top": 2.5e7, "rsplit": 1}, nu_scale_top=profile
    )
    return [dry, *map(_with_tracers, wet_cases), high]


def _with_tracers(wet: Case) -> Case:
    """A case with a constant, a wave and a step."""
    wave = np.sin(cast(Grid, wet.grid).lat) + 0.0 * wet.inputs["dp3d"]
    ratios = np.stack([np.ones_like(wave), 1e-3 * (2.0 + wave), 1.0 * (wave > 0.2)])
    outputs = tuple(f"call_1/{name}" for name in ("v", "vtheta_dp", "dp3d", "Qdp"))
    return replace(
        wet,
        inputs={**wet.inputs, "Qdp": ratios * wet.inputs["dp3d"]},
        settings={**wet.settings, "outputs": outputs},
        tracers=("Qdp", "call_1/Qdp"),
    )
