"""The edge of the command: ports that end their process, errors of the system, Ctrl-C, and bugs."""

import errno
import json
import os
import signal
import subprocess
import sys
import time

import pytest
from pysces_harness import cli
from pysces_harness.commands import look
from pysces_harness.running import runner

pytest.importorskip("pysces_reference")
GOOD = """
from pathlib import Path
from runpy import run_path
my_gradient = run_path({example!r})["my_gradient"]
"""
MISCHIEF = {
    "exits": "import sys; sys.exit(0)",
    "raises_exit": "raise SystemExit",
    "interrupts": "raise KeyboardInterrupt",
    "vanishes": "import os; os._exit(0)",
    "dies": "import os; os.kill(os.getpid(), 9)",
    "returns_none": "return None",
    "returns_text": "return {'ds': 'north'}",
    "returns_list": "return [1.0]",
    "returns_pieces": "return {'ds': [[1.0], [1.0, 2.0]]}",
    "returns_complex": "return {'ds': x['s'] * 1j}",
    "asks_for_more": "return {'ds': x['no such input']}",
    "recurses": "return recurses(x, grid, settings)",
    "allocates": "import numpy; return {'ds': numpy.ones(2**45)}",
}
HARMLESS = {
    "prints": "print('BITWISE ' * 99)",
    "moves": "import os, tempfile; os.chdir(tempfile.gettempdir())",
    "closes": "import sys; sys.stdout.close(); sys.stderr.close()",
    "ignores": "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)",
}


@pytest.fixture
def ports(tmp_path, monkeypatch):
    """A module of ports in the working folder."""
    example = str(cli.Path(__file__).parents[2] / "examples" / "foreign_port.py")
    text = GOOD.format(example=example)
    text += "".join(f"\ndef {name}(x, grid, settings):\n    {what}\n" for name, what in MISCHIEF.items())
    text += "".join(
        f"\ndef {name}(x, grid, settings):\n    {what}\n    return my_gradient(x, grid, settings)\n"
        for name, what in HARMLESS.items()
    )
    (tmp_path / "mischief.py").write_text(text)
    (tmp_path / "leaves.py").write_text("import os; os._exit(0)")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def judged(name, capsys):
    status = cli.main(["run", "gradient_sphere", "--port", f"mischief:{name}", "--json", "r.json"])
    said = capsys.readouterr()
    return status, said, json.loads(open("r.json").read())


@pytest.mark.parametrize("name", MISCHIEF)
def test_a_port_that_gives_no_answer_has_failed_whatever_its_exit_status(name, ports, capsys):
    status, said, rows = judged(name, capsys)
    assert status == 1 and said.out
    assert len(rows) == 3 and all(row["verdict"] == "DIFFERENT" and row["reason"] and not row["ok"] for row in rows)


@pytest.mark.parametrize("name", HARMLESS)
def test_a_port_may_print_move_and_close_what_it_likes(name, ports, capsys):
    status, _, rows = judged(name, capsys)
    assert status == 0 and all(row["verdict"] == "ROUNDOFF" for row in rows) and os.getcwd() == str(ports)


def test_a_module_that_ends_its_process_when_imported_is_refused(ports, capsys):
    assert cli.main(["run", "gradient_sphere", "--port", "leaves:f"]) == 2
    assert "ended its process with status 0" in capsys.readouterr().err


def raising(error):
    def command(options):
        raise error

    return command


def ended(monkeypatch, capsys, command):
    found = [cli.Command(c.name, command if c.name == "doctor" else c.run, c.words, c.arguments) for c in cli.COMMANDS]
    monkeypatch.setattr(cli, "COMMANDS", tuple(found))
    for one in found:
        if one.name == "doctor":
            command.__doc__ = look.run_doctor.__doc__
    return cli.main(["doctor"]), capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/x/y"), 2, "/x/y: the disk is full"),
        (PermissionError(errno.EACCES, "Permission denied", "/x"), 2, "/x: Permission denied"),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), 2, "reads the output"),
        (MemoryError(), 2, "not enough memory"),
        (OverflowError("int too large"), 2, "too large"),
        (RecursionError("maximum"), 2, "nested too deeply"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), 2, "UTF-8"),
        (RuntimeError("NetCDF: HDF error"), 2, "NetCDF"),
        (KeyboardInterrupt(), 130, "Interrupted"),
        (KeyError("a bug"), 3, "please report it"),
        (TypeError("a bug"), 3, "please report it"),
        (SystemExit(0), 3, "please report it"),
    ],
)
def test_errors_become_one_sentence_and_bugs_ask_to_be_reported(monkeypatch, capsys, error, status, says):
    monkeypatch.setattr(cli, "_leave_pipe", lambda error: None)
    found, said = ended(monkeypatch, capsys, raising(error))
    assert found == status and says in said.splitlines()[-1]
    assert ("Traceback" in said) == (status == 3) and (status == 3 or said.count("\n") == 1)


def test_a_pipe_that_closes_leaves_no_traceback():
    code = "import sys; from pysces_harness.cli import main; sys.exit(main(['list']))"
    started = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    started.stdout.close()
    said = started.stderr.read()
    assert started.wait() == 2 and said.startswith("pysces-verify: Nobody reads") and said.count("\n") == 1


def test_a_library_that_is_missing_is_one_sentence():
    code = "import sys; sys.modules['netCDF4'] = None\nfrom pysces_harness.start import main; sys.exit(main(['list']))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.returncode == 2 and ended.stderr.count("\n") == 1
    assert ended.stderr.startswith("pysces-verify: netCDF4 is not installed; pip install ")


def test_ctrl_c_ends_the_workers_at_once(tmp_path):
    (tmp_path / "slow.py").write_text(
        "import pathlib, time\ndef f(x, grid, settings):\n    pathlib.Path('here').touch(); time.sleep(600)\n"
    )
    code = "import sys; from pysces_harness.cli import main; sys.exit(main(sys.argv[1:]))"
    words = ["run", "gradient_sphere", "--port", "slow:f", "--json", "r.json"]
    pipe = subprocess.PIPE
    started = subprocess.Popen([sys.executable, "-c", code, *words], cwd=tmp_path, stdout=pipe, stderr=pipe, text=True)
    while not (tmp_path / "here").exists():
        assert started.poll() is None
        time.sleep(0.05)
    started.send_signal(signal.SIGINT)
    said = started.communicate(timeout=30)[1]
    assert started.returncode == 130 and said.splitlines()[-1].startswith("pysces-verify: Interrupted")
    assert "Traceback" not in said and not (tmp_path / "r.json").exists()


def test_a_port_that_hangs_is_ended_and_has_failed(ports, capsys, monkeypatch):
    (ports / "mischief.py").write_text("import time\ndef waits(x, grid, settings):\n    time.sleep(600)\n")
    monkeypatch.setattr(runner, "TIME_LIMIT", 5)
    status, _, rows = judged("waits", capsys)
    assert status == 1 and all("more than 5 s" in row["reason"] for row in rows)
