"""Zonal means and jets of known fields, and five days of Held-Suarez at ne4 L20 through the command line."""

import numpy as np
import pytest

from pysces.diagnostics.zonal import BAND, ZonalClimate, held_suarez_report, jets, zonal_climate, zonal_mean
from pysces.driver.cli import main
from pysces.geometry.grid import cubed_sphere_grid
from pysces.io.history import read_history
from tests.daily import turn

BANDS = np.arange(-87.5, 90.0, BAND)
HELD_SUAREZ = "run --case held_suarez --set physics.suite=held_suarez --ne 4 --nlev 20 --backend jax --days 3"


def climate_of(wind, temperature=None):
    temperature = 250.0 + 0.0 * wind if temperature is None else temperature
    return ZonalClimate(BANDS, np.array([0.25, 0.975]), wind, temperature, np.arange(5.0), 0.0)


def test_zonal_mean_of_a_zonal_field_is_the_field_and_waves_average_out():
    grid = cubed_sphere_grid(8)
    lat, lon, area = (x[..., 0] for x in (np.degrees(grid.lat), grid.lon, grid.mass_matrix))
    wave = np.cos(3.0 * lon)
    x = np.stack([lat, lat + wave], axis=-1)
    found = zonal_mean(x, lat, area, BANDS)
    assert np.nanmax(np.abs(found[:, 0] - BANDS)) < BAND / 2
    assert np.nanmax(np.abs(found[:, 1] - found[:, 0])) < 0.1


def test_jets_are_found_between_the_bands():
    """A parabola has its top where it has it: 41 S and 47 N."""
    height = [np.maximum(30.0 - 0.05 * (BANDS - top) ** 2, 0.0) for top in (-41.0, 47.0)]
    wind = np.stack([height[0] + 0.9 * height[1], 0.1 * sum(height)], axis=-1)
    south, north = jets(climate_of(wind))
    assert (south.speed, south.lat, south.eta) == pytest.approx((30.0, -41.0, 0.25))
    assert (north.speed, north.lat, north.eta) == pytest.approx((27.0, 47.0, 0.25))
    report = held_suarez_report(climate_of(wind))
    assert "11.11 %" in report and "coldest zonal mean" in report and "outside" in report


def test_bad_histories_are_refused_in_one_sentence(tmp_path, capsys):
    assert main(["climate", str(tmp_path / "none.nc")]) == 2
    assert "Cannot read history" in capsys.readouterr().err


@turn(0)
def test_five_days_at_ne4_are_checkpointed_resumed_and_reported(tmp_path, capsys, monkeypatch):
    """In the compiled jax path; stopped after three days and resumed from the restart file."""
    pytest.importorskip("jax")
    monkeypatch.chdir(tmp_path)
    assert main([*HELD_SUAREZ.split(), "--output", "hs.nc"]) == 0
    assert main(["run", "--resume", "hs.restart.nc", "--days", "5"]) == 0
    printed = capsys.readouterr().out
    assert "   5.000" in printed and "mass drift" in printed
    days, mass, ps_min = read_history("hs.nc", "time", "mass", "ps_min")
    np.testing.assert_allclose(days, np.arange(6.0))
    assert np.max(np.abs(mass / mass[0] - 1.0)) < 1e-13
    assert np.all(np.diff(ps_min) < 0.0) and ps_min[-1] > 98000.0
    climate = zonal_climate("hs.nc", after=4.5)
    assert climate.days.tolist() == [5.0]
    ground, tropics = climate.temperature[:, -1], abs(BANDS) < 10
    assert ground[tropics].mean() - ground[[0, -1]].mean() > 5.0, "the equator is heated, the poles are cooled"
    south, north = jets(climate)
    assert 1.0 < north.speed < 20.0 and abs(south.speed / north.speed - 1.0) < 0.1
    assert main(["climate", "hs.nc", "--after", "4"]) == 0
    assert "northern jet" in capsys.readouterr().out
    assert main(["climate", "hs.nc", "--after", "5"]) == 2
