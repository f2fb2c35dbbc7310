"""Records as checks of the assembled product: one run in one configuration each, and the verdict of the harness."""

from __future__ import annotations

import os
import pickle
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np

from ...errors import BadInput, brief, reading
from ...golden import record as golden
from ...golden.record import Record
from ...judging import plan
from ...judging.desk import Wanted
from ...judging.plan import Check
from ...judging.results import Result
from ...judging.verdict import verdict_on
from ...running import runner
from ...running.configurations import Configuration, with_serial
from ...running.worker import Answer, compilation_cache
from . import growth, process, read_back
from .start import Start
from .words import HISTORY, RECORDED, Asked, Plan, cam_words, homme_words, write

KERNELS = ("theta_l_run", "theta_l_run_daily", "cam_se_step")
MESH = "assembled"  # what a result's mesh says: pysces' own, and everything else too
GIVEN = ("built/", "mesh/", "start/", "time/", "restart/")  # they say what was set up, and no run moves them
NOT_WRITTEN = ("omega",)  # what CAM's physics is told: no run writes it
STATE = ("v", "T", "vtheta_dp", "dp3d", "Qdp")
BEGINS = tuple(f"start/{name}" for name in STATE)
DAY = 86400.0  # s
SOON = 10  # calls after which a run ends that is not thorough, where the record has an output by then
REFUSED = "2"  # status of pysces run for what it does not do
Fields = dict[str, np.ndarray]


@dataclass(frozen=True)
class Assembled:
    """One record as a run: what a user writes, what is added to pysces for it, when it is looked at.

    check : the record's, without what it expects yet, which depends on what was run.
    """

    record: Record
    plan: Plan
    asked: Asked
    start: Start | None
    check: Check

    @property
    def model(self) -> str:
        """The [dynamics] model."""
        return "theta_l" if self.record.producer == "homme" else "cam_se"


def records(paths: Iterable[str | Path], refused: dict[Path, str]) -> list[Record]:
    """The records of runs among paths, those of test_data without any; another record that is named is refused."""
    paths = list(paths)
    found: list[Record] = []
    for path in golden.find(paths or [golden.test_data()]):
        try:
            record = golden.read(path)
        except BadInput as error:
            refused[path] = str(error)
            continue
        if record.kernel in KERNELS:
            found.append(record)
        elif str(path) in map(str, paths):
            refused[path] = f"{path}: its kernel is {record.kernel!r}; assembled takes runs: {', '.join(KERNELS)}."
    if not found and not refused:
        raise BadInput(f"No record of a run in {', '.join(map(str, paths))}; assembled takes {', '.join(KERNELS)}.")
    return found


def assembled(record: Record, thorough: bool = True) -> Assembled:
    """A record as a run; not thorough: to its first outputs only, and runs of minutes not at all."""
    with reading(record.path, "a run by its settings"):
        stages = _stages(record)
        soon = {stage: n for stage, n in stages.items() if n <= SOON}
        when = Plan(stages if thorough or not soon else soon)
        asked = (homme_words if record.producer == "homme" else cam_words)(record, when)
    (check,) = [c for c in plan.golden_checks([record.path]) if c.mesh == "golden"]
    done = thorough or not check.kernel.deep
    return Assembled(record, when, asked, _start(record, asked), replace(check, mesh=MESH, thorough=done, given=GIVEN))


def _stages(record: Record) -> dict[str, int]:
    """{stage: remap calls until then} of the outputs that a run writes."""
    settings = record.settings
    if record.kernel == "theta_l_run":
        return {f"call_{n}": n for n in settings["calls"]}
    if record.kernel == "theta_l_run_daily":
        return {f"day_{n:.0f}": round(n) * settings["calls_per_day"] for n in record.outputs["day"].values}
    call = settings["dt_dynamics"] * settings["se_qsplit"] * settings["se_rsplit"]
    return {name: round(t / call) for name, t in settings["stage_time_s"].items() if name != "dyn1"}


def _start(record: Record, asked: Asked) -> Start | None:
    """What pysces' catalogue lacks of the record's start, None where it has all of it."""
    names = tuple(record.settings.get("thermodynamic_active_species_name", ())[1:])
    x = {name: field.values for name, field in record.inputs.items()}
    model = "theta_l" if record.producer == "homme" else "cam_se"
    if asked.own_start and len(x.get("Qdp", ())) <= 1:
        return None
    return Start(model, x, "" if asked.own_start else RECORDED, names)


def judge(runs: list[Assembled], configurations: list[Configuration]) -> list[Result]:
    """Every run in every configuration, held against its record; over parts of a mesh, against one process too."""
    configurations = with_serial(configurations)
    answers: dict[str, dict[int, Answer]] = {c.name: {} for c in configurations}
    checks = {n: run.check for n, run in enumerate(runs)}
    starts: dict[int, Fields] = {}
    for n, c, folder, ended in each_run(runs, configurations):
        answers[c.name][n] = ended
        if folder is not None:
            with reading(runs[n].record.path, "what its kernel says it is"):
                outputs, expected = left(runs[n], folder)
            answers[c.name][n], starts[n] = replace(ended, outputs=outputs), start_of(outputs)
            checks[n] = replace(checks[n], **_about(runs[n].record, checks[n], expected))
    answers |= growth.measured({n: (checks[n], runs[n].plan, start) for n, start in starts.items()})
    return [verdict_on(Wanted(n, check, c), answers) for n, check in checks.items() for c in configurations]


def start_of(outputs: Fields) -> Fields:
    """Where a run began, by the names of a record's inputs."""
    return {name.removeprefix("start/"): a for name, a in outputs.items() if name in BEGINS}


def each_run(
    runs: list[Assembled], configurations: list[Configuration]
) -> Iterator[tuple[int, Configuration, Path | None, Answer]]:
    """(number, configuration, folder, answer) of every run; the folder is gone with the next one, None if it failed.

    Runs go side by side; files are read by the caller alone, because NetCDF's library takes no threads.
    """
    work = [(n, c) for n in range(len(runs)) for c in configurations]
    with tempfile.TemporaryDirectory(prefix="pysces-assembled-") as name, ThreadPoolExecutor(os.cpu_count()) as pool:
        folders = [Path(name) / f"{n}-{c.name}" for n, c in work]
        started = [pool.submit(pysces_run, runs[n], c, folder) for (n, c), folder in zip(work, folders)]
        for (n, c), folder, ended in zip(work, folders, started):
            answer = ended.result()
            yield n, c, None if answer.failed or answer.not_run else folder, answer
            shutil.rmtree(folder)


def pysces_run(run: Assembled, configuration: Configuration, folder: Path) -> Answer:
    """``pysces run`` in the processes of a configuration; an answer without outputs, which lie in the folder."""
    folder.mkdir()
    if reason := run.check.left_out(configuration.name) or configuration.missing():
        return Answer(not_run=reason)
    write(run.asked, folder)
    words = [*run.asked.words, "--backend", configuration.backend]
    if configuration.backend == "jax":
        words += ["--set", f"backend.cache={compilation_cache() / configuration.name}"]
    if configuration.devices > 1:
        words += ["--devices", str(configuration.devices // configuration.processes)]
    (folder / process.JOB).write_bytes(pickle.dumps((words, run.start, configuration.processes)))
    began = time.perf_counter()
    how = runner.in_processes(configuration, str(folder), process.__name__)
    status = (folder / process.STATUS).read_text() if (folder / process.STATUS).exists() else ""
    if status == "0":
        return Answer(seconds=time.perf_counter() - began)
    said = _last(folder) if status else how
    return Answer(not_run=said) if status == REFUSED else Answer(failed=f"pysces run: {said}")


def _about(record: Record, check: Check, expected: Fields) -> dict[str, Any]:
    """What a check says of its fields: the names of their axes, and which have items of their own."""
    known = dict(check.axes) | {f"start/{name}": field.axes for name, field in record.inputs.items()}
    axes = {name: known.get(name, ("number",) if value.ndim == 1 else ()) for name, value in expected.items()}
    separate = tuple(name for name, of in axes.items() if of[:1] and of[0] in plan.SEPARATE_AXES)
    return {"reference": expected, "axes": {name: of for name, of in axes.items() if of}, "separate": separate}


def _last(folder: Path) -> str:
    lines = (folder / "process_0.txt").read_text(errors="replace").splitlines()
    said = [line for line in lines if line.startswith("pysces: ")] or lines or ["it said nothing"]
    return brief(said[-1].removeprefix("pysces: "), 300)


def left(run: Assembled, folder: Path) -> tuple[Fields, Fields]:
    """(found, expected): numbers, mesh, start, times, every stage in the history, and the end in the restart."""
    setup = pickle.loads((folder / process.BUILT).read_bytes())
    found, expected = read_back.numbers(run.record, setup)
    parts = [read_back.mesh(run.record, setup), _in_history(run, folder / HISTORY, setup), _at_end(run, folder)]
    if run.record.producer == "cam_se" and run.asked.own_start:
        parts.append(read_back.own_vapor(run.record, setup))
    for part in parts:
        found, expected = found | part[0], expected | part[1]
    return found, expected


def _in_history(run: Assembled, history: Path, setup: Any) -> tuple[Fields, Fields]:
    record, every = run.record, run.asked.every
    expected = _recorded(run)
    with netCDF4.Dataset(history) as data:
        days = np.asarray(data["time"][:])
        places = {stage: n // every for stage, n in run.plan.stages.items() if n // every < days.size}
        found = {f"time/{stage}": days[[place]] for stage, place in places.items()}
        if record.kernel == "theta_l_run_daily":
            by_day = [read_back.daily_fields(data, place, record, setup) for place in places.values()]
            return found | {name: np.stack([day[name] for day in by_day]) for name in by_day[0]}, expected
        fields = read_back.homme_fields if record.producer == "homme" else read_back.cam_fields
        for stage, place in {"start": 0, **places}.items():
            found |= {f"{stage}/{name}": value for name, value in fields(data, place, record).items()}
    return found, expected


def _recorded(run: Assembled) -> Fields:
    """The record's own numbers that a history has: its start, and time [day] and fields of every stage that was run."""
    record, stages = run.record, run.plan.stages
    times = {f"time/{stage}": np.array([s / DAY]) for stage, s in _seconds(record).items() if stage in stages}
    if record.kernel == "theta_l_run_daily":
        return times | {name: f.values[: len(stages)] for name, f in record.outputs.items() if name != "day"}
    start = {f"start/{n}": record.inputs[n].values for n in STATE if n in record.inputs}
    staged = {name: f.values for name, f in record.outputs.items() if name.rpartition("/")[0] in stages}
    return times | start | {n: a for n, a in staged.items() if n.rpartition("/")[2] not in NOT_WRITTEN}


def _seconds(record: Record) -> dict[str, float]:
    """Model time of the stages, as the record states it [s]."""
    settings = record.settings
    if record.kernel == "cam_se_step":
        return dict(settings["stage_time_s"])
    if record.kernel == "theta_l_run_daily":
        return {f"day_{n:.0f}": DAY * n for n in record.outputs["day"].values}
    return {f"call_{n}": seconds for n, seconds in zip(settings["calls"], settings["seconds"], strict=True)}


def _at_end(run: Assembled, folder: Path) -> tuple[Fields, Fields]:
    """The restart file: the model's time, and that its state is the last one in the history, bit for bit."""
    left = read_back.restarted(folder, run.model)
    fields = read_back.homme_fields if run.record.producer == "homme" else read_back.cam_fields
    with netCDF4.Dataset(folder / HISTORY) as data:
        last = fields(data, -1, run.record)
    found = {f"restart/{name}": left[name] - last[name] for name in ("v", "T", "dp3d") if name in left}
    expected: Fields = {name: np.zeros_like(value) for name, value in found.items()}
    seconds = max(_seconds(run.record)[stage] for stage in run.plan.stages)
    return found | {"restart/time": left["time"]}, expected | {"restart/time": np.array([float(seconds)])}
