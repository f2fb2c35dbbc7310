"""A user's own dump becomes a golden record: other names, order of axes, units and layout; or it is refused."""

import netCDF4
import numpy as np
import pytest
from pysces_harness import cli
from pysces_harness.golden import convert as golden_convert
from pysces_harness.golden import record as golden

RECORD = golden.test_data() / "homme" / "gradient_sphere" / "smooth.nc"
MAPPING = """
kernel = "gradient_sphere"
case = "winter"
producer = "homme"
source = "our branch"
compiler = "gfortran"
flags = "-O2"

[settings]
mesh = "ne4_map2"
ne = 4
cubed_sphere_map = 2
rearth = 6.376e6
omega = 7.292e-5

[axes]
nelemd = "elem"
np_x = "i"
np_y = "j"
nlev = "lev"

[select]
time = 1

[input.s]
variable = "TEMP"

[output.ds]
variable = ["TEMP_DX", "TEMP_DY"]
units = "K m-1"
scale = 1e-3
"""
COLUMNS = MAPPING + '\n[columns]\nlat = "lat"\nlon = "lon"\n'


@pytest.fixture
def dump(tmp_path):
    """The record as somebody else's model might have written it: (time, nlev, np_y, np_x, nelemd), K per km."""
    record = golden.read(RECORD)
    path = tmp_path / "history.nc"
    fields = {"TEMP": record.inputs["s"].values, "TEMP_DX": None, "TEMP_DY": None}
    fields["TEMP_DX"], fields["TEMP_DY"] = 1e3 * record.outputs["ds"].values
    with netCDF4.Dataset(path, "w") as file:
        for axis, size in zip(("time", "nlev", "np_y", "np_x", "nelemd"), (2, 1, 4, 4, 96)):
            file.createDimension(axis, size)
        for name, values in fields.items():
            variable = file.createVariable(name, "f8", ("time", "nlev", "np_y", "np_x", "nelemd"))
            variable.units = "K" if name == "TEMP" else "K km-1"
            variable[0] = 0.0
            variable[1] = values.transpose(3, 2, 1, 0)
    return path


def unique_nodes(dump):
    """The temperature on unique nodes too, in an order of the model's own, with coordinates."""
    mesh = golden.read(golden.test_data() / "homme" / "mesh" / "ne4_map2.nc").outputs
    _, first = np.unique(mesh["gdofP"].values, return_index=True)
    first = np.random.default_rng(0).permutation(first)
    with netCDF4.Dataset(dump, "a") as file:
        file.createDimension("ncol", len(first))
        for name in ("lat", "lon"):
            file.createVariable(name, "f8", ("ncol",))[:] = np.degrees(mesh[name].values.ravel()[first])
        column = file.createVariable("TEMP_GLL", "f8", ("nlev", "ncol"))
        column[:] = golden.read(RECORD).inputs["s"].values.ravel()[first][None]


def convert(dump, mapping=MAPPING):
    target, rules = dump.parent / "records" / "winter.nc", dump.parent / "map.toml"
    rules.write_text(mapping)
    return cli.main(["golden", "convert", str(dump), "--mapping", str(rules), "-o", str(target)]), target


def judged(path):
    return cli.main(["golden", str(path), "--config", "numpy-f64"])


def test_a_dump_with_other_names_axes_and_units_becomes_a_record_that_passes(dump):
    status, target = convert(dump)
    assert status == 0 and judged(target) == 0
    found, original = golden.read(target), golden.read(RECORD)
    assert found.inputs["s"].axes == ("elem", "i", "j", "lev") and found.outputs["ds"].axes[0] == "comp"
    np.testing.assert_array_equal(found.inputs["s"].values, original.inputs["s"].values)
    np.testing.assert_allclose(found.outputs["ds"].values, original.outputs["ds"].values, rtol=4e-16)
    assert "sha256" in netCDF4.Dataset(target).notes


def test_a_fault_in_the_dump_is_found_in_the_record(dump):
    with netCDF4.Dataset(dump, "a") as file:
        file["TEMP_DX"][...] = file["TEMP_DX"][...] * (1 + 1e-13)
    status, target = convert(dump)
    assert status == 0 and judged(target) == 1


def test_values_on_unique_nodes_are_dealt_out_by_their_coordinates(dump):
    unique_nodes(dump)
    status, target = convert(dump, COLUMNS.replace('"TEMP"', '"TEMP_GLL"'))
    assert status == 0 and judged(target) == 0


def scramble(dump):
    unique_nodes(dump)
    with netCDF4.Dataset(dump, "a") as file:
        file["lat"][:] = file["lat"][:] + 1e-3


def single(dump):
    with netCDF4.Dataset(dump, "a") as file:
        file.createVariable("TEMP4", "f4", ("nlev",))


def fill(dump):
    with netCDF4.Dataset(dump, "a") as file:
        file["TEMP"][1, 0, 0, 0, 5] = netCDF4.default_fillvals["f8"]


def nan(dump):
    with netCDF4.Dataset(dump, "a") as file:
        file["TEMP"][1, 0, 0, 0, 5] = np.nan


@pytest.mark.parametrize(
    ("spoil", "old", "new", "says"),
    [
        (None, '"TEMP"', '"T"', "no variable 'T'"),
        (None, '"gradient_sphere"', '"gradient"', "not in the registry"),
        (None, "output.ds", "output.grad", "no output 'grad'"),
        (None, 'flags = "-O2"', "", "'flags' is missing"),
        (None, 'flags = "-O2"', 'flag = "-O2"\nflags = "-O2"', "'flag'"),
        (None, "scale = 1e-3", "", "K km-1"),
        (None, "scale = 1e-3", "factor = 1e-3", "'factor'"),
        (None, "time = 1", "time = 2", "outside"),
        (None, "time = 1", "", "axis 'time'"),
        (None, '"TEMP_DY"', '"TEMP"', "different"),
        (None, "[select]", "[select", "TOML"),
        (unique_nodes, '"TEMP"', '"TEMP_GLL"', "[columns]"),
        (single, '"TEMP"', '"TEMP4"', "float64"),
        (fill, "", "", "missing values"),
        (nan, "", "", "NaN"),
    ],
)
def test_what_cannot_be_converted_is_refused_in_one_sentence(dump, capsys, spoil, old, new, says):
    if spoil:
        spoil(dump)
    status, target = convert(dump, MAPPING.replace(old, new) if old else MAPPING)
    message = capsys.readouterr().err.strip()
    assert status == 2 and says in message and "\n" not in message and not any(target.parent.glob("*"))


def test_columns_that_are_not_the_mesh_s_nodes_are_refused(dump, capsys):
    scramble(dump)
    assert convert(dump, COLUMNS.replace('"TEMP"', '"TEMP_GLL"'))[0] == 2
    assert "not the 866 nodes" in capsys.readouterr().err


@pytest.mark.parametrize("words", [[], ["history.nc"], ["history.nc", "--mapping", "map.toml"]])
def test_a_conversion_needs_file_mapping_and_target(words):
    assert cli.main(["golden", "convert", *words]) == 2


def test_without_netcdf4_a_conversion_says_what_to_install(dump, monkeypatch, capsys):
    monkeypatch.setattr(golden_convert, "netCDF4", None)
    assert convert(dump)[0] == 2 and "pip install netCDF4" in capsys.readouterr().err
