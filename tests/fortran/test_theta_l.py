"""Hydrostatic theta-l of reference_fortran: every golden record of its kernels, and what records cannot show."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

pytest.importorskip("netCDF4")

from pysces_harness.golden.meshes import golden_grid
from pysces_harness.kernels.catalogue import lookup
from pysces_harness.running.configurations import configuration
from pysces_harness.sides.adapters import Fortran, flat, scalar, vector
from pysces_harness.sides.fortran import theta_l as theta_l_fortran
from pysces_harness.whole_runs.case import run_case

from tests import records
from tests.daily import turn

ROUNDOFF = 1e-13  # largest error over the level's largest value, one evaluation or step
# In whole runs round-off grows and is measured against the field's largest value, because the wind at the ground is 50
# times weaker than the jet: HOMME at -O3 leaves HOMME at -O2 by 1e-14, 9e-14 and 3e-13 of it after 1, 10 and 48 calls.
GROWTH = {1: 1e-13, 10: 1e-12, 48: 1e-11}
WAVE = 1e-6


@cache
def _records(kernel: str) -> tuple:
    """HOMME's hydrostatic records of a kernel."""
    return tuple(r for r in records.of(kernel) if r.settings.get("theta_hydrostatic_mode", True))


def _parameters(*kernels: str) -> list:
    found = [pytest.param(r, id=f"{r.kernel}-{r.case}") for kernel in kernels for r in _records(kernel)]
    return found or [pytest.param(None, marks=pytest.mark.skip(reason=f"no golden record of {', '.join(kernels)}"))]


@cache
def _fortran(build: str) -> Fortran:
    return Fortran(build)


@pytest.fixture(params=["r8_strict"])
def fortran(request):
    try:
        return _fortran(request.param)
    except ImportError as error:
        pytest.skip(str(error))


def _load(record, fortran) -> dict:
    fortran.set_grid(golden_grid(record))
    return {name: field.values.copy() for name, field in record.inputs.items()}


def _errors(found: dict, record) -> dict:
    return {name: records.error(found[name], field.values) for name, field in record.outputs.items()}


KERNELS = ("theta_l_hydrostatic_tendency", "theta_l_hyperviscosity", "theta_l_dynamics_step")


@pytest.mark.parametrize("record", _parameters(*KERNELS))
@pytest.mark.parametrize("fortran", ["r8_strict", "r8_fast"], indirect=True)
def test_one_evaluation_reproduces_the_record(record, fortran):
    settings = {**record.settings, "outputs": tuple(record.outputs)}
    found = lookup(record.kernel).fortran(_load(record, fortran), fortran, settings)
    assert {name: e for name, e in _errors(found, record).items() if not e <= ROUNDOFF} == {}


@pytest.mark.parametrize("record", _parameters("theta_l_hyperviscosity"))
def test_reference_states_follow_from_topography(record, fortran):
    x = _load(record, fortran)
    given = {name: x.pop(name) for name in ("dp_ref", "theta_ref", "lap_p_wk", "nu_scale_top") if name in x}
    theta_l_fortran.configure(x, fortran, record.settings)
    reference = fortran.library.theta_l_reference
    for name, expected in given.items():
        own = getattr(reference, name)
        assert records.error(own if own.ndim == 1 else scalar.back(own), expected) <= ROUNDOFF, name


def _step(fortran, x, settings, dt):
    return theta_l_fortran.dynamics_step(x, fortran, {**settings, "dt": dt})


def _as_inputs(x, found) -> dict:
    return {**x, **{name: found[name] for name in ("v", "vtheta_dp", "dp3d")}}


@pytest.mark.parametrize("record", _parameters("theta_l_dynamics_step"))
@pytest.mark.parametrize("tstep_type", [1, 4, 5])
def test_mean_flux_explains_the_change_of_mass(record, tstep_type, fortran):
    x = _load(record, fortran)
    dt, settings = record.settings["dt"], {**record.settings, "tstep_type": tstep_type}
    found = _step(fortran, x, settings, dt)
    div = fortran("sphere_operators:divergence_sphere", vector(found["vn0"]))
    change = -dt * scalar.back(fortran("assembly:dss", div))
    assert records.error(found["dp3d"], x["dp3d"] + change) <= ROUNDOFF


@pytest.mark.parametrize("record", _parameters("theta_l_dynamics_step"))
@pytest.mark.parametrize("tstep_type, order", [(1, 2), (4, 2), (5, 3)])
def test_runge_kutta_step_has_its_order(record, tstep_type, order, fortran):
    """Halving the step divides the difference between one step and two halves by 2^(order + 1)."""
    x = _load(record, fortran)
    settings = {**record.settings, "tstep_type": tstep_type}

    def local_error(dt):
        half = _as_inputs(x, _step(fortran, x, settings, dt / 2))
        return np.abs(_step(fortran, half, settings, dt / 2)["v"] - _step(fortran, x, settings, dt)["v"]).max()

    assert np.log2(local_error(60.0) / local_error(30.0)) == pytest.approx(order + 1, abs=0.3)


@pytest.mark.parametrize("record", _parameters("theta_l_dynamics_step"))
def test_limiter_thickens_layers_within_their_column(record, fortran):
    x = _load(record, fortran)
    for name in ("dp3d", "vtheta_dp"):
        x[name][..., 5] *= 0.01
    theta = x["vtheta_dp"] / x["dp3d"]
    x["vtheta_dp"][..., 9] *= 1e-3
    # dt2 = 0: assembly of a continuous state, then the limiter alone
    found = theta_l_fortran.tendency(x, fortran, {**record.settings, "dt2": 0.0})
    least = 0.125 * ((x["hyai"][1:] - x["hyai"][:-1]) * 1e5 + (x["hybi"][1:] - x["hybi"][:-1]) * 1e5)
    assert (found["dp3d"] >= least * (1 - 1e-12)).all()
    assert records.error(found["dp3d"].sum(-1, keepdims=True), x["dp3d"].sum(-1, keepdims=True)) <= ROUNDOFF
    found_theta = found["vtheta_dp"] / found["dp3d"]
    assert found_theta[..., 9] == pytest.approx(100.0, rel=1e-12)
    others = np.arange(theta.shape[-1]) != 9
    assert records.error(found_theta[..., others], theta[..., others]) <= ROUNDOFF


@pytest.mark.parametrize("record", _parameters("theta_l_dynamics_step"))
@pytest.mark.parametrize("fortran", ["r8_fast"], indirect=True)
def test_threads_do_not_change_bits(record, fortran):
    x = _load(record, fortran)
    settings = {**record.settings, "nu": 1e17, "hypervis_subcycle": 2}
    results = []
    for threads in (1, 2):
        fortran.library.runtime.set_threads(threads)
        results.append(_step(fortran, x, settings, 300.0))
    assert all(np.array_equal(results[0][name], results[1][name]) for name in results[0])


@pytest.mark.parametrize("record", _parameters("theta_l_dynamics_step"))
@pytest.mark.parametrize("fortran", ["r4_strict"], indirect=True)
def test_single_precision_stays_near_double(record, fortran):
    x = {name: np.asarray(value, np.float32) for name, value in _load(record, fortran).items()}
    found = theta_l_fortran.dynamics_step(x, fortran, record.settings)
    assert {name: e for name, e in _errors(found, record).items() if not e <= 1e-4} == {}


@pytest.mark.parametrize("record", _parameters("theta_l_run"))
def test_run_follows_the_record(record, fortran):
    found = theta_l_fortran.run(_load(record, fortran), fortran, record.settings)
    for name, field in record.outputs.items():
        limit = GROWTH[int(name.split("/")[0].removeprefix("call_"))]
        each = [(found[name], field.values)] if name not in record.tracers else zip(found[name], field.values)
        assert all(np.abs(a - b).max() <= limit * np.abs(b).max() for a, b in each), name


@pytest.mark.parametrize("record", _parameters("theta_l_run"))
def test_run_keeps_dry_mass_and_returns_to_reference_layers(record, fortran):
    x = _load(record, fortran)
    dp = theta_l_fortran.run(x, fortran, {**record.settings, "calls": [4]})["call_4/dp3d"]
    mass_matrix = golden_grid(record).mass_matrix
    before, after = (float((mass_matrix * layers).sum()) for layers in (x["dp3d"], dp))
    assert after == pytest.approx(before, rel=1e-14)
    ps = x["hyai"][0] * 1e5 + dp.sum(-1, keepdims=True)
    layers = (x["hyai"][1:] - x["hyai"][:-1]) * 1e5 + (x["hybi"][1:] - x["hybi"][:-1]) * ps
    assert records.error(dp, layers) <= ROUNDOFF


@turn(2)
@pytest.mark.parametrize("record", _parameters("theta_l_run_daily"))
@pytest.mark.parametrize("fortran", ["r8_fast"], indirect=True)
def test_first_day_of_the_wave_follows_the_record(record, fortran):
    fortran.library.runtime.set_threads(1)
    days = []
    run_case(record, configuration("r8_fast"), 1, days.append)
    assert [day.day for day in days] == [0.0, 1.0]
    assert all(max(day.ps, day.T_mid, day.vort_bot) <= WAVE for day in days)
    assert abs(days[1].mass_drift) <= 1e-14


def _energies(x, record, fortran) -> np.ndarray:
    """Kinetic, internal and potential energy of the whole atmosphere [J m-2]."""
    s, dp, theta_mass = record.settings, x["dp3d"], x["vtheta_dp"]
    phi_i = scalar.back(fortran("theta_l_hydrostatic:geopotential", scalar(theta_mass), scalar(dp), flat(x["phis"])))
    p_top = x["hyai"][0] * s["ps0"]
    p = p_top + np.cumsum(dp, axis=-1) - dp / 2
    kinetic = (dp * (x["v"] ** 2).sum(0) / 2).sum(-1)
    internal = (s["Cp"] * theta_mass * (p / s["p0"]) ** s["kappa"] + np.diff(phi_i) * p).sum(-1) + p_top * phi_i[..., 0]
    potential = (dp * (phi_i[..., 1:] + phi_i[..., :-1]) / 2).sum(-1)
    mass = golden_grid(record).mass_matrix[..., 0] / (4 * np.pi * s["g"])
    return np.array([(mass * energy).sum() for energy in (kinetic, internal, potential)])


@pytest.mark.parametrize("record", _parameters("theta_l_dynamics_step"))
@pytest.mark.parametrize("rsplit, theta_advect_form", [(0, 0), (1, 0), (1, 2)])
def test_energy_exchanges_cancel(record, rsplit, theta_advect_form, fortran):
    """Rates of the energies, by a centred difference along the tendency: each of order 1, their sum at round-off."""
    x, h = _load(record, fortran), 1.0
    settings = {**record.settings, "theta_advect_form": theta_advect_form, "pgrad_correction": 0, "rsplit": rsplit}
    ends = []
    for dt2 in (h, -h):
        moved = theta_l_fortran.tendency(x, fortran, {**settings, "dt2": dt2})
        ends.append(_energies(_as_inputs(x, moved), record, fortran))
    rates = (ends[0] - ends[1]) / (2 * h)
    assert np.abs(rates).max() > 0.1
    assert abs(rates.sum()) < 1e-6 * np.abs(rates).max()
