"""The streams of a run while it marches: what is due when, and the sums of means on the way.

Means are over the states after every remap call of their time. Their sums live where the state does, are added to
inside the compiled loop of the run, and lie in its restarts: a run that goes on in the middle of such a time ends it
with the bits of one that was never stopped.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np

from ..arrays.backend import namespace
from ..arrays.compiler import compiled
from ..arrays.pytree import tree_map
from ..arrays.refusals import FailedAt
from ..config.streams import StreamOptions
from ..geometry.columns import columns_of
from ..io.restart import Restart
from .stream_fields import Seen, stream_fields
from .stream_files import StreamFile, key_of
from .stream_times import NEVER, MonthlyRecords, Records, records_of

SINCE = "since"


def column_nodes(run: Any) -> Any:
    """Where a run's arrays live: the node (column,) [1] of each column, an address in a field of elements.

    Equations: own design (geometry.columns)
    """
    return run.layout.put(columns_of(run.where.grid).node.astype(np.int32))


@dataclass(frozen=True)
class Stream:
    """One stream of a run.

    records : when it has them.   key : what its sums are called in restarts.
    """

    options: StreamOptions
    records: Records | MonthlyRecords
    seen: Seen
    key: str


def streams_of_run(run: Any) -> tuple[Stream, ...]:
    """The streams of a configuration.

    Raises
    ------
    ValueError in one sentence where one of them cannot be.
    """
    return tuple(
        Stream(options, records_of(options, run.config), stream_fields(run, options), key_of(options.file))
        for options in run.config.output.stream
    )


def incomplete(streams: tuple[Stream, ...], calls: int) -> list[str]:
    """One sentence for each stream that has no record, or is in the middle of its time, when the run ends."""
    empty = [f"{s.options} has no record: the run ends before the first." for s in streams if _is_empty(s, calls)]
    return empty + [
        f"{s.options} has a record {s.records}, and the run's {calls} calls end between two; "
        "a continued run writes what comes after the last record."
        for s in streams
        if not s.records.ends(calls) and calls < s.records.last and not _is_empty(s, calls)
    ]


def _is_empty(stream: Stream, calls: int) -> bool:
    return stream.records.latest(calls) is None


class Recording:
    """Streams that are being written."""

    def __init__(self, run: Any, restart: Restart | None) -> None:
        self._run, self._new = run, restart is None
        self._files = {s.key: StreamFile(run, s) for s in run.streams}
        self._means = [s for s in run.streams if s.options.average]
        self._observe = _together({s.key: s.seen.observe for s in self._means})
        seen = compiled(self._observe)(run.dycore, run.state) if self._means else {}
        self._zeros: dict[str, Any] = tree_map(lambda x: namespace(x).zeros_like(x), seen)
        self._sums = dict(self._zeros)
        self._since = {s.key: run.calls for s in self._means}
        self._compiled: set[str] = set()  # streams with a record
        if restart is not None:
            for stream in self._means:
                self._restore(stream.key, restart)

    def open(self, restart: Restart | None, held: ExitStack) -> None:
        """In the process that writes: describe the mesh where that is asked for, go on with files that are there."""
        for file in self._files.values():
            held.callback(file.close)
            file.describe_mesh()
            if restart is not None:
                file.go_on(restart.calls)

    def begin(self, state: Any) -> None:
        """Write the first records of a run that is new."""
        if self._new:
            self.write(state, self._run.calls)

    def calls_to_next(self, calls: int) -> int:
        """Remap calls from so many until something is due."""
        return min((s.records.to_next(calls) for s in self._run.streams), default=NEVER)

    def advance(self, state: Any, n: int) -> Any:
        """The state after n calls, which are added to the sums; FailedAt is raised again with the global element."""
        try:
            if not self._means:
                return self._run.dycore.run(state, n)
            state, self._sums = self._run.dycore.accumulate(state, n, self._sums, self._observe)
        except FailedAt as error:
            elements = self._run.layout.elements
            raise error if elements is None else error.among(elements) from None
        return state

    def write(self, state: Any, calls: int) -> None:
        """Write what is due after so many calls; every process takes part."""
        for stream in self._run.streams:
            if stream.records.holds(calls):
                self._write(stream, state, calls)
            if stream.options.average and stream.records.ends(calls):
                self._sums[stream.key], self._since[stream.key] = self._zeros[stream.key], calls

    def settle(self) -> None:
        """Wait until all records so far lie on the disk; every process takes part."""
        for file in self._files.values():
            self._run.layout.broadcast(file.settle)

    def sums(self, calls: int) -> dict[str, Any] | None:
        """What a restart after so many calls keeps: {key: {field: sum, since: calls}}, in the process that writes."""
        begun = {key: since for key, since in self._since.items() if since != calls}
        whole = self._run.layout.collect({key: self._sums[key] for key in begun})
        return whole and {key: {**whole[key], SINCE: np.float64(since)} for key, since in begun.items()}

    def _write(self, stream: Stream, state: Any, calls: int) -> None:
        run, since = self._run, self._since.get(stream.key)
        if since is None:
            look = partial(self._seen, stream, state)
        else:
            look = partial(_mean, self._sums[stream.key], calls - since)
        if stream.key not in self._compiled:  # while nothing runs beside it
            look = partial(_as_it_is, look())
            self._compiled.add(stream.key)
        whole = run.layout.collecting(look)
        run.layout.broadcast(lambda: self._files[stream.key].write(calls, whole, since))

    def _seen(self, stream: Stream, state: Any) -> dict[str, Any]:
        """What lies in one place and is not interpolated leaves it as columns, each node once."""
        run = self._run
        if run.layout.parts is None and not stream.options.latlon:
            return stream.seen.on_columns(run.dycore, state, self._nodes)
        return stream.seen.observed(run.dycore, state)

    @cached_property
    def _nodes(self) -> Any:
        return column_nodes(self._run)

    def _restore(self, key: str, restart: Restart) -> None:
        """The sums of a restart; a stream that it does not know begins there."""
        found = restart.average(key)
        since = found.pop(SINCE, None)
        levels = {name: x.shape[-1] for name, x in self._zeros[key].items()}
        if since is not None and {name: x.shape[-1] for name, x in found.items()} == levels:
            self._sums[key], self._since[key] = self._run.layout.put(found), int(since)


def _mean(sums: dict[str, Any], calls: int) -> dict[str, Any]:
    return tree_map(lambda x: x / calls, sums)


def _as_it_is(values: dict[str, Any]) -> dict[str, Any]:
    return values


def _together(observers: dict[str, Any]) -> Any:
    """One function that sees what several do."""

    def observe(dycore: Any, state: Any) -> dict[str, Any]:
        return {key: see(dycore, state) for key, see in observers.items()}

    return observe
