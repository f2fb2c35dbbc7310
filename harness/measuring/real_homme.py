"""The real HOMME beside pysces: the same run as a namelist, HOMME's own time for its steps, and what it printed.

HOMME is built elsewhere (docs/verify/performance.md says how); here its program is a file that is run.
"""

from __future__ import annotations

import re
import resource
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import BadInput
from .waves import started, wave_config

CASE = "jablonowski_williamson"  # the wave that HOMME starts as we do, with tracers
LEVELS = ("cami-30.ascii", "camm-30.ascii")
PRINTED = 6  # steps: HOMME prints its state after the first two calls of three, however seldom it is asked to
NEVER = 10**6  # steps between its other prints
LONGEST_LINE = 150  # characters
PATIENCE = 30.0  # s a step: a process of another MPI waits for ever for a namelist
TIMERS = "&prof_inparm\n  profile_outpe_num = 1\n  profile_single_file = .true.\n/\n"
LOOP = re.compile(r'^"prim_main_loop" +\S+ +(\d+) +\d+ +\S+ +(\S+)', re.MULTILINE)
EXTREMES = re.compile(r"^ *(ps|qv\( *\d+\))= +(\S+) +(\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Printed:
    """What a run of HOMME says.

    wall : s in its loop over steps.   processor : s of all processes, set-up too.   processes : so many.
    extremes : (field, 2), the lowest and highest surface pressure [Pa] and tracers [kg kg-1] printed last.
    """

    wall: float
    processor: float
    processes: int
    extremes: np.ndarray


@dataclass(frozen=True)
class Homme:
    """HOMME's program and how it is started (mpiexec -n 2), and an empty folder for its files."""

    program: Path
    launcher: tuple[str, ...]
    folder: Path

    def __post_init__(self) -> None:
        if not self.program.is_file():
            raise BadInput(f"--homme {self.program} is no file; build HOMME and name its program theta-l.")
        if not self.launcher or shutil.which(self.launcher[0]) is None:
            found = " ".join(self.launcher)
            raise BadInput(f"--launcher {found!r} starts nothing here; name the mpiexec of HOMME's own MPI, and -n 2.")

    def run(self, config: Any, steps: int) -> Printed:
        """The configuration for so many steps."""
        (self.folder / "movies").mkdir(exist_ok=True)
        (self.folder / "HommeTime").unlink(missing_ok=True)
        namelist = self.folder / "input.nl"
        namelist.write_text(namelist_of(config, steps))
        before = _processor()
        status, said = self._started(namelist, steps * PATIENCE)
        processor = _processor() - before
        times = self.folder / "HommeTime"
        if status or not times.is_file():
            raise BadInput(f"HOMME stopped with {status} and said: {complaint(said)}.")
        wall, processes = loop_seconds(times.read_text())
        return Printed(wall, processor, processes, last_extremes(said))

    def _started(self, namelist: Path, longest: float) -> tuple[int, str]:
        """Exit status and all that was printed; refused after longest [s]."""
        command = [*self.launcher, str(self.program.resolve())]
        with namelist.open() as given:
            process = subprocess.Popen(
                command, cwd=self.folder, text=True, stdin=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            )
        try:
            said, _ = process.communicate(timeout=longest)
        except subprocess.TimeoutExpired:
            process.terminate()  # by which an mpiexec ends its processes
            process.communicate()
            raise BadInput(
                f"HOMME did not end within {longest:.0f} s; start it with the mpiexec of its own MPI, or make the mesh "
                f"smaller, found --launcher {' '.join(self.launcher)!r}."
            ) from None
        return process.returncode, said


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def homme_wave(name: str, ne: int, levels: Path) -> Any:
    """A run of RUNS as both can make it: from HOMME's wave, on HOMME's files of levels, with nothing left to choose."""
    missing = [file for file in LEVELS if not (levels / file).is_file()]
    if missing:
        raise BadInput(f"--levels {levels} lacks {missing[0]}; name components/homme/test/vcoord of E3SM.")
    interfaces, middles = (str((levels / file).resolve()) for file in LEVELS)
    config = wave_config(name, ne)
    if config.model != "theta_l":
        raise BadInput(f"Run {name!r} is one of {config.model}, which HOMME does not have; choose a hydrostatic one.")
    config = config.with_table({"case": {"name": CASE}, "vertical": {"vfile_int": interfaces, "vfile_mid": middles}})
    dycore, _ = started(config)
    return config.with_options(nu=float(dycore.dissipation.nu))


def namelist_of(config: Any, steps: int) -> str:
    """HOMME's namelist of so many steps that writes no file and seldom prints."""
    from pysces.config.namelists.writing import namelist_text

    text = namelist_text(config.with_options(nmax=steps))
    return text.replace("\n/", f"\n  statefreq = {NEVER}\n/", 1) + "\n" + TIMERS


def complaint(said: str) -> str:
    """The first line about an error in what HOMME printed, or the last line."""
    lines = [" ".join(line.split()) for line in said.split("\n") if re.search("[A-Za-z]", line)] or ["nothing"]
    return next((line for line in lines if re.search("error", line, re.IGNORECASE)), lines[-1])[:LONGEST_LINE]


def loop_seconds(times: str) -> tuple[float, int]:
    """Seconds of a process in the loop over steps, and the number of processes, in HOMME's file of times."""
    found = LOOP.search(times)
    if found is None:
        raise BadInput('HOMME\'s file HommeTime has no line of "prim_main_loop"; build HOMME with its timing library.')
    processes = int(found.group(1))
    return float(found.group(2)) / processes, processes


def last_extremes(said: str) -> np.ndarray:
    """(field, 2): lowest and highest surface pressure [Pa] and tracers [1] where HOMME printed them last."""
    last = {name: (float(low), float(high)) for name, low, high in EXTREMES.findall(said)}
    if "ps" not in last:
        raise BadInput("HOMME printed no surface pressure; a line that begins with ps= is expected after six steps.")
    return np.array([last["ps"], *(value for name, value in last.items() if name != "ps")])


def extremes(dycore: Any, state: Any) -> np.ndarray:
    """The same of a state of ours, on the host."""
    dp = np.asarray(state.dynamics.dp)
    fields = [np.asarray(dycore.equations.coordinate.ptop) + dp.sum(axis=-1)]
    fields += [np.asarray(tracer) / dp for tracer in (state.tracer_mass if state.tracer_mass is not None else ())]
    return np.array([(field.min(), field.max()) for field in fields])


def difference(ours: np.ndarray, homme: np.ndarray) -> float:
    """The largest difference of extremes over the larger of a field."""
    if ours.shape != homme.shape:
        raise BadInput(
            f"HOMME printed {len(homme) - 1} tracers where pysces has {len(ours) - 1}; they run other cases."
        )
    return float((np.abs(ours - homme) / np.abs(homme).max(axis=1, keepdims=True)).max())


def check_cores(processes: int, cores: Sequence[int]) -> None:
    """Refused where HOMME's processes are not as many as this process has cores."""
    if processes != len(cores):
        raise BadInput(
            f"HOMME ran as {processes} process(es) where pysces may use {len(cores)} cores; start this command with "
            f"taskset on as many cores, and HOMME with the mpiexec of its own MPI."
        )
