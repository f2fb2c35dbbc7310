"""How long and how large a run will be, from its configuration alone; what cannot be is refused at once."""

from __future__ import annotations

import dataclasses
import importlib.util
import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..config.run import RunConfig
from ..io.initial_file import read_levels
from ..io.restart import Restart
from ..models.grids import element_count, named_mesh
from ..models.model import FEWEST_LEVELS, initial_file
from ..models.suites import tracer_names
from ..vertical.coordinate_files import count_levels
from .layout import check_parts, named_parts
from .pace import MOST_CALLS
from .small_planets import start_name

SECONDS_PER_DAY = 86400.0
WHOLE = 1e-6  # of a call, by which a length may miss a whole number of them
MOST_STEPS = 1000  # of one call, which nothing can interrupt
NODES = 16  # of an element
# Doubles, measured as peak memory of runs at ne8 and ne16 with 2 to 60 levels (docs/evidence/reliability.md).
OF_A_NODE = 130.0  # grid
OF_A_STATE, OF_A_TRACER = 16.0, 3.0  # of a node and level: initial fields, state and what is collected of it
OF_A_PROGRAM = {"numpy": 50.0, "jax": 75.0}  # of a node and level: everything alive inside a step
OF_ITS_FIRST_TRACER = {"numpy": 10.0, "jax": 60.0}
OF_ANOTHER_TRACER = {"numpy": 12.0, "jax": 6.0}  # Kessler's three against one at ne16 L30: 177 MB and 109 MB more
OF_A_RECORD = 4.0  # of a node and level: winds, temperature, layer thickness
BASE = {"numpy": 0.2e9, "jax": 0.6e9}  # bytes of the libraries in a process, and of compiling


@dataclass(frozen=True)
class Size:
    """Elements, levels and remap calls of a run, and the bytes that it will need."""

    nelem: int
    nlev: int
    calls: int
    call_length: float
    grid: float
    state: float
    program: float
    record: float
    base: float

    @property
    def memory(self) -> float:
        """Bytes in all."""
        return self.base + self.grid + self.state + self.program


def _value(config: RunConfig, word: str, without: Any) -> Any:
    """What an option that not every model has is set to."""
    if word not in config.words():
        return without
    section, name = config.words()[word]
    return getattr(getattr(config, section), name)


def calls_in_all(config: RunConfig, call: float) -> int:
    """Remap calls, of so many seconds of model time each, from the start to the end of a run; 0 if ndays is 0.

    Raises
    ------
    ValueError where the length asked for is not a whole number of them, or more than can be counted.
    """
    time, steps = config.time, config.time.steps_per_call
    if steps > MOST_STEPS:
        found = f"[time] rsplit and qsplit make one call of {steps} steps"
        raise ValueError(f"{found}, longer than a run may ignore Ctrl-C and than layers keep their shape; use a few.")
    _check_subcycles(config)
    if time.nmax:
        if time.nmax % steps:
            near = max(1, round(time.nmax / steps)) * steps
            raise ValueError(f"[time] nmax = {time.nmax} is not a whole number of calls of {steps} steps; use {near}.")
        return _countable(time.nmax // steps)
    asked = time.ndays * SECONDS_PER_DAY / call
    calls = _countable(asked)
    if asked and (calls < 1 or abs(asked - calls) > WHOLE * max(1.0, 1e-6 * calls)):
        found = f"[time] ndays = {time.ndays:g} is {asked:.6g} calls of {steps} steps, {call:g} s"
        raise ValueError(f"{found}, not a whole number of them; use {_near(asked, call)}.")
    return calls


def _check_subcycles(config: RunConfig) -> None:
    for name in ("hypervis_subcycle", "hypervis_subcycle_q", "hypervis_subcycle_tom"):
        if _value(config, name, 0) > MOST_STEPS:
            found = f"[viscosity] {name} = {_value(config, name, 0)}"
            raise ValueError(f"{found} substeps make one step too long to be interrupted; use at most {MOST_STEPS}.")


def _countable(calls: float) -> int:
    if not calls <= MOST_CALLS:
        raise ValueError(
            f"The run has {calls:.3g} calls, more than the {MOST_CALLS} that are counted; make it shorter."
        )
    return round(calls)


def _near(asked: float, call: float) -> str:
    whole = sorted({max(1, math.floor(asked)), max(1, math.ceil(asked))})
    return " or ".join(f"{n * call / SECONDS_PER_DAY:.9g}" for n in whole)


def size_of(config: RunConfig) -> Size:
    """The size of a run; refused in one sentence where it is no run at all."""
    nlev, nelem = _levels(config), element_count(config.grid)
    nodes, word = float(nelem * NODES), config.backend.precision / 8.0
    hosts = max(config.backend.ranks, 1)  # every process sets up the whole mesh
    points = nodes * nlev
    backend, tracers = config.backend.name, _tracers(config)
    of_tracers = OF_ITS_FIRST_TRACER[backend] + OF_ANOTHER_TRACER[backend] * (tracers - 1) if tracers else 0.0
    call = config.call_length
    calls = calls_in_all(config, call)
    if not calls and not config.output.initial:
        raise ValueError(
            f"[time] ndays = 0 runs nothing; one call is {call / SECONDS_PER_DAY:.9g} days, and "
            "--write-initial FILE writes the state at the start."
        )
    return Size(
        nelem=nelem,
        nlev=nlev,
        calls=calls,
        call_length=call,
        grid=hosts * nodes * OF_A_NODE * 8.0,
        state=hosts * points * (OF_A_STATE + OF_A_TRACER * tracers) * 8.0,
        program=points * (OF_A_PROGRAM[backend] + of_tracers) * word,
        record=points * (OF_A_RECORD + tracers) * word if config.output.file else 0.0,
        base=hosts * BASE[backend],
    )


def _tracers(config: RunConfig) -> int:
    """How many tracers a run carries: its case's vapor, and what else its suite works on."""
    if not _value(config, "tracers", False):
        return 0
    physics = getattr(config, "physics", None)
    return _value(config, "qsize", 0) or (1 if physics is None else len(tracer_names(physics)))


def _levels(config: RunConfig) -> int:
    """The number of levels, before they are made; 0 where making them will show what is wrong."""
    vertical = config.vertical
    if not dataclasses.fields(vertical):
        return 1  # a model of one layer, with no levels to choose
    if initial_file(config):
        return read_levels(initial_file(config)).nlev
    file = "" if vertical.vfile_int.endswith(".nc") else vertical.vfile_int
    levels = count_levels(vertical.table, file, "" if file != vertical.vfile_int else vertical.name)
    if (vertical.table.get("nlev") is not None and levels < FEWEST_LEVELS) or levels == 1:
        raise ValueError(f"[vertical] has {levels} level(s), a run needs at least {FEWEST_LEVELS}; give more.")
    return levels


def planned(config: RunConfig, restart: Restart | None = None) -> str:
    """The lines of `described` for a run, or for what is left of one after a restart.

    Raises
    ------
    ValueError, ImportError in one sentence where this machine cannot make the run.
    """
    if config.backend.name == "jax" and importlib.util.find_spec("jax") is None:
        raise ImportError("Backend 'jax' was asked for but jax is not installed; pip install 'pysces-dycore[jax]'.")
    size = size_of(config)
    check_parts(config.backend, size.nelem)
    check_size(size)
    return described(config, size, 0 if restart is None else restart.calls)


def check_size(size: Size) -> None:
    """Refuse a run that needs more memory than this machine has."""
    there = machine_memory()
    if size.memory > there:
        raise ValueError(
            f"{size.nelem} elements of {size.nlev} levels need about {gigabytes(size.memory)}, this machine has "
            f"{gigabytes(there)}; use fewer elements or levels, or another machine."
        )


def machine_memory() -> float:
    """Bytes of memory that this process may use: the machine's, or less where its group is limited."""
    try:
        found = [float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))]
    except (ValueError, OSError):  # a system that does not say
        found = [math.inf]
    for name in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        text = Path(name).read_text().strip() if Path(name).is_file() else ""
        found += [float(text)] if text.isdigit() else []
    return min(found)


def gigabytes(count: float) -> str:
    """A number of bytes for people."""
    return f"{count / 1e9:.3g} GB"


def described(config: RunConfig, size: Size, done: int = 0) -> str:
    """Lines of text on a run: what it is, its options that are not the usual ones, its length and memory, its records.

    Parameters
    ----------
    config, size : the run.   done : calls that a run that goes on has behind it.

    Returns
    -------
    One string without a newline at its end; the line on records only where a history is written.
    """
    backend, left = config.backend, max(size.calls - done, 0)
    lines = [
        f"{start_name(config)}: {config.model} {named_mesh(config.grid)} L{size.nlev}, tstep {config.step_length:g} s, "
        f"{left} calls of {size.call_length:g} s, {backend.name}-f{backend.precision}{named_parts(backend)}",
        *(f"  [{section}] {name} = {value!r}" for section, name, value in changed_options(config)),
        f"{_length(config, size, done, left)}; memory about {gigabytes(size.memory)} (grid "
        f"{gigabytes(size.grid)}, state {gigabytes(size.state)}, program {gigabytes(size.program)}) of "
        f"{gigabytes(machine_memory())}",
    ]
    if size.record:
        lines.append(f"a record of the history takes about {gigabytes(size.record)}")
    return "\n".join(lines)


def _length(config: RunConfig, size: Size, done: int, left: int) -> str:
    day = size.call_length / SECONDS_PER_DAY
    if done and not left:
        return nothing_left(config, done * day)
    return f"{f'from day {done * day:g}: ' if done else ''}{left * day:g} days in {left} calls"


def nothing_left(config: RunConfig, day: float) -> str:
    """The line that a run prints which goes on from its own end, at this day."""
    return f"already at day {day:g}; nothing left, {longer(config)}"


def longer(config: RunConfig) -> str:
    """The end of a sentence about a run that should be longer."""
    return "give a larger --set time.nmax" if config.time.nmax else "give more --days"


def changed_options(config: RunConfig) -> list[tuple]:
    """(section, option, value) of everything that differs from the model's usual choices."""
    usual = type(config)().table()
    return [
        (section, name, value)
        for section, entries in config.table().items()
        for name, value in entries.items()
        if usual.get(section, {}).get(name) != value
    ]
