"""The files of streams: their names, how fields lie in them, what they say of themselves."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ..config.calendar import stamp
from ..config.run import RunConfig
from ..config.streams import StreamOptions, piece, regular_grid
from ..geometry.columns import columns_of
from ..geometry.gll_interpolation import RegularGrid, east_and_north, regular_points
from ..geometry.vector_interpolation import interpolated_vector
from ..io.files_of_run import Files, Piece, files_of
from ..io.history import SOURCE
from ..io.history_writing import History, create_history, reopen_history
from ..io.layouts import LatLonLayout, Layout, column_layout
from ..io.same_run import STREAM
from ..io.vertical_axis import VerticalAxis
from ..models.grids import configured_elements, named_mesh
from ..version import version
from .background import Background
from .size import calls_in_all
from .small_planets import start_name
from .stream_fields import HECTOPASCAL, PARTNERS
from .stream_times import records_of

EASTWARD = ("U", "UTEND")


def run_files(config: RunConfig, inputs: tuple = (), overwrite: bool = False, again: bool = False) -> Files:
    """The files of a configuration, those of its streams among them; as io.ownership.files_of."""
    streams = config.output.stream
    return dataclasses.replace(
        files_of(config, inputs, overwrite, again),
        streams=tuple(options.file for options in streams),
        pieces={name: piece for options in streams for name, piece in stream_pieces(config, options).items()},
        descriptions=tuple(name for options in streams for name in grid_files(options)),
    )


def key_of(file: str) -> str:
    """What the sums of a stream are called in restarts: letters and digits alone."""
    return hashlib.sha256(file.encode()).hexdigest()[:12]


def stream_pieces(config: RunConfig, options: StreamOptions) -> dict[str, Piece]:
    """{name: what is known of it} of all files of a stream, in the order in which a run writes them."""
    files = records_of(options, config).of_files(calls_in_all(config, config.call_length))
    says = stream_description(options)
    return {_piece(config, options, first): Piece(options.file, says, first, last) for first, last in files}


def stream_description(options: StreamOptions) -> str:
    """What a file says of the stream that it is of."""
    return json.dumps(dataclasses.asdict(options))


def grid_files(options: StreamOptions) -> list[str]:
    """The names of the descriptions of the mesh beside a stream: SCRIP and UGRID."""
    path = Path(options.file)
    return [str(path.with_name(f"{path.stem}.{kind}.nc")) for kind in ("scrip", "ugrid")] if options.grid_files else []


def _piece(config: RunConfig, options: StreamOptions, calls: int) -> str:
    """The name of the file whose first record is after so many remap calls."""
    if not options.records_per_file:
        return options.file
    return piece(options.file, stamp(config.time.start_date, config.time.calendar, calls * config.call_length))


def model_names(run: Any) -> str:
    """Whose names fields have in the files of a run: cam or homme."""
    return run.config.output.names or getattr(run.model, "names", "homme")


def about_run(config: RunConfig, mesh: str) -> dict[str, str]:
    """The attributes by which a file says what run it is of."""
    return {
        "title": f"{start_name(config)} by the equations of {config.model}, {mesh}",
        "source": f"{SOURCE} {version()}",
        "history": f"written by pysces run, version {version()}",
        "config": json.dumps(config.table()),
        "mesh": mesh,
    }


class StreamFile:
    """The files of one stream, in the process that writes; nothing is made before it is needed."""

    def __init__(self, run: Any, stream: Any) -> None:
        self._run, self._stream, self._options = run, stream, stream.options
        self._names, self._background = model_names(run), Background()
        self._history: History | None = None
        self._layout: Layout | None = None

    def describe_mesh(self) -> None:
        """Write SCRIP and UGRID, where they are asked for and not there."""
        names = grid_files(self._options)
        if not names or all(map(os.path.exists, names)):
            return
        from ..geometry.control_cells import control_cells
        from ..io.grid_descriptions import write_scrip, write_ugrid

        grid = self._run.where.grid
        cells = control_cells(configured_elements(self._run.config.grid), grid)
        title = f"cells round the GLL nodes of {named_mesh(self._run.config.grid)}"
        write_scrip(names[0], cells, title)
        write_ugrid(names[1], cells, columns_of(grid).number, title)

    def go_on(self, calls: int) -> None:
        """Open the file with the last record up to so many calls, to write behind it; none where there is none yet."""
        last = self._stream.records.latest(calls)
        name = "" if last is None else self._name(last)
        if name and os.path.exists(name):
            seconds = calls * self._run.dt_remap
            self._history = reopen_history(name, seconds, self._file_layout(), self._time)

    def write(self, calls: int, whole: Callable[[], dict[str, np.ndarray]], since: int | None) -> None:
        """A record after so many calls; since : when means began.

        whole : its fields [any unit], (elem, i, j, lev), or (column, lev) where they are not interpolated.
        It is collected and written beside the run: what fails is raised by the next record, or by settle.
        """
        self._background.start(lambda: self._put(calls, whole(), since))

    def settle(self) -> None:
        """Wait until the records so far lie on the disk."""
        self._background.wait()

    def close(self) -> None:
        """Wait for what is being written, and close the file that is open."""
        try:
            self._background.close()
        finally:
            self._close_file()

    def _put(self, calls: int, whole: dict[str, np.ndarray], since: int | None) -> None:
        if self._history is None or self._stream.records.first_of_file(calls) == calls:
            self._close_file()
            self._history = create_history(self._name(calls), self._file_layout(), self._about, self._time)
        length = self._run.dt_remap
        fields = self._stream.seen.output(self._placed(whole), self._names, "point" if since is None else "mean")
        cast = np.dtype(f"f{self._options.precision // 8}")
        fields = [dataclasses.replace(f, values=f.values.astype(cast, copy=False)) for f in fields]
        self._history.write(calls * length, fields, None if since is None else since * length)

    def _close_file(self) -> None:
        if self._history is not None:
            self._history.close()
            self._history = None

    def _name(self, calls: int) -> str:
        """Of the file that holds the record after so many calls."""
        return _piece(self._run.config, self._options, self._stream.records.first_of_file(calls))

    @property
    def _time(self) -> dict[str, str]:
        return self._run.config.time.units

    @property
    def _about(self) -> dict[str, Any]:
        config = self._run.config
        return about_run(config, named_mesh(config.grid)) | {STREAM: stream_description(self._options)}

    def _file_layout(self) -> Layout:
        if self._layout is None:
            grid, options, axis = self._run.where.grid, self._options, self._axis()
            if not options.latlon:
                self._layout = column_layout(grid, axis)
            else:
                self._layout = LatLonLayout(grid, axis, self._regular())
        return self._layout

    def _axis(self) -> VerticalAxis:
        coordinate = self._run.where.coordinate if self._stream.seen.has_levels else None
        pressures = tuple(HECTOPASCAL * p for p in self._options.pressure_levels)
        ps = next((kind.name(self._names) for kind in self._stream.seen.kinds if kind.cam == "PS"), "")
        return VerticalAxis(coordinate, tuple(self._options.levels), pressures, ps, plain=not self._options.latlon)

    def _regular(self) -> RegularGrid:
        options = self._run.config.grid
        return regular_points(
            configured_elements(options), options.cubed_sphere_map, *regular_grid(self._options.latlon)
        )

    def _placed(self, whole: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Fields where the file has them: on the nodes, or at the points (point, lev) of a regular grid."""
        layout = self._file_layout()
        if not isinstance(layout, LatLonLayout):
            return whole
        regular, grid = layout.regular, self._run.where.grid
        flat = {name: np.asarray(x).reshape(-1, x.shape[-1]) for name, x in whole.items()}
        node = regular.elem[:, None] * grid.npts**2 + np.arange(grid.npts**2)
        axes = east_and_north(np.asarray(grid.lat).ravel(), np.asarray(grid.lon).ravel())
        placed = {name: regular.of_nodes(x, node) for name, x in flat.items() if name not in PARTNERS}
        for name in EASTWARD:
            if name in flat:
                pair = interpolated_vector(flat[name], flat[PARTNERS[name]], node, axes, regular)
                placed |= dict(zip((name, PARTNERS[name]), pair))
        return placed
