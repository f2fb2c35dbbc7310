"""Inputs that nobody should give to ``pysces run``: each is refused in one short sentence, or makes a valid run.

Valid is a run that ends after at least one call, whose history any NetCDF program reads, with finite numbers, layers
that have mass, and the mass it began with. A run that blows up says so in one sentence and status 1.
Nothing may hang, print a traceback, or change a file that was there.
"""

import contextlib
import io
import json
import random
import signal
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from pysces.config.presets import preset
from pysces.driver.cli import main
from pysces.driver.edge import LONGEST
from pysces.io.history import history_head, read_history
from pysces.io.restart import _SEAL, write_restart

pytest.importorskip("netCDF4")
LIMIT = 10.0  # s
SHORT = ["--ne", "2", "--nlev", "4", "--set", "time.nmax=3"]
TEXTS = ("", " ", "-1", "0", "1.5", "nan", "inf", "-inf", "1e999", "abc", "9" * 400, "None", "true", "[]", "{}", "\0")
MORE_TEXTS = ("💥", "ü" * 300, "0x10", "1_0", "--", "a\nb", "'", '"', "../..", "\udcff", "%s%n", "x" * 5000)
VALUES = (
    "-1",
    "0",
    "2",
    "7",
    "1000000",
    "1" + "0" * 30,
    "-0.5",
    "1e-9",
    "1e30",
    "nan",
    "inf",
    "true",
    '""',
    "[]",
    "{}",
)
MORE_VALUES = ('"abc"', "[1, 2]", "{a = 1}", "1979-05-27", "[" * 500, "-1e300", "0.1", '"\\u0000"', "''", "=")
OPTIONS = ("--ne", "--nlev", "--days", "--every-hours", "--ranks", "--devices", "--case", "--model", "--backend")
TOML = """
[grid]
ne = 2
[vertical.table]
family = "even_pressure"
nlev = 4
eta_top = 0.02
[time]
nmax = 3
tstep = 600.0
[viscosity]
nu = 1e16
hypervis_subcycle = 1
[case]
name = "baroclinic_wave"
options = { moist = false }
"""
NAMELIST = """&ctl_nl
 test_case = 'jw_baroclinic', u_perturb = 1.0
 ne = 2, nmax = 3, tstep = 300, statefreq = 9
 nu = 1.0e16, hypervis_subcycle = 1, rsplit = 3, theta_hydrostatic_mode = T
/
&vert_nl
/
"""
LEVELS = "3 ! hyai\n 0.02 0.05 0.0\n3 ! hybi\n 0.0 0.4 1.0\n"


class Hang(BaseException):
    """A command took longer than LIMIT."""


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """What a name like "=" makes a command write lies here, not in the folder that the tests were started in."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")


@pytest.fixture(scope="module")
def there(tmp_path_factory):
    """A folder with files that must not change, those of a run among them."""
    folder = tmp_path_factory.mktemp("there")
    run = ["run", "--ne", "2", "--nlev", "4", "--every-hours", "0.5", "--days", "0.0625"]
    assert main([*run, "--output", str(folder / "run.nc")]) == 0
    for name, text in {"notes.txt": "mine", "run.toml": TOML, "homme.nl": NAMELIST, "levels.ascii": LEVELS}.items():
        (folder / name).write_text(text)
    (folder / "folder").mkdir()
    (folder / "link.nc").symlink_to(folder / "run.nc")
    return folder


def outcome(arguments: list[str]) -> tuple[str, str]:
    """How a command ended ("refused", "ran", "blew up", or what must not be), and what it said."""
    said, late = io.StringIO(), []

    def hang(*_):
        late.append(True)
        raise Hang

    before = signal.signal(signal.SIGALRM, hang)
    signal.setitimer(signal.ITIMER_REAL, LIMIT)
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
            status = main(arguments)
    except SystemExit as ended:
        status = ended.code
    except BaseException as error:
        return f"escaped {type(error).__name__}", repr(error)[:300]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
    return ("hang" if late else _named(status, said.getvalue())), said.getvalue()


def _named(status: int, said: str) -> str:
    if "Traceback" in said:
        return "traceback"
    if status == 0:
        return "ran"
    *notes, last = said.splitlines() or [""]  # notes on options that do nothing, then the sentence
    sentence = (
        all(line.startswith("pysces: ") and len(line) < LONGEST + 60 for line in (*notes, last)) and not notes[2:]
    )
    return {2: "refused", 1: "blew up"}.get(status, f"status {status}") if sentence else "no sentence"


def contents(folder: Path) -> dict:
    """Names, and the bytes of files."""
    return {p.name: p.read_bytes() if p.is_file() else p.is_dir() for p in folder.iterdir()}


def valid(history: Path) -> bool:
    """The rule for an input that is accepted."""
    days, mass, temperature, ps = read_history(history, "time", "mass", "T", "ps")
    p0, hyai, hybi = read_history(history, "P0", "hyai", "hybi")
    dp = np.diff(hyai * p0 + hybi * ps[..., None], axis=-1)
    numbers = all(np.isfinite(x).all() for x in (days, mass, temperature, dp, *read_history(history, "u", "v")))
    positive = (temperature > 0).all() and (dp > 0).all()
    config = json.loads(history_head(history)[0].attributes["config"])
    return bool(numbers and days[-1] > days[0] and positive and abs(mass[-1] / mass[0] - 1) < 1e-12 and config)


def judged(there: Path, tmp_path: Path, inputs, own_output: bool = True) -> Counter:
    """Try every input; the counts of how they ended. Fails with those that ended as none may."""
    before, counts, wrong = contents(there), Counter(), []
    for number, arguments in enumerate(inputs):
        output = tmp_path / f"{number}.nc"
        end, said = outcome([*arguments, *(["--output", str(output)] if own_output else [])])
        if end == "ran" and own_output and not valid(output):
            end = "accepted, but not valid"
        if contents(there) != before:
            end = "changed a file"
            wrong.append((end, arguments, said))
            break
        counts[end] += 1
        if end not in ("refused", "ran", "blew up"):
            wrong.append((end, [a[:80] for a in arguments], said[-700:]))
    print(f"{sum(counts.values())} inputs: {dict(counts)}")
    assert not wrong, "\n".join(map(str, wrong[:12]))
    return counts


def test_command_lines(there, tmp_path):
    inputs = [["run", *SHORT, option, text] for option in OPTIONS for text in TEXTS + MORE_TEXTS]
    inputs += [["run", *SHORT, text] for text in TEXTS + MORE_TEXTS]
    assert judged(there, tmp_path, inputs)["refused"] > 200


def test_assignments(there, tmp_path):
    """Every option with some of the values; ranks would start processes, and a cache a folder."""
    choose, inputs = random.Random(1), []
    for section, entries in preset("theta_l").table().items():
        for name in entries:
            if (section, name) not in (("backend", "ranks"), ("backend", "cache"), ("output", "file")):
                values = choose.sample(VALUES + MORE_VALUES, 4)
                inputs += [["run", *SHORT, "--set", f"{section}.{name}={value}"] for value in values]
    keys = ("", ".", "..", "a.b.c.d", "time", "time.", ".tstep", "tiem.tstep", "time.tstpe", "\0.\0", "time.tstep=1=2")
    inputs += [["run", *SHORT, "--set", key if "=" in key else f"{key}=1"] for key in keys]
    assert judged(there, tmp_path, inputs)["refused"] > 100


def mutated(text: str, choose: random.Random) -> bytes:
    """A text with a few bytes or lines changed, lost or doubled."""
    data = bytearray(text.encode())
    for _ in range(choose.randint(1, 3)):
        at, kind = choose.randrange(len(data)), choose.randrange(5)
        if kind == 0:
            data[at] = choose.choice(b"\0\xff\n=[]{}\"'-+.,019 eE#!&/")
        elif kind == 1:
            del data[at : at + choose.randint(1, 12)]
        elif kind == 2:
            data[at:at] = data[at : at + choose.randint(1, 30)]
        elif kind == 3:
            del data[max(at, 10) :]
        else:
            data[at:at] = choose.choice((b"1e999", b"nan", b"-", b"9" * 30, b"true", b"\xc3", b"[[", b"{a=1}", b"\0"))
        data = data or bytearray(b" ")
    return bytes(data)


@pytest.mark.parametrize(
    ("name", "text", "count", "more"),
    [("bad.toml", TOML, 70, []), ("bad.nl", NAMELIST, 60, ["--nlev", "4"])],
)
def test_configuration_files(there, tmp_path, name, text, count, more):
    """The mesh and the length are the command line's, so that what is accepted is short."""
    choose, path = random.Random(2), tmp_path / name
    end = ["--ne", "2", "--set", "time.nmax=3", *more]
    crafted = [
        "",
        "\0",
        "[" * 3000,
        "a = " + "[" * 3000,
        "[grid]\n[grid]\n",
        "grid = 3",
        "[grid]\nne = {}\n",
        "x" * 100000,
    ]
    crafted += [
        "&ctl_nl",
        "&ctl_nl\n/\n&ctl_nl\n/",
        "&ctl_nl ne=,,, /",
        "&ctl_nl dt_remap_factor=0, qsplit=0 /",
        "\xff",
    ]
    crafted += [
        "&ctl_nl dt_remap_factor='x' /",
        "&ctl_nl dt_tracer_factor=0, dt_remap_factor=4 /",
        "&ctl_nl ne=1 2 3 /",
    ]
    inputs = []

    def written():
        for data in [*(mutated(text, choose) for _ in range(count)), *(c.encode("latin-1") for c in crafted)]:
            path.write_bytes(data)
            yield ["run", str(path), *end]
            inputs.append(data)

    judged(there, tmp_path, written())
    assert len(inputs) == count + len(crafted)


def test_levels(there, tmp_path):
    choose, path = random.Random(3), tmp_path / "levels.ascii"
    tables = (
        *("{}", "{nlev=4}", '{family="even_sigma"}', '{family="even_sigma",nlev=0}', '{family="even_sigma",nlev=-3}'),
        *('{family="even_sigma",nlev="4"}', '{family="even_sigma",nlev=4.5}', '{family="even_sigma",nlev=100000000}'),
        *('{family="even_pressure",nlev=4,eta_top=2.0}', '{family="even_pressure",nlev=4,eta_top=-1.0}'),
        *('{family="even_height",nlev=4,z_top=-5.0}', '{family="eta",eta=[]}', "{hyai=[0.1],hybi=[0.0]}", "{hyai=3}"),
        *("{hyai=[0.0,nan],hybi=[0.0,1.0]}", '{name="cam_l31"}', '{file="nowhere"}', '{family="eta",name="cam_l30"}'),
        *('{family="even_sigma",nlev=true}', '{family="even_pressure",nlev=4,eta_top="x"}', '{family=["eta"]}'),
    )
    base = ["run", "--ne", "2", "--set", "time.nmax=3"]

    def inputs():
        for table in tables:
            yield [*base, "--set", f"vertical.table={table}"]
        for _ in range(40):
            path.write_bytes(mutated(LEVELS, choose))
            yield [*base, "--set", f'vertical.vfile_int="{path}"']

    judged(there, tmp_path, inputs())


def test_paths(there, tmp_path):
    """Where a run may not write: nothing that is there changes."""
    names = ("notes.txt", "run.toml", "run.nc", "run.restart.nc", "folder", "link.nc", ".", "..", "levels.ascii")
    places = [str(there / n) for n in names] + [
        "/dev/null",
        "/dev/full",
        "/proc/x.nc",
        "/",
        "",
        "/nowhere/x.nc",
        "a\0b",
    ]
    places += ["x" * 300, "x/" * 2000 + "y.nc"]
    inputs = [["run", *SHORT, "--output", place, *more] for place in places for more in ([], ["--overwrite"]) if place]
    inputs = [i for i in inputs if not ("--overwrite" in i and i[-2].endswith((".nc", "/.")) and "/there" in i[-2])]
    inputs += [["run", *SHORT, "--resume", place] for place in places if place]
    inputs += [["run", *SHORT, "--set", f'output.restart="{there / name}"'] for name in names]
    inputs += [["run", place, *SHORT] for place in places if place and "toml" not in place]
    inputs += [["run", str(there / "run.toml"), "--output", str(there / "run.toml"), "--overwrite"]]
    assert judged(there, tmp_path, inputs, own_output=False)["refused"] == len(inputs)


def resealed(data: bytes) -> bytes:
    """A restart whose bytes were changed by somebody who also knows the sum."""
    import hashlib

    body = data[: -len(_SEAL) - 64]
    return body + _SEAL + hashlib.sha256(body).hexdigest().encode()


def test_restarts_and_histories(there, tmp_path):
    """Changed bytes in the restart, in its header with a sum that fits, and in the history that goes on."""
    choose, untouched = random.Random(4), contents(there)
    restart, history = tmp_path / "run.restart.nc", tmp_path / "run.nc"
    whole = {p: (there / p.name).read_bytes() for p in (restart, history)}
    counts = Counter()
    for number in range(90):
        for path, data in whole.items():
            path.write_bytes(data)
        path = history if number % 3 == 0 else restart
        data = bytearray(whole[path])
        for _ in range(choose.randint(1, 3)):
            data[choose.randrange(len(data) if number % 3 == 2 else 1400)] ^= choose.randrange(1, 256)
        path.write_bytes(resealed(bytes(data)) if number % 3 == 1 else bytes(data))
        (tmp_path / "run.restart.previous.nc").unlink(missing_ok=True)
        before = (restart.read_bytes(), history.read_bytes())
        resume = ["run", "--resume", str(restart), "--output", str(history), "--set", f"time.ndays={1 / 12}"]
        end, said = outcome(resume)
        counts[end] += 1
        assert end in ("refused", "ran", "blew up"), (number, end, said[-700:])
        assert end != "refused" or before == (restart.read_bytes(), history.read_bytes()), said
        assert end == "refused" or number % 3 != 2
        assert end != "ran" or valid(history)
        assert contents(there) == untouched
    print(f"{sum(counts.values())} inputs: {dict(counts)}")


def test_pictures_and_climates(there, tmp_path):
    """Of what is no history, and into what is there or cannot be."""
    sources = ("notes.txt", "run.restart.nc", "folder", "nowhere.nc", "run.toml")
    inputs = [[command, str(there / name)] for command in ("plot", "climate") for name in (*sources, "/dev/full")]
    inputs += [
        ["plot", str(there / "run.nc"), "--image", str(there / name)] for name in ("run.nc", "notes.txt", "folder")
    ]
    inputs += [["plot", str(there / "run.nc"), "--image", image] for image in ("/nowhere/a.png", "", "a.xyz", "\0.png")]
    inputs += [["climate", str(there / "run.nc"), "--after", text] for text in ("nan", "inf", "x", "1e9")]
    inputs += [["cases", "x"], ["options", "x"], [], ["x"], ["plot"], ["run", "--resume"], ["--nothing"]]
    assert judged(there, tmp_path, inputs, own_output=False)["refused"] == len(inputs)


def test_configurations_of_a_restart_that_are_none(there, tmp_path):
    """Whole restarts that say another configuration than their arrays have, or none."""
    counts = Counter()
    for number, config in enumerate(
        ({}, {"grid": 3}, {"grid": {"ne": 3}}, {"grid": {"ne": "x"}}, {"nothing": {}}, [], 3)
    ):
        path = tmp_path / f"{number}.restart.nc"
        write_restart(path, None, config, 3)
        end, said = outcome(["run", "--resume", str(path), "--ne", "2"])
        counts[end] += 1
        assert end == "refused", (config, end, said[-500:])
    print(f"{sum(counts.values())} inputs: {dict(counts)}")
