"""Exodus files for tests: as they should be, and spoilt."""

import netCDF4


def write_exodus(path, points, blocks, together: bool = True) -> None:
    """Points (3, vertex) and blocks of corners (elem, 4), counted from 0."""
    with netCDF4.Dataset(path, "w", format="NETCDF3_64BIT_OFFSET") as data:
        data.createDimension("num_dim", len(points))
        data.createDimension("num_nodes", points.shape[1])
        if together:
            data.createVariable("coord", "f8", ("num_dim", "num_nodes"))[...] = points
        else:
            for axis, values in zip("xyz", points):
                data.createVariable(f"coord{axis}", "f8", ("num_nodes",))[...] = values
        for number, block in enumerate(blocks, 1):
            sizes = [f"num_el_in_blk{number}", f"num_nod_per_el{number}"]
            for name, size in zip(sizes, block.shape):
                data.createDimension(name, size)
            data.createVariable(f"connect{number}", "i4", sizes)[...] = block + 1
