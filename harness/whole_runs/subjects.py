"""The flows of ``pysces-verify growth``: the dry baroclinic wave of theta-l in both forms, and one of shallow water."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pysces.models.shallow_water.diagnostics import shallow_integrals
from pysces.models.theta_l.energy import theta_l_energy

from ..errors import BadInput
from ..inputs.theta_l_nonhydrostatic import in_balance
from ..locating.march import Start
from ..locating.shallow_water import start as shallow_water_start
from ..locating.theta_l import start as theta_l_start
from ..registry import Case
from ..sides.pysces import shallow_water as shallow_pieces
from ..sides.pysces import theta_l as pieces
from .ensemble import Flow, Look, Subject

SIZES = {"ne": 4, "nlev": 12}
WAVE_STEP, WATER_STEP, FINER = 600.0, 300.0, 0.5  # s; their share on meshes that are no cubed sphere


def wave(ne: int | str, nlev: int | None, days: float, hours: float) -> Flow:
    """The dry baroclinic wave with remap every third step, hyperviscosity and sponge."""
    start = theta_l_start.start("baroclinic_wave", ne, nlev or SIZES["nlev"])
    settings = {**start.settings, "rsplit": 3, "tstep": WAVE_STEP if isinstance(ne, int) else FINER * WAVE_STEP}
    subject = Subject(
        name="baroclinic_wave",
        kernel="theta_l_run",
        state=("v", "vtheta_dp", "dp3d"),
        nudged="vtheta_dp",
        fields={"ps": "Pa", "theta": "K", "wind": "m s-1"},  # surface; middle level; lowest level
        call=settings["tstep"] * settings["qsplit"] * settings["rsplit"],
        asked=lambda calls: {"calls": (calls,)},
        prefix="call",
        look=_look_at_air,
    )
    return _flow(subject, start, settings, days, hours)


def nonhydrostatic_wave(ne: int | str, nlev: int | None, days: float, hours: float) -> Flow:
    """The same wave, with w and geopotential of their own and implicit vertical sound."""
    flow = wave(ne, nlev, days, hours)
    case = Case(flow.subject.name, dict(flow.x), dict(flow.settings), flow.grid)
    subject = replace(
        flow.subject,
        name="nonhydrostatic_baroclinic_wave",
        state=(*flow.subject.state, "phinh_i", "w_i"),
        fields={**flow.subject.fields, "w": "m s-1"},  # middle interface
        look=_look_at_rising_air,
    )
    form = {"theta_hydrostatic_mode": False, "tstep_type": 9}
    return replace(flow, subject=subject, x={**flow.x, **in_balance(case)}, settings={**flow.settings, **form})


def rossby_haurwitz(ne: int | str, nlev: int | None, days: float, hours: float) -> Flow:
    """Williamson's case 6 by leapfrog-trapezoidal steps, which begin anew at every output.

    Not by SSP Runge-Kutta: its weights lack 6e-17 of a whole, and the mass that a step loses hangs on how sums round.
    Not Galewsky's jet: half of it is level and at rest, where all nodes round alike, and what they lose adds up.
    """
    start = shallow_water_start.start("williamson6", ne, nlev)
    whole = {"p": start.x["p"] + start.x["pmean"], "pmean": 0.0 * start.x["pmean"]}  # so that a nudge is an ulp of it
    start = replace(start, x={**start.x, **whole})
    tstep = WATER_STEP if isinstance(ne, int) else FINER * WATER_STEP
    settings = {**start.settings, "tstep": tstep}
    subject = Subject(
        name="williamson6",
        kernel="shallow_water_run",
        state=("v", "p"),
        nudged="p",
        fields={"p": "m2 s-2", "wind": "m s-1"},
        call=tstep,
        asked=lambda calls: {"outputs": tuple(f"step_{calls}/{name}" for name in ("v", "p"))},
        prefix="step",
        look=_look_at_water,
    )
    return _flow(subject, start, settings, days, hours)


FLOWS = {"theta_l": wave, "theta_l_nonhydrostatic": nonhydrostatic_wave, "shallow_water": rossby_haurwitz}


def _flow(subject: Subject, start: Start, settings: Mapping, days: float, hours: float) -> Flow:
    calls, outputs = round(hours * 3600.0 / subject.call), round(days * 24.0 / hours)
    if calls < 1 or outputs < 1:
        raise BadInput(
            f"growth needs outputs that are at least half an hour apart; found {days:g} days every {hours:g} hours."
        )
    x = {name: a for name, a in start.x.items() if name != "Qdp"}
    return Flow(subject, x, start.grid, settings, calls, outputs)


def _look_at_air(case: Flow, now: Mapping) -> Look:
    dp, middle = now["dp3d"], now["dp3d"].shape[-1] // 2
    ps = case.x["hyai"][0] * case.settings["ps0"] + dp.sum(axis=-1, keepdims=True)
    theta = (now["vtheta_dp"] / dp)[..., middle : middle + 1]
    energy = theta_l_energy(pieces.equations_of(case.x, case.settings), pieces.state_of(now), case.grid)
    mass = float((case.grid.mass_matrix * dp).sum())
    return Look({"ps": ps, "theta": theta, "wind": now["v"][..., -1:]}, {"mass": mass, "energy": float(energy.total)})


def _look_at_rising_air(case: Flow, now: Mapping) -> Look:
    seen, middle = _look_at_air(case, now), now["w_i"].shape[-1] // 2
    return replace(seen, fields={**seen.fields, "w": now["w_i"][..., middle : middle + 1]})


def _look_at_water(case: Flow, now: Mapping) -> Look:
    dycore = shallow_pieces.dycore_of(case.x, case.grid, case.settings, case.settings["tstep"])
    found = shallow_integrals(dycore.equations, shallow_pieces.state_of(now), dycore.grid)
    budgets = {"mass": float(found.thickness), "energy": float(found.energy.total)}
    return Look({"p": now["p"], "wind": now["v"]}, budgets)
