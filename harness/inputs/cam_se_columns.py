"""Live cases of CAM-SE on single columns: every algorithm of the vertical remap, and forcing."""

from __future__ import annotations

import numpy as np

from ..registry import Case
from ..sides.pysces.cam_se import vertical_remap
from . import seeds
from .cam_se import NE, NLEV, moist_case

COLUMNS = 16
ALGORITHMS = {"default": (-9, 10), "fv3_ppm": (-4, -4), "fv3_cs_2dz": (-10, -10), "fv3_cs_2dz_loose": (-11, -11)}
ALGORITHMS |= {"mirror": (1, 1), "pcom": (2, 2), "linear": (10, 10), "over_logp": (-90, -90), "thick_clouds": (-9, 10)}
ALGORITHMS |= {"fv3_unlimited": (-17, -17)}
TIED = (-10, -11)
NUDGES = (2e-16, 1e-14, 1e-12, 1e-8, 3e-7) * 10  # relative, up to a few float32 ulps
STIR = 1e-5  # of a level's largest value: a remap that a nudge moves by more hangs on a branch


def remap_cases(ne: int | None = None, nlev: int = NLEV) -> list[Case]:
    """Every algorithm on layers deformed by up to a third, in columns where no branch hangs on round-off.

    kord 10 and 11 branch on exact ties (an edge clipped to the layer's mean): in 87 and 96 % of rough columns one ulp
    of the input decides some tie otherwise, and no bound on such a column would be tight. Records hold such columns.

    ne : for timing, the default algorithms on all columns of a mesh instead.
    """
    if ne is not None:
        return [_deformed("default", (ne, nlev))]
    return [_settled(_deformed(name)) for name in ALGORITHMS]


def _deformed(name: str, size: tuple[int, int] = (NE, NLEV)) -> Case:
    uvtq, other = ALGORITHMS[name]
    heat = "Tv_over_logP" if uvtq <= -20 else "thermal_energy_over_P"
    words = {"vert_remap_uvTq_alg": uvtq, "vert_remap_tracer_alg": other, "se_vert_remap_T": heat}
    case = moist_case(name, words, "rough", size=size, extreme=name == "thick_clouds")
    x, rng = case.inputs, seeds.generator(7)
    x["dp3d"] = x["dp3d"] * rng.uniform(0.7, 1.3, x["dp3d"].shape)
    water = x["qwater"] * x["dp3d"]
    x["Qdp"] = np.concatenate([water, water[:2] * rng.uniform(0.0, 2.0, water[:2].shape)])
    return case


def _settled(case: Case) -> Case:
    """The first columns of a case, without its mesh, whose remap answers small changes by small ones."""
    if case.settings["vert_remap_uvTq_alg"] not in TIED:
        return _columns(case, slice(COLUMNS))
    case, rng = _columns(case, slice(None)), seeds.generator(8)
    moved = ("T", "v", "dp3d", "Qdp")
    before, most = vertical_remap(case.inputs, case.settings), 0.0
    for size in NUDGES:
        nudged = {n: a * (1.0 + size * rng.choice([-1, 1], a.shape)) for n, a in case.inputs.items() if n in moved}
        after = vertical_remap({**case.inputs, **nudged}, case.settings)
        most = np.maximum(most, np.max([_stirred(after[n], before[n]) for n in before], axis=0))
    return _columns(case, np.flatnonzero(most < STIR)[:COLUMNS])


def _stirred(after: np.ndarray, before: np.ndarray) -> np.ndarray:
    """(column,) largest change relative to the level's largest value."""
    change = np.abs(after - before) / np.abs(before).max(axis=-2, keepdims=True)
    return change.max(axis=-1).reshape(-1, change.shape[-2]).max(axis=0)


def _columns(case: Case, chosen: np.ndarray | slice) -> Case:
    """Chosen columns of a case, without a mesh; fields on elements are columns element by element."""
    inputs = {}
    for name, a in case.inputs.items():
        flat = a.reshape(*a.shape[:-4], -1, a.shape[-1]) if case.grid is not None and a.ndim >= 4 else a
        inputs[name] = flat[..., chosen, :] if flat.ndim > 1 else flat
    return Case(case.name, inputs, case.settings, None, case.tracers)


def forcing_cases() -> list[Case]:
    """Heating, acceleration, and tracer sinks that some layers cannot feed.

    Heating is 20 K and acceleration 20 m/s a step, so that an error in them shows beside the round-off of the state.
    """
    cases = []
    for ftype in (0, 1, 2):
        words = {"ftype": ftype, "dt_dribble": 900.0, "dt_phys": 1800.0, "se_nsplit": 2}
        case = _columns(moist_case(f"ftype{ftype}", words), slice(COLUMNS))
        x, rng = case.inputs, seeds.generator(7)
        x["Qdp"] = x["qwater"] * x["dp3d"]
        x["FT"] = 1e-2 * rng.normal(size=x["T"].shape)
        x["FM"] = 1e-2 * rng.normal(size=x["v"].shape)
        x["dq"] = x["qwater"] * rng.uniform(-2.0, 2.0, x["qwater"].shape)
        cases.append(case)
    return cases
