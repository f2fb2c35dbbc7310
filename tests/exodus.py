"""Exodus files for tests: as they should be, and spoilt."""

import netCDF4


def write_exodus(
    path,
    points,
    blocks,
    together: bool = True,
    file_format: str = "NETCDF3_64BIT_OFFSET",
    integers: str = "i4",
    elem_type: str | None = "SHELL4",
) -> None:
    """Points (3, vertex) and blocks of corners (elem, 4), counted from 0."""
    with netCDF4.Dataset(path, "w", format=file_format) as data:
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
            variable = data.createVariable(f"connect{number}", integers, sizes)
            if elem_type is not None:
                variable.elem_type = elem_type
            variable[...] = block + 1
