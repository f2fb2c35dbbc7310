"""Generated states of nonhydrostatic theta-l: the hydrostatic ones, off balance and with air that rises and sinks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pysces.constants import E3SM
from pysces.geometry.grid import Grid
from pysces.operators.dss import dss
from pysces.operators.strong import gradient_sphere
from pysces.thermodynamics.eos import phi_from_eos

from ..registry import Case
from . import seeds, theta_l
from .fields import scalar_field, vector_field

OFF_BALANCE = 1e-4  # of the layers' thickness
RISING = 0.3  # m s-1
JAGGED = 0.6  # of a layer
FORM = {"theta_hydrostatic_mode": False}
COLUMNS = 4  # elements of an implicit stage
INTERFACES = ("phinh_i", "w_i")
FIELDS = ("v", "vtheta_dp", "dp3d", *INTERFACES)


def tendency_cases(ne: int = 2, nlev: int = theta_l.NLEV) -> list[Case]:
    """Every form of the equations, with and without vertical sound, on floating and fixed layers, rough fields."""
    base = {"eta_ave_w": 0.25, "scale1": 1.0, "scale2": 1.0, "dt2": 2.0}
    slow: dict[str, float] = {"scale2": 0.0, "dt2": 100.0}
    variants: dict[str, dict[str, float]] = {
        "lagrangian_adv1_pgc1": {"theta_advect_form": 1, "pgrad_correction": 1, "rsplit": 1},
        "slow_adv1_pgc1": {"theta_advect_form": 1, "pgrad_correction": 1, "rsplit": 1, **slow},
        "slow_adv1_pgc0": {"theta_advect_form": 1, "pgrad_correction": 0, "rsplit": 1, **slow},
        "slow_adv2_pgc0": {"theta_advect_form": 2, "pgrad_correction": 0, "rsplit": 1, **slow},
        "eulerian_adv0_pgc0": {"theta_advect_form": 0, "pgrad_correction": 0, "rsplit": 0},
        "slow_eulerian_adv0_pgc1": {"theta_advect_form": 0, "pgrad_correction": 1, "rsplit": 0, **slow},
    }
    cases = [_case(name, {**base, **variant}, ne=ne, nlev=nlev) for name, variant in variants.items()]
    rough = _case("rough_slow", {**base, **variants["slow_adv1_pgc1"]}, kind="rough", ne=ne, nlev=nlev)
    (high,) = (case for case in theta_l.tendency_cases() if case.name == "over_a_high_hill")
    over_hill = nonhydrostatic(high, {**base, **variants["slow_adv1_pgc1"]})
    return [*cases, rough, over_hill, _jagged({**base, **variants["slow_adv1_pgc1"]}, ne, nlev)]


def _jagged(settings: dict, ne: int, nlev: int) -> Case:
    """Layers up to JAGGED thicker or thinner from node to node: log of Exner's function slopes otherwise than it does.

    What corrects the pressure gradient lives on that difference, and with it the reference temperature.
    """
    case = theta_l.air_case("jagged_slow_adv1_pgc1", {**FORM, **settings}, "rough", ne, nlev)
    uneven = 1.0 + JAGGED * scalar_field(_grid(case), "rough", seeds.generator(20261128), nlev)
    case = replace(case, inputs=case.inputs | {n: case.inputs[n] * uneven for n in ("dp3d", "vtheta_dp")})
    return replace(case, inputs=case.inputs | _off_balance(case))


def stage_cases(ne: int = 2, nlev: int = theta_l.NLEV) -> list[Case]:
    """Implicit stages of columns, one of them with fast terms of two more levels."""
    case = _case("columns", {}, ne=ne, nlev=nlev)
    columns = case.inputs | {"gradphis": slope(case)}  # without a mesh, nobody can make it
    x = {name: _few(values) for name, values in columns.items() if name not in ("hyam", "hybm")}
    rng = seeds.generator(20261124)
    others = {f"{at}_{name}": x[name] * (1 + 1e-6 * rng.uniform()) for at in ("n0", "nm1") for name in FIELDS}
    for at in ("n0", "nm1"):
        others[f"{at}_phinh_i"][..., -1:] = x["phis"]
    alone = {"alphadt_n0": 0.0, "alphadt_nm1": 0.0}
    return [
        replace(case, name="backward_euler", inputs=x, grid=None, settings=case.settings | alone | {"dt2": 100.0}),
        replace(
            case,
            name="dirk",
            inputs=x | others,
            grid=None,
            settings=case.settings | {"alphadt_n0": 30.0, "alphadt_nm1": 10.0, "dt2": 60.0},
        ),
    ]


def step_cases(ne: int = 2, nlev: int = theta_l.NLEV) -> list[Case]:
    """A step with hyperviscosity, then the stages of every scheme, explicit sound as short as that wants."""
    base = {"theta_advect_form": 1, "pgrad_correction": 1, "rsplit": 1}
    steps = {1: 2.0, 4: 2.0, 5: 2.0, 7: 300.0, 8: 100.0, 9: 300.0, 10: 300.0}
    damped = {**base, **theta_l.damped(ne), "nu_s": theta_l.damped(ne)["nu"] / 4, "tstep_type": 9, "dt": 300.0}
    return [
        _case("nonhydrostatic_damped", damped, ne=ne, nlev=nlev),
        *(
            _case(f"nonhydrostatic_tstep_type{number}", {**base, "tstep_type": number, "dt": dt})
            for number, dt in steps.items()
        ),
    ]


def energy_cases(ne: int = 2, nlev: int = theta_l.NLEV) -> list[Case]:
    """Air that moves, rises and is out of balance, smooth and rough, over a high hill; and hydrostatic air."""
    (high,) = (case for case in theta_l.tendency_cases() if case.name == "over_a_high_hill")
    smooth, rough = (_case(kind, {}, kind=kind, ne=ne, nlev=nlev) for kind in ("smooth", "rough"))
    return [smooth, rough, nonhydrostatic(high, {}), theta_l.air_case("hydrostatic", {}, ne=ne, nlev=nlev)]


def forcing_cases(ne: int = 2, nlev: int = theta_l.NLEV) -> list[Case]:
    """Rates that change the air by about as much as it has: gusts, heating and cooling, updraughts; over hills."""
    (high,) = (case for case in theta_l.tendency_cases() if case.name == "over_a_high_hill")
    cases = [_case("smooth", {}, ne=ne, nlev=nlev), _case("rough", {}, kind="rough", ne=ne, nlev=nlev)]
    return [_forced(case) for case in (*cases, nonhydrostatic(high, {}))]


def _forced(case: Case) -> Case:
    grid, nlev, rng = _grid(case), case.inputs["dp3d"].shape[-1], seeds.generator(20261127)
    rates = {
        "FM": 0.1 * vector_field(grid, "smooth", rng, nlev),
        "FT": 0.5 * scalar_field(grid, "smooth", rng, nlev),
        "FW": 0.1 * scalar_field(grid, "smooth", rng, nlev),
    }
    return replace(case, inputs=case.inputs | rates, settings={**case.settings, "dt": 100.0})


def hyperviscosity_cases(ne: int = 2, nlev: int = theta_l.NLEV) -> list[Case]:
    """Damping of w and phi by a number of its own and by tensors, with sponge, over a high hill."""
    chosen = {
        "constant": {"nu_s": 0.25},
        "tensor_sponge_slope": {"nu_s": 2.0},
        "stretched_tensors": {"nu_s": 0.5},
        "over_a_high_hill": {"nu_s": 0.5},
    }
    cases = {case.name: case for case in theta_l.hyperviscosity_cases(ne, nlev)}
    share = lambda case, part: {"nu_s": part["nu_s"] * case.settings["nu"]}  # noqa: E731
    return [nonhydrostatic(cases[name], share(cases[name], part)) for name, part in chosen.items()]


def call_cases(ne: int = 2, nlev: int = theta_l.NLEV) -> list[Case]:
    """Whole calls: three steps and a remap, two steps a tracer step with sponge, fixed levels."""
    chosen: dict[str, dict] = {
        "dry": {"tstep_type": 9},
        "tensor_sponge_qsplit2": {"tstep_type": 10},
        "eulerian_tracers_qsplit2": {"tstep_type": 7, "tstep": 40.0},  # short: a planted defect must not blow it up
    }
    cases = {case.name: case for case in theta_l.call_cases(ne, nlev)}
    return [nonhydrostatic(cases[name], scheme) for name, scheme in chosen.items()]


def nonhydrostatic(case: Case, settings: dict) -> Case:
    """A hydrostatic case in the other form, off balance; its outputs are named where it names them.

    The slope of the ground is no input: each side makes its own.
    """
    outputs = case.settings.get("outputs", ())
    if outputs:
        settings = {**settings, "outputs": (*outputs, *(f"call_1/{name}" for name in INTERFACES))}
    inputs = case.inputs | _off_balance(case)
    return replace(
        case, name=f"nonhydrostatic_{case.name}", inputs=inputs, settings={**case.settings, **FORM, **settings}
    )


def _case(name: str, settings: dict, kind: str = "smooth", ne: int | str = 2, nlev: int = theta_l.NLEV) -> Case:
    hydrostatic = theta_l.air_case(name, {**FORM, **settings}, kind, ne, nlev)
    return replace(hydrostatic, inputs=hydrostatic.inputs | _off_balance(hydrostatic))


def _off_balance(case: Case) -> dict[str, np.ndarray]:
    """phinh_i and w_i of an atmosphere; on the ground w_i is the wind along the slope."""
    rng, nlev = seeds.generator(20261125), case.inputs["dp3d"].shape[-1]
    warmer = case.inputs["vtheta_dp"] * (1 + OFF_BALANCE * scalar_field(_grid(case), "smooth", rng, nlev))
    found = in_balance(replace(case, inputs={**case.inputs, "vtheta_dp": warmer}))
    rising = RISING * scalar_field(_grid(case), "smooth", rng, nlev)
    return found | {"w_i": np.concatenate([rising, found["w_i"][..., -1:]], axis=-1)}


def in_balance(case: Case) -> dict[str, np.ndarray]:
    """phinh_i and w_i of an atmosphere that neither rises nor sinks but along the ground."""
    x = case.inputs
    phi_i = phi_from_eos(x["phis"], x["vtheta_dp"], x["dp3d"], x["hyai"][0] * case.settings["ps0"], E3SM)
    climb = (x["v"][..., -1:] * slope(case)).sum(axis=0) / E3SM.gravity
    return {"phinh_i": phi_i, "w_i": np.concatenate([0.0 * x["dp3d"], climb], axis=-1)}


def slope(case: Case) -> np.ndarray:
    """The continuous gradient of phis (2, elem, i, j, 1) [m s-2]."""
    grid = _grid(case)
    return dss(gradient_sphere(case.inputs["phis"], grid), grid)


def _grid(case: Case) -> Grid:
    if case.grid is None:
        raise ValueError("An atmosphere off balance needs the grid that its ground slopes on; give the case one.")
    return case.grid


def _few(values: np.ndarray) -> np.ndarray:
    """The first elements of a field; a list of levels as it is."""
    return values if values.ndim == 1 else values[:, :COLUMNS] if values.ndim == 5 else values[:COLUMNS]
