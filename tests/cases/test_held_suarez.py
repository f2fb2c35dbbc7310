"""Five days of Held-Suarez on a small mesh: air is set in motion, mass stays, and both hemispheres do much the same."""

import numpy as np

from pysces.config.presets import homme
from pysces.driver.simulation import march, simulation
from tests.daily import turn

LEVELS = {"vertical": {"table": {"family": "even_pressure", "nlev": 8, "eta_top": 0.05}}}


@turn(1)
def test_five_days_set_the_air_in_motion_and_keep_its_mass():
    options = {"case": "held_suarez", "suite": "held_suarez", "every_hours": 24.0}
    run = simulation(homme(ne=2, ndays=5.0, **options).with_table(LEVELS))
    moments = list(march(run))
    first, last = moments[0], moments[-1]
    assert last.days == 5.0
    assert abs(last.mass / first.mass - 1.0) < 1e-13
    fields = {f.name: f.values for f in run.model.fields(run.host, last.state)}
    lat = run.host.grid.lat[..., 0]
    area = run.host.grid.mass_matrix[..., 0]

    def mean(name, where, level):
        return np.average(fields[name][..., level][where], weights=area[where])

    tropics, south, north = np.abs(lat) < 0.3, lat < -0.9, lat > 0.9
    assert mean("Tv", tropics, -1) - mean("Tv", north, -1) > 5.0
    assert abs(mean("Tv", south, -1) - mean("Tv", north, -1)) < 0.5
    assert 1.0 < np.abs(fields["u"]).max() < 60.0
