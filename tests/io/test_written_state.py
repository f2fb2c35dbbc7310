"""What a run wrote is the state that it came from, variable by variable: history and restart, both models, all water.

Files are read with netCDF's own library; what they should hold is formed here from the states of a run beside it. Bit
for bit, but for what numbers of a file need sums, logarithms or powers for (RTOL).
"""

import numpy as np
import pytest

from pysces.config.presets import cam_se, homme
from pysces.driver.session import run_with_output
from pysces.driver.simulation import march, simulation
from pysces.io.files_of_run import files_of
from pysces.io.restart import Restart, named_arrays, read_restart

netCDF4 = pytest.importorskip("netCDF4")
RTOL = 1e-14  # 3e-16 is the most found; sums over the sphere have 400 terms in another order
LEVELS = {"vertical": {"table": {"family": "even_pressure", "nlev": 6, "eta_top": 0.02}}}
OFTEN = {"ne": 2, "ndays": 0.0625, "every_hours": 0.5}
PTOP, P0, KAPPA, GRAVITY = 0.02e5, 1e5, 287.04 / 1005.0, 9.80616


def configuration(name):
    """Rain, cloud and vapor in theta-l, vapor in CAM-SE; a wave that changes every field in every record."""
    if name == "theta_l":
        physics = {"physics": {"suite": "kessler"}}
        return homme(**OFTEN, tracers=True, case_options={"moist": True}).with_table(LEVELS | physics)
    return cam_se(**OFTEN).with_table(LEVELS)


@pytest.fixture(scope="module", params=["theta_l", "cam_se"])
def written(request, tmp_path_factory):
    """(model, moments of a run from very moist air, its grid, folder with h.nc and r.nc that such a run wrote)."""
    folder = tmp_path_factory.mktemp(request.param)
    output = {"output": {"file": str(folder / "h.nc"), "restart": str(folder / "r.nc"), "layout": "element"}}
    before = configuration(request.param)
    state = simulation(before).state
    moist = state.replace(tracer_mass=1.5 * state.tracer_mass)  # 82 % humidity becomes 123 %: it rains
    start, config = Restart(before.table(), 0, named_arrays(moist)), before.with_table(output)
    assert run_with_output(config, start, files_of(config)) == 0
    run = simulation(config, start)
    return request.param, list(march(run)), run, folder


def weighted_mean(run, columns):
    """Mean over the sphere of (..., elem, i, j)."""
    area = run.host.grid.mass_matrix[..., 0]
    return (columns * area).sum((-3, -2, -1)) / area.sum()


def fields_of_theta_l(dynamics, tracer_mass):
    """(bit for bit, by formula) of a state of theta-l: wind, theta dp and dp of moist air."""
    p = PTOP + np.cumsum(dynamics.dp, axis=-1) - 0.5 * dynamics.dp
    exact = {"u": dynamics.wind[0], "v": dynamics.wind[1], "dp": dynamics.dp}
    exact |= {name: tracer_mass[n] / dynamics.dp for n, name in enumerate(("q", "qc", "qr"))}
    return exact, {
        "ps": PTOP + dynamics.dp.sum(-1),
        "Tv": dynamics.vtheta_dp / dynamics.dp * (p / P0) ** KAPPA,
        "mass": dynamics.dp.sum(-1) / GRAVITY,
    }


def fields_of_cam_se(dynamics, tracer_mass):
    """(bit for bit, by formula) of a state of CAM-SE: wind, temperature and dp of dry air."""
    exact = {"u": dynamics.wind[0], "v": dynamics.wind[1], "T": dynamics.temperature, "dp_dry": dynamics.dp_dry}
    exact["q"] = tracer_mass[0] / dynamics.dp_dry
    dry = dynamics.dp_dry.sum(-1)
    return exact, {"ps": PTOP + dry + tracer_mass[0].sum(-1), "psdry": PTOP + dry, "mass": dry / GRAVITY}


def energies(moment):
    """The parts of the energy, which tests/models hold to the equations."""
    return {f"{part}_energy": getattr(moment.watched.energy, part) for part in ("kinetic", "internal", "potential")}


def test_every_variable_of_every_record_is_that_of_its_moment(written):
    model, moments, run, folder = written
    formed = {"theta_l": fields_of_theta_l, "cam_se": fields_of_cam_se}[model]
    with netCDF4.Dataset(folder / "h.nc") as data:
        assert len(data["time"]) == len(moments) - 1 == 3
        in_time = {name for name, variable in data.variables.items() if variable.dimensions[:1] == ("time",)}
        for record, moment in enumerate(moments[1:]):
            tracers = moment.state.tracer_mass
            exact, near = formed(moment.state.dynamics, tracers)
            exact |= energies(moment) | {"time": moment.seconds / 86400.0}
            near |= {"mass": weighted_mean(run, near["mass"]), "ps_min": near["ps"].min()}
            near |= {f"tracer_mass_{n}": weighted_mean(run, m.sum(-1)) / GRAVITY for n, m in enumerate(tracers)}
            assert exact.keys() | near.keys() == in_time
            for name, values in exact.items():
                assert np.asarray(data[name][record]).tobytes() == np.asarray(values).tobytes(), (name, record)
            for name, values in near.items():
                np.testing.assert_allclose(data[name][record], values, rtol=RTOL, err_msg=f"{name}, record {record}")


def test_no_field_could_be_taken_for_another_or_for_its_neighbour_in_time(written):
    """What makes the test above one of everything: no two alike, none that stays, no water that is nothing."""
    _, moments, _, folder = written
    with netCDF4.Dataset(folder / "h.nc") as data:
        fields = {name: np.asarray(v[:]) for name, v in data.variables.items() if v.dimensions[:2] == ("time", "elem")}
    for name, values in fields.items():
        assert all((values[n] != values[n + 1]).any() for n in range(len(values) - 1)), name
        assert all((values != other).any() for n, other in fields.items() if n != name and other.shape == values.shape)
    assert all((tracer != 0.0).any() for tracer in moments[-1].state.tracer_mass)


def test_the_restart_holds_the_last_state_and_nothing_else_bit_for_bit(written):
    _, moments, run, folder = written
    state = moments[-1].state
    parts = {f"dynamics.{name}": value for name, value in vars(state.dynamics).items()}
    parts |= {"tracer_mass": state.tracer_mass, "time": state.time}
    with netCDF4.Dataset(folder / "r.nc") as data:
        assert set(data.variables) == set(parts) and data.calls == moments[-1].calls
        for name, expected in parts.items():
            assert np.asarray(data[name][...]).tobytes() == np.asarray(expected).tobytes(), name
    assert float(state.time) == moments[-1].seconds == moments[-1].calls * run.dt_remap


def test_what_is_read_back_is_what_was_written_and_goes_on_to_the_same_bits(written):
    """From the restart, and from the state in memory: every array of the next call, every tracer's last bit."""
    _, moments, run, folder = written
    resumed = simulation(run.config, read_restart(folder / "r.nc"))
    pairs = (resumed.state, moments[-1].state), (run.dycore.step(resumed.state), run.dycore.step(moments[-1].state))
    for ours, theirs in pairs:
        ours, theirs = named_arrays(ours), named_arrays(theirs)
        assert ours.keys() == theirs.keys()
        assert all(ours[name].tobytes() == array.tobytes() for name, array in theirs.items())
