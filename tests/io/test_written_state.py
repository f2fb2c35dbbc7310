"""What a run wrote is the state that it came from, variable by variable: history and restart, both models, all water.

Files are read with netCDF's own library; what they should hold is formed here from the states of a run beside it. Bit
for bit, but for what numbers of a file need sums, logarithms or powers for (RTOL).
"""

import numpy as np
import pytest

from pysces.config.presets import cam_se, homme
from pysces.driver.session import run_with_output
from pysces.driver.simulation import march, simulation
from pysces.driver.stream_files import model_names
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
def marched(request):
    """(model, configuration, very moist start, moments of such a run with all that a history on columns has)."""
    config = configuration(request.param)
    state = simulation(config).state
    moist = state.replace(tracer_mass=1.5 * state.tracer_mass)  # 82 % humidity becomes 123 %: it rains
    start = Restart(config.table(), 0, named_arrays(moist))
    with_history = config.with_table({"output": {"file": "none.nc"}})
    return request.param, config, start, list(march(simulation(with_history, start)))


def files(marched, folder, layout):
    """(model, moments, the run, folder with h.nc and r.nc that such a run wrote)."""
    model, before, start, moments = marched
    output = {"file": str(folder / "h.nc"), "restart": str(folder / "r.nc"), "layout": layout}
    config = before.with_table({"output": output})
    assert run_with_output(config, start, files_of(config)) == 0
    return model, moments, simulation(config, start), folder


@pytest.fixture(scope="module")
def written(marched, tmp_path_factory):
    """What a run wrote with a history on elements."""
    return files(marched, tmp_path_factory.mktemp("element"), "element")


@pytest.fixture(scope="module")
def on_columns(marched, tmp_path_factory):
    """What a run wrote with the usual history, on columns."""
    return files(marched, tmp_path_factory.mktemp("ncol"), "ncol")


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


def columns_of_theta_l(dynamics, tracer_mass):
    """As fields_of_theta_l, of a history on columns."""
    exact, near = fields_of_theta_l(dynamics, tracer_mass)
    temperature = near["Tv"] / (1.0 + (461.5 / 287.04 - 1.0) * exact["q"])
    ratios = {name: exact[ours] for name, ours in (("Q", "q"), ("Q2", "qc"), ("Q3", "qr"))}
    return {"u": exact["u"], "v": exact["v"], **ratios}, {"ps": near["ps"], "T": temperature}


def columns_of_cam_se(dynamics, tracer_mass):
    """As fields_of_cam_se, of a history on columns, where vapor is a share of moist air."""
    exact, near = fields_of_cam_se(dynamics, tracer_mass)
    share = tracer_mass[0] / (dynamics.dp_dry + tracer_mass[0])
    return {"U": exact["u"], "V": exact["v"], "T": exact["T"]}, {"PS": near["ps"], "Q": share}


def first_of_copies(field, column):
    """(lev, ncol) of a field (elem, i, j, lev), or (ncol,) of one without levels, by the file's own numbers."""
    _, first = np.unique(column, return_index=True)
    return np.ascontiguousarray(field.reshape(column.size, -1)[first].T).reshape(*field.shape[3:], -1)


def test_every_field_of_a_history_on_columns_is_that_of_its_moment(on_columns):
    """What is only seen there (omega, heights, rain) with what was computed of the state, bit for bit."""
    model, moments, run, folder = on_columns
    formed = {"theta_l": columns_of_theta_l, "cam_se": columns_of_cam_se}[model]
    names = {kind.cam: kind.name(model_names(run)) for kind in run.history.kinds}
    with netCDF4.Dataset(folder / "h.nc") as data:
        assert len(data["time"]) == len(moments) - 1 == 3
        column = data["column"][...]
        assert set(names.values()) == {n for n, v in data.variables.items() if {"time", "ncol"} <= set(v.dimensions)}
        for record, moment in enumerate(moments[1:]):
            exact, near = formed(moment.state.dynamics, moment.state.tracer_mass)
            seen = {names[cam]: values for cam, values in moment.fields.items() if names[cam] not in {**exact, **near}}
            for name, values in (seen | exact).items():
                values = np.asarray(values)
                values = values[..., 0] if values.ndim == 4 and "lev" not in data[name].dimensions else values
                assert np.asarray(data[name][record]).tobytes() == first_of_copies(values, column).tobytes(), name
            for name, values in near.items():
                expected = first_of_copies(values, column)
                np.testing.assert_allclose(data[name][record], expected, rtol=RTOL, err_msg=f"{name}, record {record}")


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
