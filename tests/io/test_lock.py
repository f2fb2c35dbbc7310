"""One writer at a time: a second is refused in a sentence that names the first; a dead one does not block."""

import os
import signal
import socket
import subprocess
import sys

import pytest

from pysces.io import lock
from pysces.io.lock import held, lock_of

HOST = socket.gethostname()
HOLD = """
import sys, time
from pysces.io.lock import held
with held(sys.argv[1]):
    print("held", flush=True)
    time.sleep(60)
"""


def test_two_hold_two_files_and_not_one(tmp_path):
    with held(tmp_path / "a.nc"), held(tmp_path / "b.nc"):
        with pytest.raises(ValueError, match=rf"a\.nc is being written by process {os.getpid()} on {HOST}"):
            held(tmp_path / "a.nc").__enter__()
    with held(tmp_path / "a.nc"):
        assert lock_of(tmp_path / "a.nc").exists()
    assert not list(tmp_path.iterdir())


def test_a_link_to_a_file_has_its_lock(tmp_path):
    (tmp_path / "link.nc").symlink_to(tmp_path / "a.nc")
    with held(tmp_path / "a.nc"), pytest.raises(ValueError, match=r"link\.nc is being written"):
        held(tmp_path / "link.nc").__enter__()


def test_a_killed_holder_does_not_block(tmp_path):
    other = subprocess.Popen([sys.executable, "-c", HOLD, tmp_path / "a.nc"], stdout=subprocess.PIPE, text=True)
    assert other.stdout.readline() == "held\n"
    with pytest.raises(ValueError, match=f"by process {other.pid} on "):
        held(tmp_path / "a.nc").__enter__()
    other.send_signal(signal.SIGKILL)
    other.communicate()
    assert lock_of(tmp_path / "a.nc").exists()
    with held(tmp_path / "a.nc"):
        pass
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("holder", "refused"),
    [
        ("", False),
        ('{"process": 1, "host": "elsewhere"}', True),
        (f'{{"process": 1, "host": "{HOST}"}}', True),
        (f'{{"process": 999999999, "host": "{HOST}"}}', False),
    ],
)
def test_without_locks_of_the_system_the_holder_that_is_named_counts(tmp_path, monkeypatch, holder, refused):
    def none(_):
        raise OSError(lock._WITHOUT_LOCKS[0], "no locks available")

    monkeypatch.setattr(lock, "_lock", none)
    lock_of(tmp_path / "a.nc").write_text(holder)
    if refused:
        with pytest.raises(ValueError, match=r"a\.nc is being written by process 1 on"):
            held(tmp_path / "a.nc").__enter__()
    else:
        with held(tmp_path / "a.nc"):
            pass
