"""Two JAX processes, one device each, have the bits of one device."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("jax")

SCRIPT = Path(__file__).with_name("multiprocess.py")


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("localhost", 0))
        return s.getsockname()[1]


def test_two_processes_have_the_bits_of_one_device():
    environment = os.environ | {"JAX_PLATFORMS": "cpu"}
    address = f"localhost:{free_port()}"
    start = lambda k: subprocess.Popen(  # noqa: E731
        [sys.executable, str(SCRIPT), address, str(k)], env=environment, stderr=subprocess.PIPE, text=True
    )
    processes = [start(0), start(1)]
    messages = [p.communicate(timeout=600)[1] for p in processes]
    assert [p.returncode for p in processes] == [0, 0], messages
