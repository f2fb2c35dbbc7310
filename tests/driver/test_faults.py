"""Nothing is lost: runs that are killed, meet a full disk, or meet each other; each goes on to the same bits."""

import os
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from pysces.driver.cli import _parser, main
from pysces.driver.request import request
from pysces.driver.simulation import simulation
from pysces.io.history import read_history
from pysces.io.lock import lock_of
from pysces.io.restart import read_restart

netCDF4 = pytest.importorskip("netCDF4")
PYSCES = [sys.executable, "-P", "-m", "pysces.driver.cli"]
SMALL = ["run", "--ne", "2", "--nlev", "4"]
TINY = [*SMALL, "--every-hours", "0.5"]


def same_bits(one: Path, other: Path) -> bool:
    """Whether two runs ended with the same history and the same restart."""
    a, b = (read_restart(p.with_suffix(".restart.nc")) for p in (one, other))
    arrays = a.arrays.keys() == b.arrays.keys() and all(
        a.arrays[n].tobytes() == b.arrays[n].tobytes() for n in a.arrays
    )
    return arrays and a.calls == b.calls and a.start == b.start and variables(one) == variables(other)


def variables(history: Path) -> dict[str, bytes]:
    """Every number of a history."""
    with netCDF4.Dataset(history) as data:
        data.set_auto_mask(False)
        return {name: variable[...].tobytes() for name, variable in data.variables.items()}


def started(arguments, **more) -> subprocess.Popen:
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([*PYSCES, *map(str, arguments)], **pipes, **more)


def after_records(process: subprocess.Popen, records: int) -> None:
    """Wait until a run has printed so many records."""
    for line in process.stdout:
        records -= line.lstrip()[:1].isdigit()
        if records <= 0:
            return
    pytest.fail(process.stderr.read())


def test_thirty_kills_at_random_moments_lose_nothing(tmp_path):
    """SIGKILL 30 times; every try resumes what the one before left, and the end has the bits of one undisturbed run."""
    days = ["--days", "1"]
    assert main([*TINY, *days, "--output", str(tmp_path / "whole.nc")]) == 0
    script = Path(__file__).with_name("killed_often.py")
    command = [sys.executable, str(script), str(tmp_path), "30", *TINY, *days]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr[-2000:]
    print(f"30 kills, {done.stdout.strip()} runs ended")
    for number in range(int(done.stdout)):
        assert same_bits(tmp_path / "whole.nc", tmp_path / f"done-{number}.nc")


def test_two_runs_on_one_file_do_not_meet_and_it_can_be_read_meanwhile(tmp_path):
    run = [*TINY, "--days", "100", "--output", tmp_path / "run.nc"]
    first = started(run)
    after_records(first, 2)
    with started(run) as second:
        said = second.communicate(timeout=30)[1]
    assert second.returncode == 2 and said.count("\n") == 1
    assert f"is being written by process {first.pid} on " in said
    counts = {len(read_history(tmp_path / "run.nc", "ps", "u")[0]) for _ in range(200)}
    first.terminate()
    first.communicate(timeout=30)
    assert first.returncode == 128 + signal.SIGTERM and min(counts) >= 1
    written = {"run.nc", "run.log", "run.restart.nc", "run.restart.previous.nc"}
    assert {p.name for p in tmp_path.iterdir()} == written
    calls = read_restart(tmp_path / "run.restart.nc").calls
    np.testing.assert_allclose(read_history(tmp_path / "run.nc", "time")[0] * 48, np.arange(calls + 1), rtol=1e-12)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_stops_a_run_after_its_chunk(tmp_path, number):
    with started([*SMALL, "--days", "100", "--every-hours", "240", "--output", tmp_path / "run.nc"]) as process:
        after_records(process, 1)
        time.sleep(1.0)
        asked = time.monotonic()
        process.send_signal(number)
        printed, said = process.communicate(timeout=30)
    assert process.returncode == 128 + number and time.monotonic() - asked < 15.0 and not said
    assert f"stopped; continue with: pysces run --resume {tmp_path / 'run.restart.nc'}" in printed
    assert read_restart(tmp_path / "run.restart.nc").calls > 0
    assert read_history(tmp_path / "run.nc", "time")[0].size == 1  # no record was due


def test_a_run_stopped_between_records_goes_on_to_the_same_bits(tmp_path, monkeypatch):
    from pysces.driver import pace

    sparse = [*SMALL, "--every-hours", "3", "--days", "0.375"]
    assert main([*sparse, "--output", str(tmp_path / "whole.nc")]) == 0
    monkeypatch.setattr(pace.Pace, "took", lambda *_: signal.raise_signal(signal.SIGTERM))  # after every call
    parts = [*sparse, "--output", str(tmp_path / "parts.nc"), "--resume", "auto"]
    statuses = [main(parts) for _ in range(4)]
    assert statuses == [143] * 4 and read_restart(tmp_path / "parts.restart.nc").calls == 4
    monkeypatch.undo()
    assert main(parts) == 0 and same_bits(tmp_path / "whole.nc", tmp_path / "parts.nc")


def test_a_full_disk_ends_with_a_sentence_and_can_be_resumed(tmp_path):
    """A limit on the size of files stands for the disk: it acts on root, too, and needs no mount."""
    run = [*TINY, "--days", "0.25", "--output"]
    assert main([*run, str(tmp_path / "whole.nc")]) == 0
    most = int(0.6 * (tmp_path / "whole.nc").stat().st_size)
    limit = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))}
    with started([*run, tmp_path / "run.nc"], **limit) as full:
        said = full.communicate(timeout=60)[1]
    assert full.returncode == 1 and said.count("\n") == 1 and "File too large; what was written before is whole" in said
    assert read_history(tmp_path / "run.nc", "ps")[0].shape[0] > 3
    assert main([*run, str(tmp_path / "run.nc"), "--resume", "auto"]) == 0
    assert same_bits(tmp_path / "whole.nc", tmp_path / "run.nc")


def refused(capsys, *arguments) -> str:
    """The one sentence with which a command is refused."""
    assert main([str(a) for a in arguments]) == 2
    said = capsys.readouterr().err
    assert said.startswith("pysces: ") and said.count("\n") == 1 and len(said) < 700
    return said


@pytest.fixture
def finished(tmp_path):
    """A run of three calls and its files."""
    assert main([*TINY, "--days", "0.0625", "--output", str(tmp_path / "run.nc")]) == 0
    return tmp_path / "run.nc"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_files_that_are_there_are_not_replaced_unasked(finished, capsys):
    folder, days = finished.parent, ["--days", "0.0625"]
    notes = folder / "notes.txt"
    notes.write_text("mine")
    (folder / "link.nc").symlink_to(finished)
    os.link(finished, folder / "hard.nc")
    config = folder / "run.toml"
    config.write_text("[grid]\nne = 2\n")
    before = contents(folder)
    restart = folder / "run.restart.nc"
    for arguments, sentence in (
        (["--output", finished], "run.nc exists; continue its run with --resume auto, or replace it with --overwrite"),
        (["--output", folder / "run.x"], "run.restart.nc exists"),
        (["--output", notes], "notes.txt exists"),
        (["--output", notes, "--overwrite"], "notes.txt exists and was not written by pysces"),
        (["--output", folder / "link.nc"], "link.nc exists"),
        (["--output", folder], "it is a folder or a device"),
        (["--output", "/dev/null", "--overwrite"], "it is a folder or a device"),
        ([config, "--output", config, "--overwrite"], "would be one file"),
        (["--output", finished, "--set", f'output.restart="{finished}"', "--overwrite"], "would be one file"),
        (["--output", finished, "--set", f'output.restart="{folder}/hard.nc"', "--overwrite"], "would be one file"),
        (["--output", finished, "--set", f'output.restart="{folder}/link.nc"', "--overwrite"], "would be one file"),
        (["--output", finished, "--resume", "auto", "--overwrite"], "give one of them"),
        (["--resume", restart, "--output", restart], "run.restart.nc is not a history that this pysces can read"),
    ):
        assert sentence in refused(capsys, *TINY, *days, *arguments)
        assert contents(folder) == before
    assert main([*TINY, *days, "--output", str(finished), "--overwrite"]) == 0
    assert read_restart(restart).calls == 3


def test_what_does_not_belong_together_is_refused_untouched(finished, tmp_path_factory, capsys):
    folder, other = finished.parent, tmp_path_factory.mktemp("other") / "run.nc"
    larger = ["run", "--ne", "3", *TINY[3:], "--days", "0.0625"]
    assert main([*larger, "--output", str(other)]) == 0
    alien = other.with_suffix(".restart.nc")
    before, resume = contents(folder), ["--days", "0.125", "--resume"]
    own = folder / "run.restart.nc"
    for arguments, sentence in (
        ([*resume, alien, "--output", finished], "[grid] ne is 3 here but 2 in the history"),
        ([*resume, own, "--every-hours", "1"], "[output] every_hours is 1.0 here but 0.5 in the history"),
        ([*resume, own, "--ne", "3"], "[grid] ne is 3 here but 2 in the run that --resume continues"),
        (["--days", "0.03125", "--resume", own], "not a whole number"),
        (["--days", "0.02083333333333", "--resume", own], "The restart is at day 0.0625, after the end of the run"),
        (
            [*TINY[1:], "--set", "viscosity.nu=1e15", *resume, "auto", "--output", finished],
            "[viscosity] nu is 1000000000000000.0 here but -1.0 in the run that --resume continues",
        ),
    ):
        assert sentence in refused(capsys, "run", *arguments)
        assert contents(folder) == before
    short = finished.read_bytes()
    finished.write_bytes(short[:-1])
    assert "counts 4 records but is too short" in refused(capsys, "run", *resume, own)


def test_a_run_that_goes_on_replaces_no_files_but_its_own(finished, capsys):
    folder, own = finished.parent, finished.with_suffix(".restart.nc")
    resume = ["--days", "0.125", "--resume", own]
    (folder / "notes.txt").write_text("precious")
    (folder / "link.nc.restart.nc").write_text("precious")
    (folder / ".lock.nc.lock").symlink_to(folder / "notes.txt")
    kept = contents(folder)
    for more, sentence in (
        (["--output", finished, "--set", f"output.restart={folder / 'notes.txt'}"], "is no restart of this run"),
        (["--output", folder / "link.nc", "--set", f"output.restart={folder / 'link.nc.restart.nc'}"], "no restart of"),
        (["--output", folder / "lock.nc"], "symbolic links"),
    ):
        assert sentence in refused(capsys, "run", *resume, *more)
        assert contents(folder) == kept
    finished.unlink()
    assert "is not there; put it back" in refused(capsys, "run", *resume)


def test_other_levels_in_the_same_file_are_noticed(tmp_path, capsys):
    """A configuration names a file of levels; a restart knows what was in it."""
    levels = tmp_path / "levels.ascii"
    for hyai in ("0.1 0.05 0.02 0.0", "0.1 0.06 0.02 0.0"):
        levels.write_text(f"4\n{hyai}\n4\n0.0 0.3 0.7 1.0\n")
        words = ["run", "--ne", "2", "--every-hours", "0.5", "--set", f"vertical.vfile_int={levels}"]
        if not (tmp_path / "run.nc").exists():
            assert main([*words, "--days", "0.0416666666667", "--output", str(tmp_path / "run.nc")]) == 0
    kept = contents(tmp_path)
    said = refused(capsys, "run", "--days", "0.0625", "--resume", tmp_path / "run.restart.nc")
    assert "The mesh or the levels are not those" in said and contents(tmp_path) == kept


def test_a_damaged_restart_is_passed_over_by_auto(finished, capsys):
    own = finished.with_suffix(".restart.nc")
    own.write_bytes(own.read_bytes()[:-1] + b"x")
    sentence = refused(capsys, "run", "--days", "0.125", "--resume", own)
    assert (
        f"the one before it is whole, after 2 calls: --resume {finished.parent / 'run.restart.previous.nc'}" in sentence
    )
    run = [*TINY, "--days", "0.125", "--output"]
    assert main([*run, str(finished), "--resume", "auto"]) == 0
    assert "continuing from the one before it" in capsys.readouterr().err
    assert main([*run, str(finished.parent / "whole.nc")]) == 0
    assert same_bits(finished.parent / "whole.nc", finished)


def test_auto_starts_where_there_is_nothing_or_only_a_first_record(tmp_path):
    run = [*TINY, "--days", "0.0625", "--resume", "auto", "--output", str(tmp_path / "run.nc")]
    assert main([*TINY, "--days", "0.0625", "--output", str(tmp_path / "first.nc"), "--set", 'output.restart=""']) == 0
    assert main(run) == 0
    (tmp_path / "run.restart.nc").unlink()
    (tmp_path / "run.restart.previous.nc").unlink()
    assert main(run) == 2  # four records and no restart: whose are they?
    data = (tmp_path / "run.nc").read_bytes()
    (tmp_path / "run.nc").write_bytes(data[:4] + (1).to_bytes(8, "big") + data[12:])
    assert main(run) == 0 and len(read_history(tmp_path / "run.nc", "time")[0]) == 4


def test_a_backend_that_is_not_installed_is_refused_at_once(monkeypatch, capsys):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert "pip install 'pysces-dycore[jax]'" in refused(capsys, "run", "--backend", "jax", "--ne", "60")


def test_the_drift_of_a_resumed_run_is_counted_from_its_own_start(tmp_path, capsys):
    run = [*TINY, "--output", str(tmp_path / "run.nc"), "--days"]
    assert main([*run, "0.125"]) == 0
    last = capsys.readouterr().out.splitlines()[-1].split()[:4]
    assert main(["run", "--days", "0.1875", "--resume", str(tmp_path / "run.restart.nc")]) == 0
    first = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("   0.125"))
    assert first.split() == last and float(last[3]) != 0.0


FAST = ["--case", "solid_body_rotation", "--set", "case.options={speed=400.0}", "--set", "time.tstep=3600"]


def first_bad_call_and_step(run) -> tuple[int, int]:
    """Marched here call by call, and the bad call again by dynamics steps alone; all but the last state are sound."""
    call, before, state = 0, run.state, run.state
    while sound(state.dynamics):
        call, before, state = call + 1, state, run.dycore.step(state)
    step, dynamics = 3 * (call - 1), before.dynamics
    while sound(dynamics):
        step, dynamics = step + 1, run.dycore.dynamics_step(run.dycore.equations, dynamics)
    return call, step


def sound(dynamics) -> bool:
    return bool(np.isfinite(dynamics.wind).all() and np.isfinite(dynamics.vtheta_dp).all() and (dynamics.dp > 0).all())


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_blow_up_names_call_place_and_level(capsys):
    """Within the interval of a day: the wind is too fast for steps that the waves alone would allow."""
    arguments = [*SMALL, "--every-hours", "24", *FAST, "--set", "viscosity.nu=1e15", "--days", "4"]
    assert main(arguments) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    found = re.match(
        r"pysces: After ([\d.]+) days \(call (\d+), step (\d+)\) \w+ is not \w+ \(.+\) at element \d+, node \(\d, \d\)"
        r", level \d \(lat -?[\d.]+, lon [\d.]+\), and at \d+ points in all; .* the step before, the strongest wind "
        r"was [\d.e+]+ m/s at element \d+, level \d \(lat",
        said,
    )
    assert found, said
    days, call, step = (float(x) for x in found.groups())
    config, _ = request(_parser().parse_args(arguments))
    assert (call, step) == first_bad_call_and_step(simulation(config))
    assert days == pytest.approx(step / 24.0, rel=1e-3)


def test_a_dead_runs_lock_does_not_block(tmp_path):
    run = [*TINY, "--days", "100", "--output", tmp_path / "run.nc"]
    first = started(run)
    after_records(first, 2)
    first.kill()
    first.communicate()
    assert lock_of(tmp_path / "run.nc").exists()
    with started([*run, "--resume", "auto"]) as second:
        after_records(second, 2)
        second.terminate()
        _, said = second.communicate(timeout=30)
    assert second.returncode == 143 and not lock_of(tmp_path / "run.nc").exists(), said
