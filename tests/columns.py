"""Initial files and topography as other programs write them: netCDF4, and nodes in an order of their own."""

import netCDF4
import numpy as np

from pysces.geometry.columns import columns_of

NAMES = {"U": "m/s", "V": "m/s", "T": "K", "PS": "Pa", "PSDRY": "Pa", "PHIS": "m2/s2"}


def write_columns(
    path, grid, fields, coordinate=None, shuffle=True, dtype="f8", kind="NETCDF3_64BIT_OFFSET", records=()
):
    """Fields (elem, i, j, lev) by name, (time, lev, ncol) or (time, ncol) where they have one level.

    records : what is added to every field, for one record each, before that of fields.
    """
    columns = columns_of(grid)
    order = np.random.default_rng(1).permutation(columns.count) if shuffle else np.arange(columns.count)
    with netCDF4.Dataset(path, "w", format="NETCDF3_64BIT_OFFSET") as data:
        data.createDimension("time", None)
        data.createDimension("ncol", columns.count)
        for name, values in (("lat", grid.lat), ("lon", grid.lon)):
            variable = data.createVariable(name, "f8", ("ncol",))
            variable.units = f"degrees_{'north' if name == 'lat' else 'east'}"
            variable[:] = np.degrees(columns.gathered(values)[order, 0])
        if coordinate is not None:
            _write_levels(data, coordinate)
        for name, field in fields.items():
            values = columns.gathered(field)[order].T
            has_levels = coordinate is not None and name not in ("PS", "PSDRY", "PHIS")
            dimensions = ("time", "lev", "ncol") if has_levels else ("time", "ncol")
            variable = data.createVariable(name, dtype, dimensions, fill_value=1e36)
            variable.units = NAMES.get(name, "kg/kg")
            for n, more in enumerate((*records, 0.0)):
                variable[n] = (values if has_levels else values[0]) + more


def _write_levels(data, coordinate):
    data.createDimension("lev", coordinate.nlev)
    data.createDimension("ilev", coordinate.nlev + 1)
    for name in ("hyai", "hybi", "hyam", "hybm"):
        data.createVariable(name, "f8", ("ilev" if name.endswith("i") else "lev",))[:] = getattr(coordinate, name)
    data.createVariable("P0", "f8", ())[...] = coordinate.p0


def hill(grid, height=1000.0):
    """A surface geopotential of one broad hill (elem, i, j, 1) [m2 s-2]."""
    return 9.80616 * height * np.exp(-4.0 * (1.0 - np.cos(grid.lat) * np.cos(grid.lon)))
