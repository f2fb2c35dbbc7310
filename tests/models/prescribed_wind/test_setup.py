"""Tracers in a given wind: what must stay stays, and the scheme is that of the transport tests."""

import numpy as np
import pytest

from pysces import march, preset, simulation
from pysces.cases.transport.dcmip2012_deformation import DeformationFlow
from pysces.cases.transport.prescribed_transport import PrescribedTransport
from pysces.driver.cli import main
from pysces.driver.session import run_with_output
from pysces.models.prescribed_wind.cases import WINDS
from pysces.transport.eulerian import TracerTransport

LEVELS = {"family": "dcmip2012", "test": "1_1", "nlev": 6}


def config(case: str, **options):
    words = {"ne": 2, "case": case, "tstep": 1200.0, "ndays": 0.5, "every_hours": 240.0}
    return preset("prescribed_wind").with_options(**{**words, **options}).with_table({"vertical": {"table": LEVELS}})


@pytest.mark.parametrize("case", WINDS)
def test_the_mass_of_air_and_tracers_stays_and_they_keep_their_range(case):
    run = simulation(config(case))
    start = run.host.remap.apply(run.state.dynamics, run.state.tracer_mass, None, run.host.dt, run.host.grid)
    first, last = march(run)
    q = [moment.state.tracer_mass / moment.state.dynamics.dp for moment in (first, last)]
    assert start[0].dp.shape == first.state.dynamics.dp.shape and not np.array_equal(*q)
    tolerance = 1e-4 if case == "thin_clouds" else 1e-12  # its air goes through the ground, and tracers with it
    np.testing.assert_allclose(last.mass, first.mass, rtol=1e-13)
    np.testing.assert_allclose(last.tracer_mass, first.tracer_mass, rtol=tolerance, atol=1e-12)
    for before, after in zip(*q):
        assert before.min() - 1e-12 <= after.min() and after.max() <= before.max() + 1e-12


@pytest.mark.parametrize("case", WINDS)
@pytest.mark.parametrize("rsplit", [1, 3])
def test_a_mixing_ratio_of_one_stays_one(case, rsplit):
    run = simulation(config(case, rsplit=rsplit))
    ones = run.state.replace(tracer_mass=run.state.dynamics.dp[None])
    end = run.host.run(ones, 12 // rsplit)
    np.testing.assert_allclose(end.tracer_mass[0] / end.dynamics.dp, 1.0, rtol=1e-12)


def test_it_is_the_transport_of_the_transport_tests():
    """Which takes the wind in the layers of a step's start, not of each stage: they part with the step."""
    apart = []
    for tstep in (1200.0, 600.0):
        made = config("deformation", tstep=tstep, limiter_option=0, tstep_type=1)
        host, where = (run := simulation(made)).host, run.where
        transport = TracerTransport(where.coordinate.dp_ref(where.coordinate.p0), limiter_option=0)
        flow = DeformationFlow(float(where.grid.radius))
        other = PrescribedTransport(where.grid, flow, transport, np.float64(tstep), where.coordinate)
        steps = round(10800.0 / tstep)
        end = host.run(run.state, steps)
        q, dp = other.run(run.state.tracer_mass / run.state.dynamics.dp, steps)
        apart.append([abs(end.tracer_mass / end.dynamics.dp - q).max(), abs(end.dynamics.dp / dp - 1.0).max()])
    assert (np.array(apart[0]) < 2e-3).all() and (np.array(apart[1]) < np.array(apart[0]) / 1.9).all(), apart


def test_more_tracers_than_the_case_has_are_refused():
    with pytest.raises(ValueError, match="qsize = 3, but hadley has 2 tracers; give up to 2, or 0 for all"):
        simulation(config("hadley", qsize=3))


def test_levels_above_the_lid_of_the_wind_are_refused():
    with pytest.raises(ValueError, match=r"reaches to 2.194 hPa, but the wind of hadley ends at 254.9 hPa, 12 km"):
        simulation(preset("prescribed_wind").with_options(ne=2, case="hadley", levels="cam_l26"))


def test_a_step_that_the_wind_does_not_allow_is_refused():
    with pytest.raises(ValueError, match=r"unstable: wind of .* m/s on this grid allows at most"):
        simulation(config("hadley", tstep=21600.0))


def test_a_diffusion_that_the_step_does_not_allow_is_refused():
    simulation(config("hadley", nu_q=1e18))
    with pytest.raises(ValueError, match=r"nu_q = 1e\+20 is unstable with tracer steps of 2400 s: .* at most"):
        simulation(config("hadley", nu_q=1e20, qsplit=2))


@pytest.mark.parametrize("backend", ["numpy", "jax"])
def test_streams_have_its_wind_and_its_tracers_by_name(backend, tmp_path):
    xarray = pytest.importorskip("xarray")
    stream = {"file": str(tmp_path / "s.nc"), "every_hours": 2.0, "fields": ["PS", "u", "Q", "q2"], "latlon": "7x8"}
    on_pressures = {"file": str(tmp_path / "p.nc"), "every_hours": 2.0, "fields": ["Q2"], "pressure_levels": [700]}
    made = config("hadley", ndays=1 / 6, every_hours=2.0, backend=backend)
    assert run_with_output(made.with_table({"output": {"stream": [stream, on_pressures]}})) == 0
    with xarray.open_dataset(tmp_path / "s.nc") as data:
        assert data.Q2.dims == ("time", "lev", "lat", "lon") and {"ps", "u", "Q"} <= set(data)
        assert 0.5 < float(data.Q2.max()) <= 1.0 + 1e-12 and (data.Q == 0.0).all()
        assert float(data.Q2.isel(time=-1).std()) != float(data.Q2.isel(time=0).std())
    with xarray.open_dataset(tmp_path / "p.nc") as data:
        assert float(data.Q2.max()) > 0.1


def test_a_run_goes_on_to_the_same_bits_and_is_drawn(tmp_path, capsys):
    pytest.importorskip("netCDF4")
    run = ["run", "--model", "prescribed_wind", "--case", "hadley", "--ne", "2", "--set"]
    run += ["vertical.table.nlev=4", "--set", "time.tstep=1800", "--every-hours", "3", "--quiet"]
    whole, parts = str(tmp_path / "whole.nc"), str(tmp_path / "parts.nc")
    assert main([*run, "--days", "0.25", "--output", whole]) == 0
    assert main([*run, "--days", "0.125", "--output", parts]) == 0
    assert main(["run", "--resume", str(tmp_path / "parts.restart.nc"), "--days", "0.25", "--quiet"]) == 0
    from pysces.io.restart import read_restart

    ends = [read_restart(tmp_path / f"{name}.restart.nc").arrays for name in ("whole", "parts")]
    assert ends[0].keys() == ends[1].keys()
    assert all(ends[0][name].tobytes() == ends[1][name].tobytes() for name in ends[0])
