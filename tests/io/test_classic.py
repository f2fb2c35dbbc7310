"""Files in the classic format: whatever header is written, netCDF's own library and ours read the same."""

import io

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pysces.io.classic import Header, Variable, as_bytes, external, read_header, write_count

netCDF4 = pytest.importorskip("netCDF4")
names = st.text("abcdefghijklmnopqrstuvwxyz_0123456789", min_size=1, max_size=9).map(lambda name: f"v{name}")
attributes = st.dictionaries(names, st.text(max_size=20).filter(lambda t: "\0" not in t) | st.floats(allow_nan=False))
kinds = st.sampled_from(["f4", "f8", "i4", "i8"])


@st.composite
def headers(draw) -> Header:
    sizes = {"time": 0} | draw(st.dictionaries(names, st.integers(1, 4), min_size=1, max_size=3))
    fixed = [name for name in sizes if name != "time"]
    variables = []
    for name in draw(st.lists(names.map(lambda n: f"w{n}"), min_size=1, max_size=4, unique=True)):
        dimensions = tuple(draw(st.lists(st.sampled_from(fixed), max_size=3)))
        dimensions = ("time", *dimensions) if draw(st.booleans()) else dimensions
        variables.append(Variable(name, dimensions, external(draw(kinds)), draw(attributes)))
    return Header(sizes, draw(attributes), tuple(variables))


def write(path, header: Header, records: int, random) -> dict[str, list[np.ndarray]]:
    """A file with random numbers; the numbers, one array a record."""
    values: dict[str, list[np.ndarray]] = {v.name: [] for v in header.variables}

    def put(file, variable):
        array = random.integers(-1000, 1000, header.shape(variable)).astype(variable.dtype.newbyteorder("="))
        values[variable.name].append(array)
        file.write(as_bytes(array, variable))

    with open(path, "w+b") as file:
        file.write(header.encoded())
        for variable in header.fixed:
            put(file, variable)
        for _ in range(records):
            for variable in header.records:
                put(file, variable)
        if header.records:
            write_count(file, records)
    return values


@settings(deadline=None, max_examples=60, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(header=headers(), records=st.integers(0, 3))
def test_both_libraries_read_what_is_written(tmp_path, header, records):
    path = tmp_path / "any.nc"
    values = write(path, header, records, np.random.default_rng(3))
    with netCDF4.Dataset(path) as data:
        data.set_auto_mask(False)
        assert data.data_model == "NETCDF3_64BIT_DATA" and set(data.variables) == {v.name for v in header.variables}
        for variable in header.variables:
            expected = np.array(values[variable.name])
            expected = expected if header.is_record(variable) else expected[0]
            np.testing.assert_array_equal(data[variable.name][...], expected.reshape(data[variable.name].shape))
    with open(path, "rb") as file:
        assert read_header(file).encoded() == header.encoded()


@settings(deadline=None, max_examples=300, derandomize=True)
@given(st.binary(max_size=400) | st.binary(max_size=400).map(lambda b: b"CDF\x05" + bytes(8) + b))
def test_bytes_that_are_no_header_are_refused(data):
    with pytest.raises(ValueError, match="its header is not as pysces writes it"):
        read_header(io.BytesIO(data))


def test_types_that_the_format_does_not_keep_are_refused():
    with pytest.raises(ValueError, match="floats and integers of 4 or 8 bytes, found bool"):
        external(bool)
